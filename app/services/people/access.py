"""Staff and programs: how they are let in, and what they may do."""

import re
import threading
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import ARGON2_VERSION

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
from app.exam.people import typed
from app.exam.people.people import ApiClient, StaffMember
from app.exam.people.permissions import EVERYTHING, Actor, Face, Grant, Role, Scope, Through
from app.services.people.keys import digest, same
from app.services.people.throttle import note_right, note_wrong, require_patience
from app.settings import Settings
from app.store.database import Database, Transaction
from app.store.people import access
from itembank.text import NAME, trimmed


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
    email = typed.email(email)
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
    address = trimmed(email).lower()
    if len(address) > typed.MOST_EMAIL:
        raise WrongCode  # it can be nobody's
    subject = f"staff:{address}"
    with database.begin() as tx:
        require_patience(tx, subject, settings, at)
        member = access.staff_by_email(tx, address)
    right = _is_hash_of(
        nobodys_hash(_hasher(settings)) if member is None else member.password_hash, password
    )
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


def acting(member: StaffMember, at: datetime, through: Through) -> Actor:
    """Return a member of staff as the one who acts."""
    roles = frozenset[Grant](Role(one) for one in member.roles)
    return Actor(member.email, at, roles, EVERYTHING, through)


def claimed(tx: Transaction, email: str, *, by: Actor) -> Actor:
    """Return the member of staff whose address was typed, with the roles of that member.

    One person typed in two ways is still one person. Raises NotFound for a stranger.
    """
    member = access.staff_by_email(tx, email)
    if member is None:
        raise NotFound("member of staff", email)
    return acting(member, by.at, replace(by.through, is_claimed=True))


def renew_password(tx: Transaction, email: str, password: str, *, settings: Settings) -> None:
    """Replace a member's password; their sessions end."""
    member = access.staff_by_email(tx, email)
    if member is None:
        raise NotFound("member of staff", email)
    access.renew_password(tx, member.id, _hashed(password, settings))


def nobodys_hash(hasher: PasswordHasher) -> str:
    """Return a hash that no password has, whose check takes as long as that of a hash made now.

    It is written, not computed: a check reads what it costs from the text before it compares.
    """
    variant = f"argon2{hasher.type.name.lower()}"
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    blanks = [
        b64encode(bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    ]
    return "$".join(["", variant, f"v={ARGON2_VERSION}", cost, *blanks])


def password_is_right(tx: Transaction, email: str, password: str) -> bool:
    """Say whether a password is the member's; for our own use, since nothing is throttled."""
    member = access.staff_by_email(tx, email)
    return member is not None and _is_hash_of(member.password_hash, password)


def add_client(tx: Transaction, name: str, scopes: frozenset[Scope]) -> str:
    """Register a program; return its secret, which is shown this once."""
    if not re.fullmatch(NAME, name):
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
        raise ScopeNotAllowed(sorted(scopes - client.scopes))
    token = ambient.fresh_secret()
    access.forget_expired(tx, at)
    bearer = ApiClient(client.id, client.secret_hash, granted)
    access.add_token(tx, digest(token), bearer, at + timedelta(minutes=settings.token_minutes))
    return token, granted


def bearer_of(tx: Transaction, token: str, scope: Scope, at: datetime) -> Actor:
    """Return the program a token belongs to as the one who acts; raise unless it has `scope`."""
    found = access.token_bearer(tx, digest(token), at) if token else None
    if found is None:
        raise NotSignedIn
    client, scopes = found
    if str(scope) not in scopes:
        raise Forbidden(f"The token does not carry the scope {scope}.")
    grants = frozenset[Grant](Scope(one) for one in scopes)
    return Actor(f"api:{client}", at, grants, EVERYTHING, Through(Face.API, client))


def _hasher(settings: Settings) -> PasswordHasher:
    return PasswordHasher(memory_cost=settings.argon2_memory_kib)


def _hashed(password: str, settings: Settings) -> str:
    with _TURNS:
        return _hasher(settings).hash(password)


def _is_hash_of(hashed: str, password: str) -> bool:
    # The hash itself says what it cost.
    try:
        with _TURNS:
            return PasswordHasher().verify(hashed, password)
    except VerificationError:
        return False
