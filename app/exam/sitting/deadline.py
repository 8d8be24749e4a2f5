"""The clock of a sitting, and the one function that says when it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import ExtensionOutOfRange

MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Clock:
    """When the sitting started and the time it has."""

    started_at: datetime
    minutes: int
    extra_time: float
    grace: timedelta
    extended: timedelta = timedelta()


def allowance(minutes: int, extra_time: float) -> timedelta:
    """Return the time a paper has: its minutes, and a share of them as extra time."""
    return timedelta(minutes=minutes) * (1 + extra_time)


def deadline(clock: Clock) -> datetime:
    """Return the instant the time ends: start + allowance x (1 + extra) + extensions."""
    return clock.started_at + allowance(clock.minutes, clock.extra_time) + clock.extended


def require_extension(minutes: float) -> None:
    """Raise Invalid unless so many minutes can be given at once."""
    if not 0 < minutes <= MOST_MINUTES:
        raise ExtensionOutOfRange


def last_save(clock: Clock) -> datetime:
    """Return the last instant at which a save is accepted: the deadline plus its grace."""
    return deadline(clock) + clock.grace
