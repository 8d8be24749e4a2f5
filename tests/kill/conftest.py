"""Databases that are on disk and wait for it: what was acknowledged is what we look for."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import RUN
from tests.machine import find_postgres
from tests.postgres_server import server_of


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Give a PostgreSQL server of this run whose fsync is on."""
    return server_of(Path(os.environ[RUN]), find_postgres(), durable=True)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give a folder on disk."""
    with TemporaryDirectory(prefix="adept-kill-") as folder:
        yield Path(folder)
