"""The server as a process: one on a SQLite file, stopped cleanly, its demo the same again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Adept

ADEPT = Path(sys.executable).with_name("adept")
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADEPT_")}
    return {**kept, "ADEPT_DATA_DIR": str(folder), "ADEPT_PORT": str(port), **more}


@contextmanager
def serving(*words: str, folder: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Give a server that answers; kill it if the test has not stopped it."""
    started = subprocess.Popen(
        [ADEPT, "serve", *words],
        env=environment(folder, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait(started, port)
        yield started
    finally:
        started.kill()
        started.communicate()


def wait(started: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert started.poll() is None, started.communicate()
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                assert answer.status == 200
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server does not answer")


def stop(server: subprocess.Popen[str], how: signal.Signals) -> tuple[str, str]:
    server.send_signal(how)
    out, err = server.communicate(timeout=30)
    assert server.returncode == 0, err
    assert "Traceback" not in err
    return out, err


def test_the_demo_is_served_stopped_and_the_same_again(tmp_path: Path) -> None:
    port, seen = free_port(), []
    for how in (signal.SIGINT, signal.SIGTERM):
        with serving("--demo", folder=tmp_path, port=port) as server:
            seen.append((tmp_path / "demo.json").read_text())
            out, _ = stop(server, how)
            world = json.loads(seen[-1])
            assert world["base_url"] == f"http://127.0.0.1:{port}"
            assert all(one["access_code"] in out for one in world["candidates"])
            assert all(one["password"] in out for one in world["staff"])
    assert seen[0] == seen[1]


def test_a_second_server_on_the_same_sqlite_file_is_refused(tmp_path: Path) -> None:
    with serving("--demo", folder=tmp_path, port=free_port()):
        adept = Adept(f"sqlite:///{tmp_path}/adept.sqlite", tmp_path)
        assert "stop the other one" in adept.refused("serve", ADEPT_PORT=str(free_port()))
        # What is no server may go on.
        assert adept.done("window", "list")[0]["phase"] == "open"
        assert adept.done("backup", str(tmp_path / "a.backup"))["rows"] > 0


@pytest.mark.postgres
def test_several_workers_serve_postgresql(postgres_database: str, tmp_path: Path) -> None:
    port = free_port()
    url = {"ADEPT_DATABASE_URL": postgres_database}
    with serving("--demo", "--workers", "2", folder=tmp_path, port=port, **url) as server:
        stop(server, signal.SIGTERM)


def test_several_workers_on_sqlite_are_refused(adept: Adept) -> None:
    assert "SQLite serves one process" in adept.refused("serve", "--workers", "2")


def test_a_port_in_use_is_refused_in_words(adept: Adept) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "set ADEPT_PORT" in adept.refused("serve", ADEPT_PORT=port)


def test_a_database_that_is_not_migrated_is_not_served(empty: Adept) -> None:
    assert "adept migrate" in empty.refused("serve")


def test_a_language_without_words_is_refused_before_anything_is_served(adept: Adept) -> None:
    said = adept.refused("serve", ADEPT_PORT=str(free_port()), ADEPT_LANGUAGE="xx")
    assert said.endswith("there are no words in 'xx'. Write one of: en.")
