"""The window: when an exam can be started, when it may be graded, and who releases it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import (
    AlreadyReleased,
    Invalid,
    NotGraded,
    ParametersSuperseded,
    ProvisionalScale,
    Refused,
    SamePerson,
    WindowBusy,
    WindowNotOpen,
)

YEARS = range(2000, 2200)


class Phase(StrEnum):
    """Where a window is in its life."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    GRADED = "graded"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which an exam can be started, and what has become of its results."""

    id: str
    title: str
    exam: str
    exam_version: int
    opens_at: datetime
    closes_at: datetime
    graded_at: datetime | None = None
    graded_with: str | None = None
    proposed_by: str | None = None
    released_at: datetime | None = None
    released_by: str | None = None


def phase(window: Window, at: datetime) -> Phase:
    """Return the window's phase at an instant."""
    if window.released_at is not None:
        return Phase.RELEASED
    if at < window.opens_at:
        return Phase.PLANNED
    if at < window.closes_at:
        return Phase.OPEN
    return Phase.CLOSED if window.graded_at is None else Phase.GRADED


def require_admission(window: Window, at: datetime) -> None:
    """Raise WindowNotOpen unless an exam can be started now."""
    if phase(window, at) is not Phase.OPEN:
        too_early = at < window.opens_at
        raise WindowNotOpen(window.opens_at, window.closes_at, too_early=too_early)


def require_span(opens_at: datetime, closes_at: datetime) -> None:
    """Raise Invalid unless the window ends after it begins, in years that calendars share."""
    for field, instant in (("opens_at", opens_at), ("closes_at", closes_at)):
        if instant.utcoffset() is None:
            raise Invalid(field, "Give the time with its zone, for example 2027-01-11T09:00:00Z.")
        if instant.year not in YEARS:
            raise Invalid(field, f"Give a year from {YEARS.start} to {YEARS.stop - 1}.")
    if closes_at <= opens_at:
        raise Invalid("closes_at", "A window must close after it opens. Give a later closing time.")


def require_gradable(window: Window, in_progress: int, at: datetime) -> None:
    """Raise unless the window has closed, its last sitting has ended and nothing is released."""
    if window.released_at is not None:
        raise AlreadyReleased(window.id)
    require_ended(window, in_progress, at)


def require_ended(window: Window, in_progress: int, at: datetime) -> None:
    """Raise WindowBusy unless the window has closed and its last sitting has ended."""
    if at < window.closes_at:
        raise WindowBusy("it is still open; close it first")
    _require_all_ended(in_progress)


def require_releasable(window: Window, *, provisional: bool, allowed: bool) -> None:
    """Raise unless the window is graded, not released, and its scale may be released on."""
    if window.released_at is not None:
        raise AlreadyReleased(window.id)
    if window.graded_at is None:
        raise NotGraded(window.id)
    if provisional and not allowed:
        raise ProvisionalScale(window.exam)


def require_current(window: Window, parameters: str) -> None:
    """Raise ParametersSuperseded unless the marks rest on the parameters that are in force."""
    if window.graded_with != parameters:
        raise ParametersSuperseded(window.id)


def require_all_graded(*, in_progress: int, ended: int, graded: int) -> None:
    """Raise WindowBusy unless each sitting that was started has ended and has a result."""
    _require_all_ended(in_progress)
    if ended != graded:
        raise WindowBusy(f"{ended} sittings have ended and {graded} are graded; grade it again")


def require_two_people(first: str | None, second: str) -> str:
    """Return the first person; raise unless somebody else has proposed the release."""
    if first is None:
        raise Refused("Nobody has proposed this release: one person proposes, another confirms.")
    if first == second:
        raise SamePerson
    return first


def _require_all_ended(in_progress: int) -> None:
    if in_progress == 1:
        raise WindowBusy(
            "1 sitting is still in progress; wait until it is handed in or its time is over"
        )
    if in_progress:
        raise WindowBusy(
            f"{in_progress} sittings are still in progress; "
            "wait until they are handed in or their time is over"
        )
