"""Results of graded sittings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row, Select, delete, func, insert, select

from app.exam.award.grading import Graded, Result
from app.exam.award.record import read_record, record_of
from app.exam.people.permissions import Reach
from app.store.bank import bank
from app.store.database import Transaction
from app.store.reach import within
from app.store.tables import bookings, candidates, results, sittings, windows
from itembank.schemes import Scheme

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
        windows.c.exam,
        windows.c.exam_version,
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
            "mark": result.award.mark,
            "band": result.award.outcome,
            "document": to_json(record_of(result)).decode(),
            "graded_at": at,
        }
        for sitting, result in graded
    ]
    if rows:
        tx.connection.execute(insert(results), rows)


def of_sitting(tx: Transaction, sitting: str, *, reach: Reach) -> Graded | None:
    """Return a sitting's result, if it has been graded."""
    query = _GRADED.where(results.c.sitting_id == sitting)
    return next(iter(_graded(tx, within(query, reach))), None)


def columns_of(tx: Transaction, sitting: str) -> tuple[int | None, str] | None:
    """Return the mark and the outcome as the columns beside a result's document have them."""
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
    return _graded(tx, within(query, reach))


def released_of(tx: Transaction, candidate: str) -> list[Graded]:
    """Return a candidate's released results, newest first."""
    query = _GRADED.where(
        candidates.c.id == candidate, windows.c.released_at.is_not(None)
    ).order_by(windows.c.released_at.desc())
    return _graded(tx, query)


def outcomes(tx: Transaction, window: str) -> dict[str, int]:
    """Return how many results of a window have each outcome, by its code."""
    query = (
        select(results.c.band, func.count())
        .where(results.c.window_id == window)
        .group_by(results.c.band)
    )
    return {code: int(count) for code, count in tx.connection.execute(query)}


def _graded(tx: Transaction, query: Select[*tuple[Any, ...]]) -> list[Graded]:
    rows = tx.connection.execute(query).all()
    schemes = {
        (code, version): bank.exam_definition(tx, code, version).scheme
        for code, version in {(row.exam, row.exam_version) for row in rows}
    }
    return [_one(row, schemes[(row.exam, row.exam_version)]) for row in rows]


def _one(row: Row[*tuple[Any, ...]], scheme: Scheme) -> Graded:
    return Graded(
        sitting=row.sitting_id,
        booking=row.booking_id,
        window=row.window_id,
        candidate=row.candidate_id,
        membership_number=row.membership_number,
        name=row.name,
        result=read_record(row.document, scheme),
        graded_at=row.graded_at,
        released_at=row.released_at,
    )
