"""`make bench`: every benchmark in one run, as ratios against peers and floors.

`python -m benchmarks measurement`, `service` or `imports` runs one part.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from benchmarks import (
    ability,
    assembly,
    calibration,
    calibration_peers,
    fit,
    imports,
    saves,
    selection_share,
    start,
)
from tests.machine import find_postgres
from tests.postgres_server import running_server

PARTS = ("measurement", "service", "imports")


def fresh(server: str, name: str) -> str:
    """Create a database on the server and return its address."""
    address = make_url(server).set(drivername="postgresql").render_as_string()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string()


def measurement() -> None:
    """Measure what needs no database."""
    assembly.report()
    ability.report()
    fit.report()
    calibration.report()
    calibration_peers.report()


def service() -> None:
    """Measure the service on both databases."""
    with TemporaryDirectory() as folder, running_server(find_postgres(), durable=True) as server:
        place = Path(folder)
        start.report(
            {"SQLite": start.sqlite_url(place, "start"), "PostgreSQL": fresh(server, "start")}
        )
        selection_share.report(
            {"SQLite": start.sqlite_url(place, "share"), "PostgreSQL": fresh(server, "share")},
            place,
        )
        saves.report(
            {"SQLite": start.sqlite_url(place, "saves"), "PostgreSQL": fresh(server, "saves")},
            place,
        )


def main(parts: list[str]) -> None:
    """Measure and print."""
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"no benchmarks named {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if "measurement" in (parts or PARTS):
        measurement()
    if "service" in (parts or PARTS):
        service()
    if "imports" in (parts or PARTS):
        imports.report()


if __name__ == "__main__":
    main(sys.argv[1:])
