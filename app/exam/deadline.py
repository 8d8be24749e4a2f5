"""The clock of a sitting, and the one function that says when it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """When the sitting started and the time it has."""

    started_at: datetime
    minutes: int
    extra_time: float
    grace: timedelta
    extended: timedelta = timedelta()


def deadline(clock: Clock) -> datetime:
    """Return the instant the time ends: start + allowance x (1 + extra) + extensions."""
    allowance = timedelta(minutes=clock.minutes) * (1 + clock.extra_time)
    return clock.started_at + allowance + clock.extended


def last_save(clock: Clock) -> datetime:
    """Return the last instant at which a save is accepted: the deadline plus its grace."""
    return deadline(clock) + clock.grace
