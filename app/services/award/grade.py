"""Grading a window, and releasing its results by two people."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Duplicate, NotFound
from app.exam.award.grading import Graded, Result, grade
from app.exam.people import typed
from app.exam.people.permissions import EVERYTHING, Act, Actor, require
from app.exam.seeing.result import released
from app.exam.sitting.sitting import ENDED
from app.exam.window import window as machine
from app.exam.window.window import Window, require_gradable
from app.progress import Progress, silent
from app.services.sitting import sit
from app.services.window import exam_windows
from app.services.window.board import in_force
from app.store import audit
from app.store.award import results
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.calibration.calibrations import Credit
from app.store.database import Transaction
from app.store.sitting import sittings
from app.store.window import windows


@dataclass(frozen=True, slots=True)
class Summary:
    """What grading a window gave."""

    window: str
    graded: int
    outcomes: dict[str, int]
    provisional: bool


def grade_window(
    tx: Transaction, window: str, *, actor: Actor, progress: Progress = silent
) -> Summary:
    """Grade every ended sitting of a closed window; again: anew, until it is released.

    A booking whose sitting was never started has no mark: the candidate was absent. Sittings
    whose time is over are ended first, in case no server has been running to do so.
    """
    require(actor, Act.GRADE_WINDOW)
    found = windows.lock(tx, window, reach=actor.reach)
    while sit.end_overdue(tx, actor.at):
        pass
    tally = exam_windows.counted(tx, found, actor.at).tally
    require_gradable(found, tally, actor.at)
    names = sittings.of_window(tx, window, reach=EVERYTHING)
    credited = [one.item for one in calibrations.credits_of(tx, window)]
    # One set for the whole window, whatever each paper was selected with: marks have one origin.
    edition = bank.load_edition(tx, found.exam, found.exam_version)
    graded: list[tuple[str, Result]] = []
    for done, name in enumerate(names, start=1):
        sitting = sittings.load(tx, name, reach=EVERYTHING).sitting
        if sitting.state in ENDED:
            graded.append((name, grade(edition, sitting, credited)))
        progress(done, len(names))
    results.replace_all(tx, window, graded, actor.at)
    windows.save(tx, machine.graded(found, tally, edition.parameters_id, actor.at))
    detail = {"graded": len(graded), "parameters": edition.parameters_id, "credited": credited}
    audit.note(tx, actor, "window.graded", window, detail)
    return Summary(
        window, len(graded), results.outcomes(tx, window), any(one.provisional for _, one in graded)
    )


def credit(tx: Transaction, window: str, item: str, reason: str, *, actor: Actor) -> None:
    """Credit everyone of a window with an item; its marks can only rise. It must be graded anew."""
    require(actor, Act.CREDIT_ITEM)
    found = windows.lock(tx, window, reach=actor.reach)
    anew = machine.credited(found, exam_windows.counted(tx, found, actor.at).tally, actor.at)
    because = typed.reason(reason)
    if item not in bank.load_edition(tx, found.exam, found.exam_version).index:
        raise NotFound("item", item)
    if item in {one.item for one in calibrations.credits_of(tx, window)}:
        raise Duplicate("credit of item", item)
    calibrations.add_credit(tx, window, Credit(item, actor.name, because, actor.at))
    windows.save(tx, anew)
    audit.note(tx, actor, "item.credited", window, {"item": item, "reason": because})


def propose_release(tx: Transaction, window: str, *, actor: Actor) -> Window:
    """Propose the release of a graded window; somebody else must confirm it."""
    require(actor, Act.PROPOSE_RELEASE)
    found = windows.lock(tx, window, reach=actor.reach)
    tally = exam_windows.counted(tx, found, actor.at).tally
    proposed = machine.proposed(found, tally, in_force(tx, found), actor.name)
    windows.save(tx, proposed)
    audit.note(tx, actor, "window.release_proposed", window, {})
    return proposed


def confirm_release(tx: Transaction, window: str, *, actor: Actor) -> Window:
    """Release a window that somebody else has proposed: one switch for all its results."""
    require(actor, Act.CONFIRM_RELEASE)
    found = windows.lock(tx, window, reach=actor.reach)
    tally = exam_windows.counted(tx, found, actor.at).tally
    rests_on = in_force(tx, found)
    out = machine.released(found, tally, rests_on, second=actor.name, at=actor.at)
    windows.save(tx, out)
    people = {"by": found.proposed_by, "second": actor.name}
    audit.note(tx, actor, "window.released", window, people)
    return out


def result_of(tx: Transaction, sitting: str, *, actor: Actor) -> Graded | None:
    """Return a sitting's result for the board."""
    require(actor, Act.SEE_RESULTS)
    return results.of_sitting(tx, sitting, reach=actor.reach)


def released_page(
    tx: Transaction, window: str, *, actor: Actor, after: str = "", most: int = 100
) -> Sequence[Graded]:
    """Return a page of a window's results: empty until they are released."""
    require(actor, Act.SEE_RELEASED)
    windows.load(tx, window, reach=actor.reach)
    found = results.of_window(tx, window, reach=actor.reach, after=after, most=most)
    return [one for one in found if released(one)]


def released_result(tx: Transaction, sitting: str, *, actor: Actor) -> Graded:
    """Return a sitting's result once it is released; until then there is none."""
    require(actor, Act.SEE_RELEASED)
    found = released(results.of_sitting(tx, sitting, reach=actor.reach))
    if found is None:
        raise NotFound("released result of sitting", sitting)
    return found


def window_results(tx: Transaction, window: str, *, actor: Actor) -> Sequence[Graded]:
    """Return a window's results for the board, released or not."""
    require(actor, Act.SEE_RESULTS)
    windows.load(tx, window, reach=actor.reach)
    return results.of_window(tx, window, reach=actor.reach)
