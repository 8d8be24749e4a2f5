"""What the board sees: a window and what can be done about it, a sitting and its record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app import ambient
from app.errors import AlreadyReleased, ExamError, Refused
from app.exam.award.grading import Graded
from app.exam.people.permissions import Act, Actor, may, require
from app.exam.sitting.chain import Link
from app.exam.sitting.events import Body, decode
from app.exam.window.window import Window, require_gradable, require_releasable, require_two_people
from app.services.window import exam_windows
from app.services.window.exam_windows import SittingLine, WindowView
from app.store import audit
from app.store.audit import Entry
from app.store.award import results
from app.store.bank import bank
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows
from itembank.exams import ExamDefinition


class Action(StrEnum):
    """What the board can do about a window."""

    EXTEND = "extend"
    OPEN = "open"
    CLOSE = "close"
    GRADE = "grade"
    PROPOSE = "propose"
    CONFIRM = "confirm"


ACTS: Final[Mapping[Action, Act]] = {
    Action.EXTEND: Act.EXTEND_WINDOW,
    Action.OPEN: Act.OPEN_WINDOW,
    Action.CLOSE: Act.CLOSE_WINDOW,
    Action.GRADE: Act.GRADE_WINDOW,
    Action.PROPOSE: Act.PROPOSE_RELEASE,
    Action.CONFIRM: Act.CONFIRM_RELEASE,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An action the actor may take, and what stands against taking it now."""

    action: Action
    refusal: ExamError | None


@dataclass(frozen=True, slots=True)
class WindowFile:
    """A window with its exam, what the member may do about it, and what has been done."""

    view: WindowView
    exam: ExamDefinition
    offers: tuple[Offer, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """An event of a record as it is stored; `body` is None where it cannot be read."""

    link: Link
    body: Body | None


@dataclass(frozen=True, slots=True)
class SittingFile:
    """A sitting with its window, its result (released or not), its record and its decisions."""

    line: SittingLine
    window: Window
    exam: ExamDefinition
    provisional: bool
    graded: Graded | None
    record: tuple[RecordLine, ...]
    entries: tuple[Entry, ...]


def visitor_token() -> str:
    """Return a token for a browser that has not signed in, so that its form can be told."""
    return ambient.fresh_secret()


def window_list(tx: Transaction, *, actor: Actor) -> tuple[tuple[WindowView, ExamDefinition], ...]:
    """Return every window with its counts and its exam."""
    return tuple((view, _exam(tx, view.window)) for view in exam_windows.views(tx, actor=actor))


def window_view(tx: Transaction, window: str, *, actor: Actor) -> tuple[WindowView, ExamDefinition]:
    """Return a window with its counts and its exam."""
    view = exam_windows.view(tx, window, actor=actor)
    return view, _exam(tx, view.window)


def window_file(tx: Transaction, window: str, *, actor: Actor) -> WindowFile:
    """Return a window with what the actor may do about it."""
    require(actor, Act.SEE_WINDOW)
    view, exam = window_view(tx, window, actor=actor)
    offers = tuple(
        Offer(action, _refusal(action, view, exam, actor))
        for action in Action
        if may(actor, ACTS[action])
    )
    return WindowFile(view, exam, offers, tuple(audit.about(tx, window)))


def sitting_line(tx: Transaction, sitting: str, *, actor: Actor) -> tuple[SittingLine, Window]:
    """Return who sits, where they are and what time is left, with the window."""
    require(actor, Act.SEE_CLOCK)
    stored, reach = sittings.load(tx, sitting, reach=actor.reach), actor.reach
    booking = people.booking(tx, stored.sitting.made.booking, reach=reach)
    person = people.candidate(tx, booking.candidate_id, reach=reach)
    progress = sittings.Progress(stored.sitting, person.name, person.membership_number)
    return exam_windows.line(progress, actor.at), windows.load(tx, stored.window, reach=reach)


def sitting_file(tx: Transaction, sitting: str, *, actor: Actor) -> SittingFile:
    """Return all that the board sees of a sitting."""
    require(actor, Act.SEE_SITTING)
    line, window = sitting_line(tx, sitting, actor=actor)
    edition = bank.load_edition(tx, window.exam, window.exam_version, window.graded_with)
    return SittingFile(
        line=line,
        window=window,
        exam=edition.exam,
        provisional=edition.parameters.provisional,
        graded=results.of_sitting(tx, sitting, reach=actor.reach),
        record=tuple(RecordLine(link, _body(link)) for link in sittings.links(tx, sitting)),
        entries=tuple(audit.about(tx, sitting)),
    )


def _exam(tx: Transaction, window: Window) -> ExamDefinition:
    return bank.load_edition(tx, window.exam, window.exam_version).exam


def _refusal(
    action: Action, view: WindowView, exam: ExamDefinition, actor: Actor
) -> ExamError | None:
    try:
        _require_possible(action, view, exam, actor)
    except ExamError as error:
        return error
    return None


def _require_possible(action: Action, view: WindowView, exam: ExamDefinition, actor: Actor) -> None:
    window = view.window
    match action:
        case Action.GRADE:
            require_gradable(window, view.in_progress, actor.at)
        case Action.PROPOSE | Action.CONFIRM:
            allowed = exam.release_on_provisional
            require_releasable(window, provisional=view.provisional, allowed=allowed)
            if action is Action.CONFIRM:
                require_two_people(window.proposed_by, actor.name)
        case Action.EXTEND | Action.OPEN | Action.CLOSE:
            if window.released_at is not None:
                raise AlreadyReleased(window.id)
            if action is Action.EXTEND and not view.in_progress + view.ended:
                raise Refused("No exam of this window has been started, so none can be extended.")
            if action is Action.CLOSE and window.closes_at <= actor.at:
                raise Refused("The window has closed already.")


def _body(link: Link) -> Body | None:
    try:
        return decode(link.kind, json.loads(link.body))
    except (ValueError, LookupError):  # only where somebody has changed what was written
        return None
