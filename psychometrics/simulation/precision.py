"""What simulated papers were worth: whether they met the blueprint, and how well they measured."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen_floats
from psychometrics.cat.constraints import Constraints, LinkedSets
from psychometrics.cat.control import ability_group
from psychometrics.errors import DataError

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalPrecision:
    """Errors of measurement along the scale, in g intervals of the true value.

    Attributes
    ----------
    persons : IntArray, shape (g,)
        How many have a true value in the interval.
    true : FloatArray, shape (g,)
        Their mean; NaN where there is nobody, as everywhere below.
    bias : FloatArray, shape (g,)
        Mean of estimate - true value.
    rmse : FloatArray, shape (g,)
        Root of the mean of (estimate - true value)^2.
    sem : FloatArray, shape (g,)
        Root of the mean of the squared standard errors that were reported.
    """

    persons: IntArray
    true: FloatArray
    bias: FloatArray
    rmse: FloatArray
    sem: FloatArray


def conditional_precision(
    true: npt.ArrayLike, estimate: npt.ArrayLike, sem: npt.ArrayLike, *, bounds: npt.ArrayLike
) -> ConditionalPrecision:
    """Return bias, RMSE and reported standard error along the scale.

    Parameters
    ----------
    true, estimate, sem : array_like, shape (n,)
        Of n simulated persons, in one unit: theta or marks.
    bounds : array_like, shape (g - 1,)
        Where the intervals meet, rising; the outermost reach to infinity. None is all in one.

    Returns
    -------
    ConditionalPrecision

    Raises
    ------
    DataError
        Lengths differ, a value is not finite, or the bounds do not rise.
    """
    value, guess, error = (
        frozen_floats(given, name)
        for given, name in ((true, "true"), (estimate, "estimate"), (sem, "sem"))
    )
    parting = frozen_floats(bounds, "bounds")
    if not value.shape == guess.shape == error.shape or (np.diff(parting) <= 0).any():
        raise DataError("true, estimate and sem have one length, and the bounds rise")
    at = ability_group(value, parting)
    persons = np.bincount(at, minlength=parting.size + 1)

    def mean(of: FloatArray) -> FloatArray:
        total = np.bincount(at, weights=of, minlength=persons.size)
        return np.asarray(
            np.divide(total, persons, out=np.full(persons.size, np.nan), where=persons > 0)
        )

    off = guess - value
    return ConditionalPrecision(
        persons, mean(value), mean(off), np.sqrt(mean(off**2)), np.sqrt(mean(error**2))
    )


def meets_constraints(papers: npt.ArrayLike, constraints: Constraints) -> BoolArray:
    """Say of each whole paper whether it meets every constraint, by counting alone.

    Parameters
    ----------
    papers : array_like of int, shape (n, l)
        Items, in any order.
    constraints : Constraints
        For m items. What an administered item adds beyond its coefficients is not known here.

    Returns
    -------
    BoolArray, shape (n,)

    Raises
    ------
    DataError
        The shape is not (n, l), or an item does not exist.
    """
    given, m = np.asarray(papers), constraints.quotas.leaf.size
    if given.ndim != 2 or (given.size and not 0 <= given.min() <= given.max() < m):
        raise DataError(f"papers are rows of items, 0 to {m - 1}")
    on = np.zeros((len(given), m))
    np.put_along_axis(on, given, 1.0, axis=1)
    sound = (on.sum(axis=1) == constraints.quotas.length) & (
        given.shape[1] == constraints.quotas.length
    )
    sound &= on[:, list(constraints.required)].all(axis=1)
    sound &= ~on[:, ~constraints.allowed].any(axis=1)
    for enemies in constraints.enemies:
        sound &= on[:, list(enemies)].sum(axis=1) <= 1
    coefficients, lower, upper = _sums(constraints)
    total = on @ coefficients.T
    sound &= ((total >= lower - _TOLERANCE) & (total <= upper + _TOLERANCE)).all(axis=1)
    return np.asarray(sound & _sets_met(on, constraints.sets))


def _sums(constraints: Constraints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return quotas and rows alike, as sums over a paper with their limits."""
    quotas, rows = constraints.quotas, constraints.rows
    beneath = np.zeros((quotas.parent.size, quotas.leaf.size))
    for item, leaf in enumerate(quotas.leaf.tolist()):
        beneath[list(quotas.paths[leaf][:-1]), item] = 1.0
    return (
        np.vstack([beneath, rows.coefficients]),
        np.concatenate([quotas.minimum, rows.lower]),
        np.concatenate([quotas.maximum, rows.upper]),
    )


def _sets_met(on: FloatArray, sets: LinkedSets) -> BoolArray:
    used = np.zeros(len(on))
    met = np.ones(len(on), np.bool_)
    for members, least, most in zip(sets.members, sets.minimum, sets.maximum, strict=True):
        count = on[:, list(members)].sum(axis=1)
        met &= (count == 0) | ((count >= least) & (count <= most))
        used += count > 0
    return np.asarray(met & (used >= sets.fewest) & (used <= sets.most))
