"""Transactions: what commits, what rolls back, and how the database's own errors are told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from app.errors import (
    ExamError,
    Invalid,
    Overtaken,
    Refused,
    StoreUnavailable,
    WrongCode,
)
from app.exam.people.permissions import EVERYTHING
from app.store.database import Database, FairLock, connect
from app.store.people import access, people
from app.store.tables import secrets
from tests.factories import at
from tests.refusals import refuses

pytestmark = pytest.mark.each_database


def keep(database: Database, name: str, error: Exception | None) -> None:
    with database.begin() as tx:
        access.add_secret(tx, name, "kept")
        if error is not None:
            raise error


def kept(database: Database, name: str) -> bool:
    with database.read() as tx:
        return access.secret(tx, name) is not None


def test_a_transaction_commits_when_its_block_ends(database: Database) -> None:
    keep(database, "one", None)
    assert kept(database, "one")


@pytest.mark.parametrize("error", [Refused("no"), ExamError("no"), ValueError("no")], ids=repr)
def test_an_error_rolls_back(database: Database, error: Exception) -> None:
    with pytest.raises(type(error)):
        keep(database, "one", error)
    assert not kept(database, "one")


def test_an_error_that_must_leave_its_trace_commits(database: Database) -> None:
    with pytest.raises(WrongCode):
        keep(database, "one", WrongCode())
    assert kept(database, "one")


def test_a_broken_constraint_is_told_as_overtaken_and_rolls_back(database: Database) -> None:
    def twice() -> None:
        with database.begin() as tx:
            access.add_secret(tx, "one", "kept")
            for _ in range(2):
                tx.connection.execute(insert(secrets).values(name="two", value="kept"))

    with pytest.raises(Overtaken):
        twice()
    assert not kept(database, "one")


def test_a_broken_foreign_key_is_refused(database: Database) -> None:
    with pytest.raises(Overtaken), database.begin() as tx:
        access.add_session(tx, "hash", "nobody", at(1))


def test_text_that_a_database_cannot_hold_is_told_as_invalid_input(database: Database) -> None:
    """PostgreSQL holds no NUL; SQLite does. Neither may answer with an internal error."""
    refused = nullcontext() if database.is_sqlite else refuses(Invalid, match="be kept")
    with refused, database.read() as tx:
        assert people.by_number(tx, "M\x00", reach=EVERYTHING) is None


@pytest.mark.postgres
def test_a_reader_never_writes_on_postgresql(postgres_copy: str) -> None:
    database = connect(postgres_copy)
    with pytest.raises(DBAPIError, match="read-only transaction"), database.read() as tx:
        access.add_secret(tx, "one", "kept")
    database.close()


def test_a_writer_after_a_reader_writes_on_the_same_connection(database: Database) -> None:
    for number in range(3):
        assert not kept(database, f"name-{number}")
        keep(database, f"name-{number}", None)


def test_a_reader_sees_one_snapshot_however_long_it_looks(database: Database) -> None:
    with database.read() as tx:
        assert access.secret(tx, "late") is None
        keep(database, "late", None)
        assert access.secret(tx, "late") is None
    assert kept(database, "late")


def test_a_sqlite_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}")
    for give in (database.begin, database.read):
        with refuses(StoreUnavailable, match="cannot reach its database"), give():
            pass
    database.close()


@pytest.mark.postgres
def test_a_postgresql_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    database = connect(f"postgresql+psycopg://adept@/postgres?host={tmp_path}")
    for give in (database.begin, database.read):
        with pytest.raises(StoreUnavailable), give():
            pass
    database.close()


@pytest.mark.postgres
def test_a_connection_that_the_server_has_ended_is_unavailable_and_then_replaced(
    postgres_copy: str,
) -> None:
    database = connect(postgres_copy)

    def end_it() -> None:
        with database.begin() as tx:
            tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        end_it()
    keep(database, "one", None)
    assert kept(database, "one")
    database.close()


@pytest.mark.postgres
def test_more_requests_than_connections_wait_for_their_turn(postgres_copy: str) -> None:
    database = connect(postgres_copy, pool_size=2)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: keep(database, f"name-{n}", None), range(8)))
    assert all(kept(database, f"name-{number}") for number in range(8))
    database.close()


def test_what_is_acknowledged_is_on_disk_by_the_databases_own_settings(
    database: Database,
) -> None:
    with database.begin() as tx:
        if database.is_sqlite:
            pragmas = [
                tx.connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert pragmas == ["wal", 2, 1]
        else:
            assert tx.connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_the_fair_lock_is_given_in_the_order_it_was_asked_for() -> None:
    lock, order = FairLock(), list[int]()
    asked = [threading.Event() for _ in range(8)]
    threads = [threading.Thread(target=_take, args=(lock, asked, n, order)) for n in range(8)]
    with lock:
        for number, thread in enumerate(threads):
            thread.start()
            asked[number].wait()
            _until_waiting(lock, number + 1)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def _take(lock: FairLock, asked: list[threading.Event], number: int, order: list[int]) -> None:
    asked[number].set()
    with lock:
        order.append(number)


def _until_waiting(lock: FairLock, count: int) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if len(lock._waiting) == count:
            return
        pause.wait(0.001)
    raise AssertionError("nobody waits for the lock")


def test_the_fair_lock_lets_one_in_at_a_time_and_survives_an_error() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def enter(number: int) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1
            if number % 3 == 0:
                raise ValueError

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(enter, number) for number in range(200)]
    failed = sum(one.exception() is not None for one in done)
    assert (most[0], failed) == (1, 67)
    with lock:
        assert inside[0] == 0
