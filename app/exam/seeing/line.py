"""A sitting as the board may see it among others: where it is, and its time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.exam.sitting.deadline import deadline
from app.exam.sitting.sitting import IN_PROGRESS, Sitting, SittingId, State


@dataclass(frozen=True, slots=True)
class SittingLine:
    """A sitting on the board's page: who, where they are, what time is left, the last save."""

    id: SittingId
    candidate: str
    membership_number: str
    state: State
    block: int
    block_count: int
    delivered: int
    length: int
    answered: int
    started_at: datetime | None
    deadline: datetime | None
    remaining: timedelta | None
    last_at: datetime


def line(sitting: Sitting, name: str, number: str, at: datetime) -> SittingLine:
    """Return the line of one sitting, with the name and the membership number of who sits."""
    end = None if sitting.clock is None else deadline(sitting.clock)
    running = sitting.state in IN_PROGRESS
    return SittingLine(
        id=sitting.id,
        candidate=name,
        membership_number=number,
        state=sitting.state,
        block=sitting.block,
        block_count=-(-sitting.made.length // sitting.made.block_size),
        delivered=len(sitting.places),
        length=sitting.made.length,
        answered=sum(not answer.is_blank for answer in sitting.answers),
        started_at=None if sitting.clock is None else sitting.clock.started_at,
        deadline=end,
        remaining=max(end - at, timedelta()) if end is not None and running else None,
        last_at=sitting.last_at,
    )


def may_get_time(line: SittingLine) -> bool:
    """Say whether more time would change anything: it has begun, and was not handed in."""
    return line.started_at is not None and line.state is not State.HANDED_IN
