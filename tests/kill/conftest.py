"""Databases that are on disk and wait for it: what was acknowledged is what we look for."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="session")
def postgres_url(durable_url: str) -> str:
    """Give the PostgreSQL server whose fsync is on."""
    return durable_url


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give a folder on disk."""
    with TemporaryDirectory(prefix="adept-kill-") as folder:
        yield Path(folder)
