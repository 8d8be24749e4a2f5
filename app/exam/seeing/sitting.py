"""A sitting as its candidate may see it: no type here has room for a key, a theta or a seed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import (
    BlockClosed,
    DeadlinePassed,
    NotStarted,
    PaperNotComplete,
    SittingEnded,
    Superseded,
    UnknownPosition,
)
from app.exam.people.people import Booking, Candidate
from app.exam.sitting.deadline import allowance, deadline, last_save
from app.exam.sitting.sitting import ENDED, Caller, Sitting, SittingId, State
from app.exam.window.window import Phase, Window, phase
from itembank.exams import ExamDefinition
from itembank.items.item import CandidateItem
from itembank.items.response import Response


@dataclass(frozen=True, slots=True)
class PositionView:
    """One question of the open block on the map."""

    number: int
    is_answered: bool
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What a candidate is told before the start; `trial` questions do not count."""

    minutes: int
    extra_time: float
    total_minutes: int
    grace_seconds: int
    block_size: int
    trial: int


@dataclass(frozen=True, slots=True)
class SittingView:
    """A sitting as its candidate sees it. Times are the server's."""

    id: SittingId
    session: int
    exam: str
    candidate: str
    membership_number: str
    window_opens_at: datetime
    window_closes_at: datetime
    window_phase: Phase
    state: State
    rules: Rules
    length: int
    block: int
    block_count: int
    positions: tuple[PositionView, ...]
    answered: int
    flagged: int
    is_last_block: bool
    started_at: datetime | None
    deadline: datetime | None
    save_until: datetime | None
    remaining: timedelta | None

    @property
    def is_ended(self) -> bool:
        """Say whether nothing can be changed any more."""
        return self.state in ENDED

    @property
    def flagged_open(self) -> int:
        """Return how many flags can be reached; `flagged` counts those of closed blocks too."""
        return sum(one.is_flagged for one in self.positions)

    @property
    def window_is_closed(self) -> bool:
        """Say whether no exam can be started in the window any more."""
        return self.window_phase not in (Phase.PLANNED, Phase.OPEN)


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question as its candidate sees it."""

    sitting: SittingView
    position: int
    item: CandidateItem
    chosen: Response
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits: a candidate, by a booking."""

    candidate: Candidate
    booking: Booking


def seen(
    sitting: Sitting, person: Person, window: Window, exam: ExamDefinition, at: datetime
) -> SittingView:
    """Return a sitting as its candidate may see it at an instant."""
    clock = sitting.clock
    minutes = exam.minutes if clock is None else clock.minutes
    extra = person.booking.extra_time if clock is None else clock.extra_time
    return SittingView(
        id=sitting.id,
        session=sitting.session,
        exam=exam.title,
        candidate=person.candidate.name,
        membership_number=person.candidate.membership_number,
        window_opens_at=window.opens,
        window_closes_at=window.closes,
        window_phase=phase(window, at),
        state=sitting.state,
        rules=Rules(
            minutes=minutes,
            extra_time=extra,
            total_minutes=allowance(minutes, extra) // timedelta(minutes=1),
            grace_seconds=0 if clock is None else int(clock.grace.total_seconds()),
            block_size=sitting.made.block_size,
            trial=exam.positions - exam.length,
        ),
        length=sitting.made.length,
        block=sitting.block,
        block_count=exam.block_count,
        positions=tuple(
            PositionView(
                number=number,
                is_answered=not sitting.answers[number - 1].is_blank,
                is_flagged=sitting.answers[number - 1].flagged,
            )
            for number in sitting.open_positions()
        ),
        answered=sum(not one.is_blank for one in sitting.answers),
        flagged=sum(one.flagged for one in sitting.answers),
        is_last_block=sitting.is_last_block(),
        started_at=None if clock is None else clock.started_at,
        deadline=None if clock is None else deadline(clock),
        save_until=None if clock is None else last_save(clock),
        remaining=None if clock is None else max(deadline(clock) - at, timedelta()),
    )


def require_running(view: SittingView, at: datetime) -> None:
    """Raise unless the sitting has started and its time is not up."""
    if view.deadline is None:
        raise NotStarted
    if view.is_ended:
        raise SittingEnded
    if at >= view.deadline:
        raise DeadlinePassed(view.deadline)


def require_complete(view: SittingView) -> None:
    """Raise PaperNotComplete unless the last block is open: only then a paper is handed in."""
    if not view.is_last_block:
        last = max((one.number for one in view.positions), default=0)
        raise PaperNotComplete(view.length - last)


def require_newest(sitting: Sitting, caller: Caller) -> None:
    """Raise Superseded for a sign-in that a newer one has taken over from."""
    if caller.session is not None and caller.session != sitting.session:
        raise Superseded


def require_open(sitting: Sitting, position: int, at: datetime) -> None:
    """Raise unless a position can be seen: of the open block, until its last save."""
    if sitting.clock is None:
        raise NotStarted
    if sitting.state in ENDED:
        raise SittingEnded
    if at > last_save(sitting.clock):
        raise DeadlinePassed(deadline(sitting.clock))
    if not 1 <= position <= len(sitting.places):
        raise UnknownPosition(position)
    if position not in sitting.open_positions():
        raise BlockClosed(position)
