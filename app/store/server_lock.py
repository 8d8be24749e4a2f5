"""One server process on one SQLite file: a lock the system drops when the process dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import StoreInUse
from app.store.database import Database


@contextmanager
def served(database: Database) -> Iterator[None]:
    """Hold the SQLite file as its one server; raise StoreInUse. PostgreSQL needs no such lock."""
    path = database.sqlite_path()
    if path is None:
        yield
        return
    with path.with_name(f"{path.name}.server").open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise StoreInUse(str(path)) from exc
        yield
