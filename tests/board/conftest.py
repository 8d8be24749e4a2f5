"""The world with its board: on each database, or on SQLite alone where pages are looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.board.desk import fill_board
from tests.contract.world import World, make_world
from tests.databases import Place, SqlitePlace


@pytest.fixture
def world(any_place: Place, tmp_path: Path) -> Iterator[World]:
    made = make_world(any_place, tmp_path, fill=fill_board)
    yield made
    made.close()


@pytest.fixture
def small_world(sqlite_place: SqlitePlace, tmp_path: Path) -> Iterator[World]:
    made = make_world(sqlite_place, tmp_path, fill=fill_board)
    yield made
    made.close()
