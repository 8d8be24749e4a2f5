"""Staff and programs: how they are let in, and what they may do."""

import re
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app import ambient
from app.errors import (
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    ScopeNotAllowed,
    UnknownClient,
    WrongCode,
)
from app.exam.people import ApiClient, StaffMember
from app.services.keys import digest, same
from app.services.throttle import note_right, note_wrong, require_patience
from app.settings import Settings
from app.store import access
from app.store.database import Database, Transaction


class Role(StrEnum):
    """What a member of staff is to the board."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PSYCHOMETRICIAN = "psychometrician"
    CHAIR = "chair"
    INVIGILATOR = "invigilator"


class Scope(StrEnum):
    """What a program may do, a noun and a verb."""

    EXAMS_READ = "exams:read"
    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    WINDOWS_READ = "windows:read"
    WINDOWS_WRITE = "windows:write"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    SITTINGS_READ = "sittings:read"
    SITTINGS_WRITE = "sittings:write"
    RESULTS_READ = "results:read"
    CALIBRATIONS_READ = "calibrations:read"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that has shown its token."""

    client: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """A member of staff with a new session's token, kept by us only as a hash."""

    member: StaffMember
    token: str


# Argon2id costs a core 20 to 160 ms and 64 MiB: two at a time at most, so that a burst of staff
# sign-ins cannot slow the candidates down.
_TURNS = threading.BoundedSemaphore(2)


def add_staff(
    tx: Transaction, email: str, password: str, roles: frozenset[Role], *, settings: Settings
) -> StaffMember:
    """Register a member of staff."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 200:
        raise Invalid("email", "Give an email address.")
    if len(password) < 12:
        raise Invalid("password", "Give a password of at least 12 characters.")
    if access.staff_by_email(tx, email) is not None:
        raise Duplicate("member of staff", email)
    hashed = _hashed(password, settings)
    member = StaffMember(ambient.fresh_id(), email, hashed, frozenset(str(role) for role in roles))
    access.add_staff(tx, member)
    return member


def sign_in_staff(
    database: Database, email: str, password: str, *, settings: Settings, at: datetime
) -> StaffSignIn:
    """Sign a member of staff in.

    It takes the database, not a transaction: the slow password check must not hold one open.
    """
    subject = f"staff:{email.strip().lower()[:200]}"
    with database.begin() as tx:
        require_patience(tx, subject, settings, at)
        member = access.staff_by_email(tx, email.strip())
    right = _is_hash_of(_nobodys(settings) if member is None else member.password_hash, password)
    with database.begin() as tx:
        failures = require_patience(tx, subject, settings, at)
        if member is None or not right:
            note_wrong(tx, subject, failures, at)
            raise WrongCode
        note_right(tx, subject)
        token = ambient.fresh_secret()
        expires = at + timedelta(hours=settings.staff_session_hours)
        access.forget_expired(tx, at)
        access.add_session(tx, digest(token), member.id, expires)
        return StaffSignIn(member, token)


def staff_of(tx: Transaction, token: str, at: datetime) -> StaffMember:
    """Return who holds a staff session; raise NotSignedIn."""
    member = access.session_staff(tx, digest(token), at) if token else None
    if member is None:
        raise NotSignedIn
    return member


def sign_out_staff(tx: Transaction, token: str) -> None:
    """End a staff session."""
    access.end_session(tx, digest(token))


def require_role(member: StaffMember, *roles: Role) -> None:
    """Raise Forbidden unless the member has one of the roles."""
    if not member.roles & {str(role) for role in roles}:
        wanted = " or ".join(str(role) for role in roles)
        raise Forbidden(f"This needs the role {wanted}; you are signed in as {member.email}.")


def who_may(tx: Transaction, email: str, what: str, *, roles: Collection[str]) -> str:
    """Return the address of a member with one of the roles, as it is kept; raise Forbidden.

    One person typed in two ways is still one person.
    """
    member = access.staff_by_email(tx, email)
    if member is None:
        raise NotFound("member of staff", email)
    if member.roles.isdisjoint(roles):
        needed = " or ".join(sorted(roles))
        raise Forbidden(f"{member.email} may not {what}: that needs the role {needed}.")
    return member.email


def renew_password(tx: Transaction, email: str, password: str, *, settings: Settings) -> None:
    """Replace a member's password; their sessions end."""
    member = access.staff_by_email(tx, email)
    if member is None:
        raise NotFound("member of staff", email)
    access.renew_password(tx, member.id, _hashed(password, settings))


def password_is_right(tx: Transaction, email: str, password: str) -> bool:
    """Say whether a password is the member's; for our own use, since nothing is throttled."""
    member = access.staff_by_email(tx, email)
    return member is not None and _is_hash_of(member.password_hash, password)


def add_client(tx: Transaction, name: str, scopes: frozenset[Scope]) -> str:
    """Register a program; return its secret, which is shown this once."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise Invalid("name", "Give a name of 1 to 64 letters, digits, dots, dashes, underscores.")
    if access.client(tx, name) is not None:
        raise Duplicate("program", name)
    secret = ambient.fresh_secret()
    access.add_client(
        tx, ApiClient(name, digest(secret), frozenset(str(scope) for scope in scopes))
    )
    return secret


def renew_secret(tx: Transaction, name: str) -> str:
    """Replace a program's secret, and return the new one; its tokens end."""
    if access.client(tx, name) is None:
        raise NotFound("API client", name)
    secret = ambient.fresh_secret()
    access.renew_client_secret(tx, name, digest(secret))
    return secret


def secret_is_right(tx: Transaction, name: str, secret: str) -> bool:
    """Say whether a secret is the program's."""
    client = access.client(tx, name)
    return client is not None and same(client.secret_hash, digest(secret))


def issue_token(
    tx: Transaction,
    credentials: tuple[str, str],
    scopes: frozenset[str],
    *,
    settings: Settings,
    at: datetime,
) -> tuple[str, frozenset[str]]:
    """Return a bearer token for a client's id and secret, and the scopes it carries."""
    name, secret = credentials
    client = access.client(tx, name)
    if not same(client.secret_hash if client else digest(""), digest(secret)) or client is None:
        raise UnknownClient
    granted = scopes & client.scopes if scopes else client.scopes
    if scopes - client.scopes:
        raise ScopeNotAllowed(scopes - client.scopes)
    token = ambient.fresh_secret()
    access.forget_expired(tx, at)
    bearer = ApiClient(client.id, client.secret_hash, granted)
    access.add_token(tx, digest(token), bearer, at + timedelta(minutes=settings.token_minutes))
    return token, granted


def bearer_of(tx: Transaction, token: str, scope: Scope, at: datetime) -> Bearer:
    """Return the program a token belongs to; raise unless it may do `scope`."""
    found = access.token_bearer(tx, digest(token), at) if token else None
    if found is None:
        raise NotSignedIn
    client, scopes = found
    if str(scope) not in scopes:
        raise Forbidden(f"The token does not carry the scope {scope}.")
    return Bearer(client, scopes)


def _hasher(settings: Settings) -> PasswordHasher:
    return PasswordHasher(memory_cost=settings.argon2_memory_kib)


def _hashed(password: str, settings: Settings) -> str:
    with _TURNS:
        return _hasher(settings).hash(password)


def _nobodys(settings: Settings) -> str:
    """Return a hash that is no password's, and takes as long to check as a new member's.

    Whoever tries addresses must not learn from the time whose there is.
    """
    cost = _hasher(settings)
    passes, lanes = cost.time_cost, cost.parallelism
    return f"$argon2id$v=19$m={cost.memory_cost},t={passes},p={lanes}${'A' * 22}${'A' * 43}"


def _is_hash_of(hashed: str, password: str) -> bool:
    # The hash itself says what it cost.
    try:
        with _TURNS:
            return PasswordHasher().verify(hashed, password)
    except VerificationError:
        return False
