"""Tables of frameworks, items, exams, parameters, and what becomes of items in windows."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from app.store.tables.metadata import Instant, metadata

frameworks = Table(
    "frameworks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("document", Text, nullable=False),
)

item_versions = Table(
    "item_versions",
    metadata,
    Column("item_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
)

item_states = Table(
    "item_states",
    metadata,
    Column("item_id", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
)

parameter_sets = Table(
    "parameter_sets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("provisional", Boolean, nullable=False),
    Column("document", Text, nullable=False),
)

exams = Table(
    "exams",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("framework_id", ForeignKey("frameworks.id"), nullable=False),
    Column("parameters_id", ForeignKey("parameter_sets.id"), nullable=False),
    Column("document", Text, nullable=False),
)

# What sittings have done to each item's exposure, for control by eligibility: one row is shared by
# all sittings of an exam version on a parameter set.
exposure_states = Table(
    "exposure_states",
    metadata,
    Column("exam", String(64), primary_key=True),
    Column("exam_version", Integer, primary_key=True, autoincrement=False),
    Column("parameters_id", ForeignKey("parameter_sets.id"), primary_key=True),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
)

suspensions = Table(
    "suspensions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", String(64), nullable=False),
    Column("suspended_at", Instant, nullable=False),
    Column("suspended_by", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("lifted_at", Instant),
    Column("lifted_by", String(200)),
    Column("lift_reason", String(500)),
    # An item is suspended once at a time.
    Index(
        "ix_suspensions_item_id",
        "item_id",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)
