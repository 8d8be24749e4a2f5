"""The hash chain of a sitting: each event's hash covers the one before it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.exam.sitting.events import Event, encode
from itembank.document import canonical

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An event as it is stored: its place, its text and its hash."""

    sequence: int
    at: str
    kind: str
    request: str | None
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a sitting's record is not what was written."""

    sitting: str
    sequence: int
    reason: str


def stamp(instant: datetime) -> str:
    """Return an instant as fixed-width UTC text, which every database keeps exactly."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def link(sitting: str, event: Event, *, sequence: int, head: str) -> ChainLink:
    """Return the event as the next link after `head`."""
    unsealed = ChainLink(
        sequence=sequence,
        at=stamp(event.at),
        kind=event.body.kind,
        request=event.request,
        body=canonical(encode(event.body)),
        hash="",
    )
    return replace(unsealed, hash=_hash(sitting, unsealed, head))


def _hash(sitting: str, one: ChainLink, head: str) -> str:
    text = canonical([head, sitting, one.sequence, one.at, one.kind, one.request, one.body])
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(
    sitting: str, links: Iterable[ChainLink], *, head: str, length: int
) -> Break | None:
    """Return the first broken link, or None; `head` and `length` are the sitting row's own."""
    previous, count = GENESIS, 0
    for count, found in enumerate(links, start=1):
        if found.sequence != count:
            return Break(sitting, count, f"event {count} is missing or out of order")
        if found.hash != _hash(sitting, found, previous):
            return Break(sitting, count, f"event {count} ({found.kind}) was changed or reordered")
        previous = found.hash
    if count != length:
        first = min(count, length) + 1
        return Break(sitting, first, f"the record has {count} events, the sitting counted {length}")
    if previous != head:
        return Break(sitting, count, "the last event is not the one the sitting points to")
    return None
