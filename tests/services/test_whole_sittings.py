"""Whole sittings through the services, for every kind of paper, to the mark and back."""

from collections import Counter

import pytest

from app.exam.sitting.sitting import State
from app.services.sitting import views
from app.services.upkeep import replay
from app.store.database import Database
from tests.factories import anybody
from tests.services.season import (
    Season,
    Sitter,
    at_random,
    first_option,
    keys_of,
    make_season,
    shipped_form,
)


def differences(sitter: Sitter) -> list[str]:
    with sitter.season.database.read() as tx:
        return [one.where for one in replay.replay(tx, sitter.sitting, actor=anybody()).differences]


def breaks(season: Season) -> list[str]:
    with season.database.read() as tx:
        return [one.reason for one in replay.verify(tx).breaks]


@pytest.mark.parametrize("block_size", [1, 5, 15, 45])
def test_every_paper_meets_its_quotas_is_graded_and_replays(
    database: Database, block_size: int
) -> None:
    season = make_season(database, block_size=block_size)
    sitters = [season.sitter() for _ in range(2 if block_size == 1 else 4)]
    for seed, sitter in enumerate(sitters):
        ended = sitter.sit(at_random(seed))
        assert (ended.state, len(ended.places), ended.remaining) == (State.HANDED_IN, 45, ())
        assert sitter.meets_its_blueprint()
    season.close()
    assert season.grade().graded == len(sitters)
    assert [differences(sitter) for sitter in sitters] == [[]] * len(sitters)
    assert breaks(season) == []
    firsts = {tuple(p.item for p in one.now().places[:block_size]) for one in sitters}
    assert len(firsts) == len(sitters) if block_size > 1 else len(firsts) >= 1


def test_a_fixed_form_is_sat_by_everyone_in_its_order_and_replays(database: Database) -> None:
    form = shipped_form()
    season = make_season(database, block_size=15, form=form)
    sitters = [season.sitter() for _ in range(2)]
    for seed, sitter in enumerate(sitters):
        sitter.sit(at_random(seed))
        assert tuple(place.item for place in sitter.now().places) == form
        assert sitter.meets_its_blueprint()
    orders = {tuple(place.options for place in one.now().places) for one in sitters}
    assert len(orders) == 2
    season.close()
    season.grade()
    assert [differences(sitter) for sitter in sitters] == [[], []]


def test_first_blocks_differ_between_sittings(database: Database) -> None:
    season = make_season(database, block_size=5)
    firsts = {tuple(place.item for place in season.sitter().start().places) for _ in range(12)}
    assert len(firsts) == 12
    exposed = Counter(name for first in firsts for name in first)
    assert max(exposed.values()) <= 9


def test_options_keep_their_order_on_every_look_and_the_letters_go_from_a(
    database: Database,
) -> None:
    sitter = make_season(database).sitter()
    places = sitter.start().places
    for _ in range(2):
        with database.read() as tx:
            looks = [
                views.item_view(tx, sitter.sitting, position, caller=sitter.caller).item
                for position in (1, 7, 15)
            ]
        for look, place in zip(looks, (places[0], places[6], places[14]), strict=True):
            assert tuple(option.id for option in look.options) == place.options
            assert [option.letter for option in look.options] == ["A", "B", "C", "D"]


@pytest.mark.each_database
def test_a_second_sitting_of_the_same_person_has_none_of_the_firsts_items(
    database: Database,
) -> None:
    season = make_season(database)
    season.window("w2")
    person = season.book()
    first = season.sitter(person)
    first.sit(at_random(1))
    second = season.sitter(season.book("w2", candidate=person.candidate))
    second.sit(at_random(2))
    one, other = ({place.item for place in who.now().places} for who in (first, second))
    # The bank has 16 items a criterion and a paper at most 7: two papers fit side by side.
    assert one & other == set()
    assert second.meets_its_blueprint()
    assert differences(second) == []


def test_a_third_sitting_takes_first_what_the_person_has_never_seen(database: Database) -> None:
    season = make_season(database)
    person = season.book()
    met: list[set[str]] = []
    for number in (1, 2, 3):
        booked = person
        if number > 1:
            season.window(f"w{number}")
            booked = season.book(f"w{number}", candidate=person.candidate)
        sitter = season.sitter(booked)
        sitter.sit(at_random(number))
        assert sitter.meets_its_blueprint()
        met.append({place.item for place in sitter.now().places})
    unseen = 128 - len(met[0] | met[1])
    assert len(met[2] - met[0] - met[1]) >= unseen - 8


def test_another_persons_sitting_does_not_count_as_seen(database: Database) -> None:
    season = make_season(database)
    season.sitter().sit(at_random(1))
    other = season.sitter()
    other.start()
    assert other.now().seen_before == ()


def test_a_perfect_a_random_and_an_empty_paper_are_marked_in_that_order(
    database: Database,
) -> None:
    season = make_season(database)
    keys = keys_of(season)
    perfect, guessing, empty = (season.sitter() for _ in range(3))
    sitting = perfect.start()
    while True:
        for position in sitting.open_positions():
            perfect.answer(position, keys[sitting.places[position - 1].item])
        if sitting.is_last_block():
            break
        sitting = perfect.close_block()
    perfect.hand_in()
    guessing.sit(at_random(3, blank=0))
    empty.sit(lambda *_: None)
    season.close()
    season.grade()
    results = [season.result(one.sitting) for one in (perfect, guessing, empty)]
    awards = [one.result.award for one in results if one is not None]
    marks = [one.mark for one in awards if one.mark is not None]
    assert marks[0] >= 95 > 45 > marks[1] > marks[2]
    assert [one.outcome for one in awards] == ["D", "F", "F"]
    counts = [one.result.counts for one in results if one is not None]
    assert [(one.answered, one.omitted) for one in counts] == [(45, 0), (45, 0), (0, 45)]


def test_a_paper_that_time_cut_short_is_graded_with_its_rest_scored_0(database: Database) -> None:
    season = make_season(database, block_size=5)
    short = season.sitter()
    short.sit(first_option, blocks=2)
    season.clock.minutes = 95
    assert season.sweep() == 1
    assert short.now().state is State.TIME_ENDED
    season.close()
    season.grade()
    graded = season.result(short.sitting)
    assert graded is not None
    assert (graded.result.counts.answered, graded.result.counts.not_delivered) == (10, 35)
    assert sum(part.items for part in graded.result.criteria) == 45
    assert differences(short) == []


def test_a_sitting_that_was_never_started_is_absent_from_the_results(database: Database) -> None:
    season = make_season(database)
    season.sitter().sit(at_random(1))
    absent = season.sitter()
    season.book()
    season.close()
    assert season.grade().graded == 1
    assert season.result(absent.sitting) is None
    assert absent.now().state is State.BOOKED
    season.add_chairs()
    season.propose()
    season.confirm()
    with database.read() as tx:
        assert views.released_results(tx, absent.sitting, caller=absent.caller) == []
