"""Backup and restore, with sittings in progress, on both databases and across them."""

import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import ambient
from app.errors import BackupDamaged, Invalid, Refused, StoreInUse, StoreNotEmpty
from app.exam.people.permissions import EVERYTHING
from app.exam.sitting.sitting import State
from app.services.people.keys import load_keys
from app.services.sitting import sit
from app.services.sitting.sit import Credentials
from app.services.upkeep import backup, replay
from app.store.database import Database, connect
from app.store.server_lock import served
from app.store.sitting import sittings
from tests.databases import Place, PostgresPlace, SqlitePlace, content
from tests.factories import anybody
from tests.refusals import refuses
from tests.services.sitters import (
    SETTINGS,
    Sitter,
    fill_autumn,
    fill_half_way,
    finish,
    seat,
)

pytestmark = pytest.mark.each_database


def nothing(_done: int, _of: int) -> None:
    """Show no progress."""


def half_way(place: Place) -> tuple[Database, Sitter]:
    """Return a database in which two people sit, one of them with a block answered."""
    url, sitter = place.copy(fill_half_way)
    return connect(url), sitter


def autumn(place: Place) -> Database:
    """Return a database with an open window that nobody has sat in."""
    return connect(place.copy(fill_autumn)[0])


def back_up(database: Database, path: Path) -> backup.Manifest:
    return backup.back_up(database, path, at=ambient.now(), progress=nothing)


def restore(database: Database, path: Path, replace: str | None = None) -> backup.Restored:
    return backup.restore(database, path, replace=replace, progress=nothing)


def require_going_on(database: Database, sitter: Sitter) -> None:
    """Sign in again with the same code, and finish the paper that was restored."""
    with database.begin() as tx:
        typed = Credentials(sitter.number, sitter.code)
        signed = sit.sign_in(tx, typed, keys=load_keys(tx), settings=SETTINGS, at=ambient.now())
        restored = sittings.load(tx, signed.sitting, reach=EVERYTHING).sitting
    assert [not one.is_blank for one in restored.answers] == [True] * 5
    again = Sitter(sitter.number, sitter.code, signed.sitting, signed.session)
    assert finish(database, again, restored).state is State.HANDED_IN
    with database.read() as tx:
        assert replay.replay(tx, signed.sitting, actor=anybody()).differences == ()


def test_a_backup_of_sittings_in_progress_restores_to_the_same_rows(
    any_place: Place, tmp_path: Path
) -> None:
    database, sitter = half_way(any_place)
    path = tmp_path / "a.backup"
    manifest = back_up(database, path)
    before = content(database)
    fresh = connect(f"sqlite:///{tmp_path}/restored.sqlite")
    restored = restore(fresh, path)
    assert content(fresh) == before
    assert restored.verification.breaks == ()
    assert restored.verification.sittings == 2
    assert manifest.rows == sum(len(rows) for rows in before.values())
    require_going_on(fresh, sitter)
    fresh.close()
    database.close()


@pytest.mark.postgres
def test_a_backup_of_sqlite_restores_into_postgresql_and_back(
    sqlite_place: SqlitePlace, postgres_database: str, tmp_path: Path
) -> None:
    database, sitter = half_way(sqlite_place)
    path, back = tmp_path / "a.backup", tmp_path / "b.backup"
    back_up(database, path)
    grown = connect(postgres_database)
    restore(grown, path)
    assert content(grown) == content(database)
    back_up(grown, back)
    small = connect(f"sqlite:///{tmp_path}/small.sqlite")
    restore(small, back)
    assert content(small) == content(database)
    # Decisions after a restore take numbers of their own.
    seat(grown, "M3")
    require_going_on(grown, sitter)
    for one in (database, grown, small):
        one.close()


def test_a_backup_is_private_and_replaces_an_earlier_one(
    sqlite_place: SqlitePlace, tmp_path: Path
) -> None:
    database = autumn(sqlite_place)
    path = tmp_path / "a.backup"
    back_up(database, path)
    back_up(database, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))
    database.close()


def test_a_backup_never_replaces_what_is_no_backup(
    sqlite_place: SqlitePlace, tmp_path: Path
) -> None:
    database = autumn(sqlite_place)
    precious = tmp_path / "adept.sqlite"
    with refuses(Invalid, match="no Adept backup"):
        back_up(database, precious)
    database.close()


def test_a_database_in_use_is_replaced_only_when_its_name_is_typed(
    any_place: Place, tmp_path: Path
) -> None:
    database, _ = half_way(any_place)
    path = tmp_path / "a.backup"
    back_up(database, path)
    before = content(database)
    seat(database, "M9")
    for wrong in (None, "yes"):
        with refuses(StoreNotEmpty, match="--replace"):
            restore(database, path, replace=wrong)
    assert len(content(database)["candidates"]) == 3
    restore(database, path, replace=database.name)
    assert content(database) == before
    database.close()


def damaged(path: Path, how: str) -> Path:
    whole = path.read_bytes()
    lines = gzip.decompress(whole).split(b"\n")
    content = {
        "cut off": whole[: len(whole) // 2],
        "no backup": b"hello",
        "empty": b"",
        "changed": gzip.compress(b"\n".join(lines).replace(b"Candidate M1", b"Candidate XX")),
        "a row short": gzip.compress(b"\n".join(lines[:3] + lines[4:])),
        "no tail": gzip.compress(b"\n".join(lines[:-2]) + b"\n"),
        "more after": gzip.compress(b"\n".join([*lines[:-1], b"[1]\n"])),
    }[how]
    made = path.with_name(f"{how}.backup")
    made.write_bytes(content)
    return made


@pytest.fixture(scope="module")
def backed_up(module_place: SqlitePlace) -> Iterator[tuple[Database, Path]]:
    """Give a database that no test may change, and a backup of it."""
    database, _ = half_way(module_place)
    path = module_place.folder / "a.backup"
    back_up(database, path)
    before = content(database)
    yield database, path
    assert content(database) == before
    database.close()


HOW = ["cut off", "no backup", "empty", "changed", "a row short", "no tail", "more after"]


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    how: str, backed_up: tuple[Database, Path]
) -> None:
    database, path = backed_up
    with pytest.raises(BackupDamaged):
        restore(database, damaged(path, how), replace=database.name)


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    any_place: Place, tmp_path: Path
) -> None:
    database, _ = half_way(any_place)
    path = tmp_path / "a.backup"
    back_up(database, path)
    seat(database, "M9")
    before = content(database)

    def stop(done: int, of: int) -> None:
        if done > 0.9 * of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.restore(database, path, replace=database.name, progress=stop)
    assert content(database) == before
    database.close()


def test_a_backup_of_a_newer_schema_is_refused_with_the_way_out(
    sqlite_place: SqlitePlace, tmp_path: Path
) -> None:
    database = autumn(sqlite_place)
    with database.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    path = tmp_path / "a.backup"
    back_up(database, path)
    with refuses(Refused, match="does not know"):
        restore(connect(f"sqlite:///{tmp_path}/b.sqlite"), path)
    database.close()


def test_nothing_is_restored_under_a_running_server(
    sqlite_place: SqlitePlace, tmp_path: Path
) -> None:
    database = autumn(sqlite_place)
    path = tmp_path / "a.backup"
    back_up(database, path)
    with served(database), pytest.raises(StoreInUse):
        restore(database, path, replace="adept.sqlite")
    database.close()


@pytest.mark.postgres
def test_nothing_is_restored_while_others_use_postgresql(
    postgres_place: PostgresPlace, tmp_path: Path
) -> None:
    url, _ = postgres_place.copy(fill_autumn)
    server, ours = connect(url), connect(url)
    with server.read():
        pass  # it holds a connection from now on
    path = tmp_path / "a.backup"
    back_up(ours, path)
    with refuses(Refused, match="Stop the servers"):
        restore(ours, path, replace=ours.name)
    server.close()
    restore(ours, path, replace=ours.name)
    ours.close()
