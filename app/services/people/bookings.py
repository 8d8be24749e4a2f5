"""Candidates and bookings: who may sit, when, with how much time, and with which code."""

from dataclasses import dataclass

from app import ambient
from app.errors import Duplicate, Invalid, NumberTaken
from app.exam.people import typed
from app.exam.people.people import Booking, Candidate
from app.exam.people.permissions import EVERYTHING, Act, Actor, require
from app.services.people.keys import Keys
from app.store import audit
from app.store.database import Transaction
from app.store.people import people
from app.store.window import windows

MOST_EXTRA_TIME = 3.0


@dataclass(frozen=True, slots=True)
class Issued:
    """A booking with its access code, which is shown this once and kept nowhere."""

    booking: Booking
    access_code: str


def add_candidate(tx: Transaction, number: str, name: str, *, actor: Actor) -> Candidate:
    """Register a candidate under a membership number of their own."""
    require(actor, Act.ADD_CANDIDATE)
    number, name = typed.membership_number(number), typed.person_name(name)
    taken = people.by_number(tx, number, reach=EVERYTHING)
    if taken is not None:
        what, kept = "candidate with membership number", taken.membership_number
        raise Duplicate(what, number) if kept == number else NumberTaken(what, number, kept)
    candidate = Candidate(ambient.fresh_id(), number, name, actor.at)
    people.add_candidate(tx, candidate)
    audit.note(tx, actor, "candidate.added", candidate.id, {"membership_number": number})
    return candidate


def book(
    tx: Transaction,
    candidate: str,
    window: str,
    *,
    extra_time: float = 0.0,
    keys: Keys,
    actor: Actor,
) -> Issued:
    """Book a candidate into a window; the access code is issued once."""
    require(actor, Act.ADD_BOOKING)
    people.candidate(tx, candidate, reach=actor.reach)
    windows.load(tx, window, reach=actor.reach)
    _require_extra_time(extra_time)
    if people.booking_for(tx, candidate, window, reach=EVERYTHING) is not None:
        raise Duplicate("booking of this candidate in window", window)
    name, code = ambient.fresh_id(), ambient.fresh_access_code()
    booking = Booking(
        id=name,
        candidate_id=candidate,
        window_id=window,
        code_hmac=keys.access_code(name, code),
        code_issued_at=actor.at,
        extra_time=extra_time,
        created_at=actor.at,
    )
    people.add_booking(tx, booking)
    audit.note(tx, actor, "booking.added", name, {"window": window, "extra_time": extra_time})
    return Issued(booking, code)


def candidate(tx: Transaction, name: str, *, actor: Actor) -> Candidate:
    """Return a candidate; raise NotFound."""
    require(actor, Act.SEE_CANDIDATES)
    return people.candidate(tx, name, reach=actor.reach)


def candidates(
    tx: Transaction, *, actor: Actor, after: str = "", most: int = 100
) -> list[Candidate]:
    """Return candidates whose ids come after `after`, by id."""
    require(actor, Act.SEE_CANDIDATES)
    return people.page(tx, reach=actor.reach, after=after, most=most)


def booking(tx: Transaction, name: str, *, actor: Actor) -> Booking:
    """Return a booking; raise NotFound."""
    require(actor, Act.SEE_BOOKINGS)
    return people.booking(tx, name, reach=actor.reach)


def bookings(
    tx: Transaction, window: str | None = None, *, actor: Actor, after: str = "", most: int = 100
) -> list[Booking]:
    """Return bookings whose ids come after `after`, of one window or of all."""
    require(actor, Act.SEE_BOOKINGS)
    return people.bookings_page(tx, window, reach=actor.reach, after=after, most=most)


def reissue_code(tx: Transaction, booking: str, reason: str, *, keys: Keys, actor: Actor) -> Issued:
    """Issue a new access code for a reason; the old one ends at once."""
    require(actor, Act.REISSUE_CODE)
    because = typed.reason(reason)
    people.lock_booking(tx, booking, reach=actor.reach)
    code = ambient.fresh_access_code()
    people.reissue(tx, booking, keys.access_code(booking, code), actor.at)
    audit.note(tx, actor, "booking.code_reissued", booking, {"reason": because})
    return Issued(people.booking(tx, booking, reach=actor.reach), code)


def _require_extra_time(extra_time: float) -> None:
    if not 0 <= extra_time <= MOST_EXTRA_TIME:
        raise Invalid(
            "extra_time",
            f"Extra time is a share of the allowance from 0 to {MOST_EXTRA_TIME:g}: 0.25 for 25 %.",
        )
