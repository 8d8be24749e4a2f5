"""`make bench`: every benchmark in one run, as ratios against peers and floors."""

from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from benchmarks import assembly, saves, start
from tests.machine import find_postgres
from tests.postgres_server import running_server


def fresh(server: str, name: str) -> str:
    """Create a database on the server and return its address."""
    address = make_url(server).set(drivername="postgresql").render_as_string()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string()


def main() -> None:
    """Measure and print."""
    assembly.report()
    with TemporaryDirectory() as folder, running_server(find_postgres()) as server:
        place = Path(folder)
        start.report(
            {"SQLite": start.sqlite_url(place, "start"), "PostgreSQL": fresh(server, "start")}
        )
        saves.report(
            {"SQLite": start.sqlite_url(place, "saves"), "PostgreSQL": fresh(server, "saves")},
            place,
        )


if __name__ == "__main__":
    main()
