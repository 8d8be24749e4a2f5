"""The exposure of a window for people, and the proof that what is counted is what was given."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from app.exam.paper.edition import Edition
from app.exam.paper.exposure import dump, first, holding, no_counts
from app.exam.paper.exposure_report import Exposure, SeenPaper, exposure
from app.exam.people.permissions import Act, Actor, require
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import Sitting
from app.store import audit
from app.store.award import results
from app.store.bank import bank, suspensions
from app.store.bank import exposure as states
from app.store.bank.exposure import StateKey
from app.store.database import Transaction
from app.store.sitting import sittings
from app.store.window import windows
from itembank.exams import EligibilityControl
from psychometrics import ExposureCounts, record


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """How often a window's items have been met so far, and how that is controlled."""

    window: str
    exam: str
    exam_version: int
    rule: str
    is_conditional: bool
    exposure: Exposure


def exposure_report(tx: Transaction, window: str, *, actor: Actor) -> ExposureReport:
    """Return the exposure of a window as it stands: right while people sit, and afterwards.

    A candidate's ability is that of the result, where there is one, or else the newest estimate.
    """
    require(actor, Act.SEE_EXPOSURE)
    found = windows.load(tx, window, reach=actor.reach)
    edition = bank.load_edition(tx, found.exam, found.exam_version, found.graded_with)
    marked = {
        one.sitting: one.result.theta for one in results.of_window(tx, window, reach=actor.reach)
    }
    papers = [
        SeenPaper(
            tuple(place.item for place in sitting.places), marked.get(sitting.id, block.theta)
        )
        for sitting, block in sittings.with_newest_blocks(tx, window)
    ]
    control = edition.exam.exposure
    return ExposureReport(
        window=window,
        exam=found.exam,
        exam_version=found.exam_version,
        rule=control.rule,
        is_conditional=isinstance(control, EligibilityControl) and control.conditional,
        exposure=exposure(edition, papers, suspensions.in_force(tx)),
    )


def recount(tx: Transaction, exam: str, version: int, parameters: str) -> ExposureCounts:
    """Return what the records say the sittings of an edition count for: what the state must be."""
    edition = bank.load_edition(tx, exam, version, parameters)
    mine = (
        (sitting, block)
        for sitting, block in sittings.of_exam_with_newest_blocks(tx, exam, version)
        if sitting.made.parameters == parameters
    )
    return _counted(edition, mine)


def is_sound(tx: Transaction, key: StateKey) -> bool:
    """Say whether a state is what the records of its sittings give."""
    edition = bank.load_edition(tx, key.exam, key.exam_version, key.parameters)
    counts = recount(tx, key.exam, key.exam_version, key.parameters)
    return states.read(tx, key) == dump(edition, counts)


def rebuild(tx: Transaction, window: str, *, actor: Actor) -> int:
    """Make the states of a window's exam version anew from the records; return how many were wrong.

    Blocks that are handed out meanwhile wait for the lock, and are counted after it.
    """
    require(actor, Act.RECOUNT_EXPOSURE)
    found, wrong = windows.load(tx, window, reach=actor.reach), 0
    for key in states.every(tx):
        if (key.exam, key.exam_version) == (found.exam, found.exam_version):
            edition = bank.load_edition(tx, key.exam, key.exam_version, key.parameters)
            kept = states.lock(tx, key, partial(first, edition))
            right = dump(edition, recount(tx, key.exam, key.exam_version, key.parameters))
            wrong += kept != right
            states.save(tx, key, right)
    audit.note(tx, actor, "exposure.recounted", window, {"wrong": wrong})
    return wrong


def _counted(edition: Edition, given: Iterable[tuple[Sitting, BlockDelivered]]) -> ExposureCounts:
    counts = no_counts(edition)
    for sitting, block in given:
        counts = record(counts, holding(edition, sitting, block))
    return counts
