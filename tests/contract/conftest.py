"""The world that each story is told in, once on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.world import World, make_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made = make_world(database_url, tmp_path)
    yield made
    made.close()
