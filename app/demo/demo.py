"""The demo world: an exam, a window, people and programs to try Adept with, and their sign-ins."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app import ambient
from app.exam.people.permissions import EVERYTHING, Actor, Role, Scope
from app.services.bank import exams, starter
from app.services.people import access, bookings
from app.services.people.keys import Keys, load_keys, same
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.settings import Settings
from app.store import audit
from app.store.bank import bank
from app.store.database import Database, Transaction
from app.store.people import access as kept
from app.store.people import people
from app.store.private_files import private_file
from app.store.window import windows

STARTER_EXAM = "cim-l6-smm"
EXAM = "cim-l6-smm-demo"
SEASON_PREFIX = "demo-season-"
WINDOW = "demo"
CLIENT = "demo"
FILE = "demo.json"
DAYS = 60
NUMBER_PREFIX = "DEMO-"
REASON = "demo.json was missing or did not match"
PEOPLE = (
    ("Amara Okafor", 0.0),
    ("Bilal Haddad", 0.0),
    ("Chloe Lindqvist", 0.25),
    ("Daniel Mbeki", 0.0),
    ("Eva Moreau", 0.0),
)
CHAIRS = ("farah.chair@demo.example", "george.chair@demo.example")
PSYCHOMETRICIAN = "ivo.psychometrician@demo.example"
STAFF = {
    CHAIRS[0]: Role.CHAIR,
    CHAIRS[1]: Role.CHAIR,
    "hana.invigilator@demo.example": Role.INVIGILATOR,
    PSYCHOMETRICIAN: Role.PSYCHOMETRICIAN,
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CandidateSignIn(_Part):
    """What a demo candidate types."""

    name: str
    membership_number: str
    access_code: str


class StaffSignIn(_Part):
    """What a demo member of staff types."""

    email: str
    password: str
    roles: tuple[str, ...]


class ClientSignIn(_Part):
    """What a demo program sends."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


class SignIns(_Part):
    """Every sign-in of the demo, as demo.json holds it."""

    base_url: str
    candidates: tuple[CandidateSignIn, ...] = ()
    staff: tuple[StaffSignIn, ...] = ()
    api_clients: tuple[ClientSignIn, ...] = ()


def make_demo(database: Database, settings: Settings, *, actor: Actor) -> SignIns:
    """Make the demo, or find it, and return sign-ins that are valid and written to demo.json.

    Those of demo.json that still work are kept; others are issued anew, for a reason.
    """
    path = settings.data_dir / FILE
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    before = _read(path)
    with database.begin() as tx:
        starter.load_starter(tx)
        ensure_exam(tx)
        _ensure_window(tx, actor)
        world = SignIns(
            base_url=settings.origin(),
            candidates=_candidates(tx, before, actor),
            staff=tuple(
                _member(tx, email, before, settings=settings, actor=actor) for email in STAFF
            ),
            api_clients=(_client(tx, before, actor),),
        )
    if world != before or path.stat().st_mode & 0o777 != 0o600:
        with private_file(path) as file:
            file.write(world.model_dump_json(indent=2).encode() + b"\n")
    return world


def ensure_exam(tx: Transaction) -> str:
    """Make the demo exam, which may be released on provisional parameters; return its code."""
    if not _exists(tx, EXAM):
        _copy_exam(tx, EXAM, "demonstration")
    return EXAM


def add_season_exam(tx: Transaction, seed: int) -> str:
    """Make an exam for one simulated season; return its code.

    A season calibrates its exam, and its truth is its own: no two seasons may share a scale.
    """
    number = 1
    while _exists(tx, f"{SEASON_PREFIX}{seed}-{number}"):
        number += 1
    code = f"{SEASON_PREFIX}{seed}-{number}"
    _copy_exam(tx, code, f"demonstration season {number}")
    return code


def ensure_chairs(tx: Transaction, settings: Settings) -> tuple[str, str]:
    """Return two chairs, made with passwords nobody knows if they are not there."""
    for email in CHAIRS:
        _ensure_member(tx, email, settings)
    return CHAIRS


def ensure_psychometrician(tx: Transaction, settings: Settings) -> str:
    """Return a psychometrician, made with a password nobody knows if not there."""
    _ensure_member(tx, PSYCHOMETRICIAN, settings)
    return PSYCHOMETRICIAN


def _exists(tx: Transaction, exam: str) -> bool:
    return bank.find_latest_version(tx, exam) is not None


def _copy_exam(tx: Transaction, code: str, what: str) -> None:
    real = bank.exam_definition(tx, STARTER_EXAM, bank.latest_version(tx, STARTER_EXAM))
    changes = {
        "code": code,
        "version": 1,
        "title": f"{real.title} ({what})",
        "release_on_provisional": True,
    }
    exams.save_exam(tx, real.model_copy(update=changes))


def _ensure_member(tx: Transaction, email: str, settings: Settings) -> None:
    if kept.staff_by_email(tx, email) is None:
        password, roles = ambient.fresh_secret(), frozenset({STAFF[email]})
        access.add_staff(tx, email, password, roles, settings=settings)


def _ensure_window(tx: Transaction, actor: Actor) -> None:
    if windows.find(tx, WINDOW, reach=EVERYTHING) is None:
        span = timedelta(days=DAYS)
        plan = Plan(WINDOW, "Demonstration", EXAM, actor.at, actor.at + span)
        exam_windows.plan(tx, plan, actor=actor)


def _candidates(
    tx: Transaction, before: SignIns | None, actor: Actor
) -> tuple[CandidateSignIn, ...]:
    keys = load_keys(tx)
    made = _demo_bookings(tx) or [_book(tx, name, extra, actor) for name, extra in PEOPLE]
    known = {one.membership_number: one for one in before.candidates} if before else {}
    return tuple(_candidate(tx, booking, known, (keys, actor)) for booking in made)


def _demo_bookings(tx: Transaction) -> list[str]:
    """Return the bookings of the demo's own candidates; others may have been booked in too."""
    found = [
        (people.candidate(tx, one.candidate_id, reach=EVERYTHING), one.id)
        for one in people.bookings_page(tx, WINDOW, reach=EVERYTHING, most=10_000)
    ]
    ours = [(who, name) for who, name in found if who.membership_number.startswith(NUMBER_PREFIX)]
    return [name for _, name in sorted(ours, key=lambda pair: pair[0].name)]


def _book(tx: Transaction, name: str, extra_time: float, actor: Actor) -> str:
    number = NUMBER_PREFIX + ambient.fresh_access_code()[:4]
    who = bookings.add_candidate(tx, number, name, actor=actor)
    keys = load_keys(tx)
    issued = bookings.book(tx, who.id, WINDOW, extra_time=extra_time, keys=keys, actor=actor)
    return issued.booking.id


def _candidate(
    tx: Transaction,
    booking: str,
    known: dict[str, CandidateSignIn],
    issuing: tuple[Keys, Actor],
) -> CandidateSignIn:
    keys, actor = issuing
    found = people.booking(tx, booking, reach=EVERYTHING)
    who = people.candidate(tx, found.candidate_id, reach=EVERYTHING)
    said = known.get(who.membership_number)
    if said is not None and same(found.code_hmac, keys.access_code(booking, said.access_code)):
        return said
    issued = bookings.reissue_code(tx, booking, REASON, keys=keys, actor=actor)
    return CandidateSignIn(
        name=who.name, membership_number=who.membership_number, access_code=issued.access_code
    )


def _member(
    tx: Transaction, email: str, before: SignIns | None, *, settings: Settings, actor: Actor
) -> StaffSignIn:
    for said in before.staff if before else ():
        if said.email == email and access.password_is_right(tx, email, said.password):
            return said
    password = ambient.fresh_secret()
    if kept.staff_by_email(tx, email) is None:
        access.add_staff(tx, email, password, frozenset({STAFF[email]}), settings=settings)
    else:
        access.renew_password(tx, email, password, settings=settings)
        _note(tx, actor, "staff.password_renewed", email)
    return StaffSignIn(email=email, password=password, roles=(STAFF[email],))


def _client(tx: Transaction, before: SignIns | None, actor: Actor) -> ClientSignIn:
    for said in before.api_clients if before else ():
        if said.client_id == CLIENT and access.secret_is_right(tx, CLIENT, said.client_secret):
            return said
    if kept.client(tx, CLIENT) is None:
        secret = access.add_client(tx, CLIENT, frozenset(Scope))
    else:
        secret = access.renew_secret(tx, CLIENT)
        _note(tx, actor, "client.secret_renewed", CLIENT)
    return ClientSignIn(client_id=CLIENT, client_secret=secret, scopes=tuple(sorted(Scope)))


def _note(tx: Transaction, actor: Actor, action: str, subject: str) -> None:
    audit.note(tx, actor, action, subject, {"reason": REASON})


def _read(path: Path) -> SignIns | None:
    try:
        return SignIns.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
