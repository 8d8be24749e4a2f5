"""Start a migration from what the tables have and the migrations have not: make migration."""

import sys
from tempfile import TemporaryDirectory

from alembic import command

from app.store import database, migrate, schema


def start(name: str) -> None:
    """Write the next numbered migration; what it holds is a draft for a person to finish."""
    number = f"{int(schema.newest()) + 1:04}"
    with TemporaryDirectory() as folder:
        newest = database.connect(f"sqlite:///{folder}/newest.sqlite")
        with newest.changing_schema() as tx:
            migrate.upgrade_within(tx)
            command.revision(migrate.config(tx), message=name, autogenerate=True, rev_id=number)
        newest.close()


if __name__ == "__main__":
    start(sys.argv[1])
