"""A window of simulated candidates: they book, sit and leave by the services real ones use."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import ambient
from app.errors import DeadlinePassed, SittingEnded
from app.exam.paper.edition import Edition
from app.exam.people.permissions import Actor, system
from app.exam.sitting.sitting import ENDED, Caller, Change, Sitting, State
from app.services.people import bookings
from app.services.people.bookings import Issued
from app.services.people.keys import Keys, load_keys
from app.services.preflight.simulation import Deed, Person, Truth, deed, draw_truth
from app.services.sitting import sit, views
from app.services.sitting.sit import Credentials
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.services.window.exposure import exposure_report
from app.settings import Settings
from app.store.bank import bank
from app.store.database import Database, Transaction
from app.store.sitting import sittings
from itembank.items.response import from_record

EXPOSURE_LIMIT = 0.85
NAME_PREFIX = "demo-"
SPAN = timedelta(days=7)


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
class Sat:
    """How a window's sittings ended, and what was seen in them."""

    window: str
    handed_in: int
    ended_by_time: int
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class Stage:
    """What the simulated candidates of a window sit in; the edition is the one in force."""

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


def open_stage(
    database: Database, settings: Settings, exam: str, number: int, *, seed: int
) -> Stage:
    """Plan the season's window of this number, open now, on the parameters now in force."""
    now = ambient.now()
    actor = system("simulation", now)
    window = f"{exam}-{number}"
    with database.begin() as tx:
        # Simulated starts lie one allowance back, so that no instant of a sitting is to come.
        plan = Plan(window, f"Simulated window {number}", exam, now - SPAN, now + SPAN)
        exam_windows.plan(tx, plan, actor=actor)
        edition = bank.load_edition(tx, exam, bank.latest_version(tx, exam))
        keys = load_keys(tx)
    # The ratings and the seed make the truth, so that it is one truth in every window.
    truth = draw_truth(edition, seed)
    return Stage(database, settings, keys, window, edition, truth, actor, seed)


def sit_paper(stage: Stage, person: Person) -> None:
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


def close(stage: Stage) -> Sat:
    """Close the window, and say how its sittings ended."""
    with stage.database.begin() as tx:
        actor = system(stage.actor.name, ambient.now())
        exam_windows.close_now(tx, stage.window, actor=actor)
    with stage.database.read() as tx:
        states = sittings.states(tx, stage.window)
        return Sat(
            window=stage.window,
            handed_in=states.get(State.HANDED_IN, 0),
            ended_by_time=states.get(State.TIME_ENDED, 0),
            exposure=_exposure(tx, stage),
        )


def person_of(membership_number: str) -> int:
    """Return the index of the simulated person who was booked with this number."""
    return int(membership_number.rpartition("-")[2])


def _book(stage: Stage, person: Person) -> tuple[Issued, str]:
    number = f"{stage.window.removeprefix(NAME_PREFIX).upper()}-{person.index:05}"
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
            item = sitting.places[position - 1].item
            done = deed(person, generator, _key_first(stage, item), right=chances[item])
            if clock.passes(done.seconds) >= limit:
                # The page's own Save and finish at the deadline.
                _finish(stage, name, Caller(limit, session))
                return
            _answer(stage, name, position, done, Caller(clock.at, session))
        sitting = _next(stage, sitting, Caller(clock.at, session))


def _key_first(stage: Stage, item: str) -> tuple[str, ...]:
    asked = stage.edition.item(item).interaction
    return (asked.key, *asked.distractors())


def _answer(stage: Stage, name: str, position: int, done: Deed, caller: Caller) -> None:
    """See a question and save what is chosen; a change of mind is a second save."""
    with stage.database.read() as tx:
        views.item_view(tx, name, position, caller=caller)
    wanted = [] if done.blank else [done.first_thought, done.option]
    changes = [Change(from_record(option)) for option in wanted if option is not None]
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
        seconds = stage.settings.assembly_seconds
        return sit.close_block(tx, sitting.id, sitting.block, caller=caller, seconds=seconds)


def _finish(stage: Stage, name: str, caller: Caller) -> Sitting:
    with stage.database.begin() as tx:
        return sit.hand_in(tx, name, caller=caller)


def _exposure(tx: Transaction, stage: Stage) -> Exposure:
    found = exposure_report(tx, stage.window, actor=stage.actor).exposure
    scored = [one for one in found.items if not one.is_on_trial]
    return Exposure(
        items=len(scored),
        seen=sum(one.seen > 0 for one in scored),
        largest=found.largest,
        mean=found.mean,
        overlap=found.overlap or 0.0,
        over_limit=tuple(one.item for one in scored if one.rate > EXPOSURE_LIMIT),
    )
