"""Simulated persons sit adaptive papers by the rules that a real sitting is served by."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen, frozen_floats
from psychometrics.cat.blueprint import Solver
from psychometrics.cat.control import (
    ExposureCounts,
    Holding,
    ability_group,
    eligible_share,
    no_counts,
    shift,
)
from psychometrics.cat.pool import Pool
from psychometrics.cat.selection import Block, Conditions, Estimate, choose, estimate
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, probability
from psychometrics.simulation.plan import Plan, Simulated


def simulate(  # noqa: PLR0913 - who, by what plan, by what chance, and after whom; by name
    pool: Pool,
    theta: npt.ArrayLike,
    *,
    plan: Plan,
    generator: np.random.Generator,
    truth: ItemParameters | None = None,
    counts: ExposureCounts | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulated:
    """Return the papers that simulated persons are given, and their responses.

    Parameters
    ----------
    pool : Pool
        Of m items, with the parameters that selection knows.
    theta : array_like, shape (n,)
        The persons' true abilities, in the order they sit: `plan.cohort` of them at a time.
    plan : Plan
        Block size, value rule, eligibility control.
    generator : numpy.random.Generator
        Children of it draw responses, eligibility and noise apart, so that two plans with
        generators of one seed compare the same persons, with the same response to each item
        and the same luck in who is eligible.
    truth : ItemParameters, length m, optional
        What responses are drawn from; the pool's parameters unless given.
    counts : ExposureCounts, optional
        Who has met what before the first person; nobody unless given.
    progress : callable, optional
        Called with the number of persons who have finished, after each cohort.

    Returns
    -------
    Simulated
        Papers (n, l), scores, estimates and counts. The same seed gives the same, however many
        cores there are.

    Raises
    ------
    InfeasibleBlueprint
        No paper meets the constraints.
    DataError
        Shapes do not fit.

    Notes
    -----
    The persons of a cohort go through their blocks in step, one after the other within a block;
    each is chosen by `choose`, the second half of `next_block`, and sees what all before have
    been given and are planned to be given.
    """
    persons = frozen_floats(theta, "theta")
    drawn_from = pool.items if truth is None else truth
    if len(drawn_from) != len(pool):
        raise DataError(f"true parameters of {len(drawn_from)} items for a pool of {len(pool)}")
    room = _Room(pool, plan, counts or no_counts(plan.groups, len(pool)), generator)
    for begin in range(0, len(persons), plan.cohort):
        cohort = persons[begin : begin + plan.cohort]
        room.sit(probability(cohort, drawn_from))
        if progress is not None:
            progress(len(cohort))
    return room.result(persons)


@dataclass(slots=True)
class _Seat:
    """One person, as they stand: changed in place while the cohort sits."""

    uniforms: FloatArray
    paper: tuple[int, ...] = ()
    holding: Holding | None = None


class _Room:
    """Where cohorts sit one after the other: counts, chance and what has come of it."""

    def __init__(
        self, pool: Pool, plan: Plan, counts: ExposureCounts, generator: np.random.Generator
    ) -> None:
        if counts.held.shape != (plan.groups, len(pool)):
            raise DataError(
                f"counts of shape {counts.held.shape} for {plan.groups} groups of ability "
                f"and {len(pool)} items"
            )
        self.pool, self.plan = pool, plan
        self.length = pool.constraints.quotas.length
        self.eligible, self.held = counts.eligible.copy(), counts.held.copy()
        self.responding, self.luck, self.noise = generator.spawn(3)
        # Row by item, so that the answers of a block are gathered from whole rows.
        self.log_right = np.ascontiguousarray(pool.log_p.T)
        self.log_wrong = np.ascontiguousarray(pool.log_q.T)
        self.nothing = frozen(np.zeros(len(pool), np.bool_))
        self.solvers: Counter[Solver] = Counter()
        self.worst_gap = 0.0
        self.items: list[IntArray] = []
        self.scores: list[BoolArray] = []
        self.at: list[Estimate] = []

    def sit(self, right: FloatArray) -> None:
        """Let a cohort with these probabilities of right answers, shape (n, m), sit."""
        n, m = right.shape
        answers = self.responding.random((n, m)) < right
        seats = [_Seat(uniforms) for uniforms in self.luck.random((n, m))]
        with np.errstate(divide="ignore"):
            belief = np.tile(np.log(self.pool.prior.weights), (n, 1))
        for done in range(0, self.length, self.plan.block_size):
            self._hand_out(seats, _weights(belief), done)
            given = np.array([seat.paper[done : done + self.plan.block_size] for seat in seats])
            belief += self._log_likelihood(given, np.take_along_axis(answers, given, axis=1))
        papers = np.array([seat.paper for seat in seats], np.int64).reshape(n, self.length)
        self.items.append(papers)
        self.scores.append(np.take_along_axis(answers, papers, axis=1))
        self.at += [estimate(self.pool, weights) for weights in _weights(belief)]

    def _hand_out(self, seats: list[_Seat], weights: FloatArray, done: int) -> None:
        """Give each seat its next block, one after the other."""
        worth = weights @ self.pool.information
        noise = self.noise.random(worth.shape)
        for i, seat in enumerate(seats):
            at = estimate(self.pool, weights[i])
            group = int(ability_group(at.theta, self.plan.bounds))
            ineligible = self._draw(seat, group)
            conditions = Conditions(
                noise[i],
                tier=None if self.plan.control is None else ineligible.astype(np.int64),
                available=self.plan.available,
                earlier=seat.paper,
                seconds=self.plan.seconds,
            )
            block = choose(
                self.pool,
                worth[i],
                at,
                administered=seat.paper[:done],
                conditions=conditions,
                size=self.plan.block_size,
                rule=self.plan.rule,
            )
            self._keep(seat, block, group, ineligible)

    def _draw(self, seat: _Seat, group: int) -> BoolArray:
        control = self.plan.control
        if control is None:
            return self.nothing
        if control.conditional:
            could, did = self.eligible[group], self.held[group]
        else:
            could, did = self.eligible.sum(axis=0), self.held.sum(axis=0)
        persons = float(did.sum()) / self.length
        chance = eligible_share(could, did, control.target, persons=persons)
        return np.asarray(seat.uniforms >= chance)

    def _keep(self, seat: _Seat, block: Block, group: int, ineligible: BoolArray) -> None:
        """Put the block's paper in the counts, in the place of the person's one before."""
        holding = Holding(group, block.shadow, ineligible)
        if seat.holding is not None:
            shift(self.eligible, self.held, seat.holding, -1.0)
        shift(self.eligible, self.held, holding, 1.0)
        seat.holding, seat.paper = holding, block.shadow
        self.solvers[block.solver] += 1
        self.worst_gap = max(self.worst_gap, block.gap)

    def _log_likelihood(self, items: IntArray, right: BoolArray) -> FloatArray:
        """Return the log-likelihood of each person's answers to a block on the nodes."""
        return np.asarray(
            np.where(right[..., np.newaxis], self.log_right[items], self.log_wrong[items]).sum(
                axis=1
            )
        )

    def result(self, persons: FloatArray) -> Simulated:
        """Return what has come of it for all the cohorts."""
        items = np.concatenate(self.items) if self.items else np.zeros((0, self.length), np.int64)
        scores = np.concatenate(self.scores) if self.scores else np.zeros(items.shape, np.bool_)
        return Simulated(
            true_theta=persons,
            items=frozen(items),
            scores=frozen(scores.astype(np.int8)),
            theta=frozen(np.array([at.theta for at in self.at])),
            sem=frozen(np.array([at.sem for at in self.at])),
            blocks=-(-self.length // self.plan.block_size),
            solvers=dict(self.solvers),
            worst_gap=self.worst_gap,
            counts=ExposureCounts(self.eligible, self.held),
        )


def _weights(belief: FloatArray) -> FloatArray:
    weights = np.exp(belief - belief.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
