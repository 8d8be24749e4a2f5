"""Tables of simulations of exams."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, Text

from app.store.tables.metadata import Instant, metadata

preflights = Table(
    "preflights",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exam", String(64), nullable=False),
    Column("exam_version", Integer, nullable=False),
    Column("parameters_id", ForeignKey("parameter_sets.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
    Index("ix_preflights_exam_exam_version", "exam", "exam_version"),
)
