"""The sitting: a state machine over frozen values. Decisions give events, `evolve` applies them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, assert_never

from app.errors import (
    BlockClosed,
    BlockNotReached,
    ClockNotStarted,
    DeadlinePassed,
    ExamError,
    ExtensionTooShort,
    HandedInAlready,
    NewEndPast,
    NotStarted,
    PaperNotComplete,
    SittingEnded,
    Superseded,
    UnknownOption,
    UnknownPosition,
)
from app.exam.sitting.deadline import Clock, deadline, last_save
from app.exam.sitting.events import (
    Answered,
    BlockDelivered,
    BlockLeft,
    Body,
    Created,
    Event,
    Extended,
    HandedIn,
    LateRefused,
    Place,
    SignedIn,
    Started,
    TimeEnded,
)
from itembank.items.item import ItemId
from itembank.items.response import BLANK, Response

SittingId = NewType("SittingId", str)


class State(StrEnum):
    """Where a sitting is."""

    BOOKED = "booked"
    STARTED = "started"
    BLOCK_OPEN = "block_open"
    BLOCK_CLOSED = "block_closed"
    HANDED_IN = "handed_in"
    TIME_ENDED = "time_ended"


ENDED = frozenset({State.HANDED_IN, State.TIME_ENDED})
IN_PROGRESS = frozenset({State.STARTED, State.BLOCK_OPEN, State.BLOCK_CLOSED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is saved for a position."""

    response: Response = BLANK
    flagged: bool = False

    @property
    def is_blank(self) -> bool:
        """Say whether nothing is chosen."""
        return self.response == BLANK


@dataclass(frozen=True, slots=True)
class Change:
    """What a candidate asks to save: a response, or a clearing, or a flag; a blank keeps."""

    response: Response = BLANK
    clear: bool = False
    flagged: bool | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: the sign-in the request came with (None where a program vouches), and when."""

    at: datetime
    session: int | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """One candidate's paper, as far as it has come. Positions and blocks count from 1."""

    id: SittingId
    made: Created
    last_at: datetime
    state: State = State.BOOKED
    session: int = 0
    clock: Clock | None = None
    seen_before: tuple[tuple[ItemId, int], ...] = ()
    places: tuple[Place, ...] = ()
    answers: tuple[Answer, ...] = ()
    remaining: tuple[tuple[ItemId, int], ...] = ()
    block: int = 0
    block_is_open: bool = False

    def positions(self, block: int) -> range:
        """Return the positions of a block that has been delivered."""
        first = (block - 1) * self.made.block_size + 1
        return range(first, min(first + self.made.block_size, len(self.places) + 1))

    def open_positions(self) -> range:
        """Return the positions whose answers can be changed."""
        return self.positions(self.block) if self.state is State.BLOCK_OPEN else range(0)

    def is_last_block(self) -> bool:
        """Say whether the whole paper has been delivered."""
        return len(self.places) == self.made.length


@dataclass(frozen=True, slots=True)
class Decided:
    """The events to record, and the refusal to report once they are."""

    events: tuple[Event, ...] = ()
    refusal: ExamError | None = None


def created(sitting: SittingId, made: Created, at: datetime) -> tuple[Sitting, Event]:
    """Return a new sitting and its first event."""
    return Sitting(id=sitting, made=made, last_at=at), Event(at, made)


def instant(sitting: Sitting, at: datetime) -> datetime:
    """Return the instant of an event: never before the sitting's last one."""
    return max(at, sitting.last_at)


def sign_in(sitting: Sitting, *, face: str, at: datetime) -> Decided:
    """Give the sitting to the newest sign-in."""
    return _one(sitting, at, SignedIn(session=sitting.session + 1, face=face))


def start(sitting: Sitting, begin: Started, caller: Caller) -> Decided:
    """Start the clock; a second start changes nothing."""
    _hold(sitting, caller)
    if sitting.clock is not None:
        return Decided()
    return _one(sitting, caller.at, begin)


def deliver(sitting: Sitting, block: BlockDelivered, at: datetime) -> Decided:
    """Hand out the next block, if one is due."""
    return _one(sitting, at, block) if wants_block(sitting) else Decided()


def wants_block(sitting: Sitting) -> bool:
    """Say whether the next block is due."""
    due = sitting.state in {State.STARTED, State.BLOCK_CLOSED}
    return due and not sitting.is_last_block()


def answer(
    sitting: Sitting, position: int, change: Change, *, request: str, caller: Caller
) -> Decided:
    """Save an answer or a flag in the open block, or refuse it and say why."""
    clock = _running_clock(sitting)
    _hold(sitting, caller)
    at = instant(sitting, caller.at)
    if sitting.state is State.HANDED_IN:
        raise SittingEnded
    if sitting.state is State.TIME_ENDED or at > last_save(clock):
        late = LateRefused("answer", position, change.response)
        ended = () if sitting.state is State.TIME_ENDED else (Event(at, TimeEnded()),)
        # It does not use its request up: after an extension the same one may be sent again.
        return Decided((*ended, Event(at, late)), DeadlinePassed(deadline(clock)))
    if not 1 <= position <= len(sitting.places):
        raise UnknownPosition(position)
    if position not in sitting.open_positions():
        raise BlockClosed(position)
    unknown = [one for one in change.response if one not in sitting.places[position - 1].options]
    if unknown:
        raise UnknownOption(unknown[0])
    return Decided((Event(at, _answered(sitting, position, change), request),))


def _answered(sitting: Sitting, position: int, change: Change) -> Answered:
    saved = sitting.answers[position - 1]
    kept = BLANK if change.clear else saved.response
    return Answered(
        position=position,
        response=change.response or kept,
        flagged=saved.flagged if change.flagged is None else change.flagged,
    )


def close_block(sitting: Sitting, block: int, caller: Caller) -> Decided:
    """Close the open block; closing it again changes nothing."""
    clock = _running_clock(sitting)
    _hold(sitting, caller)
    at = instant(sitting, caller.at)
    if sitting.state in ENDED or block < sitting.block:
        return Decided()
    if block > sitting.block:
        raise BlockNotReached(block, sitting.block)
    if at >= deadline(clock):
        return _one(sitting, at, TimeEnded())
    if sitting.state is State.BLOCK_CLOSED:
        return Decided()
    return _one(sitting, at, BlockLeft(block))


def hand_in(sitting: Sitting, caller: Caller) -> Decided:
    """End the sitting from its last block, or from any block once the time is over."""
    clock = _running_clock(sitting)
    _hold(sitting, caller)
    at = instant(sitting, caller.at)
    if sitting.state in ENDED:
        return Decided()
    if at >= deadline(clock):
        return _one(sitting, at, TimeEnded())
    if not sitting.is_last_block():
        raise PaperNotComplete(sitting.made.length - len(sitting.places))
    leaving = (Event(at, BlockLeft(sitting.block)),) if sitting.block_is_open else ()
    return Decided((*leaving, Event(at, HandedIn())))


def expire(sitting: Sitting, at: datetime) -> Decided:
    """End the sitting if its time and grace are over."""
    over = sitting.clock is not None and at > last_save(sitting.clock)
    return _one(sitting, at, TimeEnded()) if over and sitting.state in IN_PROGRESS else Decided()


def extend(sitting: Sitting, more: Extended, at: datetime) -> Decided:
    """Give time; a sitting that time had ended opens again if the new deadline is to come."""
    if sitting.clock is None:
        raise ClockNotStarted
    if sitting.state is State.HANDED_IN:
        raise HandedInAlready
    if more.seconds <= 0:
        raise ExtensionTooShort
    new = deadline(sitting.clock) + timedelta(seconds=more.seconds)
    if new <= at:
        raise NewEndPast(int((at - new).total_seconds() // 60) + 1)
    return _one(sitting, at, more)


def evolve(sitting: Sitting, event: Event) -> Sitting:  # noqa: C901 - one arm for each event
    """Return the sitting after an event; the only place where a sitting changes."""
    moved = replace(sitting, last_at=event.at)
    match event.body:
        case Created():
            return moved
        case SignedIn(session=session):
            return replace(moved, session=session)
        case Started() as begin:
            return replace(
                moved,
                state=State.STARTED,
                clock=_clock(begin, event.at),
                seen_before=begin.seen_before,
            )
        case BlockDelivered() as new:
            return replace(
                moved,
                state=State.BLOCK_OPEN,
                block=new.block,
                block_is_open=True,
                places=sitting.places + new.places,
                answers=sitting.answers + (Answer(),) * len(new.places),
                remaining=new.remaining,
            )
        case Answered(position=position, response=response, flagged=flagged):
            before, after = sitting.answers[: position - 1], sitting.answers[position:]
            return replace(moved, answers=(*before, Answer(response, flagged), *after))
        case LateRefused():
            return moved
        case BlockLeft():
            return replace(moved, state=State.BLOCK_CLOSED, block_is_open=False)
        case Extended(seconds=seconds):
            return _extended(moved, seconds)
        case HandedIn():
            return replace(moved, state=State.HANDED_IN)
        case TimeEnded():
            return replace(moved, state=State.TIME_ENDED)
        case _:
            assert_never(event.body)


def replayed(sitting: SittingId, events: Iterable[Event]) -> Sitting:
    """Return the sitting that a record gives; its first event is Created."""
    first, *rest = events
    if not isinstance(first.body, Created):
        raise TypeError("the first event of a record is the sitting's making")
    state, _ = created(sitting, first.body, first.at)
    for event in rest:
        state = evolve(state, event)
    return state


def _extended(sitting: Sitting, seconds: int) -> Sitting:
    clock = _running_clock(sitting)
    longer = replace(clock, extended=clock.extended + timedelta(seconds=seconds))
    reopened = State.BLOCK_OPEN if sitting.block_is_open else State.BLOCK_CLOSED
    state = reopened if sitting.state is State.TIME_ENDED else sitting.state
    return replace(sitting, clock=longer, state=state)


def _clock(begin: Started, at: datetime) -> Clock:
    grace = timedelta(seconds=begin.grace_seconds)
    return Clock(at, begin.minutes, begin.extra_time, grace)


def _running_clock(sitting: Sitting) -> Clock:
    if sitting.clock is None:
        raise NotStarted
    return sitting.clock


def _hold(sitting: Sitting, caller: Caller) -> None:
    if caller.session is not None and caller.session != sitting.session:
        raise Superseded


def _one(sitting: Sitting, at: datetime, body: Body) -> Decided:
    return Decided((Event(instant(sitting, at), body),))
