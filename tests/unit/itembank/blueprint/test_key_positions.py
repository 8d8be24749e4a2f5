from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import pytest

from itembank.blueprint.key_positions import (
    KeyPlan,
    can_place,
    held_rows,
    key_plan,
    key_rows,
    key_rows_of_any_length,
    place_keys,
    reach,
)
from itembank.items.item import LETTERS, ItemVersion, Letter
from tests.factories import OPTION_IDS, make_item, make_option

Quota = Mapping[Letter, tuple[int, int]]


def make_plan(items: Sequence[ItemVersion], quota: Quota, length: int) -> KeyPlan:
    return key_plan(quota, length, reach(items), scored=np.ones(len(items), np.bool_))


def make_mixed(generator: np.random.Generator, count: int) -> list[ItemVersion]:
    """Return items some of which are fixed and some of which have two or three options."""
    return [_mixed(f"I-{n}", generator) for n in range(count)]


def _mixed(name: str, generator: np.random.Generator) -> ItemVersion:
    options = tuple(make_option(one) for one in OPTION_IDS[: int(generator.integers(2, 5))])
    key = options[int(generator.integers(len(options)))].id
    free = bool(generator.integers(2))
    return make_item(name, shuffle=free, options=options, key=key)


def make_quota(generator: np.random.Generator, length: int) -> Quota:
    letters = [letter for letter in LETTERS[:4] if generator.integers(3)]
    lows = {letter: int(generator.integers(0, length // 2 + 1)) for letter in letters}
    return {letter: (low, low + int(generator.integers(0, 3))) for letter, low in lows.items()}


def meets(quota: Quota, positions: Sequence[int]) -> bool:
    return all(
        low <= positions.count(LETTERS.index(letter)) <= high
        for letter, (low, high) in quota.items()
    )


def every_placing(plan: KeyPlan, items: Sequence[int]) -> list[tuple[int, ...]]:
    open_to = [[p for p in range(8) if int(plan.reach[item]) >> p & 1] for item in items]
    return list(product(*open_to))


@pytest.mark.parametrize("seed", range(60))
def test_keys_can_be_placed_exactly_where_trying_every_placing_finds_one(seed: int) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    quota = make_quota(generator, 5)
    plan = make_plan(make_mixed(generator, 5), quota, 5)
    some = any(meets(quota, placing) for placing in every_placing(plan, range(5)))
    assert can_place(plan, range(5)) == some


@pytest.mark.parametrize("seed", range(40))
def test_rows_let_through_exactly_the_papers_whose_keys_can_be_placed(seed: int) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    plan = make_plan(make_mixed(generator, 8), make_quota(generator, 4), 4)
    rows = key_rows(plan)
    for paper in combinations(range(8), 4):
        sums = rows.coefficients[:, list(paper)].sum(axis=1)
        within = bool(((sums >= rows.lower) & (sums <= rows.upper)).all())
        assert within == can_place(plan, paper), paper


@pytest.mark.parametrize("seed", range(20))
def test_rows_for_an_open_length_let_through_the_same_papers_of_each_length(seed: int) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    plan = make_plan(make_mixed(generator, 6), make_quota(generator, 4), 4)
    rows = key_rows_of_any_length(plan)
    for length in range(1, 7):
        for paper in combinations(range(6), length):
            sums = rows.coefficients[:, list(paper)].sum(axis=1)
            within = bool(((sums >= rows.lower) & (sums <= rows.upper)).all())
            assert within == can_place(plan, paper), paper


def make_attainable_quota(plan_items: Sequence[ItemVersion], seed: int) -> Quota:
    """Return a quota that the first six items meet, tight for some positions."""
    generator = np.random.Generator(np.random.PCG64(seed))
    placing = [
        int(generator.choice([p for p in range(8) if int(mask) >> p & 1]))
        for mask in reach(plan_items[:6])
    ]
    counts = {letter: placing.count(n) for n, letter in enumerate(LETTERS[:4])}
    return {
        letter: (max(0, count - int(generator.integers(2))), count + int(generator.integers(2)))
        for letter, count in counts.items()
        if generator.integers(4)
    }


@pytest.mark.parametrize("seed", range(40))
def test_placing_block_by_block_meets_the_quota_whatever_paper_the_rows_let_through(
    seed: int,
) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    items = make_mixed(generator, 12)
    quota = make_attainable_quota(items, seed)
    plan = make_plan(items, quota, 6)
    rows = key_rows(plan)
    given: list[int] = []
    positions: list[int] = []
    while len(given) < 6:
        # The rest of the paper is drawn anew for each block, as selection may change its mind.
        held = held_rows(plan, list(zip(given, positions, strict=True)), rows=len(rows))
        fits = [
            rest
            for rest in combinations(sorted(set(range(12)) - set(given)), 6 - len(given))
            if (rows.coefficients[:, [*given, *rest]].sum(axis=1) + held <= rows.upper).all()
        ]
        rest = fits[int(generator.integers(len(fits)))]
        coming, later = rest[:2], rest[2:]
        placed = place_keys(
            plan, used=positions, coming=coming, later=later, uniforms=generator.random(2)
        )
        given += coming
        positions += placed
    assert meets(quota, positions)


def test_a_key_stands_at_each_position_that_the_quota_leaves_open_equally_often() -> None:
    plan = make_plan([make_item("I-1"), make_item("I-2")], {"A": (0, 0)}, 2)
    drawn = [
        place_keys(plan, used=(), coming=(0,), later=(1,), uniforms=[deviate])[0]
        for deviate in np.linspace(0, 1, 300, endpoint=False)
    ]
    assert [drawn.count(position) for position in range(4)] == [0, 100, 100, 100]


def test_a_fixed_item_keeps_its_position_and_the_free_ones_make_room_for_those_to_come() -> None:
    fixed = make_item("I-2", key="p", shuffle=False)
    plan = make_plan([make_item("I-1"), fixed, make_item("I-3")], {"A": (1, 1)}, 3)
    for deviate in (0.0, 0.4, 0.9):
        first = place_keys(plan, used=(), coming=(0,), later=(1, 2), uniforms=[deviate])
        assert first[0] != 0
    assert place_keys(plan, used=(1,), coming=(1,), later=(2,), uniforms=[0.9]) == (0,)


def test_a_quota_that_is_lost_already_still_gives_each_key_a_place_that_is_not_full() -> None:
    plan = make_plan([make_item("I-1"), make_item("I-2")], {"A": (0, 1), "B": (3, 3)}, 2)
    placed = place_keys(plan, used=(0,), coming=(0, 1), later=(), uniforms=[0.0, 0.99])
    assert placed == (1, 3)


def test_an_item_of_two_options_never_has_its_key_beyond_them() -> None:
    options = tuple(make_option(one) for one in OPTION_IDS[:2])
    item = make_item(key="q", options=options)
    plan = make_plan([item], {}, 1)
    drawn = {
        place_keys(plan, used=(), coming=(0,), later=(), uniforms=[deviate])[0]
        for deviate in (0.0, 0.3, 0.6, 0.999)
    }
    assert drawn == {0, 1}


def test_a_bank_that_is_shuffled_throughout_needs_no_rows() -> None:
    quota: Quota = {"A": (1, 3), "B": (1, 3), "C": (1, 3), "D": (1, 3)}
    plan = make_plan([make_item(f"I-{n}") for n in range(12)], quota, 8)
    assert plan.sets == ()
    assert held_rows(plan, [(0, 2)], rows=0).tolist() == []


def test_a_quota_that_no_paper_can_meet_has_a_row_that_none_passes() -> None:
    plan = make_plan([make_item(f"I-{n}") for n in range(12)], {"A": (3, 3), "B": (3, 3)}, 5)
    rows = key_rows(plan)
    assert len(rows)
    assert (rows.coefficients[:, :5].sum(axis=1) > rows.upper).any()


def test_what_is_held_stands_after_the_plans_own_rows_as_nothing() -> None:
    items = [make_item("I-1"), make_item("I-2", key="p", shuffle=False), make_item("I-3")]
    plan = make_plan(items, {"A": (0, 1)}, 2)
    assert plan.sets == (1,)
    assert held_rows(plan, [(0, 0)], rows=3).tolist() == [1.0, 0.0, 0.0]
    assert held_rows(plan, [(0, 2)], rows=3).tolist() == [0.0, 0.0, 0.0]
    assert held_rows(plan, [(1, 0)], rows=3).tolist() == [0.0, 0.0, 0.0]


def test_options_stand_around_the_key_in_the_order_of_their_deviates() -> None:
    item = make_item(key="q")
    assert item.interaction.ordered([0.9, 0.5, 0.1, 0.3], key_at=0) == ("q", "r", "s", "p")
    assert item.interaction.ordered([0.9, 0.5, 0.1, 0.3], key_at=3) == ("r", "s", "p", "q")
