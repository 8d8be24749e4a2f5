"""Migrations: bring a database to a version of the schema."""

from alembic import command
from alembic.config import Config

from app.store import schema
from app.store.database import Database, Transaction


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision, wholly or not at all; sittings in progress are kept."""
    with database.changing_schema() as tx:
        upgrade_within(tx, revision)


def upgrade_within(tx: Transaction, revision: str = "head") -> None:
    """Bring the schema to a revision within a transaction that changes the schema."""
    command.upgrade(config(tx), revision)


def config(tx: Transaction) -> Config:
    """Return alembic's configuration for work within a transaction."""
    made = Config()
    made.set_main_option("script_location", str(schema.SCRIPTS))
    made.attributes["connection"] = tx.connection
    return made
