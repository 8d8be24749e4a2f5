"""Schema versions: which one a database has, and which one this version of Adept needs."""

from pathlib import Path

from sqlalchemy import column, inspect, select, table

from app.errors import StoreNotMigrated
from app.store.database import Database, Transaction

# An installed Adept has its migrations in this package, a checkout has them beside its packages.
_INSTALLED = Path(__file__).with_name("migrations")
SCRIPTS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[2] / "migrations"
# alembic's own table of one row. To ask it takes no alembic, which is dear to import.
_VERSION = table("alembic_version", column("version_num"))


def newest() -> str:
    """Return the revision this version of Adept needs."""
    return _revisions()[-1]


def knows(revision: str) -> bool:
    """Say whether this version of Adept can bring a database to a revision."""
    return revision in _revisions()


def current(database: Database) -> str | None:
    """Return the revision a database has."""
    with database.read() as tx:
        return revision(tx)


def revision(tx: Transaction) -> str | None:
    """Return the revision a database has."""
    if not inspect(tx.connection).has_table(_VERSION.name):
        return None
    return tx.connection.scalar(select(_VERSION.c.version_num))


def require_newest(database: Database) -> None:
    """Raise StoreNotMigrated unless the schema is the one this version needs."""
    found, wanted = current(database), newest()
    if found != wanted:
        raise StoreNotMigrated(found, wanted)


def _revisions() -> list[str]:
    """Return the numbers that migrations' names start with, in order."""
    return sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
