"""Fixtures that every folder of tests may use: databases and the browser."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy import make_url

from app.services import item_bank
from app.services.keys import load_keys
from app.store import migrate
from app.store.database import Database, connect
from tests.machine import CANNOT_RUN, find_chromium, find_postgres
from tests.postgres_server import running_server

CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    """Hash passwords as cheaply as the setting allows, here and in the servers that tests start."""
    os.environ["ADEPT_ARGON2_MEMORY_KIB"] = "1024"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last, in red, which tests this machine could not run."""
    skipped = [report.longrepr for report in terminalreporter.getreports("skipped")]
    reasons = [place[2] for place in skipped if isinstance(place, tuple)]
    counts = Counter(reason.partition(CANNOT_RUN)[2] for reason in reasons if CANNOT_RUN in reason)
    for reason, count in counts.items():
        line = f"COULD NOT RUN on this machine: {count} of the tests ({reason})"
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a PostgreSQL server to this run (to each worker its own, under xdist)."""
    with running_server(find_postgres()) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Give an empty database on the real server, and drop it afterwards."""
    name = f"adept_{uuid4().hex}"
    server = make_url(postgres_url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(postgres_url).set(database=name).render_as_string()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty database, once of each kind that we support."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/adept.sqlite"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the schema and the starter data, to be copied."""
    path = tmp_path_factory.mktemp("template") / "adept.sqlite"
    stock(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """Give the name of a PostgreSQL database with the schema and the starter data."""
    name = f"template_{uuid4().hex}"
    server = make_url(postgres_url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    stock(make_url(postgres_url).set(database=name).render_as_string())
    return name


@pytest.fixture
def postgres_copy(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """Give a copy of the PostgreSQL template, and drop it afterwards."""
    name = f"adept_{uuid4().hex}"
    server = make_url(postgres_url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(server, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(postgres_template)))
        yield make_url(postgres_url).set(database=name).render_as_string()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stocked_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with the schema and the starter data, once of each kind that we support."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        copy = shutil.copy(template, tmp_path / "adept.sqlite")
        return f"sqlite:///{copy}"
    url: str = request.getfixturevalue("postgres_copy")
    return url


@pytest.fixture
def database(stocked_url: str) -> Iterator[Database]:
    """Give a connected database with the schema and the starter data."""
    connected = connect(stocked_url, pool_size=24)
    yield connected
    connected.close()


def stock(url: str) -> None:
    """Migrate an empty database and load the starter data."""
    connected = connect(url)
    migrate.upgrade(connected)
    with connected.begin() as tx:
        item_bank.load_starter(tx)
        load_keys(tx)
    connected.close()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Give the installed browser's path."""
    return find_chromium()


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """Give one browser to the run; each test opens its own context in it.

    Playwright keeps an event loop on the thread, so no later test can call ``asyncio.run`` on it.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_SWITCHES)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Give the text of axe-core, for ``page.evaluate`` in a context whose script is enabled."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
