"""Tables of results, and credits to all."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from app.store.tables.metadata import Instant, metadata

credits = Table(
    "credits",
    metadata,
    Column("window_id", ForeignKey("windows.id"), primary_key=True),
    Column("item_id", String(64), primary_key=True),
    Column("credited_by", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Instant, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("sitting_id", ForeignKey("sittings.id"), primary_key=True),
    Column("window_id", ForeignKey("windows.id"), nullable=False),
    Column("mark", Integer),
    Column("band", String(20), nullable=False),
    Column("document", Text, nullable=False),
    Column("graded_at", Instant, nullable=False),
    Index("ix_results_window_id", "window_id"),
)
