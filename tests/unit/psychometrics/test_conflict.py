"""The smallest conflict, on families of conflicts that are known."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from psychometrics import Constraints, DataError, Quotas, Sums, is_feasible, smallest_conflict
from tests.unit.psychometrics.papers import make_generator


def without(conflicts: list[set[int]]) -> Callable[[tuple[int, ...]], bool]:
    """Whatever holds none of these conflicts can be met."""
    return lambda members: not any(one <= set(members) for one in conflicts)


def test_of_several_conflicts_the_smallest_is_named() -> None:
    assert smallest_conflict(9, without([{0, 1, 2}, {3, 4, 5, 6}, {2, 8}])) == (2, 8)


def test_one_constraint_may_be_a_conflict_by_itself() -> None:
    assert smallest_conflict(5, without([{0, 1}, {4}])) == (4,)


def test_all_may_be_needed() -> None:
    assert smallest_conflict(6, without([set(range(6))])) == (0, 1, 2, 3, 4, 5)


def test_without_a_conflict_there_is_nothing_to_name() -> None:
    assert smallest_conflict(4, without([])) == ()
    assert smallest_conflict(0, without([])) == ()


def test_the_smallest_is_found_among_many_overlapping_conflicts() -> None:
    generator = make_generator(1)
    for _ in range(15):
        conflicts = [
            set(generator.choice(14, int(generator.integers(3, 7)), replace=False).tolist())
            for _ in range(int(generator.integers(1, 12)))
        ]
        feasible = without(conflicts)
        found = smallest_conflict(14, feasible)
        assert set(found) in conflicts
        assert len(found) == min(map(len, conflicts))
        assert all(feasible(one) for one in combinations(found, len(found) - 1))


def test_a_conflict_of_many_constraints_takes_few_calls() -> None:
    asked: list[tuple[int, ...]] = []
    feasible = without([{3, 17, 44}, set(range(50, 60))])

    def counted(members: tuple[int, ...]) -> bool:
        asked.append(members)
        return feasible(members)

    assert smallest_conflict(60, counted) == (3, 17, 44)
    assert len(asked) < 150
    assert len(set(asked)) == len(asked)


def test_beyond_its_calls_every_constraint_that_is_named_is_needed() -> None:
    feasible = without([{0, 1, 2, 3}, {9, 10}])
    found = smallest_conflict(12, feasible, calls=2)
    assert not feasible(found)
    assert all(feasible(one) for one in combinations(found, len(found) - 1))


def test_no_constraint_at_all_must_be_possible() -> None:
    with pytest.raises(DataError):
        smallest_conflict(3, lambda _: False)
    with pytest.raises(DataError):
        smallest_conflict(-1, lambda _: True)


def test_a_conflict_of_a_real_blueprint_is_named() -> None:
    # Ten items, five of each of two criteria; the constraints are five rows over them.
    quotas = Quotas(4, [-1], [0], [4], [0] * 10)
    first, second = np.arange(10) < 5, np.arange(10) >= 5
    rows = [(first, 3, 4), (first, 0, 4), (second, 0, 4), (second, 2, 4), (np.arange(10) < 9, 0, 4)]

    def can_be_met(members: tuple[int, ...]) -> bool:
        kept = [rows[one] for one in members]
        coefficients = np.array([one[0] for one in kept], np.float64).reshape(len(kept), 10)
        given = Sums(coefficients, [one[1] for one in kept], [one[2] for one in kept])
        return is_feasible(Constraints(quotas, rows=given))

    assert smallest_conflict(5, can_be_met) == (0, 3)
