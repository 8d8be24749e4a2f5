"""The world with its board: on each database, or on SQLite alone where pages are looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.board.desk import add_staff
from tests.contract.world import World, make_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made = make_world(database_url, tmp_path)
    add_staff(made)
    yield made
    made.close()


@pytest.fixture
def small_world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path}/board.sqlite", tmp_path)
    add_staff(made)
    yield made
    made.close()
