"""Replies kept under an Idempotency-Key, so that a retry gets the first reply again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from app.store.database import Transaction
from app.store.tables import idempotency


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, and to which request (a hash of method, path and body)."""

    fingerprint: str
    status: int
    body: str


def find(tx: Transaction, client: str, key: str) -> Reply | None:
    """Return the reply kept for a client's key."""
    row = tx.connection.execute(
        select(idempotency).where(idempotency.c.client_id == client, idempotency.c.key == key)
    ).first()
    return None if row is None else Reply(row.fingerprint, row.status, row.body)


def keep(tx: Transaction, client: str, key: str, reply: Reply, at: datetime) -> None:
    """Keep a reply."""
    tx.connection.execute(
        insert(idempotency).values(
            client_id=client,
            key=key,
            fingerprint=reply.fingerprint,
            status=reply.status,
            body=reply.body,
            created_at=at,
        )
    )


def purge(tx: Transaction, before: datetime) -> None:
    """Delete the replies that were kept before an instant."""
    tx.connection.execute(delete(idempotency).where(idempotency.c.created_at < before))
