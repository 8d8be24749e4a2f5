"""The best whole paper under every constraint, by the cheapest solver that proves it best."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import fsum, inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, frozen_floats
from psychometrics.cat.blueprint import (
    Paper,
    Quotas,
    Solver,
    check_feasible,
    free_items,
    greedy_rest,
)
from psychometrics.cat.constraints import Constraints
from psychometrics.cat.exchange import replacement
from psychometrics.cat.highs import End, costs_of
from psychometrics.cat.program import Limits, bounds_of, build_program, limits_of, meets
from psychometrics.cat.shadow import (
    Found,
    WarmSearch,
    best_near,
    relaxed,
    seek_paper,
)
from psychometrics.errors import DataError, InfeasibleBlueprint, Undecided

_MOST_PARTINGS = 24
_FIRST_SECONDS = 5.0
"""What the search for a paper in reserve may take, when an assembler is made."""


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """One paper to assemble: what items are worth, and what is on it already.

    `taken` are the chosen items and then the required ones; `eased` says that a required item
    cannot come.
    """

    worth: FloatArray
    chosen: tuple[int, ...]
    taken: tuple[int, ...]
    free: BoolArray
    eased: bool


class _Part(NamedTuple):
    """The best of the papers without some items; the most worth comes first in a heap."""

    worth: float
    number: int
    paper: Paper
    gone: frozenset[int]


class Assembler:
    """Assembles the best papers under one set of constraints; safe to share among threads.

    Parameters
    ----------
    constraints : Constraints
        For m items.

    Notes
    -----
    Exact, in this order: the greedy on the nested quotas, whose paper is the best if it happens
    to meet the rest; where enemies are all the rest, a search over greedy papers without one or
    the other; the linear program (HiGHS, warm); a search over its fractions; HiGHS's own search.
    What a call returns depends on its arguments alone, unless its time runs out.
    """

    def __init__(self, constraints: Constraints) -> None:
        self.constraints = constraints
        self._first: tuple[int, ...] = ()
        if constraints.nested_only:
            return
        self._only_enemies = not len(constraints.rows) and not len(constraints.sets)
        self._program = build_program(constraints)
        self._search = WarmSearch(self._program)
        self._first = self._any_paper()

    def __reduce__(self) -> tuple[type["Assembler"], tuple[Constraints]]:
        """Travel to another process as the constraints: the solver's state stays behind."""
        return Assembler, (self.constraints,)

    def assemble(  # noqa: PLR0913 - what a paper depends on, all but the values by name
        self,
        values: npt.ArrayLike,
        *,
        chosen: Sequence[int] = (),
        available: npt.ArrayLike | None = None,
        held: npt.ArrayLike | None = None,
        earlier: Sequence[int] = (),
        seconds: float = inf,
    ) -> Paper:
        """Return the paper of the highest total value that contains the chosen items.

        Parameters
        ----------
        values : array_like, shape (m,)
            Of each item, any finite number in any unit.
        chosen : sequence of int
            Items that are on the paper already, whether available or not. A limit that they
            have passed is moved to what they reach.
        available : array_like of bool, shape (m,), optional
            Which others may still come; all that are allowed unless given.
        held : array_like, shape (r,), optional
            What the chosen items add to the rows beyond their coefficients.
        earlier : sequence of int
            A whole paper made before, to fall back upon when time runs out.
        seconds : float
            What the search may take once the greedy has not settled it.

        Returns
        -------
        Paper
            Of `quotas.length` items, with what found it and a bound on any other's value.

        Raises
        ------
        InfeasibleBlueprint
            No paper that contains the chosen items meets the quotas that nest.
        DataError
            Shapes do not fit, or an item does not exist or is named twice.
        """
        worth = frozen_floats(values, "values")
        m = self.constraints.allowed.size
        if worth.shape != (m,):
            raise DataError(f"{worth.size} values for {m} items")
        if earlier and not 0 <= min(earlier) <= max(earlier) < m:
            raise DataError(f"the items of an earlier paper must be 0 to {m - 1}")
        task = self._task(worth, chosen, available)
        if self.constraints.nested_only:
            return self._greedy(task, task.free)
        limits = limits_of(self._program, task.taken, task.free, held=held)
        paper = self._under_everything(task, limits, earlier, seconds)
        return self._relaxed(task, limits) if paper is None else paper

    def _task(
        self, worth: FloatArray, chosen: Sequence[int], available: npt.ArrayLike | None
    ) -> _Task:
        free = free_items(self.constraints.quotas, chosen, available)
        free &= self.constraints.allowed
        before = tuple(map(int, chosen))
        asked = [item for item in self.constraints.required if item not in before]
        if not asked:
            return _Task(worth, before, before, free, eased=False)
        come = _that_fit(self.constraints.quotas, before, asked, free)
        free[come] = False
        return _Task(worth, before, (*before, *come), free, eased=len(come) < len(asked))

    def _greedy(self, task: _Task, free: BoolArray) -> Paper:
        """Return the best paper under the quotas that nest."""
        rest = greedy_rest(task.worth, self.constraints.quotas, task.taken, free)
        if len(task.taken) > len(task.chosen):
            return _paper(task, (*task.taken, *rest), Solver.GREEDY)
        return _valued(task, (*task.chosen, *rest), Solver.GREEDY)

    def _under_everything(
        self, task: _Task, limits: Limits, earlier: Sequence[int], seconds: float
    ) -> Paper | None:
        """Return the best paper, or the best in hand when time ran out; None if there is none."""
        may = task.free & (limits.most[: task.free.size] > 0)
        try:
            best = self._greedy(task, may)
        except InfeasibleBlueprint:
            return None
        if meets(self._program, limits, best.items):
            return best
        apart = self._apart(task, limits, may, best) if self._only_enemies else None
        if apart is not None:
            return apart
        found = self._find(task.worth, limits, seconds)
        if found.end is End.INFEASIBLE:
            return None
        if found.end is End.OPTIMAL and found.picked is not None:
            solver = Solver.LINEAR if found.whole else Solver.INTEGER
            return _paper(task, np.flatnonzero(found.picked).tolist(), solver)
        return self._in_hand(task, limits, earlier, found, bound=min(best.value, found.bound))

    def _apart(self, task: _Task, limits: Limits, may: BoolArray, best: Paper) -> Paper | None:
        """Return the best paper without enemies on it: of two that meet, one or the other goes.

        A greedy paper is worth as much as any of the papers that it leads to, so the first in
        the order of worth that meets everything is the best. None if that takes too many.
        """
        free = np.flatnonzero(may)
        order = free[np.argsort(-task.worth[free], kind="stable")].tolist()
        waiting = [_Part(-best.value, 0, best, frozenset())]
        made = 0
        while waiting and made < _MOST_PARTINGS:
            _, _, paper, gone = heappop(waiting)
            meeting = self._two_that_meet(task, paper)
            if not meeting:
                return paper if meets(self._program, limits, paper.items) else None
            for item in meeting:
                made += 1
                without = self._without(task, paper, item, (order, gone))
                if without is not None:
                    heappush(waiting, _Part(-without.value, made, without, gone | {item}))
        return None

    def _without(
        self, task: _Task, paper: Paper, item: int, others: tuple[list[int], frozenset[int]]
    ) -> Paper | None:
        """Return the best paper without one more item; None if there is none."""
        order, gone = others
        out = gone.union(paper.items)
        rest = (one for one in order if one not in out)
        come = replacement(self.constraints.quotas, paper.items, item, rest)
        if come is None:
            return None
        items = [come if one == item else one for one in paper.items]
        return _paper(task, items, Solver.GREEDY)

    def _two_that_meet(self, task: _Task, paper: Paper) -> tuple[int, ...]:
        """Return two enemies on a paper, both still free to go; none if no two meet."""
        here = set(paper.items) - set(task.taken)
        for one in self.constraints.enemies:
            meeting = [item for item in one if item in here]
            if len(meeting) > 1:
                return tuple(meeting[:2])
        return ()

    def _find(self, worth: FloatArray, limits: Limits, seconds: float) -> Found:
        """Return what the search finds, its bound in the units of the values."""
        costs, factor = costs_of(worth, self.constraints.quotas.length)
        found = self._checked(self._search.best(costs, limits, seconds=seconds), limits)
        left = seconds - found.spent
        if found.end is End.STOPPED and left > 0:
            whole = best_near(self._program, costs, limits, found, seconds=left)
            whole = self._checked(whole, limits)
            picked = found.picked if whole.picked is None else whole.picked
            found = replace(whole, picked=picked, bound=min(found.bound, whole.bound))
        return replace(found, bound=found.bound / factor)

    def _some_paper(self, limits: Limits, seconds: float) -> tuple[int, ...]:
        """Return a paper that lies within the limits, whatever it is worth; empty if none does."""
        found = seek_paper(self._program, self._search, limits, seconds=seconds)
        picked = self._checked(found, limits).picked
        return () if picked is None else tuple(np.flatnonzero(picked).tolist())

    def _checked(self, found: Found, limits: Limits) -> Found:
        """Return the finding without a paper that does not meet the limits when counted afresh."""
        if found.picked is None or meets(
            self._program, limits, np.flatnonzero(found.picked).tolist()
        ):
            return found
        return replace(found, end=End.STOPPED, picked=None, bound=inf)

    def _in_hand(
        self, task: _Task, limits: Limits, earlier: Sequence[int], found: Found, *, bound: float
    ) -> Paper | None:
        """Return the best of the papers in hand that meet everything."""
        in_hand = []
        if found.picked is not None:
            in_hand.append(_paper(task, np.flatnonzero(found.picked).tolist(), Solver.INTEGER))
        in_hand += [
            _paper(task, items, Solver.EARLIER)
            for items in (earlier, self._first)
            if items and meets(self._program, limits, items)
        ]
        if not in_hand:
            some = self._some_paper(limits, inf)
            if not some:
                return None
            in_hand.append(_paper(task, some, Solver.EARLIER))
        best = max(in_hand, key=lambda paper: paper.value)
        return replace(best, bound=max(bound, best.value))

    def _relaxed(self, task: _Task, limits: Limits) -> Paper:
        """Return the best of the papers that violate the constraints as little as possible."""
        nested = self._greedy(task, task.free)
        eased = relaxed(self._program, limits, task.free)
        found = None if eased is None else self._find(task.worth, eased, inf)
        if found is None or found.picked is None:
            return replace(nested, solver=Solver.RELAXED)
        return _paper(task, np.flatnonzero(found.picked).tolist(), Solver.RELAXED)

    def _any_paper(self) -> tuple[int, ...]:
        """Return some paper that meets everything; empty if there is none."""
        m = self.constraints.allowed.size
        task = self._task(np.zeros(m), (), None)
        if task.eased:
            return ()
        limits = limits_of(self._program, task.taken, task.free)
        return self._some_paper(limits, _FIRST_SECONDS)


def _that_fit(
    quotas: Quotas, before: tuple[int, ...], asked: Sequence[int], free: BoolArray
) -> list[int]:
    """Return the required items that can come under the quotas that nest, one by one."""
    come = [item for item in asked if free[item]]
    rest = free.copy()
    rest[come] = False
    try:
        check_feasible(quotas, chosen=(*before, *come), available=rest)
    except InfeasibleBlueprint:
        return _one_by_one(quotas, before, come, free)
    return come


def _one_by_one(
    quotas: Quotas, before: tuple[int, ...], asked: Sequence[int], free: BoolArray
) -> list[int]:
    come: list[int] = []
    for item in asked:
        try:
            check_feasible(quotas, chosen=(*before, *come, item), available=free)
        except InfeasibleBlueprint:
            continue
        come.append(item)
    return come


def _paper(task: _Task, items: Sequence[int], solver: Solver) -> Paper:
    """Return the paper with the chosen items first, then the rest by descending value."""
    rest = np.array(sorted(set(items) - set(task.chosen)), np.int64)
    ordered = rest[np.argsort(-task.worth[rest], kind="stable")]
    return _valued(task, (*task.chosen, *ordered.tolist()), solver)


def _valued(task: _Task, items: tuple[int, ...], solver: Solver) -> Paper:
    value = fsum(task.worth[list(items)].tolist())
    return Paper(items, value, Solver.RELAXED if task.eased else solver, value)


def is_feasible(
    constraints: Constraints,
    *,
    chosen: Sequence[int] = (),
    available: npt.ArrayLike | None = None,
    seconds: float = inf,
) -> bool:
    """Say whether some paper meets every constraint.

    Parameters
    ----------
    constraints : Constraints
        For m items.
    chosen : sequence of int
        Items that are on the paper already, whether available or not.
    available : array_like of bool, shape (m,), optional
        Which others may still come; all that are allowed unless given.
    seconds : float
        What the search may take.

    Returns
    -------
    bool

    Raises
    ------
    Undecided
        Time ran out before there was an answer.
    DataError
        As `check_feasible`.
    """
    free = free_items(constraints.quotas, chosen, available) & constraints.allowed
    asked = [item for item in constraints.required if item not in chosen]
    taken = (*map(int, chosen), *asked)
    if not free[asked].all():
        return False
    free[asked] = False
    try:
        check_feasible(constraints.quotas, chosen=taken, available=free)
    except InfeasibleBlueprint:
        return False
    if constraints.nested_only:
        return True
    program = build_program(constraints)
    limits = Limits(program.lower, program.upper, *bounds_of(program, taken, free))
    found = seek_paper(program, WarmSearch(program), limits, seconds=seconds)
    if found.picked is None and found.end is End.STOPPED:
        raise Undecided(seconds)
    return found.picked is not None
