"""Sittings: what is kept comes back the same, with its chain, its exposures and its order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.errors import NotFound
from app.exam.people.people import ApiClient
from app.exam.people.permissions import EVERYTHING, Face, Through, system
from app.exam.sitting.chain import first_break
from app.exam.sitting.events import (
    Answered,
    BlockDelivered,
    BlockLeft,
    Event,
    Extended,
    HandedIn,
    LateRefused,
    Place,
    SignedIn,
    Started,
    TimeEnded,
)
from app.exam.sitting.sitting import Sitting, SittingId, State, created, evolve, replayed
from app.services.bank import starter
from app.services.people import bookings
from app.services.people.keys import load_keys
from app.services.window import exam_windows
from app.store import audit
from app.store.audit import Entry
from app.store.bank import bank
from app.store.database import Database, Transaction
from app.store.people import access, people, replies
from app.store.people.replies import Reply
from app.store.sitting import sittings
from app.store.sitting.writes import Stored
from app.store.tables import exposures
from app.store.window import windows
from itembank.items.item import ItemId
from itembank.items.response import BLANK, OptionId
from tests.factories import AT, anybody, at, make_created, make_framework
from tests.refusals import refuses

pytestmark = pytest.mark.each_database

ITEMS = [item.id for item in starter.read_starter().items[:6]]
OPTIONS = tuple(OptionId(name) for name in ("s", "q", "p", "r"))


def make_places(first: int, count: int) -> tuple[Place, ...]:
    return tuple(Place(ItemId(name), 1, OPTIONS) for name in ITEMS[first : first + count])


def make_booking(tx: Transaction, number: str = "M1") -> str:
    actor = system("board", AT)
    if windows.find(tx, "w1", reach=EVERYTHING) is None:
        plan = exam_windows.Plan("w1", "A window", "cim-l6-smm", at(0), at(60))
        exam_windows.plan(tx, plan, actor=actor)
    person = bookings.add_candidate(tx, number, "Änne Ö.", actor=actor)
    keys = load_keys(tx)
    return bookings.book(tx, person.id, "w1", extra_time=0.1, keys=keys, actor=actor).booking.id


def make_stored(
    tx: Transaction, name: str = "sitting-1", number: str = "M1"
) -> tuple[Stored, Event]:
    plain = make_created(length=6, block_size=3, seed=2**63 - 1)
    made = replace(plain, booking=make_booking(tx, number))
    sitting, first = created(SittingId(name), made, AT)
    return sittings.add(tx, sitting, first, window="w1"), first


STEPS: tuple[tuple[Event, ...], ...] = (
    (Event(at(0), SignedIn(1, "page")),),
    (Event(at(1), Started(60, 0.1, 20, ((ItemId("gone"), 2),))),),
    (
        Event(
            at(1),
            BlockDelivered(
                1, make_places(0, 3), tuple((ItemId(n), 1) for n in ITEMS[3:]), 0.1 + 0.2, 0.987654
            ),
        ),
    ),
    (Event(at(2), Answered(1, (OptionId("p"),), flagged=False), "request-1"),),
    (Event(at(3), Answered(3, BLANK, flagged=True), "request-2"),),
    (Event(at(4), SignedIn(2, "api")),),
    (
        Event(at(5), BlockLeft(1)),
        Event(at(5), BlockDelivered(2, make_places(3, 3), (), -0.5, 0.5)),
    ),
    (Event(at(6), Extended(600, "The lights went out", "Ann")),),
    (Event(at(80), TimeEnded()), Event(at(80), LateRefused("answer", 4, (OptionId("p"),)))),
    (Event(at(81), LateRefused("answer", 4, (OptionId("\x00"),)), None),),
    (Event(at(82), Extended(6000, "The lights went out", "Ann")),),
    (Event(at(83), BlockLeft(2)), Event(at(83, seconds=0.000001), HandedIn())),
)


def test_a_sitting_comes_back_the_same_after_every_step(database: Database) -> None:
    with database.begin() as tx:
        stored, first = make_stored(tx)
    record = [first]
    for step in STEPS:
        with database.begin() as tx:
            stored = sittings.lock(tx, "sitting-1", reach=EVERYTHING)
            after: Sitting = stored.sitting
            for event in step:
                after = evolve(after, event)
            told = sittings.save(tx, stored, after, step)
        record += step
        with database.read() as tx:
            kept = sittings.load(tx, "sitting-1", reach=EVERYTHING)
            links = sittings.links(tx, "sitting-1")
            assert sittings.record(tx, "sitting-1") == record
        assert kept == told
        assert kept.sitting == after == replayed(after.id, record)
        assert (kept.event_count, kept.window) == (len(record), "w1")
        assert first_break("sitting-1", links, head=kept.head, length=kept.event_count) is None
    assert after.state is State.HANDED_IN


def test_every_delivered_position_is_an_exposure(database: Database) -> None:
    with database.begin() as tx:
        stored, _ = make_stored(tx)
        for step in STEPS:
            after = stored.sitting
            for event in step:
                after = evolve(after, event)
            stored = sittings.save(tx, stored, after, step)
    with database.read() as tx:
        rows = tx.connection.execute(select(exposures).order_by(exposures.c.position)).all()
        assert sittings.seen_before(tx, stored.sitting.made.booking) == []
    assert [(row.position, row.item_id, row.version) for row in rows] == [
        (position, name, 1) for position, name in enumerate(ITEMS, start=1)
    ]


def test_a_request_is_found_again_by_its_name(database: Database) -> None:
    with database.begin() as tx:
        stored, _ = make_stored(tx)
        for step in STEPS[:4]:
            stored = sittings.save(tx, stored, evolve(stored.sitting, step[0]), step)
        found = sittings.repeat(tx, "sitting-1", "request-1")
        assert found is not None
        assert (found.kind, found.hash) == ("answered", stored.head)
        assert sittings.repeat(tx, "sitting-1", "request-9") is None
        assert sittings.repeat(tx, "sitting-9", "request-1") is None


def test_what_does_not_exist_is_not_found(database: Database) -> None:
    with database.read() as tx:
        assert sittings.of_booking(tx, "ghost") is None
        assert sittings.links(tx, "ghost") == []
        for look in (sittings.load, people.candidate, people.booking, windows.load):
            with refuses(NotFound, match="ghost"):
                look(tx, "ghost", reach=EVERYTHING)
        with refuses(NotFound, match="ghost"):
            bank.framework(tx, "ghost")
    with database.begin() as tx:
        for lock in (sittings.lock, people.lock_booking, windows.lock):
            with pytest.raises(NotFound):
                lock(tx, "ghost", reach=EVERYTHING)


def test_overdue_are_those_in_progress_whose_grace_is_over_by_id(database: Database) -> None:
    started = Event(at(0), Started(60, 0.0, 20, ()))
    with database.begin() as tx:
        for number, name in enumerate(("c", "a", "b", "booked")):
            stored, _ = make_stored(tx, name, f"M{number}")
            steps = [] if name == "booked" else [started]
            if name == "b":
                steps = [started, Event(at(1), TimeEnded())]
            for event in steps:
                stored = sittings.save(tx, stored, evolve(stored.sitting, event), [event])
    over = at(60, seconds=20)
    with database.read() as tx:
        assert sittings.overdue(tx, over) == []
        late = over + timedelta(microseconds=1)
        assert sittings.overdue(tx, late) == ["a", "c"]
        assert sittings.overdue(tx, late, most=1) == ["a"]
        assert sittings.states(tx, "w1") == {
            State.BOOKED: 1,
            State.STARTED: 2,
            State.TIME_ENDED: 1,
        }
        assert [one.membership_number for one in sittings.progress(tx, "w1", reach=EVERYTHING)] == [
            "M0",
            "M1",
            "M2",
            "M3",
        ]
        assert (
            sittings.of_window(tx, "w1", reach=EVERYTHING)
            == list(sittings.every(tx))
            == ["a", "b", "booked", "c"]
        )


def test_documents_come_back_the_same(database: Database) -> None:
    shipped = starter.read_starter()
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_framework(tx, make_framework())
    with database.read() as tx:
        assert bank.framework(tx, make_framework().id) == make_framework()
        assert bank.framework(tx, shipped.framework.id) == shipped.framework
        assert {item.id: item for item in bank.latest_items(tx)} == {
            item.id: item for item in shipped.items
        }
        edition = bank.load_edition(tx, "cim-l6-smm", 1)
    assert edition.exam == shipped.exam
    assert set(edition.items) == set(shipped.items)
    with database.read() as tx:
        assert bank.load_edition(tx, "cim-l6-smm", 1) is edition


def test_people_and_bookings_come_back_the_same_page_by_page(database: Database) -> None:
    with database.begin() as tx:
        names = sorted(make_booking(tx, f"M{number}") for number in range(5))
    with database.read() as tx:
        assert people.booked(tx, "w1") == 5
        first = people.bookings_page(tx, "w1", most=3, reach=EVERYTHING)
        rest = people.bookings_page(tx, None, after=first[-1].id, reach=EVERYTHING)
        assert [one.id for one in [*first, *rest]] == names
        assert people.bookings_page(tx, "ghost", reach=EVERYTHING) == []
        one = people.booking(tx, names[0], reach=EVERYTHING)
        assert (one.extra_time, one.created_at) == (0.1, AT)
        persons = people.page(tx, most=2, reach=EVERYTHING)
        assert len([*persons, *people.page(tx, after=persons[-1].id, reach=EVERYTHING)]) == 5
        assert people.bookings_of(tx, one.candidate_id, reach=EVERYTHING) == [one]
        assert people.candidate(tx, one.candidate_id, reach=EVERYTHING).name == "Änne Ö."


def test_the_audit_log_comes_back_in_its_order(database: Database) -> None:
    entries = [
        Entry(at(n), "Ann", "window.opened", "subject", {"n": n, "why": "Ünïcode"}) for n in (2, 1)
    ]
    with database.begin() as tx:
        for entry in entries:
            ann = anybody(entry.actor, entry.at)
            audit.note(tx, ann, entry.action, entry.subject, entry.detail)
    with database.read() as tx:
        assert audit.about(tx, "subject") == entries
        assert audit.about(tx, "another") == []


def test_a_name_that_was_only_claimed_is_kept_with_who_typed_it(database: Database) -> None:
    through = Through(Face.COMMAND_LINE, "root", is_claimed=True)
    with database.begin() as tx:
        audit.note(tx, replace(anybody("ann@x.org"), through=through), "a", "subject", {"n": 1})
    with database.read() as tx:
        (entry,) = audit.about(tx, "subject")
    assert entry.actor == "ann@x.org"
    assert entry.detail == {"n": 1, "claimed_through": "command line (root)"}


def test_a_reply_is_kept_under_its_clients_key(database: Database) -> None:
    reply = Reply("fingerprint", 201, "{}")
    with database.begin() as tx:
        for client in ("c1", "c2"):
            access.add_client(tx, ApiClient(client, "hash", frozenset({"b", "a"})))
        replies.keep(tx, "c1", "key", reply, AT)
        assert replies.find(tx, "c1", "key") == reply
        assert replies.find(tx, "c2", "key") is None
        assert access.client(tx, "c1") == ApiClient("c1", "hash", frozenset({"a", "b"}))
