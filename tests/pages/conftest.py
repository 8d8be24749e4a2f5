"""A world of its own for each test of the pages, and a browser in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.world import Person, World, make_world
from tests.databases import SqlitePlace
from tests.pages.browser import Browser, Page


@pytest.fixture
def world(sqlite_place: SqlitePlace, tmp_path: Path) -> Iterator[World]:
    made = make_world(sqlite_place, tmp_path)
    yield made
    made.close()


@pytest.fixture
def ada(world: World) -> Person:
    return world.people[0]


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world.client())


@pytest.fixture
def home(browser: Browser, ada: Person) -> Page:
    """Ada has signed in and reads the instructions."""
    return browser.sign_in(ada.number, ada.code)


@pytest.fixture
def first(browser: Browser, home: Page) -> Page:
    """Ada has started and sees the first question."""
    return browser.press(home, "Start the exam")
