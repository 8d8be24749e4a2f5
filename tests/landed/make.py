"""Make the database of the code this runs in: `python -m tests.landed.make COMMIT FOLDER`."""

import hashlib
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from app.services.bank import starter
from app.services.people.keys import load_keys
from app.services.upkeep import backup
from app.store import migrate, schema
from app.store.database import Database, connect
from tests.factories import at
from tests.landed import calibrated, guarded, sat
from tests.services.season import Person

CHAPTERS = (calibrated, guarded)
"""What came after the first, in the order in which it landed."""
MADE_AT = at(10_000)


def make(database: Database) -> list[Person]:
    """Migrate an empty database and write every chapter; return people who can sign in."""
    migrate.upgrade(database)
    with database.begin() as tx:
        starter.load_starter(tx)
        load_keys(tx)
    people = sat.fill(database)
    for chapter in CHAPTERS:
        chapter.fill(database)
    return people


def hashes(database: Database) -> dict[str, dict[str, str]]:
    """Return the hashes that must stay: of items, of exams as they are kept, of migrations."""
    with database.read() as tx:
        select = tx.connection.exec_driver_sql
        items = select("SELECT item_id, version, hash FROM item_versions ORDER BY 1, 2").all()
        exams = select("SELECT code, version, document FROM exams ORDER BY 1, 2").all()
    scripts = sorted((schema.SCRIPTS / "versions").glob("*.py"))
    return {
        "items": {f"{name} {version}": kept for name, version, kept in items},
        "exams": {f"{code} {version}": sha256(text.encode()) for code, version, text in exams},
        "migrations": {script.name: sha256(script.read_bytes()) for script in scripts},
    }


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def silent(_done: int, _of: int) -> None:
    """Show no progress."""


def main(commit: str, folder: Path) -> None:
    """Write the two files of the newest schema."""
    with TemporaryDirectory() as name:
        database = connect(f"sqlite:///{name}/landed.sqlite")
        people = make(database)
        path = folder / schema.newest()
        backup.back_up(database, path.with_suffix(".backup"), at=MADE_AT, progress=silent)
        codes = {one.number: one.code for one in people}
        text = json.dumps({"commit": commit, "codes": codes, **hashes(database)}, indent=1)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        database.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
