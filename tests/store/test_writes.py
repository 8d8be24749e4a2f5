"""What a change of a sitting writes, without a database."""

from app.exam.sitting.chain import GENESIS
from app.exam.sitting.events import Answered, Event, SignedIn
from app.exam.sitting.sitting import Sitting, evolve
from app.store.sitting.writes import Stored, Writes, writes
from itembank.items.response import OptionId
from tests.factories import at, make_block, make_open_sitting, make_sitting

EMPTY = "0" * 64


def made(before: Sitting, *events: Event, count: int = 3) -> Writes:
    after = before
    for event in events:
        after = evolve(after, event)
    return writes(Stored(before, EMPTY, count, "w1"), after, events)


def test_an_answer_writes_its_event_and_the_answers_but_not_the_paper() -> None:
    answer = Event(at(1), Answered(1, (OptionId("p"),), flagged=False), request="r1")
    found = made(make_open_sitting(), answer)
    assert found.paper is None
    assert found.exposures == ()
    assert [row["sequence"] for row in found.events] == [4]
    assert (found.after.event_count, found.after.head) == (4, found.events[0]["hash"])
    assert found.answers["head"] == found.after.head
    assert found.answers["last_at"] == at(1)


def test_a_sign_in_writes_the_whole_row() -> None:
    found = made(make_open_sitting(), Event(at(1), SignedIn(2, "page")))
    assert found.paper is not None
    assert (found.paper["session"], found.paper["head"]) == (2, found.after.head)


def test_a_block_writes_which_items_were_shown_at_which_positions() -> None:
    before = make_open_sitting()
    found = made(before, Event(at(1), make_block(before)))
    shown = len(before.places)
    assert [row["position"] for row in found.exposures] == [shown + 1, shown + 2]
    assert {row["sitting_id"] for row in found.exposures} == {before.id}


def test_events_of_one_change_are_chained_to_each_other() -> None:
    two = (Event(at(1), SignedIn(2, "page")), Event(at(2), SignedIn(3, "api")))
    both = made(make_sitting(), *two)
    one = made(make_sitting(), two[0])
    assert both.events[0] == one.events[0]
    assert both.events[1]["hash"] != both.events[0]["hash"] != GENESIS
    assert [row["sequence"] for row in both.events] == [4, 5]
