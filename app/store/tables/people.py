"""Tables of candidates and their bookings; staff, programs and their secrets."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.store.tables.metadata import Instant, metadata

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("membership_number", String(64), nullable=False),
    Column("number_key", String(80), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("candidate_id", ForeignKey("candidates.id"), nullable=False),
    Column("window_id", ForeignKey("windows.id"), nullable=False),
    Column("code_hmac", String(64), nullable=False),
    Column("code_issued_at", Instant, nullable=False),
    Column("extra_time", Float, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("candidate_id", "window_id"),
    Index("ix_bookings_window_id", "window_id"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(200), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("roles", String(200), nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

api_clients = Table(
    "api_clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", String(400), nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("client_id", ForeignKey("api_clients.id"), nullable=False),
    Column("scopes", String(400), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(240), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("client_id", ForeignKey("api_clients.id"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_idempotency_created_at", "created_at"),
)
