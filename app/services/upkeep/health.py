"""Whether the service can serve."""

from dataclasses import dataclass

from app.store import schema
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Health:
    """The schema a database has, and the one this version of Adept needs."""

    found: str | None
    wanted: str

    @property
    def is_ready(self) -> bool:
        """Say whether they are the same."""
        return self.found == self.wanted


def health(database: Database) -> Health:
    """Return the health of a database; raise StoreUnavailable if it does not answer."""
    return Health(schema.current(database), schema.newest())
