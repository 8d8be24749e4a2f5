"""Time to start a sitting (clock, first block, all its rows) beside a bare commit of one row."""

from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from app import ambient
from app.exam.sitting.sitting import Caller
from app.services.sitting import sit
from app.settings import Settings
from app.store.database import Database, connect
from benchmarks.season import make_season

STARTS = 120


def measure(url: str) -> tuple[float, float]:
    """Return the medians of a start and of a bare commit, in milliseconds, interleaved."""
    database = connect(url)
    _, places = make_season(database, STARTS)
    with database.begin() as tx:
        tx.connection.execute(text("CREATE TABLE bare (n integer)"))
    starts, commits = [], []
    for place in places:
        with database.begin() as tx:
            held = sit.take_sitting(tx, place.booking, face="bench", at=ambient.now())
        began = perf_counter()
        _start(database, held)
        starts.append((perf_counter() - began) * 1000)
        began = perf_counter()
        with database.begin() as tx:
            tx.connection.execute(text("INSERT INTO bare VALUES (1)"))
        commits.append((perf_counter() - began) * 1000)
    database.close()
    return median(starts), median(commits)


def _start(database: Database, held: sit.SignIn) -> None:
    caller = Caller(ambient.now(), held.session)
    with database.begin() as tx:
        sit.start(tx, held.sitting, caller=caller, settings=Settings())


def report(urls: dict[str, str]) -> None:
    """Print the table."""
    print(f"\nStart of a sitting, first block included (medians of {STARTS}, ms)")
    print(f"{'database':>12} {'start':>8} {'bare commit':>12} {'start/commit':>13}")
    for name, url in urls.items():
        start, commit = measure(url)
        print(f"{name:>12} {start:8.2f} {commit:12.2f} {start / commit:13.1f}")


def sqlite_url(folder: Path, name: str) -> str:
    """Return the address of a fresh SQLite file."""
    return f"sqlite:///{folder / name}.sqlite"
