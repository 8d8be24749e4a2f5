"""A whole season with simulated candidates, all of it through the services that real ones use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app import ambient
from app.errors import DeadlinePassed, Invalid, SittingEnded
from app.exam.delivery import Edition
from app.exam.grading import Graded, band, half_up
from app.exam.sitting import ENDED, Caller, Change, Sitting, State
from app.services import bookings, demo, exam_windows, grade, sit, views
from app.services.bookings import Actor, Issued
from app.services.exam_windows import Plan
from app.services.keys import Keys, load_keys
from app.services.simulation import Deed, Person, Truth, deed, draw_person, draw_truth
from app.services.sit import Credentials
from app.settings import Settings
from app.store import bank, sittings, windows
from app.store.database import Database, Transaction
from itembank.items import OptionId

MOST_CANDIDATES = 20_000
EXPOSURE_LIMIT = 0.85

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Precision:
    """How near the marks come to the simulated truth."""

    sittings: int
    theta_rmse: float
    theta_bias: float
    mark_rmse: float
    mark_bias: float
    grades_agree: float
    passes_agree: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often items were seen, as shares of the candidates; overlap is of two papers."""

    items: int
    seen: int
    largest: float
    mean: float
    overlap: float
    over_limit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """What a season made. Precision is of complete papers, and of all."""

    window: str
    candidates: int
    handed_in: int
    ended_by_time: int
    grades: dict[str, int]
    complete: Precision | None
    all: Precision
    exposure: Exposure
    seconds: float


@dataclass(frozen=True, slots=True)
class Stage:
    """What every simulated candidate sits in."""

    database: Database
    settings: Settings
    keys: Keys
    window: str
    edition: Edition
    truth: Truth
    actor: Actor
    seed: int


class _Clock:
    """A person's own clock: it runs ahead of ours within one sitting, never past now."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def passes(self, seconds: float) -> datetime:
        """Let time pass, and return the instant."""
        self.at += timedelta(seconds=seconds)
        return self.at


def run_season(
    database: Database,
    settings: Settings,
    *,
    candidates: int,
    seed: int,
    progress: Progress = grade.silent,
) -> Season:
    """Book, sit, close, grade and release a window with simulated candidates."""
    if not 2 <= candidates <= MOST_CANDIDATES:
        raise Invalid("candidates", f"Give between 2 and {MOST_CANDIDATES} candidates.")
    began = ambient.elapsed()
    stage = _set(database, settings, seed)
    persons = [draw_person(seed, index) for index in range(1, candidates + 1)]
    for person in persons:
        _sit(stage, person)
        progress(person.index, candidates)
    _close(stage)
    with database.read() as tx:
        return _report(tx, stage, persons, began)


def _set(database: Database, settings: Settings, seed: int) -> Stage:
    now = ambient.now()
    actor = Actor("simulation", now)
    with database.begin() as tx:
        exam = demo.ensure_exam(tx)
        demo.ensure_chairs(tx)
        window, number = f"demo-season-{seed}-1", 1
        while windows.find(tx, window) is not None:
            number += 1
            window = f"demo-season-{seed}-{number}"
        # Simulated starts lie one allowance back, so that no instant of a sitting is to come.
        span = (now - timedelta(days=7), now + timedelta(days=7))
        exam_windows.plan(tx, Plan(window, f"Simulated season {number}", exam, *span), actor=actor)
        edition = bank.load_edition(tx, exam, bank.latest_version(tx, exam))
        keys = load_keys(tx)
    truth = draw_truth(edition, seed)
    return Stage(database, settings, keys, window, edition, truth, actor, seed)


def _sit(stage: Stage, person: Person) -> None:
    """Let one person come, sit and leave; each call is its own transaction, as in an exam."""
    issued, number = _book(stage, person)
    minutes = stage.edition.exam.minutes * (1 + person.extra_time)
    # The deadline is just past and the grace is not over: a running server's sweep, which goes by
    # the real clock, leaves the sitting alone while it is sat.
    grace = stage.settings.grace_seconds / 2
    clock = _Clock(ambient.now() - timedelta(minutes=minutes, seconds=grace))
    with stage.database.begin() as tx:
        sit.take_sitting(tx, issued.booking.id, face="api", at=clock.at, seed=person.seed)
    with stage.database.begin() as tx:
        typed = Credentials(number, issued.access_code)
        signed = sit.sign_in(tx, typed, keys=stage.keys, settings=stage.settings, at=clock.at)
    try:
        _paper(stage, person, clock, (signed.sitting, signed.session))
    except (DeadlinePassed, SittingEnded):
        return  # a sweep has ended it


def _book(stage: Stage, person: Person) -> tuple[Issued, str]:
    number = f"{stage.window.removeprefix('demo-').upper()}-{person.index:05}"
    with stage.database.begin() as tx:
        who = bookings.add_candidate(tx, number, f"Simulated {person.index}", actor=stage.actor)
        issued = bookings.book(
            tx,
            who.id,
            stage.window,
            extra_time=person.extra_time,
            keys=stage.keys,
            actor=stage.actor,
        )
    return issued, number


def _paper(stage: Stage, person: Person, clock: _Clock, held: tuple[str, int]) -> None:
    name, session = held
    chances = stage.truth.chances(person.theta)
    generator = ambient.generator(stage.seed, 2, person.index)
    limit = clock.at + timedelta(minutes=stage.edition.exam.minutes * (1 + person.extra_time))
    with stage.database.begin() as tx:
        caller = Caller(clock.at, session)
        sitting = sit.start(tx, name, caller=caller, settings=stage.settings)
    while sitting.state not in ENDED:
        for position in sitting.open_positions():
            item = stage.edition.index[sitting.places[position - 1].item]
            done = deed(person, generator, _key_first(stage, item), right=float(chances[item]))
            if clock.passes(done.seconds) >= limit:
                # The page's own Save and finish at the deadline.
                _finish(stage, name, Caller(limit, session))
                return
            _answer(stage, name, position, done, Caller(clock.at, session))
        sitting = _next(stage, sitting, Caller(clock.at, session))


def _key_first(stage: Stage, item: int) -> tuple[str, ...]:
    version = stage.edition.items[item]
    return (version.key, *(name for name in version.option_ids() if name != version.key))


def _answer(stage: Stage, name: str, position: int, done: Deed, caller: Caller) -> None:
    """See a question and save what is chosen; a change of mind is a second save."""
    with stage.database.read() as tx:
        views.item_view(tx, name, position, caller=caller)
    wanted = [] if done.blank else [done.first_thought, done.option]
    chosen = [OptionId(option) for option in wanted if option is not None]
    changes = [Change(option=option) for option in chosen]
    if done.flags:
        changes.append(Change(flagged=True))
    for number, change in enumerate(changes):
        request = f"{position}-{number}"
        with stage.database.begin() as tx:
            sit.answer(tx, name, position, change, request=request, caller=caller)


def _next(stage: Stage, sitting: Sitting, caller: Caller) -> Sitting:
    if sitting.is_last_block():
        return _finish(stage, sitting.id, caller)
    with stage.database.begin() as tx:
        return sit.close_block(tx, sitting.id, sitting.block, caller=caller)


def _finish(stage: Stage, name: str, caller: Caller) -> Sitting:
    with stage.database.begin() as tx:
        return sit.hand_in(tx, name, caller=caller)


def _close(stage: Stage) -> None:
    """Close the window, grade it, and release it by two chairs."""
    at = ambient.now()
    with stage.database.begin() as tx:
        exam_windows.close_now(tx, stage.window, actor=Actor(stage.actor.name, at))
    with stage.database.begin() as tx:
        grade.grade_window(tx, stage.window, actor=Actor(stage.actor.name, at))
    first, second = demo.CHAIRS
    with stage.database.begin() as tx:
        grade.propose_release(tx, stage.window, actor=Actor(first, at))
    with stage.database.begin() as tx:
        grade.confirm_release(tx, stage.window, actor=Actor(second, at))


def _report(tx: Transaction, stage: Stage, persons: list[Person], began: float) -> Season:
    graded = grade.window_results(tx, stage.window)
    states = sittings.states(tx, stage.window)
    number = {int(one.membership_number.rpartition("-")[2]): one for one in graded}
    pairs = [(person, number[person.index]) for person in persons if person.index in number]
    length = stage.edition.exam.length
    complete = [pair for pair in pairs if pair[1].result.counts.answered == length]
    return Season(
        window=stage.window,
        candidates=len(persons),
        handed_in=states.get(State.HANDED_IN, 0),
        ended_by_time=states.get(State.TIME_ENDED, 0),
        grades={one.code: 0 for one in stage.edition.exam.bands}
        | exam_windows.view(tx, stage.window, at=ambient.now()).bands,
        complete=_precision(stage, complete) if complete else None,
        all=_precision(stage, pairs),
        exposure=_exposure(tx, stage, sum(states.values())),
        seconds=round(ambient.elapsed() - began, 1),
    )


def _precision(stage: Stage, pairs: list[tuple[Person, Graded]]) -> Precision:
    exam, edition = stage.edition.exam, stage.edition
    given = [one.result for _, one in pairs]
    true_marks = [stage.truth.mark(edition, person.theta) for person, _ in pairs]
    theta = np.array([one.theta for one in given]) - [person.theta for person, _ in pairs]
    mark = np.array([float(one.exact_mark) for one in given]) - true_marks
    grades = [
        (one.mark, half_up(Decimal(true))) for one, true in zip(given, true_marks, strict=True)
    ]
    agree = [band(mine, exam.bands) == band(true, exam.bands) for mine, true in grades]
    passes = [(mine >= exam.threshold) == (true >= exam.threshold) for mine, true in grades]
    return Precision(
        sittings=len(pairs),
        theta_rmse=_rmse(theta),
        theta_bias=_mean(theta),
        mark_rmse=_rmse(mark),
        mark_bias=_mean(mark),
        grades_agree=_mean(np.array(agree, np.float64)),
        passes_agree=_mean(np.array(passes, np.float64)),
    )


def _exposure(tx: Transaction, stage: Stage, papers: int) -> Exposure:
    counts = sittings.exposure_counts(tx, stage.window)
    seen = np.array([counts.get(item.id, 0) for item in stage.edition.items], dtype=np.float64)
    shares = seen / papers
    pairs = papers * (papers - 1) * stage.edition.exam.length
    return Exposure(
        items=len(seen),
        seen=int((seen > 0).sum()),
        largest=round(float(shares.max()), 4),
        mean=_mean(shares),
        overlap=round(float((seen * (seen - 1)).sum() / pairs), 4),
        over_limit=tuple(
            item.id
            for item, share in zip(stage.edition.items, shares, strict=True)
            if share > EXPOSURE_LIMIT
        ),
    )


def _rmse(errors: NDArray[np.float64]) -> float:
    return round(float(np.sqrt((errors**2).mean())), 4)


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 4)
