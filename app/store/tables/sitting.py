"""Tables of sittings, their events, and the items they showed."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.store.tables.metadata import Instant, metadata

sittings = Table(
    "sittings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("booking_id", ForeignKey("bookings.id"), nullable=False, unique=True),
    Column("window_id", ForeignKey("windows.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("session", Integer, nullable=False),
    Column("block", Integer, nullable=False),
    Column("block_is_open", Boolean, nullable=False),
    Column("started_at", Instant),
    Column("minutes", Integer),
    Column("extra_time", Float),
    Column("grace_seconds", Integer),
    Column("extended_seconds", Integer, nullable=False),
    Column("save_until", Instant),
    Column("last_at", Instant, nullable=False),
    Column("made", Text, nullable=False),
    Column("paper", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("head", String(64), nullable=False),
    Column("event_count", Integer, nullable=False),
    Index("ix_sittings_window_id_state", "window_id", "state"),
    Index("ix_sittings_state_save_until", "state", "save_until"),
)

events = Table(
    "events",
    metadata,
    Column("sitting_id", ForeignKey("sittings.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("request", String(200)),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("sitting_id", "request"),
)

exposures = Table(
    "exposures",
    metadata,
    Column("sitting_id", ForeignKey("sittings.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("item_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("sitting_id", "item_id"),
    ForeignKeyConstraint(
        ["item_id", "version"], ["item_versions.item_id", "item_versions.version"]
    ),
    Index("ix_exposures_item_id_version", "item_id", "version"),
)
