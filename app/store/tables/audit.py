"""Tables of what was done, by whom."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.store.tables.metadata import Instant, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_subject", "subject"),
)
