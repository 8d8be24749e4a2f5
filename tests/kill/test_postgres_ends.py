"""PostgreSQL ends with the run that started it, even when that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

ROOT = Path(__file__).parents[2]
# A run of one test that says where its server is, and waits to be killed.
WAITS = """
import os
import time
from pathlib import Path

def test_waits(postgres_url):
    told = Path(__file__).with_name("told")
    lines = [postgres_url, os.environ["ADEPT_TESTS_RUN"]]
    told.with_suffix(".part").write_text("\\n".join(lines))
    told.with_suffix(".part").rename(told)
    time.sleep(120)
"""


def wait(what: str, done: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.kill
@pytest.mark.parametrize("workers", [0, 1])
def test_the_server_ends_and_leaves_nothing_when_its_run_is_killed(
    tmp_path: Path, workers: int
) -> None:
    (tmp_path / "test_waits.py").write_text(WAITS)
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "-p", "tests.conftest"]
    with (tmp_path / "log").open("wb") as log:
        run = subprocess.Popen(
            [*command, "-p", "no:cacheprovider", str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait("the server is there", (tmp_path / "told").exists, seconds=60)
        url, folder = (tmp_path / "told").read_text().splitlines()
        home = Path(str(make_url(url).query["host"]))
        postmaster = int((home / "data" / "postmaster.pid").read_text().split()[0])
        assert is_running(postmaster)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    wait("the server ends", lambda: not is_running(postmaster), seconds=30)
    wait("its files go", lambda: not home.exists() and not Path(folder).exists(), seconds=30)
