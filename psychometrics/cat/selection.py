"""The next block: estimate, value the items, assemble the best whole paper, hand out its start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen_floats, frozen_integers
from psychometrics.cat.blueprint import Solver, best_paper
from psychometrics.cat.exposure import PROGRESSIVE, ValueRule, value_items
from psychometrics.cat.pool import Pool
from psychometrics.errors import DataError
from psychometrics.responses import Code

_GRID = 1e9
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
    if not all(0 <= item < len(pool) for item in administered):
        raise DataError(f"administered items must be 0 to {len(pool) - 1}")
    if not all(score in (Code.RIGHT, Code.WRONG) for score in scores):
        raise DataError("scores must be RIGHT or WRONG; score omissions first (score_omissions)")
    right = [item for item, score in zip(administered, scores, strict=True) if score == Code.RIGHT]
    wrong = [item for item, score in zip(administered, scores, strict=True) if score == Code.WRONG]
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
    quotas = pool.constraints.quotas
    weights = posterior(pool, administered, scores)
    left = 1.0 - len(administered) / quotas.length if quotas.length else 0.0
    worth = posterior_information(pool, weights)
    values = value_items(rule, worth, conditions.noise, share=max(left, 0.0), leaf=quotas.leaf)
    ranked = _below_tiers(quantise(values), conditions.tier, length=quotas.length)
    paper = best_paper(ranked, quotas, chosen=administered, available=conditions.available)
    shadow = _spread(paper.items, len(administered), quotas.leaf)
    at = estimate(pool, weights)
    begin = len(administered)
    return Block(shadow[begin : begin + size], shadow, at.theta, at.sem, paper.solver, paper.gap)


def _below_tiers(values: FloatArray, tier: npt.ArrayLike | None, *, length: int) -> FloatArray:
    """Lower the values of each tier by more than a whole paper of the tier above is worth."""
    if tier is None:
        return values
    level = frozen_integers(tier, "tier")
    if level.shape != values.shape or (level < 0).any():
        raise DataError(f"tier must be {values.size} whole numbers of at least 0")
    return values - level * (_GRID * (length + 1))


def _spread(items: tuple[int, ...], done: int, leaf: npt.NDArray[np.int64]) -> tuple[int, ...]:
    """Return the paper with what is still to come dealt out evenly over its leaves.

    The k-th of a leaf's n items is due at (k - 1/2) / n of the paper, so a block never starves a
    criterion; within a leaf, and among leaves due at once, the higher value goes first.
    """
    leaves = leaf[list(items)].tolist()
    size = {node: leaves.count(node) for node in set(leaves)}
    seen = dict.fromkeys(size, 0)
    due: list[float] = []
    for node in leaves:
        due.append((seen[node] + 0.5) / size[node])
        seen[node] += 1
    coming = sorted(range(done, len(items)), key=due.__getitem__)
    return items[:done] + tuple(items[position] for position in coming)
