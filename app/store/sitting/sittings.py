"""Sittings, their events and their exposures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, bindparam, func, insert, select, update

from app.errors import NotFound
from app.exam.people.permissions import Reach
from app.exam.sitting.chain import GENESIS, ChainLink, link
from app.exam.sitting.deadline import Clock
from app.exam.sitting.events import BlockDelivered, Created, Event, Place, decode
from app.exam.sitting.sitting import IN_PROGRESS, Answer, Sitting, SittingId, State
from app.store.database import Transaction
from app.store.reach import within
from app.store.sitting.writes import Stored, Writes, columns, event_row, writes
from app.store.tables import (
    bookings,
    candidates,
    events,
    exposures,
    instant_of,
    sittings,
    windows,
)
from itembank.document import canonical
from itembank.items.item import ItemId
from itembank.items.response import from_record

_MADE = TypeAdapter(Created)


@dataclass(frozen=True, slots=True)
class Seat:
    """A line of the board's page: who sits, where they are, and when they last saved."""

    sitting: Sitting
    candidate: str
    membership_number: str


_BY_ID = select(sittings).where(sittings.c.id == bindparam("sitting"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_REQUEST = select(events).where(
    events.c.sitting_id == bindparam("sitting"), events.c.request == bindparam("name")
)
_SAVE = update(sittings).where(sittings.c.id == bindparam("row_id"))
_SAVE_ANSWERS = _SAVE.values(
    answers=bindparam("answers"),
    last_at=bindparam("last_at"),
    head=bindparam("head"),
    event_count=bindparam("event_count"),
)
_NEWEST_BLOCK = (
    select(events.c.body)
    .where(events.c.kind == BlockDelivered.kind)
    .order_by(events.c.sequence.desc())
    .limit(1)
)
_ADD_EVENT = insert(events)
_ADD_EXPOSURE = insert(exposures)


def add(tx: Transaction, sitting: Sitting, event: Event, *, window: str) -> Stored:
    """Keep a new sitting with its first event."""
    first = link(sitting.id, event, sequence=1, head=GENESIS)
    tx.connection.execute(
        insert(sittings).values(
            id=sitting.id,
            booking_id=sitting.made.booking,
            window_id=window,
            made=canonical(_MADE.dump_python(sitting.made, mode="json")),
            head=first.hash,
            event_count=1,
            **columns(sitting),
        )
    )
    tx.connection.execute(_ADD_EVENT, [event_row(sitting.id, first)])
    return Stored(sitting, first.hash, 1, window)


def lock(tx: Transaction, sitting: str, *, reach: Reach) -> Stored:
    """Return a sitting that nobody else can change until this transaction ends."""
    return _stored(tx, within(_BY_ID_LOCKED, reach), sitting)


def load(tx: Transaction, sitting: str, *, reach: Reach) -> Stored:
    """Return a sitting for reading."""
    return _stored(tx, within(_BY_ID, reach), sitting)


def tail(tx: Transaction, sitting: str, *, reach: Reach) -> tuple[str, int]:
    """Return the last hash and the event count a sitting keeps, without reading the rest of it.

    Proofs begin here, so that a row damaged elsewhere does not stop them.
    """
    query = select(sittings.c.head, sittings.c.event_count).where(sittings.c.id == sitting)
    row = tx.connection.execute(within(query, reach)).first()
    if row is None:
        raise NotFound("sitting", sitting)
    return row.head, row.event_count


def of_booking(tx: Transaction, booking: str) -> SittingId | None:
    """Return the sitting of a booking, if there is one."""
    found = tx.connection.execute(
        select(sittings.c.id).where(sittings.c.booking_id == booking)
    ).scalar()
    return None if found is None else SittingId(found)


def save(tx: Transaction, stored: Stored, sitting: Sitting, new: Sequence[Event]) -> Stored:
    """Append events to the chain and keep the sitting they lead to."""
    return execute(tx, writes(stored, sitting, new))


def execute(tx: Transaction, made: Writes) -> Stored:
    """Carry out what was to be written; return what is stored after it."""
    tx.connection.execute(_ADD_EVENT, made.events)
    if made.paper is None:
        tx.connection.execute(_SAVE_ANSWERS, made.answers)
    else:
        tx.connection.execute(_SAVE.values(**made.paper), {"row_id": made.after.sitting.id})
    if made.exposures:
        tx.connection.execute(_ADD_EXPOSURE, made.exposures)
    return made.after


def repeat(tx: Transaction, sitting: str, request: str) -> ChainLink | None:
    """Return the event that a request was first answered with."""
    row = tx.connection.execute(_REQUEST, {"sitting": sitting, "name": request}).first()
    return None if row is None else _link(row)


def links(tx: Transaction, sitting: str) -> list[ChainLink]:
    """Return a sitting's chain as it is stored."""
    query = select(events).where(events.c.sitting_id == sitting).order_by(events.c.sequence)
    return [_link(row) for row in tx.connection.execute(query)]


def record(tx: Transaction, sitting: str) -> list[Event]:
    """Return a sitting's events in order."""
    return [
        Event(instant_of(one.at), decode(one.kind, json.loads(one.body)), one.request)
        for one in links(tx, sitting)
    ]


def every(tx: Transaction) -> Iterator[str]:
    """Yield the id of every sitting."""
    yield from tx.connection.execute(select(sittings.c.id).order_by(sittings.c.id)).scalars()


def of_window(tx: Transaction, window: str, *, reach: Reach) -> list[SittingId]:
    """Return the sittings of a window."""
    query = select(sittings.c.id).where(sittings.c.window_id == window).order_by(sittings.c.id)
    return [SittingId(name) for name in tx.connection.execute(within(query, reach)).scalars()]


def whole(tx: Transaction, window: str) -> Iterator[Sitting]:
    """Yield every sitting of a window, by id."""
    query = select(sittings).where(sittings.c.window_id == window).order_by(sittings.c.id)
    for row in tx.connection.execute(query.execution_options(yield_per=500)):
        yield _sitting(row)


def states(tx: Transaction, window: str) -> dict[State, int]:
    """Return how many sittings of a window are in each state."""
    query = (
        select(sittings.c.state, func.count())
        .where(sittings.c.window_id == window)
        .group_by(sittings.c.state)
    )
    return {State(state): count for state, count in tx.connection.execute(query)}


def progress(tx: Transaction, window: str, *, reach: Reach) -> list[Seat]:
    """Return the sittings of a window with who sits them, by membership number."""
    query = (
        select(sittings, candidates.c.name, candidates.c.membership_number)
        .join(bookings, bookings.c.id == sittings.c.booking_id)
        .join(candidates, candidates.c.id == bookings.c.candidate_id)
        .where(sittings.c.window_id == window)
        .order_by(candidates.c.membership_number)
    )
    return [
        Seat(_sitting(row), row.name, row.membership_number)
        for row in tx.connection.execute(within(query, reach))
    ]


def overdue(tx: Transaction, at: datetime, *, most: int = 200) -> list[SittingId]:
    """Return sittings in progress whose time and grace are over, in the order of locking: by id."""
    query = (
        select(sittings.c.id)
        .where(sittings.c.state.in_([str(state) for state in IN_PROGRESS]))
        .where(sittings.c.save_until < at)
        .order_by(sittings.c.id)
        .limit(most)
    )
    return [SittingId(name) for name in tx.connection.execute(query).scalars()]


def newest_block(tx: Transaction, sitting: str) -> BlockDelivered | None:
    """Return the block a sitting was given last, if it has been given one."""
    query = _NEWEST_BLOCK.where(events.c.sitting_id == sitting)
    return _block(tx.connection.execute(query).scalar())


def with_newest_blocks(tx: Transaction, window: str) -> Iterator[tuple[Sitting, BlockDelivered]]:
    """Yield every sitting of a window that has been given a block, with the last one, by id."""
    yield from _with_newest_blocks(tx, select(sittings).where(sittings.c.window_id == window))


def of_exam_with_newest_blocks(
    tx: Transaction, exam: str, version: int
) -> Iterator[tuple[Sitting, BlockDelivered]]:
    """Yield every sitting of an exam version that has been given a block, with the last one.

    One statement reads them all: what another worker commits meanwhile is in it wholly or not.
    """
    mine = select(windows.c.id).where(windows.c.exam == exam, windows.c.exam_version == version)
    yield from _with_newest_blocks(tx, select(sittings).where(sittings.c.window_id.in_(mine)))


def _with_newest_blocks(
    tx: Transaction, query: Select[*tuple[Any, ...]]
) -> Iterator[tuple[Sitting, BlockDelivered]]:
    newest = _NEWEST_BLOCK.where(events.c.sitting_id == sittings.c.id).scalar_subquery()
    wanted = query.add_columns(newest.label("newest")).order_by(sittings.c.id)
    for row in tx.connection.execute(wanted.execution_options(yield_per=500)):
        block = _block(row.newest)
        if block is not None:
            yield _sitting(row), block


def _block(text: str | None) -> BlockDelivered | None:
    if text is None:
        return None
    body = decode(BlockDelivered.kind, json.loads(text))
    return body if isinstance(body, BlockDelivered) else None


def in_progress_with(tx: Transaction, item: str) -> int:
    """Return how many sittings in progress have been given an item."""
    query = (
        select(func.count())
        .select_from(exposures)
        .join(sittings, sittings.c.id == exposures.c.sitting_id)
        .where(exposures.c.item_id == item)
        .where(sittings.c.state.in_([str(state) for state in IN_PROGRESS]))
    )
    return int(tx.connection.execute(query).scalar_one())


def seen_before(tx: Transaction, booking: str) -> list[tuple[ItemId, int]]:
    """Return items of the same person's other sittings, and in how many of them each was met."""
    mine = select(bookings.c.candidate_id).where(bookings.c.id == booking).scalar_subquery()
    query = (
        select(exposures.c.item_id, func.count())
        .join(sittings, sittings.c.id == exposures.c.sitting_id)
        .join(bookings, bookings.c.id == sittings.c.booking_id)
        .where(bookings.c.candidate_id == mine, bookings.c.id != booking)
        .group_by(exposures.c.item_id)
        .order_by(exposures.c.item_id)
    )
    return [(ItemId(item), int(count)) for item, count in tx.connection.execute(query)]


def _stored(tx: Transaction, query: Select[*tuple[Any, ...]], sitting: str) -> Stored:
    row = tx.connection.execute(query, {"sitting": sitting}).first()
    if row is None:
        raise NotFound("sitting", sitting)
    return Stored(_sitting(row), row.head, row.event_count, row.window_id)


def _sitting(row: Row[Any]) -> Sitting:
    made, paper = json.loads(row.made), json.loads(row.paper)
    return Sitting(
        id=SittingId(row.id),
        made=Created(**made),
        last_at=row.last_at,
        state=State(row.state),
        session=row.session,
        clock=_clock(row),
        seen_before=tuple((item, tier) for item, tier in paper["seen_before"]),
        places=tuple(
            Place(item, version, tuple(options)) for item, version, options in paper["places"]
        ),
        answers=tuple(
            Answer(from_record(held), bool(flag)) for held, flag in json.loads(row.answers)
        ),
        remaining=tuple((item, version) for item, version in paper["remaining"]),
        block=row.block,
        block_is_open=row.block_is_open,
    )


def _clock(row: Row[Any]) -> Clock | None:
    if row.started_at is None:
        return None
    return Clock(
        started_at=row.started_at,
        minutes=row.minutes,
        extra_time=row.extra_time,
        grace=timedelta(seconds=row.grace_seconds),
        extended=timedelta(seconds=row.extended_seconds),
    )


def _link(row: Row[Any]) -> ChainLink:
    return ChainLink(row.sequence, row.at, row.kind, row.request, row.body, row.hash)
