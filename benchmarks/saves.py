"""Saved answers a second through the candidate's page, beside the bare statements.

One server process, 32 candidates who each save as fast as they are acknowledged; the floor is
pgbench (32 clients) or plain sqlite3, interleaved with the service in the same run.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from app.store.database import connect
from benchmarks.floors import postgres_floor, sqlite_floor
from benchmarks.season import Place, make_season
from tests.kill.server import Server

CLIENTS = 32
ROUNDS = 3
SECONDS = 5


@dataclass(frozen=True, slots=True)
class Round:
    """One round's figures: the service's and the floor's."""

    service: dict[str, float]
    floor: float


def field(page: str, name: str) -> str:
    """Return a hidden field's value."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag and (found := re.search(r'value="([^"]*)"', tag)):
            return found[1]
    raise AssertionError(f"no field {name} on the page")


def seated(base_url: str, place: Place) -> dict[str, Any]:
    """Sign a candidate in, start the paper, and return what saving an answer needs."""
    with httpx2.Client(base_url=base_url, follow_redirects=True) as client:
        form = {"number": place.number, "code": place.code}
        page = client.post("/", data={**form, "token": field(client.get("/").text, "token")})
        sitting = page.url.path
        started = client.post(f"{sitting}/start", data={"token": field(page.text, "token")})
        question = started.url.path
        options = re.findall(r'<input[^>]*type="radio"[^>]*value="([^"]+)"', started.text)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return {
            "path": question,
            "cookie": cookie,
            "form": {"token": field(started.text, "token")},
            "options": options,
        }


def load(server: Server, candidates: list[dict[str, Any]], turn: int) -> dict[str, float]:
    """Run the load in a process of its own."""
    plan = {
        "host": "127.0.0.1",
        "port": server.port,
        "seconds": SECONDS,
        "first": turn * 1_000_000,
        "candidates": candidates,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(url: str, folder: Path) -> list[Round]:
    """Return the rounds, service and floor in turn."""
    database = connect(url)
    _, places = make_season(database, CLIENTS)
    path = database.sqlite_path()
    database.close()
    server = Server(url, folder)
    server.start()
    try:
        candidates = [seated(server.base_url, place) for place in places]
        rounds = []
        for turn in range(ROUNDS):
            service = load(server, candidates, turn)
            if path is None:
                floor = postgres_floor(url, folder, clients=CLIENTS, seconds=SECONDS)
            else:
                floor = sqlite_floor(path, folder, seconds=SECONDS)
            rounds.append(Round(service, floor))
        return rounds
    finally:
        server.kill()


def report(urls: dict[str, str], folder: Path) -> None:
    """Print the table."""
    print(
        f"\nSaved answers through the page, {CLIENTS} connections, one worker (medians of {ROUNDS})"
    )
    print(
        f"{'database':>12} {'answers/s':>10} {'floor/s':>9} {'share':>7} "
        f"{'median ms':>10} {'p99 ms':>8} {'refused':>8}"
    )
    for name, url in urls.items():
        rounds = measure(url, folder)
        share = median(one.service["rate"] / one.floor for one in rounds)
        rate, middle, worst = (
            median(one.service[key] for one in rounds) for key in ("rate", "median", "p99")
        )
        floor = median(one.floor for one in rounds)
        refused = sum(one.service["refused"] for one in rounds)
        print(
            f"{name:>12} {rate:10.0f} {floor:9.0f} {share:7.1%} "
            f"{middle:10.1f} {worst:8.1f} {refused:8.0f}"
        )
