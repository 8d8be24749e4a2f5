"""A server for each test, and browser contexts with script off (as we promise) or on (for axe)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.live import Live, live_server
from tests.databases import SqlitePlace

PATIENCE = 10_000
NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gita", "Hal")


@pytest.fixture
def live(sqlite_place: SqlitePlace) -> Iterator[Live]:
    with live_server(sqlite_place, names=NAMES) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page with JavaScript off."""
    with browser.new_context(java_script_enabled=False) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    """Give a page with script enabled, for axe is script; our own pages have none."""
    with browser.new_context(viewport={"width": 320, "height": 640}) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
