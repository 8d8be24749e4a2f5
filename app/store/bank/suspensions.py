"""Suspensions: items that nobody new is given, from when, by whom, why, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, text, update

from app.store.database import Transaction
from app.store.tables import suspensions
from itembank.items.item import ItemId


@dataclass(frozen=True, slots=True)
class Suspension:
    """An item held back; `lifted_at` is None as long as it is."""

    id: int
    item: ItemId
    suspended_at: datetime
    suspended_by: str
    reason: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """Who suspends an item or lifts its suspension, when and why."""

    by: str
    at: datetime
    reason: str


_NOW = select(suspensions.c.item_id).where(suspensions.c.lifted_at.is_(None))


def take_turn(tx: Transaction) -> None:
    """Let suspensions be made one after another; those who only read them need not wait.

    Two items, each of which can be spared, cannot always both be.
    """
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text("LOCK TABLE suspensions IN SHARE ROW EXCLUSIVE MODE"))


def in_force(tx: Transaction) -> frozenset[ItemId]:
    """Return the items that are suspended."""
    return frozenset(ItemId(name) for name in tx.connection.execute(_NOW).scalars())


def of_item(tx: Transaction, item: str) -> Suspension | None:
    """Return the suspension in force of an item, if there is one."""
    query = select(suspensions).where(
        suspensions.c.item_id == item, suspensions.c.lifted_at.is_(None)
    )
    row = tx.connection.execute(query).first()
    return None if row is None else _suspension(row)


def add(tx: Transaction, item: str, act: Signed) -> None:
    """Suspend an item."""
    tx.connection.execute(
        insert(suspensions).values(
            item_id=item, suspended_at=act.at, suspended_by=act.by, reason=act.reason
        )
    )


def lift(tx: Transaction, suspension: int, act: Signed) -> None:
    """End a suspension."""
    tx.connection.execute(
        update(suspensions)
        .where(suspensions.c.id == suspension)
        .values(lifted_at=act.at, lifted_by=act.by, lift_reason=act.reason)
    )


def every(tx: Transaction) -> Sequence[Suspension]:
    """Return all suspensions, newest first."""
    query = select(suspensions).order_by(suspensions.c.id.desc())
    return [_suspension(row) for row in tx.connection.execute(query)]


def _suspension(row: Row[Any]) -> Suspension:
    return Suspension(
        row.id,
        ItemId(row.item_id),
        row.suspended_at,
        row.suspended_by,
        row.reason,
        row.lifted_at,
        row.lifted_by,
        row.lift_reason,
    )
