"""The world that each story is told in, once on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.world import World, make_world
from tests.databases import Place


@pytest.fixture
def world(any_place: Place, tmp_path: Path) -> Iterator[World]:
    made = make_world(any_place, tmp_path)
    yield made
    made.close()
