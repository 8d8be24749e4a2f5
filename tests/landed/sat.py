"""First chapter: people, exams, windows and sittings of every kind there was at the beginning."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.errors import DeadlinePassed, Duplicate, WrongCode
from app.exam.people.permissions import Role, Scope
from app.exam.sitting.sitting import Change
from app.services.bank import exams
from app.services.people import access, bookings, replies
from app.services.sitting import sit
from app.services.sitting.sit import Credentials
from app.services.window import exam_windows
from app.store.database import Database
from itembank.exams import AdaptivePaper, ExamDefinition, Scoring
from tests.factories import anybody
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    Person,
    Season,
    Sitter,
    at_random,
    first_option,
    make_season,
    shipped_form,
)

PSYCHOMETRICIAN = "ivo@example.org"
CRITERIA = {"1.1": 2, "1.2": 2, "1.3": 1, "2.1": 2, "2.2": 1, "2.3": 1, "3.1": 2, "3.2": 1}
OUTCOMES = {"1": (4, 6), "2": (3, 5), "3": (2, 4)}
SPELLINGS = (("\u00d1-7", "N\u0303-7"), ("AB-8", "AB\u20118", "\uff21\uff22-8", "ab 8"))
WEEK = 7 * 24 * 60


def fill(database: Database) -> list[Person]:
    """Write the chapter, and return people who can sign in."""
    season = Season(database, save_small(database, "small"))
    let_people_in(season)
    for window in ("closed", "graded", "proposed", "released"):
        season.window(window)
        sit_one_window(season, window)
    end_the_windows(season)
    season.window("open")
    people = [*sit_the_open_window(season), *book_spellings(season)]
    sit_a_fixed_form(season)
    with database.begin() as tx:
        exams.save_exam(tx, season.exam.model_copy(update={"version": 2, "minutes": 60}))
    season.window("planned", opens=WEEK, closes=2 * WEEK)
    season.book("planned")
    return people


def save_small(database: Database, code: str, **changes: object) -> ExamDefinition:
    """Save an exam of twelve items in blocks of four, otherwise as the shipped one."""
    with database.begin() as tx:
        shipped = exams.newest(tx, "cim-l6-smm", actor=anybody()).exam
        update = {"items": 12, "criteria": CRITERIA, "outcomes": OUTCOMES}
        small: dict[str, object] = {
            "code": code,
            "paper": AdaptivePaper(block_size=4),
            "blueprint": shipped.blueprint.model_copy(update=update),
            "release_on_provisional": True,
        }
        exam = shipped.model_copy(update={**small, **changes})
        exams.save_exam(tx, exam)
    return exam


def let_people_in(season: Season) -> None:
    """Add staff of every role and programs, and let some of them in."""
    database, now = season.database, season.clock.now
    season.add_chairs()
    with database.begin() as tx:
        for role in (Role.AUTHOR, Role.REVIEWER, Role.INVIGILATOR):
            access.add_staff(
                tx, f"{role}@example.org", PASSWORD, frozenset({role}), settings=SETTINGS
            )
        access.add_staff(
            tx, PSYCHOMETRICIAN, PASSWORD, frozenset({Role.PSYCHOMETRICIAN}), settings=SETTINGS
        )
        secret = access.add_client(tx, "portal", frozenset(Scope))
        access.add_client(tx, "reader", frozenset({Scope.RESULTS_READ}))
        access.issue_token(tx, ("portal", secret), frozenset(), settings=SETTINGS, at=now)
        attempt = replies.Attempt("portal", "key-1", "0" * 64, now)
        replies.keep(tx, attempt, 201, '{"id":"small"}')
    access.sign_in_staff(database, CHAIRS[0], PASSWORD, settings=SETTINGS, at=now)
    with pytest.raises(WrongCode):
        access.sign_in_staff(database, CHAIRS[1], "wrong", settings=SETTINGS, at=now)


def sit_one_window(season: Season, window: str) -> None:
    """Let one candidate hand in, one run out of time after a block, and one stay away."""
    season.sitter(season.book(window)).sit(at_random(1))
    season.sitter(season.book(window)).sit(first_option, blocks=1)
    season.book(window)


def end_the_windows(season: Season) -> None:
    """Bring each window as far as its name says; one is opened again on the way."""
    season.clock.minutes = 120
    season.sweep()
    for window in ("closed", "graded", "proposed", "released"):
        season.close(window)
    with season.database.begin() as tx:
        until = season.clock.now + timedelta(hours=1)
        reason = "The network was down."
        exam_windows.open_now(tx, "closed", until=until, reason=reason, actor=season.actor())
    season.clock.minutes += 1
    season.close("closed")
    for window in ("graded", "proposed", "released"):
        season.grade(window)
    for window in ("proposed", "released"):
        season.propose(window=window)
    season.confirm(window="released")


def sit_the_open_window(season: Season) -> list[Person]:
    """Leave a sitting in every state that a window can be in the middle of."""
    season.clock.minutes = 150
    late, again = (season.sitter(season.book("open")) for _ in range(2))
    late.sit(first_option, blocks=1)
    again.sit(first_option, blocks=2)
    season.clock.minutes = 150 + 91
    with pytest.raises(DeadlinePassed):
        late.answer(2, "a")
    season.sweep()
    extend(season, again, 180)
    season.sitter(season.book("open")).sit(at_random(2))
    running = season.sitter(season.book("open", extra_time=0.25))
    running.sit(first_option, blocks=1)
    save(running, 2, Change(flagged=True))
    save(running, 3, Change(clear=True))
    moved = season.sitter(season.book("open"))
    moved.sit(first_option, blocks=1)
    moved.close_block()
    moved.answer(5, moved.now().places[4].options[1])
    with season.database.begin() as tx:
        booking = moved.now().made.booking
        sit.take_sitting(tx, booking, face="page", at=season.clock.now)
    extend(season, moved, 10)
    season.sitter(season.book("open"))
    people = [come_with_a_new_code(season), season.book("open", extra_time=1.0)]
    with season.database.begin() as tx:
        reason = "A fire alarm."
        exam_windows.extend_window(tx, "open", minutes=5, reason=reason, actor=season.actor())
    return people


def come_with_a_new_code(season: Season) -> Person:
    """Sign in by page with a code that was issued again; the old one fails before and after."""
    person, keys = season.book("open"), season.keys
    with season.database.begin() as tx:
        because = "The letter was lost."
        new = bookings.reissue_code(tx, person.booking, because, keys=keys, actor=season.actor())
    old = Credentials(person.number, person.code)
    with pytest.raises(WrongCode):
        sign_in(season, old)
    signed = sign_in(season, replace(old, code=new.access_code))
    Sitter(season, signed.sitting, signed.session).start()
    with pytest.raises(WrongCode):
        sign_in(season, old)
    return replace(person, code=new.access_code)


def book_spellings(season: Season) -> list[Person]:
    """Book people whose membership numbers can be spelt in several ways; each is one person.

    Databases that landed before numbers were compared by what they mean hold one person a spelling.
    """
    people = []
    for number, *others in SPELLINGS:
        people.append(book_by_number(season, number))
        for other in others:
            with pytest.raises(Duplicate):
                book_by_number(season, other)
    return people


def book_by_number(season: Season, number: str) -> Person:
    """Book a new person with a number of their own into the open window."""
    actor = season.actor()
    with season.database.begin() as tx:
        who = bookings.add_candidate(tx, number, f"Person {number}", actor=actor)
    return replace(season.book("open", candidate=who.id), number=number)


def sign_in(season: Season, typed: Credentials) -> sit.SignIn:
    """Sign in by page; a wrong code leaves its trace."""
    keys, now = season.keys, season.clock.now
    with season.database.begin() as tx:
        return sit.sign_in(tx, typed, keys=keys, settings=SETTINGS, at=now)


def sit_a_fixed_form(season: Season) -> None:
    """Sit a fixed form, one paper to its end and one not; then a version that counts answers."""
    form = make_season(season.database, block_size=15, form=shipped_form())
    form.clock, form.numbers = season.clock, season.numbers
    form.sitter().sit(at_random(3))
    form.sitter().sit(first_option, blocks=1)
    with season.database.begin() as tx:
        right = {"scoring": Scoring.NUMBER_CORRECT, "reference_form": shipped_form()}
        changes = {"version": 2, **right}
        exams.save_exam(tx, form.exam.model_copy(update=changes))
    form.window("counted")
    form.sitter(form.book("counted")).sit(at_random(4))
    form.close("counted")
    form.grade("counted")


def extend(season: Season, sitter: Sitter, minutes: float) -> None:
    with season.database.begin() as tx:
        exam_windows.extend_sitting(
            tx, sitter.sitting, minutes=minutes, reason="A fire alarm.", actor=season.actor()
        )


def save(sitter: Sitter, position: int, change: Change) -> None:
    with sitter.season.database.begin() as tx:
        sit.answer(tx, sitter.sitting, position, change, request="x", caller=sitter.caller)
