"""Sitting a paper: sign in, start, answer, close a block, hand in. Each is one transaction."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app import ambient
from app.errors import WrongCode
from app.exam.paper import delivery
from app.exam.paper.delivery import Noise
from app.exam.paper.edition import Edition
from app.exam.people.people import Booking
from app.exam.people.permissions import EVERYTHING, Act, Actor, require
from app.exam.people.typed import number_key
from app.exam.sitting import sitting as machine
from app.exam.sitting.chain import ChainLink
from app.exam.sitting.deadline import deadline
from app.exam.sitting.events import Created, Extended, Started
from app.exam.sitting.sitting import Caller, Change, Decided, Sitting, SittingId
from app.exam.window.window import require_admission
from app.services.people.keys import Keys, digest, same
from app.services.people.throttle import note_right, note_wrong, require_patience
from app.services.sitting import circumstances
from app.settings import Settings
from app.store.bank import bank
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.sitting.writes import Stored
from app.store.tables import instant_of
from app.store.window import windows
from itembank.document import canonical
from itembank.items.response import Response, from_record, recorded

# An answer that arrived in time may still be queued for its turn when its time is over: the sweep
# lets it through first.
QUEUE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sitting and the sign-in that now holds it."""

    sitting: SittingId
    session: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an answer is kept: its event's hash, and what that event saved."""

    saved_at: datetime
    receipt: str
    response: Response
    flagged: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a candidate types to sign in."""

    number: str
    code: str


@dataclass(frozen=True, slots=True)
class BookingCode:
    """A booking, and the access code that a program's candidate typed for it."""

    booking: str
    code: str


def sign_in(
    tx: Transaction, typed: Credentials, *, keys: Keys, settings: Settings, at: datetime
) -> SignIn:
    """Sign a candidate in by membership number and access code; the newest sign-in takes over."""
    key = number_key(typed.number)
    subject = f"candidate:{key}"
    failures = require_patience(tx, subject, settings, at)
    booking = _booking_with(tx, key, typed.code, keys)
    if booking is None:
        note_wrong(tx, subject, failures, at)
        raise WrongCode
    note_right(tx, subject)
    return take_sitting(tx, booking, face="page", at=at)


def sign_in_to(
    tx: Transaction, typed: BookingCode, *, keys: Keys, settings: Settings, at: datetime
) -> SignIn:
    """Sign a candidate in to one booking by its access code, throttled as on the page."""
    booked = people.booking(tx, typed.booking, reach=EVERYTHING)
    number = people.candidate(tx, booked.candidate_id, reach=EVERYTHING).membership_number
    subject = f"candidate:{number_key(number)}"
    failures = require_patience(tx, subject, settings, at)
    if not same(booked.code_hmac, keys.access_code(booked.id, typed.code)):
        note_wrong(tx, subject, failures, at)
        raise WrongCode
    note_right(tx, subject)
    return take_sitting(tx, booked.id, face="api", at=at)


def take_over(tx: Transaction, booking: str, *, actor: Actor) -> SignIn:
    """Return the booking's sitting, made if need be, for a program that sits for its candidate."""
    require(actor, Act.TAKE_SITTING)
    return take_sitting(tx, booking, face=str(actor.through.face), at=actor.at)


def take_sitting(
    tx: Transaction, booking: str, *, face: str, at: datetime, seed: int | None = None
) -> SignIn:
    """Return the booking's sitting, made if need be, held by a new sign-in.

    A simulation names the seed of a new sitting; everybody else gets a fresh one.
    """
    booked = people.lock_booking(tx, booking, reach=EVERYTHING)
    found = sittings.of_booking(tx, booked.id)
    stored = sittings.lock(tx, found, reach=EVERYTHING) if found else _new(tx, booked, at, seed)
    decided = machine.sign_in(stored.sitting, face=face, at=at)
    after = _record(tx, stored, decided).sitting
    return SignIn(after.id, after.session, is_new=found is None)


def start(tx: Transaction, sitting: str, *, caller: Caller, settings: Settings) -> Sitting:
    """Start the clock and hand out the first block; a second start changes nothing."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    window = windows.load(tx, stored.window, reach=EVERYTHING)
    if stored.sitting.clock is None:
        require_admission(window, caller.at)
    exam = bank.edition_of(tx, stored.sitting.made).exam
    begin = Started(
        minutes=exam.minutes,
        extra_time=people.booking(tx, stored.sitting.made.booking, reach=EVERYTHING).extra_time,
        grace_seconds=settings.grace_seconds,
        seen_before=tuple(sittings.seen_before(tx, stored.sitting.made.booking)),
    )
    started = _record(tx, stored, machine.start(stored.sitting, begin, caller))
    return _deliver(tx, started, caller.at, seconds=settings.assembly_seconds).sitting


def answer(
    tx: Transaction, sitting: str, position: int, change: Change, *, request: str, caller: Caller
) -> Receipt:
    """Save an answer or a flag. A repeat of (request, change) gets its first receipt again."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    name = request_name(request, position, change)
    earlier = sittings.repeat(tx, sitting, name)
    if earlier is not None:
        return _receipt_again(earlier)
    decided = machine.answer(stored.sitting, position, change, request=name, caller=caller)
    after = _record(tx, stored, decided)
    saved = after.sitting.answers[position - 1]
    return Receipt(after.sitting.last_at, after.head, saved.response, saved.flagged)


def close_block(
    tx: Transaction,
    sitting: str,
    block: int,
    *,
    caller: Caller,
    seconds: float = delivery.SECONDS,
) -> Sitting:
    """Close the open block and hand out the next one, found in `seconds`; again: the same."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    closed = _record(tx, stored, machine.close_block(stored.sitting, block, caller))
    return _deliver(tx, closed, caller.at, seconds=seconds).sitting


def hand_in(tx: Transaction, sitting: str, *, caller: Caller) -> Sitting:
    """Hand the paper in; again: the same."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    return _record(tx, stored, machine.hand_in(stored.sitting, caller)).sitting


def end_if_over(tx: Transaction, sitting: str, *, caller: Caller) -> Sitting:
    """End a sitting whose deadline is past at its candidate's word; before it, change nothing."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    clock = stored.sitting.clock
    if clock is None or caller.at < deadline(clock):
        return stored.sitting
    return _record(tx, stored, machine.hand_in(stored.sitting, caller)).sitting


def extend(tx: Transaction, sitting: str, more: Extended, *, at: datetime) -> Sitting:
    """Give a sitting more time; one that time had ended opens again."""
    stored = sittings.lock(tx, sitting, reach=EVERYTHING)
    return _record(tx, stored, machine.extend(stored.sitting, more, at)).sitting


def end_overdue(tx: Transaction, at: datetime) -> int:
    """End the sittings whose time and grace are over; return how many were ended."""
    ended = 0
    for name in sittings.overdue(tx, at - QUEUE):
        stored = sittings.lock(tx, name, reach=EVERYTHING)
        decided = machine.expire(stored.sitting, at)
        _record(tx, stored, decided)
        ended += len(decided.events)
    return ended


def request_name(request: str, position: int, change: Change) -> str:
    """Return what makes a request the same one: its id with all it asks for, in fixed length."""
    asked = asdict(change)
    asked["option"] = recorded(asked.pop("response"))
    return digest(canonical([request, position, asked]))


def block_noise(made: Created, edition: Edition, block: int) -> Noise:
    """Return the chance of a block: the same for the same sitting, on any machine."""
    values, options = delivery.noise_sizes(edition)
    return Noise(
        values=ambient.noise(made.seed, block, 0, size=values),
        options=ambient.noise(made.seed, block, 1, size=options),
    )


def _booking_with(tx: Transaction, key: str, code: str, keys: Keys) -> str | None:
    matches = [
        booking.id
        for candidate in people.with_key(tx, key, reach=EVERYTHING)
        for booking in people.bookings_of(tx, candidate.id, reach=EVERYTHING)
        if same(booking.code_hmac, keys.access_code(booking.id, code))
    ]
    return matches[0] if matches else None


def _new(tx: Transaction, booking: Booking, at: datetime, seed: int | None) -> Stored:
    window = windows.load(tx, booking.window_id, reach=EVERYTHING)
    edition = bank.load_edition(tx, window.exam, window.exam_version)
    made = Created(
        booking=booking.id,
        exam=window.exam,
        exam_version=window.exam_version,
        parameters=edition.parameters_id,
        seed=ambient.fresh_seed() if seed is None else seed,
        length=edition.exam.positions,
        block_size=edition.exam.paper.block_size,
    )
    sitting, first = machine.created(SittingId(ambient.fresh_id()), made, at)
    return sittings.add(tx, sitting, first, window=window.id)


def _deliver(tx: Transaction, stored: Stored, at: datetime, *, seconds: float) -> Stored:
    sitting = stored.sitting
    if not machine.wants_block(sitting):
        return stored
    edition = bank.edition_of(tx, sitting.made)
    noise = block_noise(sitting.made, edition, sitting.block + 1)
    found = circumstances.gather(tx, edition, sitting, seconds=seconds)
    counted = circumstances.last_holding(tx, edition, sitting)
    block = delivery.choose_block(edition, sitting, noise, found)
    after = _record(tx, stored, machine.deliver(sitting, block, at))
    circumstances.count(tx, edition, counted, (after.sitting, block))
    return after


def _record(tx: Transaction, stored: Stored, decided: Decided) -> Stored:
    """Append what was decided, then report its refusal, if it has one."""
    after = stored
    if decided.events:
        sitting = stored.sitting
        for event in decided.events:
            sitting = machine.evolve(sitting, event)
        after = sittings.save(tx, stored, sitting, decided.events)
    if decided.refusal is not None:
        raise decided.refusal
    return after


def _receipt_again(earlier: ChainLink) -> Receipt:
    saved = json.loads(earlier.body)
    response, flagged = from_record(saved["option"]), saved["flagged"]
    return Receipt(instant_of(earlier.at), earlier.hash, response, flagged)
