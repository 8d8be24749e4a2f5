"""What all tables share. Instants are fixed-width UTC text: every database sorts them alike."""

from datetime import datetime

from sqlalchemy import (
    Dialect,
    MetaData,
    String,
    TypeDecorator,
)

from app.exam.sitting.chain import stamp

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as `2026-11-22T09:00:00.000000Z`."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> str | None:
        """Return the text that is stored."""
        return None if value is None else stamp(value)

    def process_result_value(self, value: str | None, _: Dialect) -> datetime | None:
        """Return the instant that was stored."""
        return None if value is None else instant_of(value)


def instant_of(text: str) -> datetime:
    """Return the instant of a stored text."""
    return datetime.fromisoformat(text)
