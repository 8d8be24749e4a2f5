"""A season through the services: an exam, a window, people, and a candidate at a keyboard."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from app.exam.award.grading import Graded
from app.exam.people.permissions import EVERYTHING, Actor, Role, system
from app.exam.sitting.sitting import Caller, Change, Sitting, SittingId
from app.services.award import grade
from app.services.bank import exams, starter
from app.services.people import access, bookings
from app.services.people.keys import Keys, load_keys
from app.services.sitting import sit
from app.services.window import exam_windows
from app.settings import Settings
from app.store.bank import bank
from app.store.database import Database
from app.store.sitting import sittings
from itembank.blueprint.blueprint import Blueprint
from itembank.exams import AdaptivePaper, ExamDefinition, FixedForm, NoControl
from itembank.items.response import from_record
from tests.factories import anybody, at

SETTINGS = Settings()
WINDOW = "w1"
CHAIRS = ("ann@example.org", "ben@example.org")
PASSWORD = "a long enough password"  # noqa: S105 - of people who do not exist
CLOSES = 24 * 60

# What a candidate does at a position: an option id, or None to leave it blank.
Choose = Callable[[int, tuple[str, ...]], str | None]


@dataclass
class Clock:
    """The instant of every move; it stands still until a test turns it."""

    minutes: float = 0.0

    @property
    def now(self) -> datetime:
        return at(self.minutes)


@dataclass(frozen=True)
class Person:
    """A booked candidate with the access code they were given."""

    number: str
    code: str
    candidate: str
    booking: str


@dataclass
class Season:
    """An open window of one exam on one database."""

    database: Database
    exam: ExamDefinition
    clock: Clock = field(default_factory=Clock)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def keys(self) -> Keys:
        with self.database.begin() as tx:
            return load_keys(tx)

    def actor(self, name: str = "board") -> Actor:
        """Return the machine by that name, or the member of staff with that address."""
        machine = system(name, self.clock.now)
        if "@" not in name:
            return machine
        with self.database.read() as tx:
            return access.claimed(tx, name, by=machine)

    def window(self, name: str, *, opens: float = -1, closes: float = CLOSES) -> None:
        """Plan a window of this exam."""
        with self.database.begin() as tx:
            plan = exam_windows.Plan(name, "A window", self.exam.code, at(opens), at(closes))
            exam_windows.plan(tx, plan, actor=self.actor())

    def book(
        self, window: str = WINDOW, *, extra_time: float = 0.0, candidate: str | None = None
    ) -> Person:
        """Book a new person, or one that is known, into a window."""
        keys = self.keys
        with self.database.begin() as tx:
            number = f"M{next(self.numbers)}"
            if candidate is None:
                name = f"Person {number}"
                candidate = bookings.add_candidate(tx, number, name, actor=self.actor()).id
            issued = bookings.book(
                tx, candidate, window, extra_time=extra_time, keys=keys, actor=self.actor()
            )
        return Person(number, issued.access_code, candidate, issued.booking.id)

    def sitter(self, person: Person | None = None) -> "Sitter":
        """Return a candidate who has signed in (as a program does, by booking).

        The paper's seed is the number in the person's membership number.
        """
        person = person or self.book()
        at, seed = self.clock.now, int(person.number[1:])
        with self.database.begin() as tx:
            taken = sit.take_sitting(tx, person.booking, face="api", at=at, seed=seed)
        return Sitter(self, taken.sitting, taken.session)

    def add_chairs(self) -> None:
        with self.database.begin() as tx:
            for email in CHAIRS:
                access.add_staff(tx, email, PASSWORD, frozenset({Role.CHAIR}), settings=SETTINGS)

    def close(self, window: str = WINDOW) -> None:
        with self.database.begin() as tx:
            exam_windows.close_now(tx, window, actor=self.actor())

    def grade(self, window: str = WINDOW) -> grade.Summary:
        with self.database.begin() as tx:
            return grade.grade_window(tx, window, actor=self.actor())

    def propose(self, name: str = CHAIRS[0], window: str = WINDOW) -> None:
        with self.database.begin() as tx:
            grade.propose_release(tx, window, actor=self.actor(name))

    def confirm(self, name: str = CHAIRS[1], window: str = WINDOW) -> None:
        with self.database.begin() as tx:
            grade.confirm_release(tx, window, actor=self.actor(name))

    def result(self, sitting: str) -> Graded | None:
        with self.database.read() as tx:
            return grade.result_of(tx, sitting, actor=anybody())

    def sweep(self) -> int:
        with self.database.begin() as tx:
            return sit.end_overdue(tx, self.clock.now)


@dataclass
class Sitter:
    """A candidate with a sign-in."""

    season: Season
    sitting: SittingId
    session: int
    requests: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def caller(self) -> Caller:
        return Caller(self.season.clock.now, self.session)

    def start(self) -> Sitting:
        with self.season.database.begin() as tx:
            return sit.start(tx, self.sitting, caller=self.caller, settings=SETTINGS)

    def answer(self, position: int, option: str | None, request: str | None = None) -> sit.Receipt:
        name = request or f"r{next(self.requests)}"
        change = Change(from_record(option), clear=option is None)
        with self.season.database.begin() as tx:
            return sit.answer(tx, self.sitting, position, change, request=name, caller=self.caller)

    def close_block(self, block: int | None = None) -> Sitting:
        number = self.now().block if block is None else block
        with self.season.database.begin() as tx:
            return sit.close_block(tx, self.sitting, number, caller=self.caller)

    def hand_in(self) -> Sitting:
        with self.season.database.begin() as tx:
            return sit.hand_in(tx, self.sitting, caller=self.caller)

    def now(self) -> Sitting:
        with self.season.database.read() as tx:
            return sittings.load(tx, self.sitting, reach=EVERYTHING).sitting

    def sit(self, choose: Choose, *, blocks: int | None = None) -> Sitting:
        """Sit the paper, or its first blocks: answer, close, and hand in after the last."""
        sitting = self.start()
        while True:
            for position in sitting.open_positions():
                option = choose(position, sitting.places[position - 1].options)
                if option is not None:
                    self.answer(position, option)
            if sitting.is_last_block():
                return self.hand_in()
            if sitting.block == blocks:
                return self.now()
            sitting = self.close_block(sitting.block)

    def meets_its_blueprint(self) -> bool:
        """Count the paper by criterion and outcome without the package's own bookkeeping."""
        with self.season.database.read() as tx:
            edition = bank.load_edition(tx, self.season.exam.code, self.season.exam.version)
        items = [place.item for place in self.now().places]
        criteria = Counter(edition.criterion(name) for name in items)
        outcomes = Counter(dict.fromkeys(edition.exam.blueprint.outcomes, 0))
        for code, number in criteria.items():
            outcomes[edition.framework.parent(code)] += number
        blueprint = edition.exam.blueprint
        within = all(
            blueprint.limits(code)[0] <= (criteria | outcomes)[code] <= blueprint.limits(code)[1]
            for code in [*blueprint.criteria, *blueprint.outcomes]
        )
        return within and len(set(items)) == blueprint.items == len(items)


def make_season(
    database: Database,
    *,
    block_size: int = 15,
    form: tuple[str, ...] = (),
    provisional: bool = True,
    more: Mapping[str, object] | None = None,
) -> Season:
    """Save an exam like the shipped one, and open a window of it for a day.

    `more` has other fields of the definition that are not as shipped.
    """
    paper = (
        FixedForm(items=form, block_size=block_size)
        if form
        else AdaptivePaper(block_size=block_size)
    )
    changes: dict[str, object] = {
        "code": "demo",
        "paper": paper,
        "release_on_provisional": provisional,
    }
    if form:
        changes["exposure"] = NoControl()
    with database.begin() as tx:
        shipped = exams.newest(tx, "cim-l6-smm", actor=anybody()).exam
        exam = shipped.model_copy(update={**changes, **(more or {})})
        exams.save_exam(tx, exam)
    season = Season(database, exam)
    season.window(WINDOW)
    return season


def shipped_blueprint(**changes: object) -> Blueprint:
    """Return the blueprint of the shipped exam, but for some fields."""
    return starter.read_starter().exam.blueprint.model_copy(update=changes)


def shipped_form() -> tuple[str, ...]:
    """Return a fixed form of the shipped bank that meets its blueprint."""
    shipped = starter.read_starter()
    blueprint = shipped.exam.blueprint
    kept_off = {name for enemies in blueprint.enemies for name in enemies[1:]}
    free = [item for item in shipped.items if item.id not in kept_off]
    return tuple(
        item.id
        for code, share in blueprint.criteria.items()
        for item in [item for item in free if item.tags[0].code == code][:share]
    )


def keys_of(season: Season) -> dict[str, str]:
    """Return the key of every item."""
    with season.database.read() as tx:
        return {item.id: item.interaction.key for item in bank.latest_items(tx)}


def at_random(seed: int, *, blank: float = 0.1) -> Choose:
    """Return a candidate who picks any option, and leaves some questions blank."""
    chance = random.Random(seed)  # noqa: S311 - a simulated candidate

    def choose(_: int, options: tuple[str, ...]) -> str | None:
        return None if chance.random() < blank else chance.choice(options)

    return choose


def first_option(_: int, options: tuple[str, ...]) -> str | None:
    return options[0]
