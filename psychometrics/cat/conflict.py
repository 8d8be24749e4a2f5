"""The smallest set of constraints that cannot be met together."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from psychometrics.errors import DataError

Feasible = Callable[[tuple[int, ...]], bool]


def smallest_conflict(count: int, feasible: Feasible, *, calls: int = 2000) -> tuple[int, ...]:
    """Return the smallest set of constraints that cannot be met together.

    Parameters
    ----------
    count : int
        How many constraints there are, 0 to count - 1.
    feasible : callable
        Says whether the named constraints (sorted, distinct) can be met together. Fewer must
        never be harder to meet than more.
    calls : int
        How often `feasible` may be asked for the smallest set. Beyond that the answer is a set
        of which every constraint is needed, though a smaller one may exist; it takes at most
        `count` calls more.

    Returns
    -------
    tuple of int
        Ascending; empty if all can be met together. If there are several smallest sets, one.

    Raises
    ------
    DataError
        The count is negative, or no constraint at all is already too much.

    Notes
    -----
    Implicit hitting sets: Ignatiev, Previti, Liffiton & Marques-Silva (2015), "Smallest MUS
    extraction with minimal hitting set dualization". A conflict has a member in each set whose
    removal mends everything, so a smallest hitting set of the removals found so far is no larger
    than a smallest conflict; once it is a conflict itself, it is the smallest.
    """
    if count < 0:
        raise DataError(f"there cannot be {count} constraints")
    asked = _Asked(feasible)
    everything = tuple(range(count))
    if asked(everything):
        return ()
    if not asked(()):
        raise DataError("not even a paper without constraints is possible")
    removals: list[tuple[int, ...]] = []
    while asked.calls < calls:
        hitting = _smallest_hitting_set(count, removals)
        if not asked(hitting):
            return hitting
        kept = _grown(hitting, everything, asked)
        removals.append(tuple(sorted(set(everything) - set(kept))))
    return _irreducible(everything, asked)


class _Asked:
    """Asks, and answers from what it knows where a subset or superset was asked before."""

    def __init__(self, feasible: Feasible) -> None:
        self._feasible = feasible
        self._can: list[frozenset[int]] = []
        self._cannot: list[frozenset[int]] = []
        self.calls = 0

    def __call__(self, members: Sequence[int]) -> bool:
        """Say whether the members can be met together."""
        named = frozenset(members)
        if any(named <= known for known in self._can):
            return True
        if any(named >= known for known in self._cannot):
            return False
        self.calls += 1
        answer = self._feasible(tuple(sorted(named)))
        (self._can if answer else self._cannot).append(named)
        return answer


def _grown(start: Sequence[int], everything: Sequence[int], asked: _Asked) -> tuple[int, ...]:
    """Return a largest set around the start that can be met: nothing can be added to it.

    The rest is tried in halves, so that a few constraints in the way cost few calls.
    """
    kept = set(start)
    waiting = [[one for one in everything if one not in kept]]
    while waiting:
        part = waiting.pop()
        if not part:
            continue
        if asked((*kept, *part)):
            kept.update(part)
        elif len(part) > 1:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
    return tuple(sorted(kept))


def _smallest_hitting_set(count: int, removals: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the smallest set with a member in each removal."""
    if not removals:
        return ()
    rows = np.zeros((len(removals), count))
    for row, one in enumerate(removals):
        rows[row, list(one)] = 1.0
    found = milp(
        np.ones(count),
        constraints=LinearConstraint(rows, 1.0, np.inf),
        integrality=np.ones(count, np.int8),
        bounds=Bounds(0.0, 1.0),
    )
    if found.x is None:
        raise DataError(f"no constraint could be left out to mend: {found.message}")
    return tuple(np.flatnonzero(found.x > 0.5).tolist())


def _irreducible(everything: Sequence[int], asked: _Asked) -> tuple[int, ...]:
    kept = list(everything)
    for one in everything:
        rest = [other for other in kept if other != one]
        if not asked(rest):
            kept = rest
    return tuple(kept)
