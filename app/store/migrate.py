"""Schema versions: upgrade to the newest, and say which one a database has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.errors import StoreNotMigrated
from app.store.database import Database

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def config(database: Database) -> Config:
    """Return alembic's configuration for a database."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    made.attributes["engine"] = database.engine
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision; sittings in progress are kept."""
    command.upgrade(config(database), revision)


def newest() -> str:
    """Return the revision this version of Adept needs."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return str(ScriptDirectory.from_config(made).get_current_head())


def current(database: Database) -> str | None:
    """Return the revision a database has."""
    with database.read() as tx:
        return MigrationContext.configure(tx.connection).get_current_revision()


def require_newest(database: Database) -> None:
    """Raise StoreNotMigrated unless the schema is the one this version needs."""
    found, wanted = current(database), newest()
    if found != wanted:
        raise StoreNotMigrated(found, wanted)
