"""Warm's weighted likelihood: theta where sqrt(test information) x likelihood is highest.

A grid over the bounds finds every local maximum as a change of sign of the score function from
plus to minus, the highest is kept, and a bracketed Newton iteration, vectorised over persons,
takes it to 1e-10.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from psychometrics.arrays import BoolArray, FloatArray
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, information, log_probability

_GRID_STEP = 0.1
_TOLERANCE = 1e-12
_MOST_ITERATIONS = 100
_TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True, eq=False)
class _Presented:
    """The w items of each person, packed to the left; a, b, c, right, shown are (n, w)."""

    a: FloatArray
    b: FloatArray
    c: FloatArray
    right: FloatArray
    shown: FloatArray


def weighted_likelihood(
    right: BoolArray, shown: BoolArray, items: ItemParameters, *, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Return the weighted likelihood estimates and their standard errors.

    Parameters
    ----------
    right : BoolArray, shape (n, m)
        True where the item was answered rightly.
    shown : BoolArray, shape (n, m)
        True where the item was presented; each person has at least one.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    bounds : (float, float)
        The interval searched, in theta units.

    Returns
    -------
    theta, sem : FloatArray, shape (n,)
        In theta units; sem is 1 / sqrt(test information) at theta.

    Raises
    ------
    DataError
        The bounds are not finite or do not rise.

    Notes
    -----
    Warm (1989). The weight is sqrt(I), which for c = 0 is Warm's correction J / (2 I) exactly.
    For c > 0 the two differ; sqrt(I) is kept there (Jeffreys' weight, as in mirt), because it
    is a likelihood whose modes can be compared.
    """
    lower, upper = bounds
    if not -np.inf < lower < upper < np.inf:
        raise DataError(f"bounds must be finite and rise, got {bounds}")
    grid = np.linspace(lower, upper, int(np.ceil((upper - lower) / _GRID_STEP)) + 1)
    low, high = _brackets(right, shown, items, grid)
    presented = _pack(right, shown, items)
    theta = _root(presented, low, high)
    return theta, 1.0 / np.sqrt(np.maximum(_score(theta, presented)[2], _TINY))


def _brackets(
    right: BoolArray, shown: BoolArray, items: ItemParameters, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the grid interval of the highest mode; an end of the grid as low == high."""
    log_p, log_q = log_probability(grid, items)
    s = expit(items.a * (grid[:, np.newaxis] - items.b))
    item_information = information(grid, items)
    share = np.where(items.c > 0, s * np.exp(-log_p), 1.0)
    growth = items.a * ((2.0 - 3.0 * s) - (1.0 - items.c) * share * (1.0 - s))

    r, v = right.astype(np.float64), shown.astype(np.float64)
    total = np.maximum(v @ item_information.T, _TINY)
    score = r @ (items.a * share).T - v @ (items.a * s).T
    score += 0.5 * (v @ (item_information * growth).T) / total
    height = r @ log_p.T + (v - r) @ log_q.T + 0.5 * np.log(total)

    # Beyond the ends the score counts as pointing inwards, so that a mode always exists.
    n = len(r)
    rising = np.hstack([np.ones((n, 1), bool), score > 0, np.zeros((n, 1), bool)])
    mode = rising[:, :-1] & ~rising[:, 1:]
    left = np.maximum(np.arange(grid.size + 1) - 1, 0)
    right_end = np.minimum(np.arange(grid.size + 1), grid.size - 1)
    peak = np.where(mode, np.maximum(height[:, left], height[:, right_end]), -np.inf)
    best = np.argmax(peak, axis=1)
    return grid[left[best]], grid[right_end[best]]


def _pack(right: BoolArray, shown: BoolArray, items: ItemParameters) -> _Presented:
    width = int(shown.sum(axis=1).max(initial=0))
    columns = np.argsort(~shown, axis=1, kind="stable")[:, :width]
    return _Presented(
        items.a[columns],
        items.b[columns],
        items.c[columns],
        np.take_along_axis(right, columns, axis=1).astype(np.float64),
        np.take_along_axis(shown, columns, axis=1).astype(np.float64),
    )


def _score(theta: FloatArray, of: _Presented) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the weighted score function, its derivative and the test information, each (n,)."""
    s = expit(of.a * (theta[:, np.newaxis] - of.b))
    p = of.c + (1.0 - of.c) * s
    # share = s / P is 1 where c = 0, also where s has gone to 0.
    share = np.where(of.c > 0, s / np.maximum(p, _TINY), 1.0)
    hazard = of.a * (1.0 - of.c) * share * (1.0 - s)
    bend = of.a**2 * s * (1.0 - s)

    score = of.shown * of.a * share * (of.right - p)
    slope = score * (of.a * (1.0 - s) - hazard) - of.shown * of.a * share * p * hazard

    item_information = of.shown * of.a * share * p * hazard
    total = item_information.sum(axis=1)
    part = item_information / np.maximum(total, _TINY)[:, np.newaxis]
    growth = of.a * (2.0 - 3.0 * s) - hazard
    growth_slope = -3.0 * bend - hazard * (of.a * (1.0 - 2.0 * s) - hazard)
    mean_growth = (part * growth).sum(axis=1)
    spread = (part * (growth - mean_growth[:, np.newaxis]) ** 2).sum(axis=1)

    weighted = score.sum(axis=1) + 0.5 * mean_growth
    weighted_slope = slope.sum(axis=1) + 0.5 * ((part * growth_slope).sum(axis=1) + spread)
    return weighted, weighted_slope, total


def _root(of: _Presented, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the zero of the score between low (where it is positive) and high."""
    theta = 0.5 * (low + high)
    moving: npt.NDArray[np.bool_] = high > low
    for _ in range(_MOST_ITERATIONS):
        score, slope, _total = _score(theta, of)
        low = np.where(score > 0, theta, low)
        high = np.where(score > 0, high, theta)
        step = np.divide(-score, slope, out=np.full_like(score, np.inf), where=slope < 0)
        inside = (theta + step > low) & (theta + step < high)
        proposal = np.where(inside, theta + step, 0.5 * (low + high))
        settled = (np.abs(proposal - theta) <= _TOLERANCE) | (score == 0)
        theta = np.where(moving & (score != 0), proposal, theta)
        # A person who has settled stays put, so that the company in the batch changes nothing.
        moving &= ~settled
        if not moving.any():
            break
    return theta
