"""The next block: estimate, value the items, assemble the best whole paper, hand out its start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, IntArray, frozen_floats, frozen_integers
from psychometrics.cat.blueprint import Solver
from psychometrics.cat.exposure import PROGRESSIVE, ValueRule, value_items
from psychometrics.cat.order import delivery_order
from psychometrics.cat.pool import Pool
from psychometrics.errors import DataError
from psychometrics.responses import Code

_GRID = 1e9
_RIGHT = int(Code.RIGHT)
_SCORES = frozenset((_RIGHT, int(Code.WRONG)))
_ESTIMATE_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """The posterior mean and standard deviation of theta, rounded to 1e-6.

    Rounding makes the record of a sitting the same on machines that differ in the last bits.
    """

    theta: float
    sem: float


@dataclass(frozen=True, slots=True)
class Block:
    """What to administer next.

    Attributes
    ----------
    items : tuple of int
        The next items, in their order of delivery; fewer than asked for at the end of the paper.
    shadow : tuple of int
        The whole best paper: the administered items first, then `items`, then the rest.
    theta, sem : float
        The estimate the block was chosen at, rounded to 1e-6.
    solver : Solver
        What found the paper.
    gap : float
        How much better another paper could be, as a share of its value; 0 is proven best.
    """

    items: tuple[int, ...]
    shadow: tuple[int, ...]
    theta: float
    sem: float
    solver: Solver = Solver.GREEDY
    gap: float = 0.0


def posterior(pool: Pool, administered: Sequence[int], scores: Sequence[int]) -> FloatArray:
    """Return the posterior distribution of theta on the nodes of the prior.

    Parameters
    ----------
    pool : Pool
        With a prior of length q.
    administered : sequence of int
        Items, in any order.
    scores : sequence of int
        For each of them Code.RIGHT or Code.WRONG.

    Returns
    -------
    FloatArray, shape (q,)
        Sums to 1.

    Raises
    ------
    DataError
        Lengths differ, an item does not exist, or a score is neither RIGHT nor WRONG.
    """
    if len(administered) != len(scores):
        raise DataError(f"{len(scores)} scores for {len(administered)} administered items")
    if len(administered) and not 0 <= min(administered) <= max(administered) < len(pool):
        raise DataError(f"administered items must be 0 to {len(pool) - 1}")
    if not set(scores) <= _SCORES:
        raise DataError("scores must be RIGHT or WRONG; score omissions first (score_omissions)")
    right = [item for item, score in zip(administered, scores, strict=True) if score == _RIGHT]
    wrong = [item for item, score in zip(administered, scores, strict=True) if score != _RIGHT]
    with np.errstate(divide="ignore"):
        log_posterior = np.log(pool.prior.weights)
    log_posterior += pool.log_p[:, right].sum(axis=1) + pool.log_q[:, wrong].sum(axis=1)
    weights = np.exp(log_posterior - log_posterior.max())
    return np.asarray(weights / weights.sum())


def estimate(pool: Pool, weights: FloatArray) -> Estimate:
    """Return the mean and standard deviation of a distribution on the pool's nodes.

    Parameters
    ----------
    pool : Pool
        With a prior of length q.
    weights : FloatArray, shape (q,)
        From `posterior`; sums to 1.

    Returns
    -------
    Estimate
        In theta units.
    """
    theta = float(weights @ pool.prior.nodes)
    variance = float(weights @ (pool.prior.nodes - theta) ** 2)
    return Estimate(round(theta, _ESTIMATE_DECIMALS), round(variance**0.5, _ESTIMATE_DECIMALS))


def posterior_information(pool: Pool, weights: FloatArray) -> FloatArray:
    """Return each item's information, expected over the posterior.

    Parameters
    ----------
    pool : Pool
        Of m items, with a prior of length q.
    weights : FloatArray, shape (q,)
        From `posterior`; sums to 1.

    Returns
    -------
    FloatArray, shape (m,)
        Per squared theta unit.

    Notes
    -----
    van der Linden (1998): unlike information at a point estimate, it is not misled by an
    early estimate that is far off.
    """
    return np.asarray(weights @ pool.information)


def quantise(values: npt.ArrayLike) -> FloatArray:
    """Return the values on a grid of 1e-9 of the largest, as whole numbers.

    Machines differ in the last bits of a sum; on the grid equal values are equal everywhere,
    and ties go to the lower index.

    Parameters
    ----------
    values : array_like, shape (m,)
        At least 0, finite.

    Returns
    -------
    FloatArray, shape (m,)
        Whole numbers, 0 to 1e9; all 0 if the values are. A common factor changes nothing.

    Raises
    ------
    DataError
        A value below 0 or not finite.
    """
    worth = frozen_floats(values, "values")
    if (worth < 0).any():
        raise DataError("values must be at least 0")
    largest = float(worth.max(initial=0.0))
    return np.rint(worth / largest * _GRID) if largest > 0 else np.zeros_like(worth)


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What bears on a block besides the responses.

    Attributes
    ----------
    noise : array_like, shape (m,)
        Uniform deviates in [0, 1), fresh for each block; the only source of chance.
    tier : array_like of int, shape (m,), optional
        0 for items that may come freely, 1 and more for those that should not: an item of a
        higher tier enters only where the constraints cannot be met without it.
    available : array_like of bool, shape (m,), optional
        Which items may still come; all unless given.
    held : array_like, shape (r,), optional
        What administered items add to the rows beyond their coefficients.
    earlier : sequence of int
        The paper of the block before; what is handed out if no better is found in time.
    seconds : float
        What the search for the best paper may take.
    """

    noise: npt.ArrayLike
    tier: npt.ArrayLike | None = None
    available: npt.ArrayLike | None = None
    held: npt.ArrayLike | None = None
    earlier: Sequence[int] = ()
    seconds: float = 1.0


def next_block(  # noqa: PLR0913 - a selection has six independent inputs, all but two by name
    pool: Pool,
    *,
    administered: Sequence[int],
    scores: Sequence[int],
    conditions: Conditions,
    size: int,
    rule: ValueRule = PROGRESSIVE,
) -> Block:
    """Return the next block of the best whole paper that contains what was administered.

    Parameters
    ----------
    pool : Pool
        Of m items.
    administered : sequence of int
        Items, in the order of delivery.
    scores : sequence of int
        For each of them Code.RIGHT or Code.WRONG.
    conditions : Conditions
        Chance, and what may come.
    size : int
        Items in a block, at least 1.
    rule : ValueRule
        How chance enters what an item is worth.

    Returns
    -------
    Block
        No items once the paper is complete.

    Raises
    ------
    InfeasibleBlueprint
        No paper that contains the administered items meets the quotas.
    DataError
        Shapes, scores, noise, tiers or size out of their range.

    Notes
    -----
    The shadow test: van der Linden & Reese (1998); van der Linden (2005), ch. 9.
    """
    if size < 1:
        raise DataError(f"a block has at least 1 item, not {size}")
    weights = posterior(pool, administered, scores)
    return choose(
        pool,
        posterior_information(pool, weights),
        estimate(pool, weights),
        administered=administered,
        conditions=conditions,
        size=size,
        rule=rule,
    )


def choose(  # noqa: PLR0913 - as next_block, whose second half it is
    pool: Pool,
    worth: FloatArray,
    at: Estimate,
    *,
    administered: Sequence[int],
    conditions: Conditions,
    size: int,
    rule: ValueRule,
) -> Block:
    """Return the next block once the posterior is known: `next_block`, for many persons at once.

    Parameters
    ----------
    pool : Pool
        Of m items.
    worth : FloatArray, shape (m,)
        Each item's information, expected over the posterior.
    at : Estimate
        Of the posterior.
    administered, conditions, size, rule
        As `next_block`.

    Returns
    -------
    Block
        As `next_block`.

    Raises
    ------
    InfeasibleBlueprint, DataError
        As `next_block`.
    """
    quotas = pool.constraints.quotas
    left = 1.0 - len(administered) / quotas.length if quotas.length else 0.0
    tier = _tiers(conditions.tier, quotas.leaf.size)
    # Chance deals among items of one leaf and tier that may still come; -1 is none of them.
    alike = quotas.leaf + tier * (quotas.parent.size + 1)
    alike[list(administered)] = -1
    may = None if conditions.available is None else np.asarray(conditions.available, np.bool_)
    if may is not None and may.shape == alike.shape:  # The assembler refuses any other shape.
        alike[~may] = -1
    share, noise = max(left, 0.0), conditions.noise
    values = value_items(rule, worth, noise, share=share, leaf=alike, peak=pool.peak)
    ranked = quantise(values) - _steps(tier, quotas.length) * (_GRID * (quotas.length + 1))
    paper = pool.assembler.assemble(
        ranked,
        chosen=administered,
        available=conditions.available,
        held=conditions.held,
        earlier=conditions.earlier,
        seconds=conditions.seconds,
    )
    begin, sets = len(administered), pool.constraints.sets.members
    shadow = delivery_order(paper.items, begin, quotas.leaf, sets=sets, size=size)
    return Block(shadow[begin : begin + size], shadow, at.theta, at.sem, paper.solver, paper.gap)


def _tiers(tier: npt.ArrayLike | None, m: int) -> IntArray:
    """Return the tier of each item: a paper of one tier up is worth less than one item of it."""
    if tier is None:
        return np.zeros(m, np.int64)
    level = frozen_integers(tier, "tier")
    if level.shape != (m,) or (level < 0).any():
        raise DataError(f"tier must be {m} whole numbers of at least 0")
    return level


def _steps(tier: IntArray, length: int) -> IntArray:
    """Return the tiers without the part of a leap that a whole paper cannot make up for.

    A tier that is far above the next lower one counts as `length` items of that one and one more,
    since large numbers would cost the solver its precision.
    """
    if tier.max(initial=0) <= length:
        return tier
    levels, place = np.unique(tier, return_inverse=True)
    steps = [min(int(levels[0]), 1)]
    for leap in np.diff(levels).tolist():
        steps.append(steps[-1] + min(leap, length * steps[-1] + 1))
    return np.array(steps, np.int64)[place]
