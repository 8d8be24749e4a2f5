"""The floors: the statements of a saved answer with nothing around them."""

import json
import re
import secrets
import shutil
import sqlite3
import subprocess
from pathlib import Path
from time import perf_counter

import psycopg
from sqlalchemy import make_url

from tests.machine import find_postgres

SCRIPT = """\
\\set sitting :client_id
\\set salt random(1, 1000000000)
BEGIN;
SELECT * FROM floor_sittings WHERE number = :sitting FOR UPDATE;
SELECT * FROM floor_events WHERE sitting = :sitting AND request = 'r' || :salt;
INSERT INTO floor_events (sitting, sequence, at, kind, request, body, hash)
VALUES (:sitting, nextval('floor_sequence'), :at, 'answered',
  'r' || :salt || random(), :body, :hash);
UPDATE floor_sittings
SET answers = :answers, last_at = :at, head = :hash, event_count = event_count + 1
WHERE number = :sitting;
COMMIT;
"""
BODY = json.dumps({"flagged": False, "option": "q", "position": 17})
TABLES = """
CREATE TABLE floor_sittings (number integer PRIMARY KEY, made text, paper text, answers text,
  last_at varchar(27), head varchar(64), event_count integer);
CREATE TABLE floor_events (sitting integer, sequence bigint, at varchar(27), kind varchar(20),
  request varchar(200), body text, hash varchar(64), PRIMARY KEY (sitting, sequence),
  UNIQUE (sitting, request));
"""
AT = "2026-11-22T09:00:00.000000Z"


def _answers() -> str:
    return json.dumps([["q", 0]] * 45)


def postgres_floor(url: str, folder: Path, *, clients: int, seconds: int) -> float:
    """Return transactions a second of pgbench with a saved answer's statements."""
    address = make_url(url).set(drivername="postgresql")
    text = address.render_as_string(hide_password=False)
    with psycopg.connect(text, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS floor_sittings, floor_events")
        connection.execute("DROP SEQUENCE IF EXISTS floor_sequence")
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(statement.encode())
        connection.execute("CREATE SEQUENCE floor_sequence CACHE 50")
        row = connection.execute(
            "SELECT made, paper FROM sittings ORDER BY event_count DESC LIMIT 1"
        ).fetchone()
        if row is None:
            raise RuntimeError("no sitting to copy: make a season first")
        for number in range(clients):
            connection.execute(
                "INSERT INTO floor_sittings VALUES (%s, %s, %s, %s, %s, %s, 0)",
                (number, row[0], row[1], _answers(), AT, "0" * 64),
            )
    script = folder / "floor.sql"
    quoted = {"at": AT, "body": BODY, "hash": secrets.token_hex(32), "answers": _answers()}
    text_script = SCRIPT
    for name, value in quoted.items():
        text_script = re.sub(rf":{name}\b", f"'{value}'", text_script)
    script.write_text(text_script)
    command = [
        _pgbench(),
        *("-n", "-M", "prepared", "-f", str(script)),
        *("-c", str(clients), "-j", "1", "-T", str(seconds)),
        text,
    ]
    done = subprocess.run(  # noqa: S603 - our own pgbench on our own script
        command, capture_output=True, text=True, check=True
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said no rate:\n{done.stdout}")
    return float(found[1])


def sqlite_floor(path: Path, folder: Path, *, seconds: float) -> float:
    """Return commits a second of plain `sqlite3` with a saved answer's statements."""
    with sqlite3.connect(path) as source:
        made, paper = source.execute(
            "SELECT made, paper FROM sittings ORDER BY event_count DESC LIMIT 1"
        ).fetchone()
    file = folder / f"floor-{secrets.token_hex(4)}.sqlite"
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(TABLES)
    for number in range(32):
        row = (number, made, paper, _answers(), AT, "0" * 64)
        connection.execute("INSERT INTO floor_sittings VALUES (?, ?, ?, ?, ?, ?, 0)", row)
    done, began = 0, perf_counter()
    while perf_counter() - began < seconds:
        _save(connection, done % 32, done)
        done += 1
    rate = done / (perf_counter() - began)
    connection.close()
    return rate


def _save(connection: sqlite3.Connection, sitting: int, turn: int) -> None:
    digest = f"{turn:064x}"
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("SELECT * FROM floor_sittings WHERE number = ?", (sitting,)).fetchone()
    connection.execute(
        "SELECT * FROM floor_events WHERE sitting = ? AND request = ?", (sitting, f"r{turn}")
    ).fetchone()
    connection.execute(
        "INSERT INTO floor_events VALUES (?, ?, ?, 'answered', ?, ?, ?)",
        (sitting, turn, AT, f"r{turn}", BODY, digest),
    )
    connection.execute(
        "UPDATE floor_sittings SET answers = ?, last_at = ?, head = ?, "
        "event_count = event_count + 1 WHERE number = ?",
        (_answers(), AT, digest, sitting),
    )
    connection.execute("COMMIT")


def _pgbench() -> str:
    beside = find_postgres() / "bin" / "pgbench"
    found = str(beside) if beside.exists() else shutil.which("pgbench")
    if found is None:
        raise SystemExit("pgbench is not on this machine: apt-get install postgresql-contrib")
    return found
