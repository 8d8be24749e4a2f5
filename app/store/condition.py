"""The condition of a database, for `adept doctor`: durability, clock, and what waits to be done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from app.exam.sitting.sitting import IN_PROGRESS
from app.store.database import Transaction
from app.store.tables import sittings


@dataclass(frozen=True, slots=True)
class Condition:
    """What a database says of itself; `clock` is its own, where it has one."""

    durability: dict[str, str]
    last_at: datetime | None
    clock: datetime | None
    sittings: int
    overdue: int


def condition(tx: Transaction, at: datetime) -> Condition:
    """Return the condition of a database."""
    last = select(sittings.c.last_at).order_by(sittings.c.last_at.desc()).limit(1)
    counted = select(func.count()).select_from(sittings)
    late = counted.where(
        sittings.c.state.in_([str(state) for state in IN_PROGRESS]), sittings.c.save_until < at
    )
    return Condition(
        durability=_durability(tx),
        last_at=tx.connection.execute(last).scalar(),
        clock=_clock(tx),
        sittings=tx.connection.execute(counted).scalar_one(),
        overdue=tx.connection.execute(late).scalar_one(),
    )


def newest_sittings(tx: Transaction, most: int) -> list[str]:
    """Return the sittings that were changed last."""
    query = select(sittings.c.id).order_by(sittings.c.last_at.desc()).limit(most)
    return list(tx.connection.execute(query).scalars())


def _durability(tx: Transaction) -> dict[str, str]:
    if tx.connection.dialect.name == "sqlite":
        names = ("journal_mode", "synchronous", "foreign_keys")
        return {name: _shown(tx, f"PRAGMA {name}") for name in names}
    return {name: _shown(tx, f"SHOW {name}") for name in ("synchronous_commit", "fsync")}


def _shown(tx: Transaction, statement: str) -> str:
    return str(tx.connection.exec_driver_sql(statement).scalar_one())


def _clock(tx: Transaction) -> datetime | None:
    if tx.connection.dialect.name == "sqlite":
        return None
    now: datetime = tx.connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now
