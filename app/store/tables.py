"""The tables. Instants are fixed-width UTC text: every database keeps and sorts them alike."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from app.exam.chain import stamp

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


secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

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

windows = Table(
    "windows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("exam", String(64), nullable=False),
    Column("exam_version", Integer, nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("graded_at", Instant),
    Column("graded_with", String(64)),
    Column("proposed_by", String(200)),
    Column("released_at", Instant),
    Column("released_by", String(200)),
    ForeignKeyConstraint(["exam", "exam_version"], ["exams.code", "exams.version"]),
)

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

credits = Table(
    "credits",
    metadata,
    Column("window_id", ForeignKey("windows.id"), primary_key=True),
    Column("item_id", String(64), primary_key=True),
    Column("credited_by", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Instant, nullable=False),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("membership_number", String(64), nullable=False),
    Column("number_key", String(64), nullable=False, unique=True),
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

results = Table(
    "results",
    metadata,
    Column("sitting_id", ForeignKey("sittings.id"), primary_key=True),
    Column("window_id", ForeignKey("windows.id"), nullable=False),
    Column("mark", Integer, nullable=False),
    Column("band", String(20), nullable=False),
    Column("document", Text, nullable=False),
    Column("graded_at", Instant, nullable=False),
    Index("ix_results_window_id", "window_id"),
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
