"""The audit log: what the board must be able to prove, kept in the same transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.store.database import Transaction
from app.store.tables import audit
from itembank.document import canonical


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision: who did what to which subject, and why."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]


def note(tx: Transaction, entry: Entry) -> None:
    """Keep an entry."""
    tx.connection.execute(
        insert(audit).values(
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            detail=canonical(dict(entry.detail)),
        )
    )


def about(tx: Transaction, subject: str) -> list[Entry]:
    """Return the entries about a subject, oldest first."""
    query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
    return [
        Entry(row.at, row.actor, row.action, row.subject, json.loads(row.detail))
        for row in tx.connection.execute(query)
    ]
