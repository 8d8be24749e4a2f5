"""Where a calibration begins: difficulties that allow for who took which item."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from psychometrics.arrays import BoolArray, FloatArray
from psychometrics.calibration.expectation import Portion
from psychometrics.calibration.space import Layout, Point
from psychometrics.models import ItemParameters

_GUESS = 0.2
_PASSES = 2
_LEAST = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Items known beforehand.

    Parameters
    ----------
    items : ItemParameters, length m
        Values at the known places; anything elsewhere.
    mask : BoolArray, shape (m,)
        Which are known.
    """

    items: ItemParameters
    mask: BoolArray


def starting_point(
    portions: Sequence[Portion], layout: Layout, known: Known, *, groups: int
) -> Point:
    """Return a point to begin at.

    Parameters
    ----------
    portions : sequence of Portion
        All persons, by group.
    layout : Layout
        What is free.
    known : Known
        The anchors.
    groups : int
        How many latent distributions there are.

    Returns
    -------
    Point
        Slopes 1; intercepts that allow for the ability of an item's takers; latent sds 1.

    Notes
    -----
    In turn, abilities by one step of scoring towards the mode under N(0, 1) and intercepts
    from the items' shares of right answers among takers of those abilities, as in PROX
    (Linacre, 1994). Shares alone are useless where items were selected for each person.
    """
    c = np.where(known.mask, known.items.c, _GUESS if layout.guessing else 0.0)
    a = np.where(known.mask, known.items.a, 1.0)
    d = np.where(known.mask, -known.items.a * known.items.b, 0.0)
    heard = np.where(known.mask, 1.0, 0.0) if known.mask.any() else np.ones(a.size)
    means = np.zeros(groups)
    for _ in range(_PASSES):
        taken, right, ability, means = _takers(portions, Point(a, d, c, means, means), heard)
        share = (right + 0.5) / (taken + 1.0)
        share = np.clip((share - c) / (1.0 - c), _LEAST, 1.0 - _LEAST)
        fresh = 1.1 * logit(share) - ability / np.maximum(taken, 1e-9)
        d = np.where(known.mask, d, fresh)
        heard = np.ones(a.size)
    return Point(a, d, c, np.where(layout.free_mean, means, 0.0), np.ones(groups))


def _takers(
    portions: Sequence[Portion], point: Point, heard: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    p = point.c + (1.0 - point.c) * expit(point.d)
    size, groups = p.size, point.mean.size
    told = np.column_stack([p, p * (1.0 - p) * point.a]) * heard[:, np.newaxis]
    taken, right, ability = np.zeros(size), np.zeros(size), np.zeros(size)
    weight, total = np.zeros(groups), np.zeros(groups)
    for rows in portions:
        expected = rows.presented_sum(told)
        score = rows.right_sum(heard[:, np.newaxis])[:, 0]
        theta = (score - expected[:, 0]) / (1.0 + expected[:, 1])
        sums = rows.presented_counts(np.column_stack([rows.weights, rows.weights * theta]))
        taken += sums[:, 0]
        ability += sums[:, 1]
        right += rows.right_counts(rows.weights[:, np.newaxis])[:, 0]
        weight[rows.group] += rows.weights.sum()
        total[rows.group] += rows.weights @ theta
    return taken, right, ability, total / np.maximum(weight, 1e-9)
