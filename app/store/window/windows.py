"""Exam windows."""

from datetime import datetime

from sqlalchemy import func, insert, select, update

from app.errors import NotFound
from app.exam.people.permissions import Reach
from app.exam.window.window import Window
from app.store.database import Transaction
from app.store.reach import within
from app.store.tables import windows

# As Window.closes says it.
_CLOSES = func.coalesce(windows.c.ends_at, windows.c.closes_at)


def add(tx: Transaction, window: Window) -> None:
    """Keep a new window."""
    tx.connection.execute(insert(windows).values(**_columns(window)))


def find(tx: Transaction, window: str, *, reach: Reach) -> Window | None:
    """Return a window, if it exists."""
    query = select(windows).where(windows.c.id == window)
    row = tx.connection.execute(within(query, reach)).first()
    return None if row is None else Window(**row._mapping)


def load(tx: Transaction, window: str, *, reach: Reach) -> Window:
    """Return a window; raise NotFound."""
    found = find(tx, window, reach=reach)
    if found is None:
        raise NotFound("window", window)
    return found


def lock(tx: Transaction, window: str, *, reach: Reach) -> Window:
    """Return a window that nobody else can change until this transaction ends.

    Its key stays free (FOR NO KEY UPDATE), so new sittings need not wait for it.
    """
    query = select(windows).where(windows.c.id == window).with_for_update(key_share=True)
    row = tx.connection.execute(within(query, reach)).first()
    if row is None:
        raise NotFound("window", window)
    return Window(**row._mapping)


def save(tx: Transaction, window: Window) -> None:
    """Keep a changed window."""
    tx.connection.execute(
        update(windows).where(windows.c.id == window.id).values(**_columns(window))
    )


def page(tx: Transaction, *, reach: Reach, after: str = "", most: int = 1000) -> list[Window]:
    """Return windows whose ids come after `after`, by id."""
    query = select(windows).where(windows.c.id > after).order_by(windows.c.id).limit(most)
    return [Window(**row._mapping) for row in tx.connection.execute(within(query, reach))]


def to_be_sat(tx: Transaction, at: datetime) -> list[Window]:
    """Return the windows in which sittings can still be started, now or later, by id."""
    query = (
        select(windows).where(at < _CLOSES, windows.c.released_at.is_(None)).order_by(windows.c.id)
    )
    return [Window(**row._mapping) for row in tx.connection.execute(query)]


def _columns(window: Window) -> dict[str, object]:
    return {name: getattr(window, name) for name in Window.__dataclass_fields__}
