"""Who may come in: secrets, staff, their sessions, API clients, tokens, and failed attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.exam.people.people import ApiClient, StaffMember
from app.store.database import Transaction
from app.store.tables import (
    api_clients,
    api_tokens,
    attempts,
    secrets,
    staff,
    staff_sessions,
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong attempts in a row for one subject."""

    failures: int
    last_at: datetime


def secret(tx: Transaction, name: str) -> str | None:
    """Return a kept secret."""
    return tx.connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()


def add_secret(tx: Transaction, name: str, value: str) -> None:
    """Keep a new secret; nothing happens if another process has been faster."""
    dialect = sqlite if tx.connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(secrets).values(name=name, value=value)
    tx.connection.execute(new.on_conflict_do_nothing())


def add_staff(tx: Transaction, member: StaffMember) -> None:
    """Keep a new member of staff."""
    tx.connection.execute(
        insert(staff).values(
            id=member.id,
            email=member.email.lower(),
            password_hash=member.password_hash,
            roles=" ".join(sorted(member.roles)),
        )
    )


def staff_by_email(tx: Transaction, email: str) -> StaffMember | None:
    """Return the member of staff with this address; case does not matter."""
    query = select(staff).where(staff.c.email == email.lower())
    row = tx.connection.execute(query).first()
    return None if row is None else _member(row)


def staff_list(tx: Transaction) -> list[StaffMember]:
    """Return all staff, by address."""
    return [_member(row) for row in tx.connection.execute(select(staff).order_by(staff.c.email))]


def renew_password(tx: Transaction, member: str, password_hash: str) -> None:
    """Replace a password, and end the sessions that were begun with the old one."""
    tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == member))
    tx.connection.execute(
        update(staff).where(staff.c.id == member).values(password_hash=password_hash)
    )


def add_session(tx: Transaction, token_hash: str, member: str, expires_at: datetime) -> None:
    """Keep a staff session."""
    tx.connection.execute(
        insert(staff_sessions).values(token_hash=token_hash, staff_id=member, expires_at=expires_at)
    )


def session_staff(tx: Transaction, token_hash: str, at: datetime) -> StaffMember | None:
    """Return who holds a session that has not expired."""
    query = (
        select(staff)
        .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
        .where(staff_sessions.c.token_hash == token_hash, staff_sessions.c.expires_at > at)
    )
    row = tx.connection.execute(query).first()
    return None if row is None else _member(row)


def end_session(tx: Transaction, token_hash: str) -> None:
    """Forget a staff session."""
    tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash))


def add_client(tx: Transaction, client: ApiClient) -> None:
    """Keep a new API client."""
    tx.connection.execute(
        insert(api_clients).values(
            id=client.id, secret_hash=client.secret_hash, scopes=" ".join(sorted(client.scopes))
        )
    )


def client(tx: Transaction, name: str) -> ApiClient | None:
    """Return an API client, if it exists."""
    row = tx.connection.execute(select(api_clients).where(api_clients.c.id == name)).first()
    if row is None:
        return None
    return ApiClient(row.id, row.secret_hash, frozenset(row.scopes.split()))


def renew_client_secret(tx: Transaction, name: str, secret_hash: str) -> None:
    """Replace a client's secret, and end the tokens that were given for the old one."""
    tx.connection.execute(delete(api_tokens).where(api_tokens.c.client_id == name))
    tx.connection.execute(
        update(api_clients).where(api_clients.c.id == name).values(secret_hash=secret_hash)
    )


def add_token(tx: Transaction, token_hash: str, bearer: ApiClient, expires_at: datetime) -> None:
    """Keep a bearer token with the scopes it was given."""
    tx.connection.execute(
        insert(api_tokens).values(
            token_hash=token_hash,
            client_id=bearer.id,
            scopes=" ".join(sorted(bearer.scopes)),
            expires_at=expires_at,
        )
    )


def forget_expired(tx: Transaction, at: datetime) -> None:
    """Delete tokens and sessions that have expired, and wrong attempts of another day."""
    tx.connection.execute(delete(api_tokens).where(api_tokens.c.expires_at <= at))
    tx.connection.execute(delete(staff_sessions).where(staff_sessions.c.expires_at <= at))
    tx.connection.execute(delete(attempts).where(attempts.c.last_at < at - timedelta(days=1)))


def token_bearer(
    tx: Transaction, token_hash: str, at: datetime
) -> tuple[str, frozenset[str]] | None:
    """Return the client and the scopes of a token that has not expired."""
    query = select(api_tokens.c.client_id, api_tokens.c.scopes).where(
        api_tokens.c.token_hash == token_hash, api_tokens.c.expires_at > at
    )
    row = tx.connection.execute(query).first()
    return None if row is None else (row.client_id, frozenset(row.scopes.split()))


def lock_attempts(tx: Transaction, subject: str, at: datetime) -> Attempts:
    """Return the wrong attempts in a row, so that parallel guesses are counted one by one."""
    dialect = sqlite if tx.connection.dialect.name == "sqlite" else postgresql
    first = dialect.insert(attempts).values(subject=subject, failures=0, last_at=at)
    # One statement, so that a row which somebody else deletes meanwhile is made anew.
    locked = first.on_conflict_do_update(
        index_elements=[attempts.c.subject], set_={"failures": attempts.c.failures}
    ).returning(attempts.c.failures, attempts.c.last_at)
    row = tx.connection.execute(locked).one()
    return Attempts(row.failures, row.last_at)


def note_failures(tx: Transaction, subject: str, failures: int, at: datetime) -> None:
    """Keep how many attempts in a row have failed."""
    tx.connection.execute(
        update(attempts).where(attempts.c.subject == subject).values(failures=failures, last_at=at)
    )


def forget_failures(tx: Transaction, subject: str) -> None:
    """Forget a subject's wrong attempts."""
    tx.connection.execute(delete(attempts).where(attempts.c.subject == subject))


def _member(row: Row[Any]) -> StaffMember:
    return StaffMember(row.id, row.email, row.password_hash, frozenset(row.roles.split()))
