"""Candidates and their bookings."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from app.errors import NotFound
from app.exam.people.people import Booking, Candidate
from app.exam.people.permissions import Reach
from app.exam.people.typed import number_key
from app.store.database import Transaction
from app.store.reach import within
from app.store.tables import bookings, candidates, windows


def add_candidate(tx: Transaction, candidate: Candidate) -> None:
    """Keep a new candidate."""
    tx.connection.execute(
        insert(candidates).values(
            id=candidate.id,
            membership_number=candidate.membership_number,
            number_key=number_key(candidate.membership_number),
            name=candidate.name,
            created_at=candidate.created_at,
        )
    )


def candidate(tx: Transaction, name: str, *, reach: Reach) -> Candidate:
    """Return the candidate with this id; raise NotFound."""
    query = select(candidates).where(candidates.c.id == name)
    row = tx.connection.execute(within(query, reach)).first()
    if row is None:
        raise NotFound("candidate", name)
    return _candidate(row)


def by_number(tx: Transaction, number: str, *, reach: Reach) -> Candidate | None:
    """Return the candidate with this membership number, if any, however it is spelt.

    Of several that are compared alike it is the one whose number is spelt so, else the first.
    """
    found = with_key(tx, number_key(number), reach=reach)
    return next((one for one in found if one.membership_number == number), next(iter(found), None))


def with_key(tx: Transaction, key: str, *, reach: Reach) -> list[Candidate]:
    """Return the candidates whose membership numbers are compared by this key.

    It is one, but for people of the time when numbers were told apart by their spelling: the second
    of them has the key with a 2 after a space, and so on. No key holds a space of its own.
    """
    names: list[str] = []
    while name := _named_by(tx, f"{key} {len(names) + 1}" if names else key):
        names.append(name)
    query = select(candidates).where(candidates.c.id.in_(names))
    in_order = within(query, reach).order_by(candidates.c.created_at, candidates.c.id)
    return [_candidate(row) for row in tx.connection.execute(in_order)]


def sharing_keys(tx: Transaction, *, reach: Reach) -> list[list[Candidate]]:
    """Return the groups of candidates whose membership numbers are compared alike."""
    query = select(candidates.c.number_key).where(candidates.c.number_key.endswith(" 2"))
    keys = tx.connection.execute(query.order_by(candidates.c.number_key)).scalars()
    return [with_key(tx, key.removesuffix(" 2"), reach=reach) for key in keys.all()]


def page(tx: Transaction, *, reach: Reach, after: str = "", most: int = 100) -> list[Candidate]:
    """Return candidates whose ids come after `after`, by id."""
    query = select(candidates).where(candidates.c.id > after).order_by(candidates.c.id).limit(most)
    return [_candidate(row) for row in tx.connection.execute(within(query, reach))]


def add_booking(tx: Transaction, booking: Booking) -> None:
    """Keep a new booking."""
    tx.connection.execute(
        insert(bookings).values(
            id=booking.id,
            candidate_id=booking.candidate_id,
            window_id=booking.window_id,
            code_hmac=booking.code_hmac,
            code_issued_at=booking.code_issued_at,
            extra_time=booking.extra_time,
            created_at=booking.created_at,
        )
    )


def booking(tx: Transaction, name: str, *, reach: Reach) -> Booking:
    """Return the booking with this id; raise NotFound."""
    query = select(bookings).where(bookings.c.id == name)
    row = tx.connection.execute(within(query, reach)).first()
    if row is None:
        raise NotFound("booking", name)
    return _booking(row)


def lock_booking(tx: Transaction, name: str, *, reach: Reach) -> Booking:
    """Return a booking that nobody else can change until this transaction ends."""
    query = select(bookings).where(bookings.c.id == name).with_for_update()
    row = tx.connection.execute(within(query, reach)).first()
    if row is None:
        raise NotFound("booking", name)
    return _booking(row)


def booking_for(tx: Transaction, candidate: str, window: str, *, reach: Reach) -> Booking | None:
    """Return a candidate's booking in a window, if any."""
    query = select(bookings).where(
        bookings.c.candidate_id == candidate, bookings.c.window_id == window
    )
    row = tx.connection.execute(within(query, reach)).first()
    return None if row is None else _booking(row)


def bookings_of(tx: Transaction, candidate: str, *, reach: Reach) -> list[Booking]:
    """Return a candidate's bookings, the window that opened last first."""
    query = (
        select(bookings)
        .join(windows, windows.c.id == bookings.c.window_id)
        .where(bookings.c.candidate_id == candidate)
        .order_by(func.coalesce(windows.c.opened_at, windows.c.opens_at).desc())
    )
    return [_booking(row) for row in tx.connection.execute(within(query, reach))]


def bookings_page(
    tx: Transaction, window: str | None, *, reach: Reach, after: str = "", most: int = 100
) -> list[Booking]:
    """Return bookings whose ids come after `after`, of one window or of all."""
    query = select(bookings).where(bookings.c.id > after).order_by(bookings.c.id).limit(most)
    if window is not None:
        query = query.where(bookings.c.window_id == window)
    return [_booking(row) for row in tx.connection.execute(within(query, reach))]


def booked(tx: Transaction, window: str) -> int:
    """Return how many people are booked into a window."""
    query = select(func.count()).select_from(bookings).where(bookings.c.window_id == window)
    return int(tx.connection.execute(query).scalar_one())


def reissue(tx: Transaction, booking: str, code_hmac: str, at: datetime) -> None:
    """Replace a booking's access code."""
    tx.connection.execute(
        update(bookings)
        .where(bookings.c.id == booking)
        .values(code_hmac=code_hmac, code_issued_at=at)
    )


def _named_by(tx: Transaction, key: str) -> str | None:
    query = select(candidates.c.id).where(candidates.c.number_key == key)
    return tx.connection.execute(query).scalar_one_or_none()


def _booking(row: Row[Any]) -> Booking:
    return Booking(**row._mapping)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(row.id, row.membership_number, row.name, row.created_at)
