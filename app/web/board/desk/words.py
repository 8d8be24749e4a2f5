"""The board's words: phases, states, events, decisions and instants as people read them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import assert_never

from app.exam.sitting.events import (
    Answered,
    BlockDelivered,
    BlockLeft,
    Body,
    Created,
    Extended,
    HandedIn,
    LateRefused,
    SignedIn,
    Started,
    TimeEnded,
)
from app.exam.sitting.sitting import State
from app.exam.window.window import Phase, Window
from itembank.calibration import Flag, Role, Value
from psychometrics import Solver

PROVISIONAL = "PROVISIONAL"
NOT_RELEASED = "not released"
NOTHING = "—"
LEAST_CHANCE = 0.0005
JOIN = "\N{NO-BREAK SPACE}"  # keeps a date on one line

STATES = {
    State.BOOKED: "not started",
    State.STARTED: "starting",
    State.BLOCK_OPEN: "in progress",
    State.BLOCK_CLOSED: "between parts",
    State.HANDED_IN: "handed in",
    State.TIME_ENDED: "ended by time",
}

PHASES = {
    Phase.PLANNED: "not open yet",
    Phase.OPEN: "open",
    Phase.CLOSED: "closed, not graded",
    Phase.GRADED: "graded, not released",
    Phase.PROPOSED: "release proposed",
    Phase.RELEASED: "released",
}

# What a page says once after a form: keys come from the address, words never do.
SAID = {
    "sitting-extended": "The sitting has been given more time.",
    "window-extended": "The sittings that the outage cut into have been given more time.",
    "opened": "The window is open.",
    "closed": "The window is closed: nobody can start any more. Sittings in progress go on.",
    "graded": "The window has been graded.",
    "proposed": "The release is proposed. Somebody else must confirm it.",
    "released": "The results are released.",
    "simulated": "Candidates have been simulated, and the report is kept.",
    "replayed": "The sitting has been replayed just now.",
    "signed-out": "You are signed out.",
    "exam-saved": "The new version of the exam is saved. Windows planned from now on use it; those "
    "planned before keep the version they were planned with.",
    "suspended": "The item is suspended: nobody new gets it. Sittings that hold it go on.",
    "resumed": "The item is back: the next papers may hold it.",
}

ACTIONS = {
    "window.planned": "planned the window",
    "window.opened": "opened the window",
    "window.closed": "closed the window",
    "window.extended": "extended the window",
    "window.graded": "graded the window",
    "window.release_proposed": "proposed the release",
    "window.released": "released the results",
    "window.calibrated": "calibrated the window",
    "calibration.accepted": "put the calibration in force",
    "item.credited": "credited an item to all",
    "sitting.extended": "extended the sitting",
    "exam.saved": "saved a version of the exam",
    "item.suspended": "suspended the item",
    "item.resumed": "resumed the item",
    "item.state_set": "changed the item's state",
}

FLAGS = {
    Flag.KEY: "key",
    Flag.FIT: "fit",
    Flag.FEW: "few responses",
    Flag.STEEPNESS: "steepness",
    Flag.DRIFT: "drift",
    Flag.DEPENDENCE: "dependence",
}
ROLES = {
    Role.ANCHOR: "anchor",
    Role.CALIBRATED: "calibrated",
    Role.LEFT_OUT: "left out",
}
MODELS = {"rasch": "Rasch", "1pl": "1PL", "2pl": "2PL"}
ENGINES = {"em": "Adept's own EM", "girth": "girth"}


WHOLE_INSTANT = re.compile(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


def instant(at: datetime | None) -> str:
    """Return a moment: 22 Nov 2026, 15:20. Heads of columns name the zone."""
    return NOTHING if at is None else f"{at.day}{JOIN}{at:%b}{JOIN}{at:%Y}, {at:%H:%M}"


def stamp(written: str) -> str:
    """Return an instant of a document as its moment, or as it stands where it is none."""
    try:
        return instant(datetime.fromisoformat(written).astimezone(UTC))
    except ValueError:
        return written


def short_instant(at: datetime | None) -> str:
    """Return a moment of these days: 22 Nov, 15:20."""
    return NOTHING if at is None else f"{at.day} {at:%b, %H:%M}"


def moment(at: datetime) -> str:
    """Return a moment with its seconds, as a record needs it."""
    return f"{at.day} {at:%b, %H:%M:%S}"


def left(remaining: timedelta | None) -> str:
    """Return the whole minutes that are left."""
    if remaining is None:
        return NOTHING
    minutes = int(remaining.total_seconds() // 60)
    return str(minutes) if minutes or not remaining else "under 1"


def phase(window: Window, phase: Phase, in_progress: int) -> str:
    """Return where a window is in its life."""
    if phase is Phase.CLOSED and in_progress:
        return "closed, sittings still in progress"
    if phase is Phase.GRADED and window.proposed_by is not None:
        return "graded, release proposed"
    return PHASES[phase]


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def whole(number: int | None) -> str:
    """Return a whole number, where there is one."""
    return NOTHING if number is None else str(number)


def figure(value: float | None, places: int = 2) -> str:
    """Return a number to so many places; never a zero below zero."""
    if value is None:
        return NOTHING
    rounded = round(value, places)
    return f"{rounded or 0.0:.{places}f}"


def chance(p: float | None) -> str:
    """Return a p-value to three places."""
    return "< 0.001" if p is not None and p < LEAST_CHANCE else figure(p, 3)


def estimate(value: Value | None, places: int = 3) -> str:
    """Return an estimate with its standard error, or without where it was held."""
    if value is None:
        return NOTHING
    if value.error is None:
        return f"{figure(value.value, places)}, held"
    return f"{figure(value.value, places)}, standard error {figure(value.error, places)}"


def outcomes(counts: Mapping[str, int], order: tuple[str, ...]) -> str:
    """Return how many have each outcome, the best first."""
    return " · ".join(f"{code} {counts[code]}" for code in order if code in counts) or NOTHING


def decision(action: str) -> str:
    """Return what was decided."""
    return ACTIONS.get(action, action)


def detail(values: Mapping[str, object]) -> str:
    """Return the particulars of a decision."""
    return "; ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    text = str(value)
    if not WHOLE_INSTANT.fullmatch(text):
        return text
    return f"{instant(datetime.fromisoformat(text).astimezone(UTC))} UTC"


def event(body: Body | None) -> str:
    """Return an event in a few plain words."""
    match body:
        case None:
            return "This event cannot be read: it is not what was written."
        case Created(exam=exam, exam_version=version, length=length, block_size=size):
            return f"Sitting made: {exam} version {version}, {length} questions in parts of {size}"
        case SignedIn(session=session, face=face):
            return f"Sign-in {session}, by {face}"
        case Started(minutes=minutes, extra_time=extra):
            return f"Clock started: {minutes} minutes" + (f" and {extra:.0%} more" if extra else "")
        case BlockDelivered():
            return _delivered(body)
        case _:
            return _short_event(body)


def _delivered(body: BlockDelivered) -> str:
    said = [
        f"Part {body.block} handed out: {counted(len(body.places), 'question', 'questions')}",
        f"θ so far {body.theta:.2f}, SEM {body.sem:.2f}",
    ]
    if body.ineligible:
        said.append(f"{counted(len(body.ineligible), 'item', 'items')} kept back for exposure")
    if body.suspended:
        said.append(f"suspended: {', '.join(body.suspended)}")
    if body.withheld:
        said.append(f"not live in the bank: {', '.join(body.withheld)}")
    if body.solver == Solver.EARLIER:
        said.append("no better paper was found in time, so the one planned before was kept")
    elif not body.is_proven_best:
        said.append(f"the best paper found in time{_gap(body.gap)}")
    return "; ".join(said)


def _gap(gap: float | None) -> str:
    return "" if gap is None else f" (another could be at most {100 * gap:.2g} % better)"


def _short_event(
    body: Answered | LateRefused | BlockLeft | Extended | HandedIn | TimeEnded,
) -> str:
    match body:
        case Answered(position=position, response=response, flagged=flagged):
            said = f"answered: option {', '.join(response)}" if response else "left blank"
            return f"Question {position} {said}" + (", flagged" if flagged else "")
        case LateRefused(action=action, position=position):
            where = "" if position is None else f" to question {position}"
            return f"Came too late, refused: {action}{where}"
        case BlockLeft(block=block):
            return f"Part {block} closed"
        case Extended(seconds=seconds, reason=reason, by=by):
            return f"{seconds / 60:g} minutes more, given by {by}: {reason}"
        case HandedIn():
            return "Handed in"
        case TimeEnded():
            return "Ended by time"
        case _:
            assert_never(body)
