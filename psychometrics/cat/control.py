"""Exposure control by item eligibility: who may meet an item, from who has met it so far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen, frozen_floats
from psychometrics.errors import DataError

ABILITY_GROUPS = 5
"""How many groups of ability a conditional control tells apart unless told otherwise."""
RESTORING = 100.0
"""Over how many persons an item that is over its target is brought back; see `eligibility`."""


@dataclass(frozen=True, slots=True, eq=False, init=False)
class ExposureCounts:
    """How often items could have been chosen, and were, by group of ability.

    Parameters
    ----------
    eligible : array_like, shape (g, m)
        Persons for whom the item was eligible at their newest block, or whose paper holds it.
    held : array_like, shape (g, m)
        Persons whose paper holds the item: administered, or planned in the shadow test.

    Raises
    ------
    DataError
        Shapes differ, or a count is below 0 or not finite.
    """

    eligible: FloatArray
    held: FloatArray

    def __init__(self, eligible: npt.ArrayLike, held: npt.ArrayLike) -> None:
        """Copy the arrays, make them read-only and check them."""
        could = frozen_floats(eligible, "eligible", ndim=2)
        did = frozen_floats(held, "held", ndim=2)
        if could.shape != did.shape or not len(could):
            raise DataError(f"eligible has the shape {could.shape}, held {did.shape}")
        if (could < 0).any() or (did < 0).any():
            raise DataError("a count is at least 0")
        object.__setattr__(self, "eligible", could)
        object.__setattr__(self, "held", did)


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """What one person's newest block adds to the counts.

    Attributes
    ----------
    group : int
        The group of ability of the estimate that the block was chosen at.
    paper : sequence of int
        The whole shadow test: what was administered and what is planned.
    ineligible : BoolArray, shape (m,)
        From `draw_ineligible`, for the block; what the paper holds counts as eligible anyway.
    """

    group: int
    paper: Sequence[int]
    ineligible: BoolArray


def no_counts(groups: int, m: int) -> ExposureCounts:
    """Return the counts before the first person.

    Parameters
    ----------
    groups, m : int
        How many groups of ability and items there are; at least 1 group.

    Returns
    -------
    ExposureCounts
        Of shape (groups, m).

    Raises
    ------
    DataError
        No group.
    """
    return ExposureCounts(np.zeros((groups, m)), np.zeros((groups, m)))


def record(counts: ExposureCounts, new: Holding, *, old: Holding | None = None) -> ExposureCounts:
    """Return the counts with a person's newest block in the place of the one before.

    Parameters
    ----------
    counts : ExposureCounts
        Of g groups and m items.
    new : Holding
        What the person holds now.
    old : Holding, optional
        What the person held, and the counts contain; none at the first block.

    Returns
    -------
    ExposureCounts
        A copy; a person counts once, in the group of the newest estimate.

    Raises
    ------
    DataError
        A group or an item does not exist, or the counts do not contain `old`.

    Notes
    -----
    Persons who sit at once see each other's plans, so that a hundred who start together do not
    all open with the same items before the first of them has finished.
    """
    eligible, held = counts.eligible.copy(), counts.held.copy()
    for holding, sign in ((old, -1.0), (new, 1.0)):
        if holding is not None:
            _fits(counts, holding)
            shift(eligible, held, holding, sign)
        if (eligible < 0).any() or (held < 0).any():
            raise DataError("the counts do not contain what the person is said to have held")
    return ExposureCounts(eligible, held)


def shift(eligible: FloatArray, held: FloatArray, holding: Holding, sign: float) -> None:
    """Add a holding to the two arrays of counts in place, or take it away (sign -1)."""
    paper = list(holding.paper)
    could = ~holding.ineligible
    could[paper] = True
    eligible[holding.group] += sign * could
    held[holding.group, paper] += sign


def _fits(counts: ExposureCounts, holding: Holding) -> None:
    groups, m = counts.held.shape
    if not 0 <= holding.group < groups:
        raise DataError(f"the groups are 0 to {groups - 1}, not {holding.group}")
    if holding.ineligible.shape != (m,) or holding.ineligible.dtype != np.bool_:
        raise DataError(f"ineligible must be {m} booleans")
    if len(set(holding.paper)) < len(holding.paper) or not all(
        0 <= item < m for item in holding.paper
    ):
        raise DataError(f"a paper's items are distinct and 0 to {m - 1}: {list(holding.paper)}")


def merge(before: ExposureCounts, after: Sequence[ExposureCounts]) -> ExposureCounts:
    """Return the counts after several cohorts that all started from `before`.

    Parameters
    ----------
    before : ExposureCounts
        What each cohort started from.
    after : sequence of ExposureCounts
        What each made of it.

    Returns
    -------
    ExposureCounts
        `before` and what each cohort added.

    Raises
    ------
    DataError
        Shapes differ.
    """
    if any(one.held.shape != before.held.shape for one in after):
        raise DataError("only counts of the same groups and items can be merged")
    eligible = before.eligible + sum(one.eligible - before.eligible for one in after)
    held = before.held + sum(one.held - before.held for one in after)
    return ExposureCounts(eligible, held)


def eligibility(
    counts: ExposureCounts, target: float, *, group: int | None = None, persons: float | None = None
) -> FloatArray:
    """Return the probability that an item is eligible for the next person.

    Parameters
    ----------
    counts : ExposureCounts
        Of g groups and m items.
    target : float
        The largest share of persons that may meet an item, above 0 to 1.
    group : int, optional
        The group whose own exposure is held to the target; all persons together unless given.
    persons : float, optional
        How many persons the counts are of (of the group, if one is given): the sum of `held`
        over the length of a paper. Without it nothing is restored; see below.

    Returns
    -------
    FloatArray, shape (m,)
        1 where nothing stands against the item.

    Raises
    ------
    DataError
        The target lies outside its range, or the group does not exist.

    Notes
    -----
    van der Linden & Veldkamp (2004), eq. 8: P(eligible) = target * eligible / held, at most 1.
    They exclude what is not eligible; we let it in where the blueprint cannot be met without it,
    as they do with a big M (2007). Conditional on ability: the same (2007), by group.

    Their rule holds the expected exposure to the target, but what chance has put on top it only
    dilutes: among 10,000 persons the worst of 500 items stands about .01 over it. With `persons`
    the probability is multiplied by 1 - (held - target * persons) / (target * RESTORING), which
    takes back what is over the target within the next few hundred persons, and lets in what is
    under it; in the long run the factor is 1. It costs no precision (docs/measurement.md).
    """
    if group is not None and not 0 <= group < len(counts.held):
        raise DataError(f"the groups are 0 to {len(counts.held) - 1}, not {group}")
    could = counts.eligible.sum(axis=0) if group is None else counts.eligible[group]
    did = counts.held.sum(axis=0) if group is None else counts.held[group]
    return eligible_share(could, did, target, persons=persons)


def eligible_share(
    eligible: FloatArray, held: FloatArray, target: float, *, persons: float | None
) -> FloatArray:
    """Return what `eligibility` does, for one group or all: shapes (m,)."""
    if not 0.0 < target <= 1.0:
        raise DataError(f"an exposure target is above 0 and at most 1, not {target}")
    share = target * eligible / np.maximum(held, 1.0)
    if persons is not None:
        share *= np.maximum(1.0 - (held - target * persons) / (target * RESTORING), 0.0)
    return np.asarray(np.where(held > 0, np.minimum(share, 1.0), 1.0))


def draw_ineligible(chance: FloatArray, uniforms: npt.ArrayLike) -> BoolArray:
    """Return which items are not eligible: those whose deviate is not below their probability.

    Parameters
    ----------
    chance : FloatArray, shape (m,)
        From `eligibility`.
    uniforms : array_like, shape (m,)
        In [0, 1), drawn once for a person.

    Returns
    -------
    BoolArray, shape (m,)

    Raises
    ------
    DataError
        Shapes differ.
    """
    drawn = frozen_floats(uniforms, "uniforms")
    if drawn.shape != chance.shape:
        raise DataError(f"uniforms of shape {drawn.shape} for {chance.size} items")
    return np.asarray(drawn >= chance)


def ability_bounds(mean: float, sd: float, *, groups: int = ABILITY_GROUPS) -> FloatArray:
    """Return the thetas that part a normal distribution into groups of equal size.

    Parameters
    ----------
    mean, sd : float
        Of the distribution, in theta units; sd above 0.
    groups : int
        At least 1.

    Returns
    -------
    FloatArray, shape (groups - 1,)
        Rising; for five groups the points below which 20, 40, 60 and 80 % lie.

    Raises
    ------
    DataError
        An sd that is not above 0, or no group.
    """
    if not sd > 0 or groups < 1:
        raise DataError(f"no {groups} groups of ability with a standard deviation of {sd}")
    return frozen(np.asarray(mean + sd * ndtri(np.arange(1, groups) / groups)))


def ability_group(theta: npt.ArrayLike, bounds: npt.ArrayLike) -> IntArray:
    """Return the group of ability of each theta.

    Parameters
    ----------
    theta : array_like
        Of any shape.
    bounds : array_like, shape (g - 1,)
        Rising; a theta on a bound belongs to the group above.

    Returns
    -------
    IntArray, shape theta.shape
        0 for the lowest group.
    """
    return np.asarray(np.searchsorted(np.asarray(bounds, np.float64), theta, side="right"))


def exposure_rates(
    papers: npt.ArrayLike, m: int, *, group: npt.ArrayLike | None = None, groups: int = 1
) -> FloatArray:
    """Return the share of persons, of each group of ability, who met each item.

    Parameters
    ----------
    papers : array_like of int, shape (n, l)
        The items of each person; -1 for a position that was never delivered.
    m : int
        How many items there are.
    group : array_like of int, shape (n,), optional
        The group of each person; all in one unless given.
    groups : int
        How many groups there are.

    Returns
    -------
    FloatArray, shape (groups, m)
        0 to 1; NaN throughout a group of nobody.

    Raises
    ------
    DataError
        Shapes do not fit, or an item or a group does not exist.
    """
    given = np.asarray(papers)
    of = np.zeros(len(given), np.int64) if group is None else np.asarray(group)
    if given.ndim != 2 or of.shape != (len(given),):
        raise DataError(f"papers of shape {given.shape} and groups of shape {of.shape}")
    if given.size and not (given.min() >= -1 and given.max() < m):
        raise DataError(f"items are 0 to {m - 1}")
    if of.size and not (of.min() >= 0 and of.max() < groups):
        raise DataError(f"groups are 0 to {groups - 1}")
    cell = np.where(given >= 0, of[:, np.newaxis] * m + given, groups * m)
    met = np.bincount(cell.ravel(), minlength=groups * m + 1)[:-1].reshape(groups, m)
    persons = np.bincount(of, minlength=groups)[:, np.newaxis].astype(np.float64)
    return np.asarray(np.divide(met, persons, out=np.full(met.shape, np.nan), where=persons > 0))


def mean_overlap(rates: npt.ArrayLike, *, persons: int, length: float) -> float:
    """Return the share of a paper that two persons have in common, averaged over all pairs.

    Parameters
    ----------
    rates : array_like, shape (m,)
        The share of the persons who met each item.
    persons : int
        How many they are.
    length : float
        Items on a paper, or their mean where papers were not finished.

    Returns
    -------
    float
        0 to 1; NaN with fewer than two persons or empty papers.

    Notes
    -----
    Chen, Ankenmann & Spray (2003), exact for papers of one length: the pairs that share item i
    are n r (n r - 1) / 2.
    """
    if persons < 2 or length <= 0:
        return float("nan")
    met = np.asarray(rates, np.float64) * persons
    return float((met * (met - 1.0)).sum() / (persons * (persons - 1.0) * length))
