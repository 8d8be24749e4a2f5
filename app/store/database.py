"""The database: one transaction a request, on SQLite (one fair writer) or on PostgreSQL."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import ExamError, Overtaken, StoreUnavailable
from app.exam.delivery import Edition


class FairLock:
    """A lock that is given in the order in which it was asked for.

    Threads that fight over SQLite's own lock starve: measured 99th percentiles of 0.6 to 1.2 s.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> Self:
        """Wait for the turn."""
        turn = threading.Lock()
        turn.acquire()
        with self._mutex:
            if not self._held:
                self._held = True
                return self
            self._waiting.append(turn)
        turn.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Pass the lock to whoever has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction in progress; what it carries is for the store alone.

    `editions` is shared by all transactions of a database: editions never change.
    """

    connection: Connection
    editions: dict[tuple[str, int], Edition]


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, with what it needs to give transactions out in turn."""

    engine: Engine
    lock: FairLock = field(default_factory=FairLock)
    editions: dict[tuple[str, int], Edition] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is the one-machine database."""
        return self.engine.dialect.name == "sqlite"

    def sqlite_path(self) -> Path | None:
        """Return the SQLite file, if this is SQLite."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name else None

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Give a transaction that may write.

        It is committed when the block ends, and when an error is raised that must leave its
        trace (`recorded`); any other error rolls it back.
        """
        if self.is_sqlite:
            with self.lock, self._transaction(write=True) as tx:
                yield tx
        else:
            with self._transaction(write=True) as tx:
                yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that only reads."""
        with self._transaction(write=False) as tx:
            yield tx

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Transaction]:
        try:
            with self._connected(write=write) as tx:
                yield tx
        except IntegrityError as exc:
            raise Overtaken from exc
        except (OperationalError, PoolTimeout) as exc:
            raise StoreUnavailable from exc

    @contextmanager
    def _connected(self, *, write: bool) -> Iterator[Transaction]:
        with self.engine.connect() as connection:
            if write and self.is_sqlite:
                connection = connection.execution_options(adept_write=True)
            with connection.begin() as transaction:
                try:
                    yield Transaction(connection, self.editions)
                except ExamError as error:
                    if error.recorded and write:
                        transaction.commit()
                    raise

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def connect(url: str, *, pool_size: int = 16) -> Database:
    """Return the database at `url`; nothing is created but SQLite's folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(url, pool_size))
    return Database(
        create_engine(
            url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_recycle=1800
        )
    )


def _sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=32)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # the driver's own connection
        connection.isolation_level = None  # transactions begin where we say, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("adept_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
