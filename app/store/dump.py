"""A whole database as rows, streamed out and in: the same shape on SQLite and on PostgreSQL.

Tables are read from the database itself, not from `tables.py`: a backup may be of an older schema.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Insert, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError

from app.errors import BackupDamaged
from app.store import migrate
from app.store.database import Transaction

VERSION_TABLE = "alembic_version"
# What `adept migrate` and a first start make by themselves.
RENEWABLE = {
    "secrets",
    "frameworks",
    "item_versions",
    "item_states",
    "parameter_sets",
    "exams",
    "attempts",
}
BATCH = 500

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table by name, with its columns in order."""

    name: str
    columns: tuple[str, ...]


def shapes(tx: Transaction) -> list[TableShape]:
    """Return every table of ours, each after the tables it refers to."""
    return [
        TableShape(table.name, tuple(column.name for column in table.columns))
        for table in _tables(tx.connection)
    ]


def counts(tx: Transaction) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _tables(tx.connection)
    }


def rows(tx: Transaction, shape: TableShape) -> Iterator[list[object]]:
    """Yield a table's rows in the order of its key, a batch in memory at a time."""
    table = _table(tx.connection, shape.name)
    query = select(*(table.c[name] for name in shape.columns)).order_by(*table.primary_key.columns)
    streamed = tx.connection.execution_options(yield_per=BATCH).execute(query)
    for row in streamed:
        yield list(row)


def load(tx: Transaction, shape: TableShape, given: Iterable[Row]) -> int:
    """Keep a table's rows, and return how many there were."""
    table = _table(tx.connection, shape.name)
    unknown = set(shape.columns) - set(table.columns.keys())
    if unknown:
        raise BackupDamaged(f"table {shape.name} has no column {sorted(unknown)[0]}")
    statement, total = insert(table), 0
    batch: list[dict[str, object]] = []
    for row in given:
        batch.append(dict(zip(shape.columns, row, strict=True)))
        if len(batch) == BATCH:
            total += _put(tx.connection, statement, batch)
    return total + _put(tx.connection, statement, batch)


def in_use(tx: Transaction) -> int:
    """Return how many rows of people, windows and their record there are."""
    return sum(count for name, count in counts(tx).items() if name not in RENEWABLE)


def settle(tx: Transaction) -> None:
    """Let PostgreSQL's counters go on after the rows that came with their numbers."""
    if tx.connection.dialect.name != "postgresql":
        return
    for table in _tables(tx.connection):
        for column in table.primary_key.columns:
            sequence = tx.connection.execute(
                select(func.pg_get_serial_sequence(table.name, column.name))
            ).scalar()
            if sequence is not None:
                highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
                tx.connection.execute(select(func.setval(sequence, highest, text("false"))))


def renew(tx: Transaction, revision: str) -> None:
    """Drop every table, and make those of an older revision, empty.

    For a transaction that changes the schema: nothing is gone before it is committed.
    """
    held = MetaData()
    held.reflect(tx.connection)
    held.drop_all(tx.connection)
    migrate.upgrade_within(tx, revision)


def others(tx: Transaction) -> int:
    """Return how many other sessions use the database; SQLite cannot tell."""
    if tx.connection.dialect.name != "postgresql":
        return 0
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(tx.connection.execute(query).scalar_one())


def _put(connection: Connection, statement: Insert, batch: list[dict[str, object]]) -> int:
    done = len(batch)
    if batch:
        try:
            connection.execute(statement, batch)
        except (IntegrityError, DataError) as exc:
            raise BackupDamaged(f"its rows do not fit its schema ({type(exc).__name__})") from exc
        batch.clear()
    return done


def _tables(connection: Connection) -> list[Table]:
    held = MetaData()
    held.reflect(connection, only=lambda name, _: name != VERSION_TABLE)
    return held.sorted_tables


def _table(connection: Connection, name: str) -> Table:
    if not inspect(connection).has_table(name):
        raise BackupDamaged(f"there is no table '{name}' in its schema")
    return Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
