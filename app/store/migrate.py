"""Schema versions: upgrade to the newest, and say which one a database has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.errors import StoreNotMigrated
from app.store.database import Database, Transaction

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision, wholly or not at all; sittings in progress are kept."""
    with database.changing_schema() as tx:
        upgrade_within(tx, revision)


def upgrade_within(tx: Transaction, revision: str = "head") -> None:
    """Bring the schema to a revision within a transaction that changes the schema."""
    command.upgrade(config(tx), revision)


def config(tx: Transaction) -> Config:
    """Return alembic's configuration for work within a transaction."""
    made = _config()
    made.attributes["connection"] = tx.connection
    return made


def newest() -> str:
    """Return the revision this version of Adept needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def knows(revision: str) -> bool:
    """Say whether this version of Adept can bring a database to a revision."""
    scripts = ScriptDirectory.from_config(_config())
    return revision in {script.revision for script in scripts.walk_revisions()}


def current(database: Database) -> str | None:
    """Return the revision a database has."""
    with database.read() as tx:
        return revision(tx)


def revision(tx: Transaction) -> str | None:
    """Return the revision a database has."""
    return MigrationContext.configure(tx.connection).get_current_revision()


def require_newest(database: Database) -> None:
    """Raise StoreNotMigrated unless the schema is the one this version needs."""
    found, wanted = current(database), newest()
    if found != wanted:
        raise StoreNotMigrated(found, wanted)


def _config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made
