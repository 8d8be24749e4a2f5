"""The audit log: what the board must be able to prove, kept in the same transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.exam.people.permissions import Actor
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


def note(
    tx: Transaction, actor: Actor, action: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Keep who did what to which subject; of a name that was only claimed, also who typed it."""
    through = actor.through
    claimed = {"claimed_through": f"{through.face} ({through.who})"} if through.is_claimed else {}
    tx.connection.execute(
        insert(audit).values(
            at=actor.at,
            actor=actor.name,
            action=action,
            subject=subject,
            detail=canonical({**detail, **claimed}),
        )
    )


def about(tx: Transaction, subject: str) -> list[Entry]:
    """Return the entries about a subject, oldest first."""
    query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
    return [
        Entry(row.at, row.actor, row.action, row.subject, json.loads(row.detail))
        for row in tx.connection.execute(query)
    ]
