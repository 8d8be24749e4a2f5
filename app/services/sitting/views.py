"""Loading what a candidate may see: a sitting, a question of its open block, and results."""

from dataclasses import dataclass
from datetime import datetime

from app.exam.award.grading import Graded
from app.exam.people.permissions import EVERYTHING
from app.exam.seeing.sitting import (
    ItemView,
    Person,
    SittingView,
    require_newest,
    require_open,
    seen,
)
from app.exam.sitting.sitting import Caller
from app.store.award import results
from app.store.bank import bank
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.sitting.writes import Stored
from app.store.window import windows
from itembank.items.item import shown


@dataclass(frozen=True, slots=True)
class ResultView:
    """A released result with the names a person knows it by."""

    exam: str
    window: str
    threshold: int
    graded: Graded


def sitting_view(tx: Transaction, sitting: str, *, caller: Caller) -> SittingView:
    """Return a sitting for its candidate; raise Superseded for an older sign-in."""
    stored = sittings.load(tx, sitting, reach=EVERYTHING)
    require_newest(stored.sitting, caller)
    return _view(tx, stored, caller.at)


def item_view(tx: Transaction, sitting: str, position: int, *, caller: Caller) -> ItemView:
    """Return a question of the open block; nothing else of a paper can be seen."""
    stored = sittings.load(tx, sitting, reach=EVERYTHING)
    require_newest(stored.sitting, caller)
    require_open(stored.sitting, position, caller.at)
    place = stored.sitting.places[position - 1]
    saved = stored.sitting.answers[position - 1]
    made = stored.sitting.made
    edition = bank.edition_of(tx, made)
    return ItemView(
        sitting=_view(tx, stored, caller.at),
        position=position,
        item=shown(edition.item(place.item), place.options),
        chosen=saved.response,
        is_flagged=saved.flagged,
    )


def released_results(tx: Transaction, sitting: str, *, caller: Caller) -> list[Graded]:
    """Return every released result of the person who holds a sitting, newest first."""
    stored = sittings.load(tx, sitting, reach=EVERYTHING)
    require_newest(stored.sitting, caller)
    booking = people.booking(tx, stored.sitting.made.booking, reach=EVERYTHING)
    return results.released_of(tx, booking.candidate_id)


def result_views(tx: Transaction, sitting: str, *, caller: Caller) -> list[ResultView]:
    """Return the released results with the names of their exams, newest first."""
    return [_result_view(tx, one) for one in released_results(tx, sitting, caller=caller)]


def _result_view(tx: Transaction, graded: Graded) -> ResultView:
    window = windows.load(tx, graded.window, reach=EVERYTHING)
    exam = bank.load_edition(tx, window.exam, window.exam_version).exam
    return ResultView(
        exam=exam.title,
        window=window.title,
        threshold=exam.scheme.threshold,
        graded=graded,
    )


def _view(tx: Transaction, stored: Stored, at: datetime) -> SittingView:
    booking = people.booking(tx, stored.sitting.made.booking, reach=EVERYTHING)
    candidate = people.candidate(tx, booking.candidate_id, reach=EVERYTHING)
    window = windows.load(tx, stored.window, reach=EVERYTHING)
    exam = bank.edition_of(tx, stored.sitting.made).exam
    return seen(stored.sitting, Person(candidate, booking), window, exam, at)
