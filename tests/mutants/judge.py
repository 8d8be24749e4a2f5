"""Judging a fault: planted in a copy of the tree, with the nearest tests first, for so long."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# Loaded here once, so that no child loads them anew.
import alembic.command
import fastapi
import highspy
import playwright.sync_api
import pytest
import scipy.stats
from hypothesis import settings

from tests.mutants.plant import Fault
from tests.mutants.rooms import judges

LOADED = (alembic.command, fastapi, highspy, playwright.sync_api, scipy.stats)
SECONDS = 20
"""Of computing, not of waiting, so that a busy machine judges alike."""
PATIENCE = 10 * SECONDS
LONGEST_TEST = 12
"""Seconds of computing after which a single test is taken to hang."""
AT_ONCE = 8
MARK = "not slow and not postgres and not browser and not kill"
QUIET = (
    *("-x", "-q", "-m", MARK),
    *("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist"),
    # A library that pytest would rewrite has been loaded by us before.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
HANGS = 17
FAILED = (1, 2, HANGS)
"""What is said when a test fails, a test file cannot even be read, or a test hangs."""


class _Watch:
    """Ends the run when a single test has computed for too long."""

    @staticmethod
    def pytest_runtest_logstart() -> None:
        signal.signal(signal.SIGPROF, lambda *_: os._exit(HANGS))
        signal.setitimer(signal.ITIMER_PROF, LONGEST_TEST)


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """Give a copy of the tree as it is, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],  # noqa: S607 - the developer's git
        cwd=root,
        capture_output=True,
        check=True,
    )
    with TemporaryDirectory(prefix="adept-mutants-") as name:
        for file in listed.stdout.decode().split("\0"):
            if file and (root / file).is_file():
                (Path(name) / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / file, Path(name) / file)
        yield Path(name)


def judged(tree: Path, fault: Fault) -> tuple[bool, float]:
    """Say whether the room's tests notice a fault within the time, and how long they took.

    A run that time cuts off has noticed nothing; a single test that hangs fails by itself.
    """
    path, began = tree / fault.path, time.monotonic()
    source, times = path.read_bytes(), path.stat()
    path.write_bytes(fault.planted(source))
    # Compiled files are told apart by whole seconds: no two faults may share one.
    os.utime(path, (times.st_atime, int(fault.name, 16) % 10**9))
    try:
        noticed = run(tree, judges(tree, fault.path, fault.function)) in FAILED
    finally:
        path.write_bytes(source)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return noticed, time.monotonic() - began


def run(tree: Path, tests: list[str]) -> int | None:
    """Return what pytest says in a child of ours, which need not load the libraries anew.

    None where time cut it off.
    """
    child = os.fork()
    if child == 0:
        os._exit(_tested(tree, tests))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _tested(tree: Path, tests: list[str]) -> int:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.chdir(tree)
    sys.path[0] = str(tree)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    # A verdict may depend neither on chance nor on how busy the machine is.
    settings.register_profile("judged", deadline=None, derandomize=True)
    settings.load_profile("judged")
    for start in range(0, len(tests), AT_ONCE):
        some = tests[start : start + AT_ONCE]
        said = pytest.main([*QUIET, f"--basetemp={tree / 'tmp'}", *some], plugins=[_Watch()])
        if said in FAILED:
            return said
    return 0
