"""Groups of persons alike in ability: weighted quantiles, ties kept together."""

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import DataError


def quantile_groups(
    values: npt.ArrayLike,
    *,
    groups: int,
    weights: npt.ArrayLike | None = None,
    within: npt.ArrayLike | None = None,
) -> IntArray:
    """Return the quantile group of each value.

    Parameters
    ----------
    values : array_like, shape (k,)
        Finite numbers, any unit.
    groups : int
        How many, at least 1.
    weights : array_like, shape (k,), optional
        How many persons each value stands for, at least 0; 1 where not given.
    within : array_like of int, shape (k,), optional
        Positions from 0, such as an item: quantiles are then taken within each.

    Returns
    -------
    IntArray, shape (k,)
        0 (lowest) to groups - 1. Equal values share a group, that of their mean rank, so
        groups of discrete values are of unequal size and can be empty.

    Raises
    ------
    DataError
        Shapes differ, a value is not finite, or there are no groups.
    """
    number = np.asarray(values, dtype=np.float64)
    heavy = np.ones(number.shape) if weights is None else np.asarray(weights, np.float64)
    block = np.zeros(number.shape, np.int64) if within is None else np.asarray(within, np.int64)
    if number.ndim != 1 or not number.shape == heavy.shape == block.shape:
        raise DataError("values, weights and within must be lists of one length")
    if groups < 1 or not np.isfinite(number).all():
        raise DataError(f"quantile groups need finite values and at least 1 group, got {groups}")
    result = np.zeros(number.size, dtype=np.int64)
    if number.size:
        order = np.lexsort((number, block))
        share = _mean_rank(number[order], heavy[order], block[order])
        result[order] = np.minimum((share * groups).astype(np.int64), groups - 1)
    return result


def _mean_rank(values: FloatArray, weights: FloatArray, block: IntArray) -> FloatArray:
    """Return the share of its block below each sorted value, half of its ties included."""
    new_block = np.concatenate([[True], np.diff(block) != 0])
    new_run = new_block | np.concatenate([[True], np.diff(values) != 0])
    run, turn = np.cumsum(new_run) - 1, np.cumsum(new_block) - 1
    run_weight = np.bincount(run, weights=weights)
    total = np.bincount(turn, weights=weights)
    first = turn[new_run]
    below = np.cumsum(run_weight) - run_weight - (np.cumsum(total) - total)[first]
    middle = (below + 0.5 * run_weight) / np.where(total > 0, total, 1.0)[first]
    # Rounding of the running sums must not push a rank below 0.
    return np.asarray(np.clip(middle, 0.0, 1.0)[run])
