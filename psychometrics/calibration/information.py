"""The observed information of the marginal likelihood: Louis' identity."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from psychometrics.arrays import FloatArray
from psychometrics.calibration.expectation import CompleteRows, Expectation, Portion
from psychometrics.calibration.grid import Grid
from psychometrics.calibration.missing import (
    Coordinates,
    Scene,
    missing_by_expansion,
    missing_if_complete,
)
from psychometrics.calibration.space import Layout, Point


def observed_information(
    portions: Sequence[Portion],
    point: Point,
    *,
    grid: Grid,
    layout: Layout,
    found: Expectation,
) -> FloatArray:
    """Return the observed information of the log-likelihood, all items and groups together.

    Parameters
    ----------
    portions : sequence of Portion
        All persons, by group.
    point : Point
        Where it is wanted.
    grid : Grid
        Standardised nodes.
    layout : Layout
        What is free.
    found : Expectation
        The E-step at `point`.

    Returns
    -------
    FloatArray, shape (s, s)
        In the order of `Coordinates`, those too that the layout holds fixed.

    Notes
    -----
    Louis (1982): the information of the complete data, less the covariance of its score given
    the responses; `missing` says how the latter is found.
    """
    scene = Scene(portions, point, grid, layout, found)
    complete = _complete_information(found, point, layout, grid)
    if not layout.asymptotes and all(isinstance(rows, CompleteRows) for rows in portions):
        return complete - missing_if_complete(scene)
    return complete - missing_by_expansion(scene, np.diagonal(complete))


def _complete_information(
    found: Expectation, point: Point, layout: Layout, grid: Grid
) -> FloatArray:
    """Return the expected information of the complete data, item blocks and latent blocks."""
    place = Coordinates.of(layout)
    full = np.zeros((place.size, place.size))
    place.add_blocks(full, _item_blocks(found, point, layout))
    count = found.members.sum(axis=1)
    first, second = found.members @ grid.nodes, found.members @ grid.nodes**2
    means, sds = place.means, place.sds
    full[means, means] = count / point.sd**2
    full[means, sds] = full[sds, means] = 2.0 * first / point.sd**2
    full[sds, sds] = (3.0 * second - count) / point.sd**2
    return full


def _item_blocks(found: Expectation, point: Point, layout: Layout) -> FloatArray:
    """Return minus the expected second derivatives of each free item, shape (f, p, p)."""
    theta, free = found.theta, layout.free
    persons = found.persons if len(found.persons) == 1 else found.persons[free]
    s = expit(point.a[free, np.newaxis] * theta + point.d[free, np.newaxis])
    powers = np.column_stack([theta * theta, theta, np.ones_like(theta)])
    if found.right is None or not point.c[free].any():
        weight = (persons * s * (1.0 - s)) @ powers
        return weight[:, [[0, 1], [1, 2]]]
    c = point.c[free, np.newaxis]
    p = c + (1.0 - c) * s
    right = found.right[free]
    wrong = persons - right
    rest = (1.0 - c) * (1.0 - s)
    by_x = right * (rest * s / p) * (1.0 - 2.0 * s - rest * s / p) - wrong * s * (1.0 - s)
    by_both = -right * (c * rest / p) * s * (1.0 / p)
    by_logit = right * (c * rest / p) * (1.0 - 2.0 * c - c * rest / p) - wrong * c * (1.0 - c)
    size = 3 if layout.guessing else 2
    blocks = np.empty((free.size, 3, 3))
    blocks[:, :2, :2] = (by_x @ powers)[:, [[0, 1], [1, 2]]]
    blocks[:, :2, 2] = blocks[:, 2, :2] = by_both @ powers[:, 1:]
    blocks[:, 2, 2] = by_logit.sum(axis=1)
    return np.negative(blocks[:, :size, :size])
