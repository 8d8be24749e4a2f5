"""The best paper as a linear program, and the search over its fractions."""

from dataclasses import dataclass, replace
from math import inf
from threading import Lock

import numpy as np

from psychometrics.arrays import BoolArray, FloatArray
from psychometrics.cat.highs import End, Model, uneven
from psychometrics.cat.program import Limits, Program

_FRACTION = 1e-6
_NODES = 40
"""Programs of a search before HiGHS's own takes over: most need 2, unless words or time bind."""
_CORE = 60
"""Items near the margin among which HiGHS's own search looks first."""


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """The best solution in fractions: its value, and how much each variable's move would cost."""

    value: float
    x: FloatArray
    regret: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    end : End
        OPTIMAL: `picked` is the best. STOPPED: it is the best so far, if there is any.
    picked : BoolArray, shape (m,), or None
        The items of the paper.
    bound : float
        No paper is worth more, in the units of the costs.
    whole : bool
        Whether the linear program alone gave whole items.
    spent : float
        Seconds that HiGHS worked.
    root : Root or None
        The solution in fractions, if the search came to it.
    """

    end: End
    picked: BoolArray | None
    bound: float
    whole: bool = False
    spent: float = 0.0
    root: Root | None = None


class WarmSearch:
    """The linear program kept warm from paper to paper, with branch and bound upon it."""

    def __init__(self, program: Program) -> None:
        """Make the model; it waits for its first costs."""
        self._items = program.items
        self._model = Model(program)
        self._lock = Lock()

    def best(
        self, costs: FloatArray, limits: Limits, *, seconds: float, first: bool = False
    ) -> Found:
        """Return the best paper, unless time or the number of programs runs out.

        Parameters
        ----------
        costs : FloatArray, shape (m,)
            From `costs_of`.
        limits : Limits
            Of the paper.
        seconds : float
            Infinite for no limit.
        first : bool
            Whether the first paper found will do.

        Returns
        -------
        Found

        Notes
        -----
        Land & Doig (1960): depth first, the likelier side first. Each program differs from the
        last by a bound, so it takes HiGHS a handful of pivots; its own search would start anew.
        """
        if seconds <= 0:
            return Found(End.STOPPED, None, inf)
        with self._lock:
            self._model.load(costs, limits)
            begin = self._model.elapsed()
            found = _Branching(self._model, limits, self._items).run(begin + seconds, first=first)
            return replace(found, spent=self._model.elapsed() - begin)


class _Branching:
    """One search; the model's column limits are its own while it runs."""

    def __init__(self, model: Model, limits: Limits, items: int) -> None:
        self._model, self._limits, self._items = model, limits, items
        self._until, self._first = inf, False
        self._fixed: dict[int, int] = {}
        self._best: BoolArray | None = None
        self._value = -inf

    def run(self, until: float, *, first: bool) -> Found:
        self._until, self._first = until, first
        end, x = self._solve({})
        if x is None:
            return Found(end, None, inf)
        bound = self._model.objective()
        branch = self._branch_column(x)
        if branch is None:
            return Found(End.OPTIMAL, x[: self._items] > 0.5, bound, whole=True)
        root = Root(bound, x, self._model.regret())
        return replace(self._descend(bound, branch, x), root=root)

    def _descend(self, bound: float, branch: int, x: FloatArray) -> Found:
        waiting = _sides({}, branch, x)
        for _ in range(_NODES):
            if not waiting or (self._first and self._best is not None):
                break
            fixed = waiting.pop()
            end, x_below = self._solve(fixed)
            if end is End.STOPPED:
                return Found(End.STOPPED, self._best, bound)
            if x_below is None or self._model.objective() <= self._value:
                continue
            column = self._branch_column(x_below)
            if column is None:
                self._best, self._value = x_below[: self._items] > 0.5, self._model.objective()
            else:
                waiting += _sides(fixed, column, x_below)
        if waiting:
            return Found(End.STOPPED, self._best, bound)
        if self._best is None:
            return Found(End.INFEASIBLE, None, bound)
        return Found(End.OPTIMAL, self._best, self._value)

    def _solve(self, fixed: dict[int, int]) -> tuple[End, FloatArray | None]:
        for column in self._fixed.keys() - fixed.keys():
            self._model.fix(column, self._limits.least[column], self._limits.most[column])
        for column, value in fixed.items():
            if self._fixed.get(column) != value:
                self._model.fix(column, value, value)
        self._fixed = fixed
        end = self._model.run(self._until)
        return end, self._model.solution() if end is End.OPTIMAL else None

    def _branch_column(self, x: FloatArray) -> int | None:
        """Return the variable furthest from whole, a linked set before any item."""
        fraction = np.abs(x - np.rint(x))
        sets = fraction[self._items :]
        if sets.max(initial=0.0) > _FRACTION:
            return self._items + int(sets.argmax())
        column = int(fraction[: self._items].argmax())
        return column if fraction[column] > _FRACTION else None


def _sides(fixed: dict[int, int], column: int, x: FloatArray) -> list[dict[int, int]]:
    near = round(float(x[column]))
    return [{**fixed, column: 1 - near}, {**fixed, column: near}]


def best_near(
    program: Program, costs: FloatArray, limits: Limits, found: Found, *, seconds: float
) -> Found:
    """Return the best paper by HiGHS's own search, first among the items near the margin.

    Parameters
    ----------
    program : Program
        Over m items.
    costs : FloatArray, shape (m,)
        From `costs_of`.
    limits : Limits
        Of the paper.
    found : Found
        Of a `WarmSearch` that stopped.
    seconds : float
        Infinite for no limit.

    Returns
    -------
    Found

    Notes
    -----
    A paper that differs from the solution in fractions at a variable is worth less than that by
    the variable's reduced cost at least. So a paper that falls short by no more than every item
    left out would cost is the best of all (Balas & Zemel 1980, the core of a knapsack).
    """
    root = found.root
    if root is None:
        return best_whole(program, costs, limits, seconds=seconds)
    value = float(costs[found.picked].sum()) if found.picked is not None else -inf
    core = np.sort(root.regret)[: _CORE + 1][-1]
    reach = min(float(core), root.value - value)
    near = best_whole(program, costs, _within(limits, root, reach), seconds=seconds)
    best = _better(costs, found.picked, near.picked)
    value = float(costs[best].sum()) if best is not None else -inf
    if near.end is End.STOPPED:
        return Found(End.STOPPED, best, root.value)
    if root.value - value <= reach:
        return Found(End.OPTIMAL, best, value)
    left = seconds - near.spent
    wide = best_whole(program, costs, _within(limits, root, root.value - value), seconds=left)
    best = _better(costs, best, wide.picked)
    if wide.end is End.STOPPED:
        return Found(End.STOPPED, best, max(min(wide.bound, root.value), value))
    end = End.INFEASIBLE if best is None else End.OPTIMAL
    return Found(end, best, wide.bound if best is None else float(costs[best].sum()))


def _within(limits: Limits, root: Root, reach: float) -> Limits:
    """Return limits that leave every variable of a larger regret where it is in fractions."""
    fixed = root.regret > reach * (1.0 + 1e-9) + 1e-6
    at = np.rint(root.x)
    return replace(
        limits, least=np.where(fixed, at, limits.least), most=np.where(fixed, at, limits.most)
    )


def _better(costs: FloatArray, one: BoolArray | None, other: BoolArray | None) -> BoolArray | None:
    if one is None or other is None:
        return other if one is None else one
    return one if costs[one].sum() >= costs[other].sum() else other


def best_whole(
    program: Program, costs: FloatArray, limits: Limits, *, seconds: float, first: bool = False
) -> Found:
    """Return the best paper by HiGHS's own search over whole numbers.

    Parameters
    ----------
    program : Program
        Over m items.
    costs : FloatArray, shape (m,)
        From `costs_of`.
    limits : Limits
        Of the paper.
    seconds : float
        Infinite for no limit.
    first : bool
        Whether the first paper found will do.

    Returns
    -------
    Found
    """
    model = Model(program, whole=True)
    if first:
        model.stop_at_first()
    model.load(costs, limits)
    end = model.run(seconds)
    spent = model.elapsed()
    if end is End.INFEASIBLE:
        return Found(end, None, -inf, spent=spent)
    x = model.solution()
    picked = None if x is None else x[: program.items] > 0.5
    if end is End.OPTIMAL and x is not None:
        return Found(end, picked, model.objective(), spent=spent)
    return Found(End.STOPPED, picked, model.bound(), spent=spent)


def seek_paper(program: Program, search: WarmSearch, limits: Limits, *, seconds: float) -> Found:
    """Return how the search for some paper within the limits ended.

    Parameters
    ----------
    program : Program
        Over m items.
    search : WarmSearch
        Of the program.
    limits : Limits
        Of the paper.
    seconds : float
        Infinite for no limit.

    Returns
    -------
    Found
        INFEASIBLE: there is no such paper. STOPPED without one: time ran out.
    """
    # Costs that differ lead each program to one corner, which is whole more often than not.
    costs = uneven(program.items)
    found = search.best(costs, limits, seconds=seconds, first=True)
    left = seconds - found.spent
    if found.picked is None and found.end is End.STOPPED and left > 0:
        found = best_whole(program, costs, limits, seconds=left, first=True)
    return found


def relaxed(program: Program, limits: Limits, free: BoolArray) -> Limits | None:
    """Return limits moved by as little as lets some paper meet them; None if none ever does.

    Parameters
    ----------
    program : Program
        Over m items.
    limits : Limits
        Which no paper meets.
    free : BoolArray, shape (m,)
        Which items may come besides those taken.

    Returns
    -------
    Limits or None
        The rows of the nested quotas are as they were. A row's distance counts in its largest
        coefficient, so that a row of words weighs as much as a row of items.
    """
    rows, nested = len(program.lower), program.nested
    crossing = rows - nested
    slack = np.vstack([np.zeros((nested, 2 * crossing)), np.hstack([np.eye(crossing)] * 2)])
    slack[:, crossing:] *= -1.0
    eased = replace(program, matrix=np.hstack([program.matrix, slack]))
    most = np.concatenate([limits.most, np.full(2 * crossing, inf)])
    most[: program.columns] = 1.0
    most[: program.items] = np.maximum(free, limits.least[: program.items])
    least = np.concatenate([limits.least, np.zeros(2 * crossing)])
    unit = np.abs(program.crossing[:, : program.items]).max(axis=1, initial=0.0)
    unit[unit == 0.0] = 1.0
    costs = np.concatenate([np.zeros(program.columns), np.tile(-1.0 / unit, 2)])
    model = Model(eased, whole=True)
    model.load(costs, Limits(limits.lower, limits.upper, least, most))
    x = model.solution() if model.run(inf) is End.OPTIMAL else None
    if x is None:
        return None
    under, over = np.split(np.rint(x[program.columns :]), 2)
    lower, upper = limits.lower.copy(), limits.upper.copy()
    lower[nested:] -= under
    upper[nested:] += over
    return Limits(lower, upper, limits.least, most[: program.columns])
