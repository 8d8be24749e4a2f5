"""Where items on trial stand: in every part of a paper, anywhere but first, by the seed alone."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.paper.trial_positions import interleave, trial_positions


@given(st.integers(0, 2**63 - 1), st.integers(1, 80), st.integers(0, 20))
def test_there_are_as_many_as_slots_in_order_and_never_first(
    seed: int, scored: int, slots: int
) -> None:
    found = trial_positions(seed, scored + slots, slots)
    assert len(set(found)) == slots
    assert list(found) == sorted(found)
    assert all(2 <= position <= scored + slots for position in found)
    assert trial_positions(seed, scored + slots, slots) == found


def test_a_seed_has_its_positions_for_good() -> None:
    assert trial_positions(1, 50, 5) == (9, 19, 23, 32, 43)


def test_every_position_but_the_first_is_as_likely_as_any_other() -> None:
    count = Counter(at for seed in range(12_000) for at in trial_positions(seed, 13, 3))
    assert set(count) == set(range(2, 14))
    assert all(2_750 < times < 3_250 for times in count.values())


def test_items_on_trial_stand_at_their_spots_among_the_others() -> None:
    assert interleave((1, 2, 3), (8, 9), (1, 4), (None,) * 4) == (1, 8, 2, 3, 9)
    assert interleave((1, 2), (8, 9), (0, 1), (None,) * 3) == (8, 9, 1, 2)
    assert interleave((), (8,), (0,), (None,)) == (8,)
    assert interleave((1, 2), (), (), (None,) * 3) == (1, 2)


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ((None, "x", "x", None), (1, 2, 9, 3)),
        ((None, "x", "x", "x"), (1, 2, 3, 9)),
        ((None, None, "x", "x"), (1, 9, 2, 3)),
        ((None, "x", "y", "y"), (1, 9, 2, 3)),
    ],
)
def test_an_item_on_trial_never_parts_the_items_of_a_case(
    cases: tuple[str | None, ...], expected: tuple[int, ...]
) -> None:
    assert interleave((1, 2, 3), (9,), (1,), cases) == expected


def test_nor_those_of_a_case_that_goes_on_from_the_block_before() -> None:
    assert interleave((1, 2, 3), (9,), (0,), ("x", "x", "x", None)) == (1, 2, 9, 3)
