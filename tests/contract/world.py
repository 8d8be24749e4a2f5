"""A small world for the stories: one open window, candidates booked, a clock that we turn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.exam.people.permissions import Actor, Role, Scope, system
from app.main import create_app
from app.services.award import grade
from app.services.bank import exams
from app.services.people import access, bookings
from app.services.people.keys import load_keys
from app.services.window import exam_windows
from app.settings import Settings
from app.store.database import Database, connect
from tests.databases import Place, stock

EXAM = "demo"
WINDOW = "2027-01"
CHAIRS = ("chair@example.org", "second@example.org")
PASSWORD = "a long enough password"  # noqa: S105 - of people who do not exist


class Clock:
    """The only clock of a world; it stands still until a story moves it."""

    def __init__(self, at: datetime = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.at += timedelta(minutes=minutes, seconds=seconds)


@dataclass(frozen=True)
class Person:
    """A booked candidate, with the access code they were given."""

    name: str
    number: str
    code: str
    candidate: str
    booking: str


@dataclass
class World:
    """An application over a real database, and what stands outside it: board, clock, secrets."""

    app: FastAPI
    database: Database
    settings: Settings
    clock: Clock
    people: tuple[Person, ...]
    token: str
    clients: list[TestClient] = field(default_factory=list)

    def person(self, number: str) -> Person:
        return next(one for one in self.people if one.number == number)

    def client(self) -> TestClient:
        """Return a new browser or program: no cookies yet."""
        self.clients.append(TestClient(self.app, follow_redirects=False))
        return self.clients[-1]

    def actor(self, name: str = "board") -> Actor:
        return system(name, self.clock.now())

    def extend(self, *, minutes: int) -> None:
        """Give time to the whole window, as the board does after an outage."""
        with self.database.begin() as tx:
            exam_windows.extend_window(
                tx, WINDOW, minutes=minutes, reason="The network failed.", actor=self.actor()
            )

    def close_and_grade(self) -> None:
        with self.database.begin() as tx:
            exam_windows.close_now(tx, WINDOW, actor=self.actor())
            grade.grade_window(tx, WINDOW, actor=self.actor())

    def release(self, window: str = WINDOW) -> None:
        """Release a graded window by two people of the board."""
        with self.database.begin() as tx:
            for email in CHAIRS:
                roles = frozenset({Role.CHAIR})
                access.add_staff(tx, email, PASSWORD, roles, settings=self.settings)
            grade.propose_release(tx, window, actor=self.actor(CHAIRS[0]))
            grade.confirm_release(tx, window, actor=self.actor(CHAIRS[1]))

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.app.state.service.database.close()
        self.database.close()


@dataclass(frozen=True)
class Let:
    """Who has been let into a new world: people with their codes, a program with its token."""

    people: tuple[Person, ...]
    token: str


Fill = Callable[[str, tuple[str, ...]], Let]
# The token outlives every story: they are about candidates.
TOKEN_MINUTES = 60 * 24 * 365


def fill_world(url: str, names: tuple[str, ...]) -> Let:
    """Put into an empty database the demo exam, one open window, and people booked."""
    stock(url)
    clock, database = Clock(), connect(url)
    settings = Settings(token_minutes=TOKEN_MINUTES)
    actor = system("board", clock.now())
    with database.begin() as tx:
        shipped = exams.newest(tx, "cim-l6-smm", actor=actor).exam
        exams.save_exam(
            tx, shipped.model_copy(update={"code": EXAM, "release_on_provisional": True})
        )
        opens, closes = clock.now() - timedelta(hours=1), clock.now() + timedelta(days=5)
        plan = exam_windows.Plan(WINDOW, "January 2027", EXAM, opens, closes)
        exam_windows.plan(tx, plan, actor=actor)
        secret = access.add_client(tx, "centre", frozenset(Scope))
        token, _ = access.issue_token(
            tx, ("centre", secret), frozenset(), settings=settings, at=clock.now()
        )
    people = tuple(_book(database, name, f"M{n}", actor) for n, name in enumerate(names, 1001))
    database.close()
    return Let(people, token)


def make_world(
    place: Place, folder: Path, *, names: tuple[str, ...] = ("Ada", "Ben"), fill: Fill = fill_world
) -> World:
    """Return a world on a copy of what is filled once: exam, open window, people booked."""
    url, let = place.copy(fill, names)
    return open_world(url, folder, let)


def open_world(url: str, folder: Path, let: Let) -> World:
    """Return the application over a database that has been filled."""
    clock = Clock()
    settings = Settings(database_url=url, data_dir=folder, token_minutes=TOKEN_MINUTES)
    app = create_app(settings, clock=clock.now)
    return World(app, connect(url), settings, clock, let.people, let.token)


def _book(database: Database, name: str, number: str, actor: Actor) -> Person:
    with database.begin() as tx:
        keys = load_keys(tx)
        candidate = bookings.add_candidate(tx, number, name, actor=actor)
        issued = bookings.book(tx, candidate.id, WINDOW, keys=keys, actor=actor)
    return Person(name, number, issued.access_code, candidate.id, issued.booking.id)
