"""Tables of windows of exams."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, String, Table

from app.store.tables.metadata import Instant, metadata

windows = Table(
    "windows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("exam", String(64), nullable=False),
    Column("exam_version", Integer, nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("opened_at", Instant),
    Column("ends_at", Instant),
    Column("graded_at", Instant),
    Column("graded_with", String(64)),
    Column("proposed_by", String(200)),
    Column("released_at", Instant),
    Column("released_by", String(200)),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
)
