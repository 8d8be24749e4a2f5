"""Reading a landed database, and putting it where the tests want it."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from app.store import dump, migrate
from app.store.database import Database
from app.store.dump import TableShape

FOLDER = Path(__file__).parent
REVISIONS = sorted(path.stem for path in FOLDER.glob("*.backup"))


@dataclass(frozen=True)
class Landed:
    """What the landed code wrote: each table's columns and rows, and what is said of them."""

    revision: str
    rows: dict[TableShape, list[list[object]]]
    codes: dict[str, str]
    items: dict[str, str]
    exams: dict[str, str]
    migrations: dict[str, str]

    def column(self, table: str, name: str) -> list[object]:
        """Return a column of a table."""
        shape = next(one for one in self.rows if one.name == table)
        return [row[shape.columns.index(name)] for row in self.rows[shape]]


def read(revision: str) -> Landed:
    """Read the files of a landed schema."""
    with gzip.open(FOLDER / f"{revision}.backup", "rt", encoding="utf-8") as lines:
        head = json.loads(next(lines))
        rows = {
            TableShape(table["name"], tuple(table["columns"])): [
                json.loads(next(lines)) for _ in range(table["rows"])
            ]
            for table in head["tables"]
        }
    said = json.loads((FOLDER / f"{revision}.json").read_text(encoding="utf-8"))
    assert head["revision"] == revision
    del said["commit"]
    return Landed(revision=revision, rows=rows, **said)


def put(landed: Landed, database: Database) -> None:
    """Make the landed schema in an empty database, with its rows."""
    migrate.upgrade(database, landed.revision)
    with database.begin() as tx:
        for shape, rows in landed.rows.items():
            dump.load(tx, shape, rows)
        dump.settle(tx)
