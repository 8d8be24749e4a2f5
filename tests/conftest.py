"""Fixtures that every folder of tests may use: databases and the browser."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.store.database import Database, connect
from tests.databases import Place, PostgresPlace, SqlitePlace, Templates, stock
from tests.machine import CANNOT_RUN, find_chromium, find_postgres
from tests.postgres_server import lifeline, memory, server_of

CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


RUN = "ADEPT_TESTS_RUN"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run ask for the whole square of tests and databases."""
    parser.addoption(
        "--every-database",
        action="store_true",
        help="run every test that uses a database on each kind, not only those marked so",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Prepare what the whole run shares.

    Passwords are hashed as cheaply as the setting allows, here and in the servers that tests start.
    Files are in memory where that can be: nobody cuts the power, and to wait for the disk is most
    of what a small transaction costs. The folder of the run is made by its first process.
    """
    os.environ["ADEPT_ARGON2_MEMORY_KIB"] = "1024"
    if hasattr(config, "workerinput"):
        return
    if (folder := memory()) is not None:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
    lasting = ExitStack()
    os.environ[RUN] = str(lasting.enter_context(lifeline()))
    config.add_cleanup(lasting.close)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Say on which kinds of database a test runs.

    Rules are told once, on SQLite; both kinds where the database itself matters
    (docs/decisions/0011).
    """
    if "any_place" not in metafunc.fixturenames:
        return
    kinds = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
    marked = metafunc.definition.get_closest_marker("each_database") is not None
    every = marked or metafunc.config.getoption("every_database")
    metafunc.parametrize("any_place", kinds if every else kinds[:1], indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last, in red, which tests this machine could not run."""
    skipped = [report.longrepr for report in terminalreporter.getreports("skipped")]
    reasons = [place[2] for place in skipped if isinstance(place, tuple)]
    counts = Counter(reason.partition(CANNOT_RUN)[2] for reason in reasons if CANNOT_RUN in reason)
    for reason, count in counts.items():
        line = f"COULD NOT RUN on this machine: {count} of the tests ({reason})"
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Give the PostgreSQL server of this run, which all workers share."""
    return server_of(Path(os.environ[RUN]), find_postgres())


@pytest.fixture(scope="session")
def durable_url() -> str:
    """Give the PostgreSQL server of this run that waits for the disk."""
    return server_of(Path(os.environ[RUN]), find_postgres(), durable=True)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Give the databases that this worker has filled once, to be copied."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def sqlite_place(tmp_path: Path, templates: Templates) -> SqlitePlace:
    """Give a place for SQLite files."""
    return SqlitePlace(templates, tmp_path)


@pytest.fixture(scope="module")
def module_place(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> SqlitePlace:
    """Give a place for SQLite files that the tests of a module share."""
    return SqlitePlace(templates, tmp_path_factory.mktemp("module"))


@pytest.fixture
def postgres_place(postgres_url: str, templates: Templates) -> Iterator[PostgresPlace]:
    """Give a place for databases on the real server; they are dropped afterwards."""
    place = PostgresPlace(templates, postgres_url)
    yield place
    place.drop()


@pytest.fixture
def durable_place(durable_url: str, templates: Templates) -> Iterator[PostgresPlace]:
    """Give a place for databases on the server that waits for the disk."""
    place = PostgresPlace(templates, durable_url)
    yield place
    place.drop()


@pytest.fixture
def any_place(request: pytest.FixtureRequest) -> Place:
    """Give a place for databases, of the kinds that `pytest_generate_tests` says."""
    made: Place = request.getfixturevalue(f"{request.param}_place")
    return made


@pytest.fixture
def database_url(any_place: Place) -> str:
    """Give an empty database."""
    return any_place.empty()


@pytest.fixture
def stocked_url(any_place: Place) -> str:
    """Give a database with the schema and the starter data."""
    return any_place.copy(stock)[0]


@pytest.fixture
def postgres_database(postgres_place: PostgresPlace) -> str:
    """Give an empty PostgreSQL database."""
    return postgres_place.empty()


@pytest.fixture
def postgres_copy(postgres_place: PostgresPlace) -> str:
    """Give a PostgreSQL database with the schema and the starter data."""
    return postgres_place.copy(stock)[0]


@pytest.fixture
def database(stocked_url: str) -> Iterator[Database]:
    """Give a connected database with the schema and the starter data."""
    connected = connect(stocked_url, pool_size=24)
    yield connected
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
