"""The database: one transaction a request, on SQLite (one fair writer) or on PostgreSQL."""

import sqlite3
import threading
from collections import ChainMap, deque
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from app import ambient
from app.errors import (
    ExamError,
    Invalid,
    Overtaken,
    SchemaBroken,
    StoreUnavailable,
    Unstorable,
)
from app.exam.paper.edition import Edition

WRONG_ADDRESS = (
    "ADEPT_DATABASE_URL is not an address that Adept understands. Write sqlite:///FILE or "
    "postgresql+psycopg://USER@HOST/DATABASE."
)
# The number of the lock that PostgreSQL gives to one changer of the schema at a time.
CHANGING_SCHEMA = 0x0ADE97
# A connection that has been idle this long is tried before it is given out.
IDLE_SECONDS = 2.0


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

    `editions` are those all transactions of a database share, since editions never change, and
    those that this one has read.
    """

    connection: Connection
    editions: MutableMapping[tuple[str, int, str], Edition]


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, with what it needs to give transactions out in turn."""

    engine: Engine
    lock: FairLock = field(default_factory=FairLock)
    editions: dict[tuple[str, int, str], Edition] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is the one-machine database."""
        return self.engine.dialect.name == "sqlite"

    def sqlite_path(self) -> Path | None:
        """Return the SQLite file, if this is SQLite."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name else None

    @property
    def name(self) -> str:
        """Return what the database is called: a file's name, or PostgreSQL's own."""
        return Path(self.engine.url.database or "").name

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
    def changing_schema(self) -> Iterator[Transaction]:
        """Give a transaction that may rebuild tables: all of it is kept, or nothing.

        SQLite rebuilds a table by dropping it, and while foreign keys are on that deletes the
        rows which refer to it: they are off inside, and checked at the end.
        """
        if not self.is_sqlite:
            with self.begin() as tx:
                tx.connection.execute(select(func.pg_advisory_xact_lock(CHANGING_SCHEMA)))
                yield tx
            return
        with self.lock, self._transaction(write=True, schema=True) as tx:
            yield tx
            lost = tx.connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if lost is not None:
                raise SchemaBroken(str(lost[0]), str(lost[2]))

    @contextmanager
    def _transaction(self, *, write: bool, schema: bool = False) -> Iterator[Transaction]:
        try:
            with self._connected(write=write, schema=schema) as tx:
                yield tx
        except IntegrityError as exc:
            raise Overtaken from exc
        except DataError as exc:
            raise Unstorable from exc
        except (OperationalError, InterfaceError, PoolTimeout) as exc:
            raise StoreUnavailable from exc
        except DatabaseError as exc:
            if type(exc) is not DatabaseError:
                raise
            # SQLite's "file is not a database" has no class of its own.
            raise StoreUnavailable from exc

    @contextmanager
    def _connected(self, *, write: bool, schema: bool) -> Iterator[Transaction]:
        with self.engine.connect() as connection:
            options = self._options(write=write, schema=schema)
            connection = connection.execution_options(**options)
            with connection.begin() as transaction:
                read: dict[tuple[str, int, str], Edition] = {}
                try:
                    yield Transaction(connection, ChainMap(read, self.editions))
                except ExamError as error:
                    if error.recorded and write:
                        transaction.commit()
                    raise
            # Not before the commit: an edition that was rolled back must not be remembered.
            self.editions.update(read)

    def _options(self, *, write: bool, schema: bool) -> dict[str, Any]:  # SQLAlchemy's own options
        if self.is_sqlite:
            return {"adept_write": write, "adept_schema": schema}
        if write:
            return {}
        # One snapshot for all statements of a reader, and no reader ever writes.
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def connect(url: str, *, pool_size: int = 16) -> Database:
    """Return the database at `url`; nothing is created but SQLite's folder."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(parsed, pool_size))
    return Database(_postgresql(parsed, pool_size))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:  # ValueError: a port that is no number
        raise Invalid("database_url", WRONG_ADDRESS) from exc
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise Invalid("database_url", WRONG_ADDRESS)
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise Invalid("database_url", WRONG_ADDRESS)  # what is in memory is lost
    return parsed


def _postgresql(url: URL, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_recycle=1800)

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET lock_timeout = '15s'")
        cursor.close()
        connection.commit()

    @event.listens_for(engine, "checkin")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = ambient.elapsed()

    @event.listens_for(engine, "checkout")
    def try_idle(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        # SQLAlchemy's own pre-ping asks every time: three round trips before each answer.
        now = ambient.elapsed()
        if now - record.info.get("idle_since", now) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as exc:
            raise DisconnectionError from exc

    return engine


def _sqlite(url: URL, pool_size: int) -> Engine:
    file = Path(str(url.database))
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=32)

    @event.listens_for(engine, "do_connect")
    def make_private(*_: object) -> None:
        file.touch(mode=0o600, exist_ok=True)  # it holds the service's secret

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    _begin_where_we_say(engine)
    return engine


def _begin_where_we_say(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("adept_schema", False):
            connection.info["adept_schema"] = True
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        write = options.get("adept_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    @event.listens_for(engine, "checkin")
    def checkin(connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if connection is not None and record.info.pop("adept_schema", False):
            connection.execute("PRAGMA foreign_keys=ON")
