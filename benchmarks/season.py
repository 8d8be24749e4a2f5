"""A season to measure on: an open window, and candidates with a sign-in each."""

from dataclasses import dataclass
from datetime import timedelta

from app import ambient
from app.exam.people.permissions import system
from app.services.bank import starter
from app.services.people import bookings
from app.services.people.keys import Keys, load_keys
from app.services.window import exam_windows
from app.store import migrate
from app.store.database import Database

WINDOW = "bench"


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate who can sign in."""

    number: str
    code: str
    booking: str


def make_season(database: Database, count: int) -> tuple[Keys, list[Place]]:
    """Migrate an empty database, open a window and book `count` candidates into it."""
    migrate.upgrade(database)
    actor = system("bench", ambient.now())
    with database.begin() as tx:
        starter.load_starter(tx)
        keys = load_keys(tx)
        plan = exam_windows.Plan(
            id=WINDOW,
            title="Benchmark",
            exam="cim-l6-smm",
            opens_at=actor.at - timedelta(hours=1),
            closes_at=actor.at + timedelta(days=1),
        )
        exam_windows.plan(tx, plan, actor=actor)
        places = []
        for turn in range(count):
            number = f"B{turn:05}"
            person = bookings.add_candidate(tx, number, f"Candidate {turn}", actor=actor)
            issued = bookings.book(tx, person.id, WINDOW, keys=keys, actor=actor)
            places.append(Place(number, issued.access_code, issued.booking.id))
    return keys, places
