"""Replies kept under an Idempotency-Key: a program that retries gets its first reply again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import KeyReused
from app.store.database import Transaction
from app.store.people import replies
from app.store.people.replies import Reply

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that a program may repeat: whose it is, its key, and a hash of what it asks."""

    client: str
    key: str
    fingerprint: str
    at: datetime


def replay(tx: Transaction, attempt: Attempt) -> tuple[int, str] | None:
    """Return the status and the body of the first reply, if there was one; raise KeyReused."""
    found = replies.find(tx, attempt.client, attempt.key)
    if found is None:
        return None
    if found.fingerprint != attempt.fingerprint:
        raise KeyReused(attempt.key)
    return found.status, found.body


def keep(tx: Transaction, attempt: Attempt, status: int, body: str) -> None:
    """Keep a reply, in the transaction of what it reports; those past their time go."""
    replies.purge(tx, attempt.at - KEPT)
    reply = Reply(attempt.fingerprint, status, body)
    replies.keep(tx, attempt.client, attempt.key, reply, attempt.at)
