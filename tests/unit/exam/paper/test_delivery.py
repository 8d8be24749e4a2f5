"""Delivery: the next block of the best paper, from the sitting and its chance alone."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.paper.delivery import MOST_OPTIONS, Noise, choose_block, noise_sizes
from app.exam.paper.edition import Edition
from app.exam.sitting.events import Answered, BlockDelivered, Event, Started
from app.exam.sitting.sitting import Sitting, evolve
from itembank.items.item import ItemId
from itembank.items.response import from_record
from tests.factories import (
    AT,
    OPTION_IDS,
    asked_otherwise,
    make_bank,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_form,
    make_item,
    make_sitting,
    make_started,
    still,
)

EDITION = make_edition()
SIZES = noise_sizes(EDITION)
SIZED = {size: make_edition(make_exam(block_size=size)) for size in (1, 2, 3, 8)}


def make_noise(seed: int, edition: Edition = EDITION) -> Noise:
    generator = np.random.Generator(np.random.PCG64(seed))
    values, options = noise_sizes(edition)
    return Noise(generator.random(values), generator.random(options))


def begun(*, block_size: int = 2, seen: tuple[tuple[ItemId, int], ...] = ()) -> Sitting:
    begin = Started(60, 0.0, 20, seen_before=seen)
    return make_sitting(Event(AT, begin), made=make_created(block_size=block_size))


def whole(sitting: Sitting, edition: Edition, seed: int, *, right: int) -> Sitting:
    """Return the sitting with its whole paper, every `right`-th question answered rightly."""
    blocks = -(-sitting.made.length // sitting.made.block_size)
    for number in range(blocks):
        block = choose_block(edition, sitting, make_noise(100 * seed + number, edition))
        sitting = evolve(sitting, Event(AT, block))
        for position in sitting.positions(sitting.block):
            place = sitting.places[position - 1]
            key = edition.item(place.item).interaction.key
            wrong = next(name for name in place.options if name != key)
            option = next(name for name in place.options if name == key)
            choice = option if position % right == 0 else wrong
            sitting = evolve(
                sitting, Event(AT, Answered(position, from_record(choice), flagged=False))
            )
    return sitting


def names(block: BlockDelivered) -> list[str]:
    return [place.item for place in block.places]


@pytest.mark.parametrize("size", SIZED)
@pytest.mark.parametrize("right", [1, 2, 9])
@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_paper_meets_its_quotas_exactly(size: int, right: int, seed: int) -> None:
    edition = SIZED[size]
    done = whole(begun(block_size=size), edition, seed, right=right)
    items = [edition.item(place.item) for place in done.places]
    assert len({item.id for item in items}) == 8
    blueprint = edition.exam.blueprint
    criteria = Counter(item.tags[0].code for item in items)
    outcomes = Counter(item.tags[0].code[0] for item in items)
    for code, count in {**criteria, **outcomes}.items():
        least, most = blueprint.limits(code)
        assert least <= count <= most, code
    assert done.remaining == ()


@given(st.integers(0, 10_000))
def test_the_same_chance_gives_the_same_block_and_another_often_another(seed: int) -> None:
    block = choose_block(EDITION, begun(), make_noise(seed))
    assert choose_block(EDITION, begun(), make_noise(seed)) == block


def test_first_blocks_differ_between_sittings() -> None:
    firsts = {tuple(names(choose_block(EDITION, begun(), make_noise(n)))) for n in range(20)}
    assert len(firsts) > 5


def test_a_block_names_the_rest_of_the_paper_it_was_chosen_with() -> None:
    block = choose_block(EDITION, begun(), still(EDITION))
    assert (block.block, len(block.places), len(block.remaining)) == (1, 2, 6)
    assert not set(names(block)) & {name for name, _ in block.remaining}
    assert (block.theta, block.sem) == pytest.approx((0.5, 1.0), abs=0.01)


def test_theta_rises_after_right_answers_and_falls_after_wrong_ones() -> None:
    up, down = (
        choose_block(EDITION, _after_first(right=right), still(EDITION)) for right in (True, False)
    )
    assert down.theta < 0.5 < up.theta


def _after_first(*, right: bool) -> Sitting:
    sitting = evolve(begun(), Event(AT, choose_block(EDITION, begun(), still(EDITION))))
    for position, place in enumerate(sitting.places, start=1):
        key = EDITION.item(place.item).interaction.key
        option = next(name for name in place.options if (name == key) is right)
        sitting = evolve(sitting, Event(AT, Answered(position, from_record(option), flagged=False)))
    return sitting


def test_items_seen_before_come_only_when_the_others_are_used_up() -> None:
    first = whole(begun(), EDITION, 1, right=2)
    seen = tuple((place.item, 1) for place in first.places)
    second = whole(begun(seen=seen), EDITION, 2, right=2)
    assert not {place.item for place in first.places} & {place.item for place in second.places}


def test_where_the_bank_is_small_a_second_paper_is_still_whole() -> None:
    edition = make_edition(items=make_bank(per_criterion=3))
    first = whole(begun(), edition, 1, right=2)
    seen = tuple((place.item, 1) for place in first.places)
    second = whole(begun(seen=seen), edition, 2, right=2)
    fresh = set(edition.index) - {place.item for place in first.places}
    assert len(second.places) == 8
    assert fresh <= {place.item for place in second.places}


def test_items_seen_twice_are_avoided_more_than_items_seen_once() -> None:
    edition = make_edition(items=make_bank(per_criterion=4))
    twice = {f"I-{code}-{n:02}" for code in ("1.1", "1.2", "2.1") for n in (0,)}
    seen = tuple((ItemId(name), 2 if name in twice else 1) for name in edition.index)
    paper = whole(begun(seen=seen), edition, 3, right=2)
    assert not twice & {place.item for place in paper.places}


def test_an_item_seen_before_that_has_left_the_bank_does_not_matter() -> None:
    gone = ((ItemId("gone"), 1),)
    assert choose_block(EDITION, begun(seen=gone), still(EDITION)) == choose_block(
        EDITION, begun(), still(EDITION)
    )


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_options_are_shuffled_where_the_item_allows_it_and_all_are_there(seed: int) -> None:
    bank = [asked_otherwise(item, shuffle="1.1" not in item.id) for item in make_bank()]
    edition = make_edition(make_exam(block_size=8), items=bank)
    block = choose_block(edition, begun(block_size=8), make_noise(seed, edition))
    for place in block.places:
        assert sorted(place.options) == sorted(OPTION_IDS)
        if "1.1" in place.item:
            assert place.options == OPTION_IDS


def test_each_place_has_its_own_order_of_options() -> None:
    edition = make_edition(make_exam(block_size=8))
    orders = Counter(
        place.options
        for seed in range(60)
        for place in choose_block(edition, begun(block_size=8), make_noise(seed, edition)).places
    )
    assert len(orders) == 24
    assert max(orders.values()) < 480 / 24 * 2.5


def test_there_is_chance_for_every_option_of_a_block() -> None:
    assert SIZES == (18, 2 * MOST_OPTIONS)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_a_fixed_form_is_handed_out_in_its_own_order(size: int) -> None:
    edition = make_edition(make_exam(form=make_form(), block_size=size))
    done = whole(begun(block_size=size), edition, 1, right=3)
    assert tuple(place.item for place in done.places) == make_form()
    assert done.remaining == ()


def test_the_rest_of_a_fixed_form_is_what_remains() -> None:
    edition = make_edition(make_exam(form=make_form(), block_size=3))
    block = choose_block(edition, begun(block_size=3), still(edition))
    assert tuple(names(block)) == make_form()[:3]
    assert tuple(name for name, _ in block.remaining) == make_form()[3:]


def test_an_edition_holds_the_items_of_its_blueprint_by_id() -> None:
    foreign = make_item("A-first", criterion="2.1")
    blueprint = make_blueprint({"1.1": 3, "1.2": 3}, outcomes={})
    edition = make_edition(make_exam(blueprint=blueprint), items=[foreign, *make_bank()])
    assert [item.id for item in edition.items] == sorted(item.id for item in edition.items)
    assert {item.tags[0].code for item in edition.items} == {"1.1", "1.2"}


def test_started_sittings_of_the_factories_are_of_one_hour() -> None:
    assert make_started().minutes == make_exam().minutes
