"""The hash chain of a sitting: each event's hash covers the one before it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.exam.events import Event, encode
from itembank.document import canonical

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
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
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(sitting: str, event: Event, *, sequence: int, head: str) -> Link:
    """Return the event as the next link after `head`."""
    at, kind, body = stamp(event.at), event.body.kind, canonical(encode(event.body))
    return Link(
        sequence=sequence,
        at=at,
        kind=kind,
        request=event.request,
        body=body,
        hash=_hash(sitting, sequence, at, kind, event.request, body, head),
    )


def _hash(
    sitting: str, sequence: int, at: str, kind: str, request: str | None, body: str, head: str
) -> str:
    text = canonical([head, sitting, sequence, at, kind, request, body])
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(sitting: str, links: Iterable[Link], *, head: str, length: int) -> Break | None:
    """Return the first broken link, or None; `head` and `length` are the sitting row's own."""
    previous, count = GENESIS, 0
    for count, found in enumerate(links, start=1):
        if found.sequence != count:
            return Break(sitting, count, f"event {count} is missing or out of order")
        expected = _hash(sitting, count, found.at, found.kind, found.request, found.body, previous)
        if found.hash != expected:
            return Break(sitting, count, f"event {count} ({found.kind}) was changed or reordered")
        previous = found.hash
    if count != length:
        return Break(
            sitting, count + 1, f"the record has {count} events, the sitting counted {length}"
        )
    if previous != head:
        return Break(sitting, count, "the last event is not the one the sitting points to")
    return None
