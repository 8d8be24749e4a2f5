"""Results of graded sittings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, func, insert, select

from app.exam.award.grading import Graded, Result
from app.exam.people.permissions import Reach
from app.store.database import Transaction
from app.store.reach import within
from app.store.tables import bookings, candidates, results, sittings, windows

_RESULT = TypeAdapter(Result)


_GRADED = (
    select(
        results.c.sitting_id,
        results.c.window_id,
        results.c.document,
        results.c.graded_at,
        sittings.c.booking_id,
        candidates.c.id.label("candidate_id"),
        candidates.c.membership_number,
        candidates.c.name,
        windows.c.released_at,
    )
    .join(sittings, sittings.c.id == results.c.sitting_id)
    .join(bookings, bookings.c.id == sittings.c.booking_id)
    .join(candidates, candidates.c.id == bookings.c.candidate_id)
    .join(windows, windows.c.id == results.c.window_id)
)


def replace_all(
    tx: Transaction, window: str, graded: Sequence[tuple[str, Result]], at: datetime
) -> None:
    """Keep a window's results in place of any earlier ones."""
    tx.connection.execute(delete(results).where(results.c.window_id == window))
    rows = [
        {
            "sitting_id": sitting,
            "window_id": window,
            "mark": result.mark,
            "band": result.band,
            "document": _RESULT.dump_json(result).decode(),
            "graded_at": at,
        }
        for sitting, result in graded
    ]
    if rows:
        tx.connection.execute(insert(results), rows)


def of_sitting(tx: Transaction, sitting: str, *, reach: Reach) -> Graded | None:
    """Return a sitting's result, if it has been graded."""
    query = _GRADED.where(results.c.sitting_id == sitting)
    row = tx.connection.execute(within(query, reach)).first()
    return None if row is None else _graded(row)


def columns_of(tx: Transaction, sitting: str) -> tuple[int, str] | None:
    """Return the mark and the band as the columns beside a result's document have them."""
    query = select(results.c.mark, results.c.band).where(results.c.sitting_id == sitting)
    row = tx.connection.execute(query).first()
    return None if row is None else (row.mark, row.band)


def of_window(
    tx: Transaction, window: str, *, reach: Reach, after: str = "", most: int = 1_000_000
) -> list[Graded]:
    """Return a window's results, by sitting id, from the one after `after`."""
    query = (
        _GRADED.where(results.c.window_id == window, results.c.sitting_id > after)
        .order_by(results.c.sitting_id)
        .limit(most)
    )
    return [_graded(row) for row in tx.connection.execute(within(query, reach))]


def released_of(tx: Transaction, candidate: str) -> list[Graded]:
    """Return a candidate's released results, newest first."""
    query = _GRADED.where(
        candidates.c.id == candidate, windows.c.released_at.is_not(None)
    ).order_by(windows.c.released_at.desc())
    return [_graded(row) for row in tx.connection.execute(query)]


def bands(tx: Transaction, window: str) -> dict[str, int]:
    """Return how many results of a window are in each band."""
    query = (
        select(results.c.band, func.count())
        .where(results.c.window_id == window)
        .group_by(results.c.band)
    )
    return {band: int(count) for band, count in tx.connection.execute(query)}


def _graded(row: Row[*tuple[Any, ...]]) -> Graded:
    return Graded(
        sitting=row.sitting_id,
        booking=row.booking_id,
        window=row.window_id,
        candidate=row.candidate_id,
        membership_number=row.membership_number,
        name=row.name,
        result=_RESULT.validate_json(row.document),
        graded_at=row.graded_at,
        released_at=row.released_at,
    )
