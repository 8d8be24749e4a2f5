"""Whatever is done to a record, the first broken place is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.sitting.chain import GENESIS, Break, ChainLink, first_break, link, stamp
from app.exam.sitting.events import Answered, Event, HandedIn, SignedIn
from itembank.items.response import OptionId
from tests.factories import at, make_created

NAME = "sitting-1"


def make_chain(*, name: str = NAME, option: str = "q") -> list[ChainLink]:
    events = [
        Event(at(0), make_created()),
        Event(at(1), SignedIn(1, "page")),
        Event(at(2), Answered(1, (OptionId(option),), flagged=False), "request-1"),
        Event(at(3), Answered(1, (OptionId("r"),), flagged=True), "request-2"),
        Event(at(4), HandedIn()),
    ]
    links: list[ChainLink] = []
    for sequence, event in enumerate(events, start=1):
        head = links[-1].hash if links else GENESIS
        links.append(link(name, event, sequence=sequence, head=head))
    return links


CHAIN = make_chain()
HEAD = CHAIN[-1].hash


def broken(links: list[ChainLink], *, name: str = NAME) -> Break | None:
    return first_break(name, links, head=HEAD, length=5)


def renumbered(links: list[ChainLink]) -> list[ChainLink]:
    return [replace(one, sequence=number) for number, one in enumerate(links, start=1)]


def test_an_untouched_record_has_no_break() -> None:
    assert broken(CHAIN) is None
    assert first_break(NAME, [], head=GENESIS, length=0) is None


CHANGES: dict[str, Callable[[ChainLink], ChainLink]] = {
    "its text": lambda one: replace(one, body=one.body.replace("q", "p").replace("r", "p")),
    "its instant": lambda one: replace(one, at=stamp(at(30))),
    "its kind": lambda one: replace(one, kind="late_refused"),
    "its request": lambda one: replace(one, request="another"),
    "its hash": lambda one: replace(one, hash="f" * 64),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("place", [0, 2, 3])
def test_a_changed_event_is_named(what: str, place: int) -> None:
    links = [CHANGES[what](one) if n == place else one for n, one in enumerate(CHAIN)]
    found = broken(links)
    assert found is not None
    assert (found.sitting, found.sequence) == (NAME, place + 1)
    assert "was changed or reordered" in found.reason


@pytest.mark.parametrize("place", range(4))
def test_an_event_removed_from_the_middle_is_named(place: int) -> None:
    left = CHAIN[:place] + CHAIN[place + 1 :]
    found = broken(left)
    assert found == Break(NAME, place + 1, f"event {place + 1} is missing or out of order")


@pytest.mark.parametrize("place", range(4))
def test_an_event_removed_and_the_rest_renumbered_is_named(place: int) -> None:
    found = broken(renumbered(CHAIN[:place] + CHAIN[place + 1 :]))
    assert found is not None
    assert found.sequence == place + 1


def test_the_last_event_removed_is_named_by_the_row_that_counted_it() -> None:
    assert broken(CHAIN[:4]) == Break(NAME, 5, "the record has 4 events, the sitting counted 5")


def test_a_record_cut_off_is_named_at_the_cut() -> None:
    assert broken(CHAIN[:2]) == Break(NAME, 3, "the record has 2 events, the sitting counted 5")
    assert broken([]) == Break(NAME, 1, "the record has 0 events, the sitting counted 5")


def test_a_record_cut_off_with_the_rows_count_lowered_is_named_by_the_rows_head() -> None:
    found = first_break(NAME, CHAIN[:4], head=HEAD, length=4)
    assert found == Break(NAME, 4, "the last event is not the one the sitting points to")


def test_two_events_in_each_others_place_are_named() -> None:
    swapped = [CHAIN[0], CHAIN[1], CHAIN[3], CHAIN[2], CHAIN[4]]
    assert broken(swapped) == Break(NAME, 3, "event 3 is missing or out of order")
    found = broken(renumbered(swapped))
    assert found is not None
    assert (found.sequence, "reordered" in found.reason) == (3, True)


def test_an_event_swapped_in_from_another_sitting_is_named() -> None:
    other = make_chain(name="sitting-2")
    found = broken([*CHAIN[:2], other[2], *CHAIN[3:]])
    assert found is not None
    assert found.sequence == 3
    whole = broken(other)
    assert whole is not None
    assert whole.sequence == 1


def test_a_record_forged_anew_is_named_by_the_rows_head() -> None:
    found = broken(make_chain(option="p"))
    assert found == Break(NAME, 5, "the last event is not the one the sitting points to")


def test_an_event_added_at_the_end_is_named() -> None:
    more = link(NAME, Event(at(5), HandedIn()), sequence=6, head=HEAD)
    assert broken([*CHAIN, more]) == Break(
        NAME, 6, "the record has 6 events, the sitting counted 5"
    )


def test_an_empty_request_is_not_the_same_as_none() -> None:
    event = Event(at(1), SignedIn(1, "page"))
    one = link(NAME, event, sequence=1, head=GENESIS)
    assert one.hash != link(NAME, replace(event, request=""), sequence=1, head=GENESIS).hash


LATEST = datetime(9998, 1, 1, tzinfo=UTC)
aware = st.timedeltas(timedelta(), timedelta(days=9990 * 365)).map(lambda back: LATEST - back)


@given(aware)
def test_an_instant_is_kept_to_the_microsecond_in_27_characters(instant: datetime) -> None:
    text = stamp(instant)
    assert len(text) == 27
    assert datetime.fromisoformat(text) == instant


@given(aware, aware)
def test_instants_sort_as_their_texts(one: datetime, other: datetime) -> None:
    assert (one < other) is (stamp(one) < stamp(other))


def test_an_instant_of_another_zone_is_kept_in_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert stamp(at(0).astimezone(east)) == "2027-01-11T09:00:00.000000Z"
