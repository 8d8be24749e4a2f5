"""A season with simulated candidates: a window on ratings, a calibration, a window on its result.

All of it goes through the services that real people use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app import ambient
from app.demo import demo
from app.demo.precision import Precision, Recovery, closeness, precision
from app.demo.simulated_window import Sat, Stage, close, open_stage, person_of, sit_paper
from app.errors import ExamNotRunnable, Invalid, Refused
from app.exam.calibration.acceptance import ALL, CLEAR
from app.exam.calibration.calibration import CalibrationRequest
from app.exam.people.permissions import EVERYTHING, system
from app.progress import Progress, silent
from app.services.award import grade
from app.services.calibration.accept import Wish, accept
from app.services.calibration.calibrate import calibrate_window
from app.services.people import access
from app.services.preflight.simulation import CALIBRATED, JUDGED, Person, draw_person
from app.services.window import exam_windows
from app.settings import Settings
from app.store.bank import bank
from app.store.database import Database
from app.store.window import windows
from app.web.words.errors import sentence_of
from itembank.calibration import Acceptance, CalibrationRun, Flag, Role
from itembank.parameters import provisional_parameters

MOST_CANDIDATES = 20_000
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PutInForce:
    """What the calibration gave, and what the demo's psychometrician made of it."""

    run: str
    responses: int
    iterations: int
    clear: int
    doubtful_keys: tuple[str, ...]
    accepted: int
    barred: tuple[str, ...]
    re_expressed: int
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Marking:
    """A window's marks as one grading gave them: precision of complete papers, and of all."""

    window: str
    on_ratings: bool
    grades: dict[str, int]
    complete: Precision | None
    all: Precision


@dataclass(frozen=True, slots=True)
class Season:
    """What a season made.

    The markings are those of the first window on its ratings, of the same papers on their
    calibrated parameters, and of the second window.
    """

    exam: str
    candidates: int
    windows: tuple[Sat, Sat]
    calibration: PutInForce
    parameters: Recovery
    markings: tuple[Marking, Marking, Marking]
    seconds: float


def run_season(
    database: Database,
    settings: Settings,
    *,
    candidates: int,
    seed: int,
    progress: Progress = silent,
) -> Season:
    """Run two windows of an exam of their own, calibrating the first before it is released.

    Each window has `candidates` simulated people. The progress is over their papers, with one
    step more for the calibration.
    """
    if not 2 <= candidates <= MOST_CANDIDATES:
        raise Invalid("candidates", f"Give between 2 and {MOST_CANDIDATES} candidates.")
    if not 0 <= seed <= LARGEST_SEED:
        raise Invalid("seed", f"Give a seed from 0 to {LARGEST_SEED}.")
    began = ambient.elapsed()
    steps = 2 * candidates + 1
    persons = [draw_person(seed, index) for index in range(1, 2 * candidates + 1)]
    with database.begin() as tx:
        exam = demo.add_season_exam(tx, seed)
        demo.ensure_chairs(tx, settings)
        demo.ensure_psychometrician(tx, settings)

    stage = open_stage(database, settings, exam, 1, seed=seed)
    for person in persons[:candidates]:
        sit_paper(stage, person)
        progress(person.index, steps)
    first = close(stage)
    on_ratings = _grade(stage, persons)
    decision, recovery = _calibrate(stage)
    progress(candidates + 1, steps)
    marked_again = _grade(stage, persons)
    _release(stage)

    stage = open_stage(database, settings, exam, 2, seed=seed)
    for person in persons[candidates:]:
        sit_paper(stage, person)
        progress(person.index + 1, steps)
    second = close(stage)
    on_calibrated = _grade(stage, persons)
    _release(stage)
    return Season(
        exam=exam,
        candidates=candidates,
        windows=(first, second),
        calibration=decision,
        parameters=recovery,
        markings=(on_ratings, marked_again, on_calibrated),
        seconds=round(ambient.elapsed() - began, 1),
    )


def _grade(stage: Stage, persons: list[Person]) -> Marking:
    """Grade a closed window on the parameters in force, and hold the marks against the truth."""
    actor = system(stage.actor.name, ambient.now())
    with stage.database.begin() as tx:
        grade.grade_window(tx, stage.window, actor=actor)
    with stage.database.read() as tx:
        window = windows.load(tx, stage.window, reach=EVERYTHING)
        edition = bank.load_edition(tx, window.exam, window.exam_version, window.graded_with)
        graded = {
            person_of(one.membership_number): one
            for one in grade.window_results(tx, window.id, actor=actor)
        }
        outcomes = exam_windows.view(tx, window.id, actor=actor).outcomes
    pairs = [(person, graded[person.index]) for person in persons if person.index in graded]
    length = edition.exam.length
    complete = [pair for pair in pairs if pair[1].result.counts.answered == length]
    on_ratings = edition.parameters.provisional
    metric = JUDGED if on_ratings else CALIBRATED
    return Marking(
        window=window.id,
        on_ratings=on_ratings,
        grades={one.code: 0 for one in edition.exam.scheme.outcomes} | outcomes,
        complete=precision(edition, stage.truth, complete, metric=metric) if complete else None,
        all=precision(edition, stage.truth, pairs, metric=metric),
    )


def _calibrate(stage: Stage) -> tuple[PutInForce, Recovery]:
    """Calibrate the closed window and put the result in force."""
    began = ambient.elapsed()
    actor = system(stage.actor.name, ambient.now())
    run = calibrate_window(stage.database, stage.window, CalibrationRequest(), actor=actor)
    made = _accept(stage, run)
    rows = [row for row in run.items if row.role is not Role.LEFT_OUT]
    decision = PutInForce(
        run=run.id,
        responses=run.responses,
        iterations=run.iterations,
        clear=sum(not row.flags for row in rows),
        doubtful_keys=_doubtful(run),
        accepted=len(made.accepted),
        barred=made.barred,
        re_expressed=len(made.re_expressed),
        reason=made.reason,
        seconds=round(ambient.elapsed() - began, 1),
    )
    return decision, _recovery(stage, made)


def _accept(stage: Stage, run: CalibrationRun) -> Acceptance:
    """Accept the most careful choice that papers and a scale can be made with, and say so.

    The reporting scale needs an item of every criterion and ratings that go with difficulties,
    and a paper needs its quotas: a window of few people may leave too few items in no doubt.
    """
    simulation = system(stage.actor.name, ambient.now())
    with stage.database.read() as tx:
        actor = access.claimed(tx, demo.PSYCHOMETRICIAN, by=simulation)
    *careful, last = _wishes(run)
    why = ""
    for wish in careful:
        try:
            with stage.database.begin() as tx:
                return accept(tx, run.id, replace(wish, reason=wish.reason + why), actor=actor)
        except Refused as refused:
            why = f" Less was refused: {_first_reason(refused)}"
    with stage.database.begin() as tx:
        return accept(tx, run.id, replace(last, reason=last.reason + why), actor=actor)


def _wishes(run: CalibrationRun) -> Iterator[Wish]:
    """Yield what to accept, the most careful first."""
    doubtful = _doubtful(run)
    keys = "those with a doubtful key are barred" if doubtful else "no key is in doubt"
    yield Wish([CLEAR], doubtful, f"The items without a flag; {keys}.")
    yield Wish([ALL], doubtful, f"All items that were presented; {keys}.")
    if doubtful:
        reason = "All items that were presented, with a doubtful key or not."
        yield Wish([ALL, *doubtful], [], reason)


def _first_reason(refused: Refused) -> str:
    return (
        f"{refused.reasons[0]}." if isinstance(refused, ExamNotRunnable) else sentence_of(refused)
    )


def _doubtful(run: CalibrationRun) -> tuple[str, ...]:
    return tuple(
        row.item for row in run.items if row.role is not Role.LEFT_OUT and Flag.KEY in row.flags
    )


def _recovery(stage: Stage, made: Acceptance) -> Recovery:
    """Hold the accepted items' ratings and estimates against the truth, each on its own scale."""
    with stage.database.read() as tx:
        estimated = bank.parameter_set(tx, made.parameters).arrays(made.accepted)
    judged = provisional_parameters(stage.edition.items).arrays(made.accepted)
    true = stage.truth.of(made.accepted)
    return Recovery(
        items=len(made.accepted),
        ratings=closeness(judged, JUDGED.items(true)),
        calibrated=closeness(estimated, CALIBRATED.items(true)),
    )


def _release(stage: Stage) -> None:
    """Release the window's results by two chairs."""
    simulation = system(stage.actor.name, ambient.now())
    first, second = demo.CHAIRS
    with stage.database.begin() as tx:
        chair = access.claimed(tx, first, by=simulation)
        grade.propose_release(tx, stage.window, actor=chair)
    with stage.database.begin() as tx:
        chair = access.claimed(tx, second, by=simulation)
        grade.confirm_release(tx, stage.window, actor=chair)
