"""The order of delivery, on papers small enough to see through."""

import numpy as np

from psychometrics.cat.order import delivery_order

LEAF = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
PAPER = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)


def test_without_sets_the_criteria_take_turns() -> None:
    assert delivery_order(PAPER, 0, LEAF) == (0, 4, 8, 1, 5, 2, 6, 9, 3, 7)


def test_administered_items_keep_their_places_and_count() -> None:
    assert delivery_order(PAPER, 2, LEAF) == (0, 1, 4, 8, 5, 2, 6, 9, 3, 7)


def test_the_items_of_a_set_stand_together_where_the_first_is_due() -> None:
    assert delivery_order(PAPER, 0, LEAF, sets=[(3, 1, 7)], size=10) == (
        *(0, 4, 8),
        *(1, 3, 7),
        *(5, 2, 6, 9),
    )


def test_a_set_that_was_begun_goes_on_first() -> None:
    ordered = delivery_order((7, 0, 1, 2, 3, 4, 5, 6), 1, LEAF, sets=[(3, 7, 2)], size=5)
    assert ordered[:3] == (7, 2, 3)


def test_a_set_that_does_not_fit_in_the_block_gives_way_to_what_does() -> None:
    ordered = delivery_order(PAPER, 0, LEAF, sets=[(1, 2, 3)], size=5)
    assert ordered == (0, 4, 8, 5, 6, 1, 2, 3, 9, 7)
    assert {1, 2, 3} <= set(ordered[5:10])


def test_a_set_larger_than_a_block_comes_when_it_is_due() -> None:
    ordered = delivery_order(PAPER, 0, LEAF, sets=[(1, 2, 3)], size=2)
    assert ordered == (0, 4, 8, 1, 2, 3, 5, 6, 9, 7)


def test_a_set_that_nothing_else_can_replace_runs_over_the_block() -> None:
    leaf = np.zeros(5, np.int64)
    sets = [(0, 1), (2, 3, 4)]
    assert delivery_order((0, 1, 2, 3, 4), 0, leaf, sets=sets, size=4) == (0, 1, 2, 3, 4)


def test_the_first_item_of_the_pool_is_not_taken_for_a_set_that_was_begun() -> None:
    with_sets = delivery_order((5, 6, 7, 0, 1, 2), 1, LEAF, sets=[(3, 4)], size=5)
    assert with_sets == delivery_order((5, 6, 7, 0, 1, 2), 1, LEAF, size=5)
