"""Databases for tests: empty ones, and copies of one that was filled once in this worker."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, TypeVarTuple, cast
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.services.bank import starter
from app.services.people.keys import load_keys
from app.store import dump, migrate
from app.store.database import Database, connect

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Templates:
    """The databases of this worker that are copied, with what was said of them when filled."""

    folder: Path
    filled: dict[tuple[object, ...], tuple[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place(ABC):
    """Where a test's databases of one kind are made."""

    templates: Templates

    def copy(self, fill: Callable[[str, *Ts], T], *given: *Ts) -> tuple[str, T]:
        """Return the address of a copy of what `fill` made of an empty database, and its answer.

        It is called once for all that is given alike. It must leave no connection open, and what it
        returns is shared.
        """
        key = (self._server(), fill, given)
        if key not in self.templates.filled:
            url = self._new_template()
            self.templates.filled[key] = (url, fill(url, *given))
        template, answer = self.templates.filled[key]
        return self._copy(template), cast("T", answer)

    @abstractmethod
    def empty(self) -> str:
        """Return the address of an empty database."""

    @abstractmethod
    def _server(self) -> str: ...

    @abstractmethod
    def _new_template(self) -> str: ...

    @abstractmethod
    def _copy(self, template: str) -> str: ...


@dataclass(frozen=True)
class SqlitePlace(Place):
    """A folder of SQLite files; the first is `adept.sqlite`, and none is there yet."""

    folder: Path

    def empty(self) -> str:
        first = self.folder / "adept.sqlite"
        return f"sqlite:///{self.folder / f'{uuid4().hex}.sqlite' if first.exists() else first}"

    def _server(self) -> str:
        return "sqlite"

    def _new_template(self) -> str:
        return f"sqlite:///{self.templates.folder / f'{uuid4().hex}.sqlite'}"

    def _copy(self, template: str) -> str:
        url = self.empty()
        shutil.copy(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url


@dataclass(frozen=True)
class PostgresPlace(Place):
    """A server; it knows the databases that it has made for a test."""

    server: str
    made: list[str] = field(default_factory=list)

    def empty(self) -> str:
        return self._create("template1")

    def drop(self) -> None:
        """Drop the databases of the test."""
        for name in self.made:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self.made.clear()

    def _server(self) -> str:
        return self.server

    def _new_template(self) -> str:
        url = self._create("template1")
        self.made.pop()  # it stays for the tests to come
        return url

    def _copy(self, template: str) -> str:
        return self._create(str(make_url(template).database))

    def _create(self, template: str) -> str:
        # To copy files is cheaper than to log every page of them where nothing waits for the disk.
        name = f"adept_{uuid4().hex}"
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run(words.format(sql.Identifier(name), sql.Identifier(template)))
        self.made.append(name)
        return make_url(self.server).set(database=name).render_as_string()

    def _run(self, words: sql.Composed) -> None:
        server = make_url(self.server).set(drivername="postgresql").render_as_string()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(words)


def stock(url: str) -> None:
    """Migrate an empty database and load the starter data."""
    database = connect(url)
    migrate.upgrade(database)
    with database.begin() as tx:
        starter.load_starter(tx)
        load_keys(tx)
    database.close()


def content(database: Database) -> dict[str, list[list[object]]]:
    """Return every row of every table, to be compared with what is there later."""
    with database.read() as tx:
        return {shape.name: list(dump.rows(tx, shape)) for shape in dump.shapes(tx)}
