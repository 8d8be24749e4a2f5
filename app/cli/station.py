"""Where commands work: the settings, the database, and who is at the keyboard."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from app import ambient
from app.errors import Invalid, StoreNotMigrated
from app.exam.people.permissions import EVERYTHING, Actor, Face, Grant, Role, Through
from app.services.people import access
from app.settings import Settings
from app.store import schema
from app.store.database import Database, Transaction, connect


@dataclass(frozen=True, slots=True)
class Station:
    """The settings and the database that a command works with."""

    settings: Settings
    database: Database


def read_settings() -> Settings:
    """Read the settings from the environment; raise Invalid with the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors()[0]
        name = "ADEPT_" + "_".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise Invalid(name, f"{name} cannot be used: {reason}.") from exc


@contextmanager
def opened(*, migrated: bool = True) -> Iterator[Station]:
    """Open the database; raise StoreNotMigrated unless its schema is this version's."""
    settings = read_settings()
    database = connect(settings.url(), pool_size=settings.pool_size)
    try:
        if migrated:
            path = database.sqlite_path()
            if path is not None and not path.exists():
                raise StoreNotMigrated(None, schema.newest())
            schema.require_newest(database)
        yield Station(settings, database)
    finally:
        database.close()


def actor() -> Actor:
    """Return who is at the keyboard, for the record."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        who = "unknown"
    name = f"{Face.COMMAND_LINE} ({who})"
    # Whoever may use the machine may do everything: the operating system let them in.
    everyone = frozenset[Grant](Role)
    return Actor(name, ambient.now(), everyone, EVERYTHING, Through(Face.COMMAND_LINE, who))


def claimed(tx: Transaction, by: str) -> Actor:
    """Return the member of staff whose address was typed: a claim, and recorded as one."""
    return access.claimed(tx, by, by=actor())


def instant(text: str, field: str) -> datetime:
    """Return the instant a person wrote; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        words = f"'{text}' is not a date and time. Write it like 2026-12-01T09:00 (UTC)."
        raise Invalid(field, words) from exc
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
