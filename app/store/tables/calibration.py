"""Tables of calibration runs and what the board accepted."""

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
    UniqueConstraint,
)

from app.store.tables.metadata import Instant, metadata

calibration_runs = Table(
    "calibration_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("window_id", ForeignKey("windows.id"), nullable=False),
    Column("exam", String(64), nullable=False),
    Column("exam_version", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("model", String(10), nullable=False),
    Column("converged", Boolean, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
    Index("ix_calibration_runs_window_id", "window_id"),
)

reporting_scales = Table(
    "reporting_scales",
    metadata,
    Column("exam", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run_id", ForeignKey("calibration_runs.id"), nullable=False),
    Column("document", Text, nullable=False),
)

# The set of the newest acceptance is in force: the next sitting is made from it.
acceptances = Table(
    "acceptances",
    metadata,
    Column("run_id", ForeignKey("calibration_runs.id"), primary_key=True),
    Column("exam", String(64), nullable=False),
    Column("exam_version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("parameters_id", ForeignKey("parameter_sets.id"), nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
    UniqueConstraint("exam", "exam_version", "sequence"),
)
