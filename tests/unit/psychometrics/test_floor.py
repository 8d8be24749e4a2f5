"""The least exposure that constraints allow, on banks small enough to reckon by hand."""

import numpy as np
import pytest

from psychometrics import (
    Constraints,
    InfeasibleBlueprint,
    LinkedSets,
    Quotas,
    Sums,
    attainable_exposure,
    fewest_taken,
)
from tests.unit.psychometrics.papers import make_quotas

QUOTAS = Quotas(4, [-1, -1], [2, 1], [3, 2], [0] * 5 + [1] * 10)


def test_a_criterion_that_needs_six_of_its_fifteen_items_cannot_go_below_two_in_five() -> None:
    leaf = np.repeat([0, 1], [15, 100])
    quotas = Quotas(12, [-1, -1], [6, 0], [8, 12], leaf)
    assert attainable_exposure(Constraints(quotas)) == pytest.approx(6 / 15)


def test_the_whole_paper_sets_a_floor_too() -> None:
    assert attainable_exposure(Constraints(QUOTAS)) == pytest.approx(2 / 5)
    even = Quotas(6, [-1], [0], [6], [0] * 15)
    assert attainable_exposure(Constraints(even)) == pytest.approx(6 / 15)


def test_the_node_in_greatest_need_sets_the_floor() -> None:
    # The first outcome needs 17 of its 48 items; the paper needs 45 of 128.
    assert attainable_exposure(Constraints(make_quotas())) == pytest.approx(17 / 48)


def test_items_that_cannot_come_raise_the_floor() -> None:
    kept = np.arange(15) != 0
    assert attainable_exposure(Constraints(QUOTAS, allowed=kept)) == pytest.approx(2 / 4)
    assert attainable_exposure(Constraints(QUOTAS), available=kept) == pytest.approx(2 / 4)


def test_required_items_are_left_out_of_the_maximum() -> None:
    assert attainable_exposure(Constraints(QUOTAS, required=(0,))) == pytest.approx(1 / 4)
    alone = Quotas(1, [-1], [0], [1], [0, 0])
    assert attainable_exposure(Constraints(alone, required=(0,))) == 0.0


def test_enemies_share_what_one_item_could_have() -> None:
    # Items 0 to 3 of criterion 0 are on a paper once at most, so item 4 is on every paper.
    assert attainable_exposure(Constraints(QUOTAS, enemies=((0, 1, 2, 3),))) == pytest.approx(1.0)
    assert attainable_exposure(Constraints(QUOTAS, enemies=((0, 1, 2),))) == pytest.approx(0.5)


def test_a_row_over_few_items_raises_the_floor() -> None:
    coefficients = (np.arange(15) < 2).astype(float)[None]
    constraints = Constraints(QUOTAS, rows=Sums(coefficients, [1.0], [2.0]))
    assert attainable_exposure(constraints) == pytest.approx(0.5)


def test_a_set_that_every_paper_uses_is_on_every_paper() -> None:
    sets = LinkedSets(((0, 1, 2), (6, 7)), [3, 2], [3, 2], fewest=1, most=1)
    assert attainable_exposure(Constraints(QUOTAS, sets=sets)) == pytest.approx(0.5)
    one = LinkedSets(((0, 1),), [2], [2], fewest=1)
    assert attainable_exposure(Constraints(QUOTAS, sets=one)) == pytest.approx(1.0)


def test_constraints_that_no_paper_meets_have_no_floor() -> None:
    with pytest.raises(InfeasibleBlueprint):
        attainable_exposure(Constraints(QUOTAS), available=np.arange(15) > 3)
    with pytest.raises(InfeasibleBlueprint):
        attainable_exposure(Constraints(QUOTAS, required=(0,), allowed=np.arange(15) > 0))


def test_the_fewest_taken_of_a_part_is_what_its_own_and_all_other_quotas_make_it() -> None:
    first, second = QUOTAS.leaf == 0, QUOTAS.leaf == 1
    made = Constraints(QUOTAS)
    # At most 3 of the first and 2 of the second in a paper of 4.
    assert (fewest_taken(made, first), fewest_taken(made, second)) == (2, 1)
    assert fewest_taken(made, first | second) == 4
    assert fewest_taken(made, np.arange(15) == 0) == 0
    required = Constraints(QUOTAS, required=(0,))
    assert fewest_taken(required, np.arange(15) == 0) == 1
    row = Sums([(np.arange(15) >= 10).astype(float)], [2.0], [4.0])
    assert fewest_taken(Constraints(QUOTAS, rows=row), second) == 2


def test_the_fewest_taken_where_there_is_no_paper_is_refused() -> None:
    with pytest.raises(InfeasibleBlueprint, match="not even on average"):
        fewest_taken(Constraints(QUOTAS, allowed=np.zeros(15, np.bool_)), np.ones(15, np.bool_))
