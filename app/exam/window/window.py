"""The window as a state machine: its plan, what was done to it, and what each act asks and undoes.

planned -> open -> closed -> graded -> proposed -> released. Time alone opens and closes a window;
acts open it early or again, close it early, and carry it on. Until it is released, whatever can
change a mark takes grading and proposal back.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from app.errors import (
    AlreadyReleased,
    ClosesTooEarly,
    ClosingTimePast,
    NotAllGraded,
    NotGraded,
    NotOpenYet,
    NotProposed,
    OpenNoMore,
    ParametersSuperseded,
    ProvisionalScale,
    SamePerson,
    SittingsInProgress,
    TimeWithoutZone,
    WindowStillOpen,
    YearOutOfRange,
)

YEARS = range(2000, 2200)


class Phase(StrEnum):
    """Where a window is in its life."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    GRADED = "graded"
    PROPOSED = "proposed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which an exam can be started, and what has become of its results.

    `opens_at` and `closes_at` are the plan, which no act changes; `opened_at` and `ends_at` are
    what the board did instead: opened it early, closed it early, or kept it open for longer.
    `graded_with` names the parameters of the results that are kept, also while they must be made
    anew.
    """

    id: str
    title: str
    exam: str
    exam_version: int
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None = None
    ends_at: datetime | None = None
    graded_at: datetime | None = None
    graded_with: str | None = None
    proposed_by: str | None = None
    released_at: datetime | None = None
    released_by: str | None = None

    @property
    def opens(self) -> datetime:
        """Return the instant from which the exam can be started: by plan, or by an act."""
        return self.opens_at if self.opened_at is None else self.opened_at

    @property
    def closes(self) -> datetime:
        """Return the instant from which it cannot be started any more: by plan, or by an act."""
        return self.closes_at if self.ends_at is None else self.ends_at


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sittings of a window are running, are over, and have a result."""

    in_progress: int
    ended: int
    graded: int


@dataclass(frozen=True, slots=True)
class InForce:
    """What marks rest on: the parameters in force, and whether a release may rest on them."""

    parameters: str
    provisional: bool
    provisional_allowed: bool


def phase(window: Window, at: datetime) -> Phase:
    """Return the window's phase at an instant."""
    if window.released_at is not None:
        return Phase.RELEASED
    if at < window.closes:
        return Phase.PLANNED if at < window.opens else Phase.OPEN
    if window.graded_at is None:
        return Phase.CLOSED
    return Phase.GRADED if window.proposed_by is None else Phase.PROPOSED


def opened(window: Window, at: datetime, until: datetime | None = None) -> Window:
    """Open a window now, until another instant if so said; its grading is taken back."""
    require_unreleased(window)
    opens, closes = min(window.opens, at), until or window.closes
    require_span(opens, closes)
    if closes <= at:
        raise ClosingTimePast
    return replace(
        ungraded(window),
        opened_at=opens if opens < window.opens_at else None,
        ends_at=closes if closes != window.closes_at else None,
    )


def closed(window: Window, at: datetime) -> Window:
    """Stop starts now; nothing else changes. One that has closed already stays as it is."""
    require_unreleased(window)
    return window if window.closes <= at else replace(window, ends_at=at)


def ungraded(window: Window) -> Window:
    """Take grading and proposal back, since a mark can change; never after the release."""
    require_unreleased(window)
    return replace(window, graded_at=None, proposed_by=None)


def graded(window: Window, tally: Tally, parameters: str, at: datetime) -> Window:
    """Grade a closed window whose sittings have ended; a proposal is taken back."""
    require_gradable(window, tally, at)
    return replace(window, graded_at=at, graded_with=parameters, proposed_by=None)


def credited(window: Window, tally: Tally, at: datetime) -> Window:
    """Let an item of an ended window be credited: it must be graded anew."""
    require_unreleased(window)
    require_ended(window, tally, at)
    return ungraded(window)


def proposed(window: Window, tally: Tally, in_force: InForce, by: str) -> Window:
    """Propose the release of a graded window."""
    require_releasable(window, in_force)
    require_current(window, in_force, tally)
    return replace(window, proposed_by=by)


def released(
    window: Window, tally: Tally, in_force: InForce, *, second: str, at: datetime
) -> Window:
    """Release what somebody else has proposed; nothing can be done to the window any more."""
    require_releasable(window, in_force)
    require_current(window, in_force, tally)
    first = require_two_people(window, second)
    return replace(window, released_at=at, released_by=f"{first}, {second}")


def require_unreleased(window: Window) -> None:
    """Raise AlreadyReleased where candidates may have seen their results."""
    if window.released_at is not None:
        raise AlreadyReleased(window.id)


def require_admission(window: Window, at: datetime) -> None:
    """Raise WindowNotOpen unless an exam can be started now."""
    found = phase(window, at)
    if found is not Phase.OPEN:
        refusal = NotOpenYet if found is Phase.PLANNED else OpenNoMore
        raise refusal(window.opens, window.closes)


def require_span(opens_at: datetime, closes_at: datetime) -> None:
    """Raise Invalid unless the window ends after it begins, in years that calendars share."""
    for field, instant in (("opens_at", opens_at), ("closes_at", closes_at)):
        if instant.utcoffset() is None:
            raise TimeWithoutZone(field)
        require_year(field, instant)
    if closes_at <= opens_at:
        raise ClosesTooEarly


def require_year(field: str, instant: datetime) -> None:
    """Raise Invalid unless an instant is in years that calendars share, here and in UTC."""
    # The year as written comes first: the first and the last that there are have no UTC to ask.
    if instant.year not in YEARS or instant.astimezone(UTC).year not in YEARS:
        raise YearOutOfRange(field, YEARS.start, YEARS.stop - 1)


def require_gradable(window: Window, tally: Tally, at: datetime) -> None:
    """Raise unless the window has closed, its last sitting has ended and nothing is released."""
    require_unreleased(window)
    require_ended(window, tally, at)


def require_ended(window: Window, tally: Tally, at: datetime) -> None:
    """Raise WindowBusy unless the window has closed and its last sitting has ended."""
    if at < window.closes:
        raise WindowStillOpen
    _require_all_ended(tally)


def require_releasable(window: Window, in_force: InForce) -> None:
    """Raise unless the window is graded, not released, and its scale may be released on."""
    require_unreleased(window)
    if window.graded_at is None:
        raise NotGraded(window.id)
    if in_force.provisional and not in_force.provisional_allowed:
        raise ProvisionalScale(window.exam)


def require_current(window: Window, in_force: InForce, tally: Tally) -> None:
    """Raise unless every sitting has ended, and has a result that rests on what is in force."""
    if window.graded_with != in_force.parameters:
        raise ParametersSuperseded(window.id)
    _require_all_ended(tally)
    if tally.ended != tally.graded:
        raise NotAllGraded(tally.ended, tally.graded)


def require_two_people(window: Window, second: str) -> str:
    """Return the first person; raise unless somebody else has proposed the release."""
    if window.proposed_by is None:
        raise NotProposed
    if window.proposed_by == second:
        raise SamePerson
    return window.proposed_by


def _require_all_ended(tally: Tally) -> None:
    if tally.in_progress:
        raise SittingsInProgress(tally.in_progress)
