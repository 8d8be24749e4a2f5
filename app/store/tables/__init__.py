"""The tables, by subject."""

from app.store.tables.audit import audit
from app.store.tables.award import credits, results
from app.store.tables.bank import (
    exams,
    exposure_states,
    frameworks,
    item_states,
    item_versions,
    parameter_sets,
    suspensions,
)
from app.store.tables.calibration import acceptances, calibration_runs, reporting_scales
from app.store.tables.metadata import Instant, instant_of, metadata
from app.store.tables.people import (
    api_clients,
    api_tokens,
    attempts,
    bookings,
    candidates,
    idempotency,
    secrets,
    staff,
    staff_sessions,
)
from app.store.tables.preflight import preflights
from app.store.tables.sitting import events, exposures, sittings
from app.store.tables.window import windows

__all__ = [
    "Instant",
    "acceptances",
    "api_clients",
    "api_tokens",
    "attempts",
    "audit",
    "bookings",
    "calibration_runs",
    "candidates",
    "credits",
    "events",
    "exams",
    "exposure_states",
    "exposures",
    "frameworks",
    "idempotency",
    "instant_of",
    "item_states",
    "item_versions",
    "metadata",
    "parameter_sets",
    "preflights",
    "reporting_scales",
    "results",
    "secrets",
    "sittings",
    "staff",
    "staff_sessions",
    "suspensions",
    "windows",
]
