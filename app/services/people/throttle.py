"""Throttling of wrong sign-ins: per number or address typed, never per machine."""

from datetime import datetime, timedelta
from math import ceil

from app.errors import TooManyAttempts
from app.settings import Settings
from app.store.database import Transaction
from app.store.people import access


def require_patience(tx: Transaction, subject: str, settings: Settings, at: datetime) -> int:
    """Return the wrong attempts in a row; raise TooManyAttempts while the subject must wait."""
    found = access.lock_attempts(tx, subject, at)
    if found.failures < settings.sign_in_attempts:
        return found.failures
    until = found.last_at + timedelta(seconds=settings.sign_in_wait_seconds)
    if at < until:
        raise TooManyAttempts(ceil((until - at).total_seconds()))
    return found.failures


def note_wrong(tx: Transaction, subject: str, failures: int, at: datetime) -> None:
    """Count one more wrong attempt."""
    access.note_failures(tx, subject, failures + 1, at)


def note_right(tx: Transaction, subject: str) -> None:
    """Start counting anew."""
    access.forget_failures(tx, subject)
