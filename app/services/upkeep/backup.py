"""Backup and restore: one portable file of rows, the same for SQLite and PostgreSQL.

A gzip of JSON lines: a head (schema revision, tables, counts), a line for each row, and a tail
with the SHA-256 of every line before it.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from app.errors import BackupDamaged, Invalid, Refused, StoreNotEmpty, StoreNotMigrated
from app.progress import Progress
from app.services.upkeep import replay
from app.services.upkeep.replay import Verification
from app.store import dump, migrate, schema
from app.store.database import Database, Transaction
from app.store.dump import TableShape
from app.store.private_files import private_file
from app.store.server_lock import served

FORMAT = 1
COMPRESSION = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DumpedTable(_Part):
    """A table in a backup: its columns in order, and how many rows follow."""

    name: str
    columns: tuple[str, ...]
    rows: int


class Manifest(_Part):
    """The head of a backup."""

    adept_backup: int
    revision: str
    made_at: datetime
    tables: tuple[DumpedTable, ...]

    @property
    def rows(self) -> int:
        """Return how many rows the backup holds."""
        return sum(table.rows for table in self.tables)


class _Tail(_Part):
    sha256: str


class Restored(_Part):
    """What was restored, and whether its chains are what was written."""

    manifest: Manifest
    verification: Verification


def back_up(database: Database, path: Path, *, at: datetime, progress: Progress) -> Manifest:
    """Write a whole database, as it is at one instant, to a file; sittings may go on meanwhile.

    The file appears under its name when it has been read back whole, and is on disk.
    """
    if path.exists() and not _is_backup(path):
        raise Invalid("file", f"{path} exists and is no Adept backup, so it was left alone.")
    with private_file(path) as file:
        # Neither time nor name is kept in the head, so that equal content gives equal files.
        with database.read() as tx, gzip.GzipFile("", "wb", COMPRESSION, file, mtime=0) as zipped:
            manifest = _manifest(tx, at)
            _write(tx, manifest, zipped.write, lambda done: progress(done, 2 * manifest.rows))
        file.flush()
        verify(Path(file.name), progress=lambda done, of: progress(of + done, 2 * of))
    return manifest


def verify(path: Path, *, progress: Progress) -> Manifest:
    """Read a backup to its end; raise BackupDamaged unless it is whole."""
    digest = hashlib.sha256()
    with _opened(path) as lines:
        manifest = _head(lines, digest.update)
        for done, line in enumerate(islice(lines, manifest.rows), start=1):
            digest.update(line)
            progress(done, manifest.rows)
        tail = _tail(next(lines, b""))
        if next(lines, None) is not None:
            raise BackupDamaged("there is more after its end")
    if tail.sha256 != digest.hexdigest():
        raise BackupDamaged("its content is not what was written")
    return manifest


def restore(database: Database, path: Path, *, replace: str | None, progress: Progress) -> Restored:
    """Put a backup in place of what the database holds, in one transaction.

    Unless the database is unused, `replace` must be its name, typed by a person.
    """
    manifest = verify(path, progress=lambda done, of: progress(done, 2 * of))
    if not schema.knows(manifest.revision):
        raise Refused(
            f"The backup is of schema {manifest.revision}, which this Adept does not know. "
            "Install the version that made it, or a newer one."
        )
    with served(database), database.changing_schema() as tx:
        _require_free(tx, database.name, replace)
        dump.renew(tx, manifest.revision)
        _load(tx, path, lambda done: progress(manifest.rows + done, 2 * manifest.rows))
        dump.settle(tx)
        migrate.upgrade_within(tx)
        verification = replay.verify(tx)
    database.editions.clear()
    return Restored(manifest=manifest, verification=verification)


def _manifest(tx: Transaction, at: datetime) -> Manifest:
    revision = schema.revision(tx)
    if revision is None:
        raise StoreNotMigrated(None, schema.newest())
    counts = dump.counts(tx)
    tables = tuple(
        DumpedTable(name=shape.name, columns=shape.columns, rows=counts[shape.name])
        for shape in dump.shapes(tx)
    )
    return Manifest(adept_backup=FORMAT, revision=revision, made_at=at, tables=tables)


def _write(
    tx: Transaction,
    manifest: Manifest,
    write: Callable[[bytes], object],
    progress: Callable[[int], None],
) -> None:
    digest = hashlib.sha256()

    def put(text: str) -> None:
        line = text.encode() + b"\n"
        digest.update(line)
        write(line)

    put(manifest.model_dump_json())
    rows = (row for table in manifest.tables for row in dump.rows(tx, _shape(table)))
    for done, row in enumerate(rows, start=1):
        put(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        progress(done)
    write(_Tail(sha256=digest.hexdigest()).model_dump_json().encode() + b"\n")


def _load(tx: Transaction, path: Path, progress: Callable[[int], None]) -> None:
    with _opened(path) as lines:
        manifest, before = _head(lines, lambda _: None), 0
        for table in manifest.tables:
            found = _rows(table, lines, partial(_count, progress, before))
            if dump.load(tx, _shape(table), found) != table.rows:
                raise BackupDamaged(f"rows of {table.name} are missing")
            before += table.rows


def _count(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


def _rows(
    table: DumpedTable, lines: Iterator[bytes], progress: Callable[[int], None]
) -> Iterator[list[object]]:
    for done, line in enumerate(islice(lines, table.rows), start=1):
        row = json.loads(line)
        if not isinstance(row, list) or len(row) != len(table.columns):
            raise BackupDamaged(f"a row of {table.name} has not its columns")
        progress(done)
        yield row


def _require_free(tx: Transaction, name: str, replace: str | None) -> None:
    others = dump.others(tx)
    if others:
        raise Refused(
            f"{others} other sessions use the database '{name}'. Stop the servers, then restore."
        )
    rows = dump.in_use(tx)
    if rows and replace != name:
        raise StoreNotEmpty(name, rows)


def _shape(table: DumpedTable) -> TableShape:
    return TableShape(table.name, table.columns)


def _head(lines: Iterator[bytes], seen: Callable[[bytes], object]) -> Manifest:
    line = next(lines, b"")
    seen(line)
    try:
        manifest = Manifest.model_validate_json(line)
    except ValidationError as exc:
        raise BackupDamaged("it does not begin like one") from exc
    if manifest.adept_backup != FORMAT:
        raise BackupDamaged(f"its format {manifest.adept_backup} is of another Adept")
    return manifest


def _tail(line: bytes) -> _Tail:
    try:
        return _Tail.model_validate_json(line)
    except ValidationError as exc:
        raise BackupDamaged("it is cut off") from exc


def _is_backup(path: Path) -> bool:
    try:
        with _opened(path) as lines:
            _head(lines, lambda _: None)
    except BackupDamaged:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[bytes]]:
    with path.open("rb") as file:
        yield _lines(file)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    try:
        yield from gzip.GzipFile(fileobj=file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise BackupDamaged("it is cut off, or no backup at all") from exc
