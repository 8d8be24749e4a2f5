"""What the board sees: a window and what can be done about it, a sitting and its record."""

import json
from dataclasses import dataclass

from app import ambient
from app.exam.award.grading import Graded
from app.exam.people.permissions import Act, Actor, require
from app.exam.seeing.line import SittingLine, line
from app.exam.sitting.chain import ChainLink
from app.exam.sitting.events import Body, decode
from app.exam.window.offers import Offer, offers
from app.exam.window.window import InForce, Window
from app.services.window import exam_windows
from app.services.window.exam_windows import WindowView
from app.store import audit
from app.store.audit import Entry
from app.store.award import results
from app.store.bank import bank
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows
from itembank.exams import ExamDefinition


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

    link: ChainLink
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
    may_do = offers(view.window, view.tally, in_force(tx, view.window), actor)
    return WindowFile(view, exam, may_do, tuple(audit.about(tx, window)))


def sitting_line(tx: Transaction, sitting: str, *, actor: Actor) -> tuple[SittingLine, Window]:
    """Return who sits, where they are and what time is left, with the window."""
    require(actor, Act.SEE_CLOCK)
    stored, reach = sittings.load(tx, sitting, reach=actor.reach), actor.reach
    booking = people.booking(tx, stored.sitting.made.booking, reach=reach)
    person = people.candidate(tx, booking.candidate_id, reach=reach)
    seen = line(stored.sitting, person.name, person.membership_number, actor.at)
    return seen, windows.load(tx, stored.window, reach=reach)


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


def in_force(tx: Transaction, window: Window) -> InForce:
    """Return what a window's marks would be released on."""
    edition = bank.load_edition(tx, window.exam, window.exam_version)
    return InForce(
        parameters=edition.parameters_id,
        provisional=edition.parameters.provisional,
        provisional_allowed=edition.exam.release_on_provisional,
    )


def _body(link: ChainLink) -> Body | None:
    try:
        return decode(link.kind, json.loads(link.body))
    except (ValueError, LookupError):  # only where somebody has changed what was written
        return None
