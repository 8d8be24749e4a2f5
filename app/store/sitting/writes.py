"""What an accepted change of a sitting writes, decided without a database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.exam.sitting.chain import ChainLink, link
from app.exam.sitting.deadline import last_save
from app.exam.sitting.events import BlockDelivered, Event
from app.exam.sitting.sitting import Sitting
from itembank.document import canonical
from itembank.items.response import recorded

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Stored:
    """A sitting with the end of its chain and the window it is part of."""

    sitting: Sitting
    head: str
    event_count: int
    window: str


@dataclass(frozen=True, slots=True)
class Writes:
    """Rows to add, and how the sitting's own row changes.

    `paper` has all of its columns; where it is None the answers alone have changed, and the paper,
    which is long, is not written again.
    """

    after: Stored
    events: tuple[Row, ...]
    answers: Row
    paper: Row | None
    exposures: tuple[Row, ...]


def writes(stored: Stored, sitting: Sitting, new: Sequence[Event]) -> Writes:
    """Return what appending events, and keeping the sitting they lead to, writes."""
    links = tuple(_chained(stored, sitting, new))
    head, count = links[-1].hash, stored.event_count + len(links)
    ends: Row = {"head": head, "event_count": count}
    return Writes(
        after=Stored(sitting, head, count, stored.window),
        events=tuple(event_row(sitting.id, one) for one in links),
        answers={
            "row_id": sitting.id,
            "answers": _answers_text(sitting),
            "last_at": sitting.last_at,
            **ends,
        },
        paper=None if _answers_alone(stored.sitting, sitting) else {**columns(sitting), **ends},
        exposures=tuple(_exposed(stored.sitting, new)),
    )


def _chained(stored: Stored, sitting: Sitting, new: Sequence[Event]) -> Iterator[ChainLink]:
    head = stored.head
    for sequence, event in enumerate(new, start=stored.event_count + 1):
        one = link(sitting.id, event, sequence=sequence, head=head)
        head = one.hash
        yield one


def _answers_alone(before: Sitting, after: Sitting) -> bool:
    return (before.places, before.state, before.session, before.clock) == (
        after.places,
        after.state,
        after.session,
        after.clock,
    )


def _exposed(before: Sitting, new: Iterable[Event]) -> Iterator[Row]:
    position = len(before.places)
    for event in new:
        if isinstance(event.body, BlockDelivered):
            for place in event.body.places:
                position += 1
                yield {
                    "sitting_id": before.id,
                    "position": position,
                    "item_id": place.item,
                    "version": place.version,
                }


def columns(sitting: Sitting) -> dict[str, object]:
    """Return the row of a sitting but for its ends: of chain, booking and window."""
    clock = sitting.clock
    return {
        "state": str(sitting.state),
        "session": sitting.session,
        "block": sitting.block,
        "block_is_open": sitting.block_is_open,
        "started_at": None if clock is None else clock.started_at,
        "minutes": None if clock is None else clock.minutes,
        "extra_time": None if clock is None else clock.extra_time,
        "grace_seconds": None if clock is None else int(clock.grace.total_seconds()),
        "extended_seconds": 0 if clock is None else int(clock.extended.total_seconds()),
        "save_until": None if clock is None else last_save(clock),
        "last_at": sitting.last_at,
        "paper": canonical(
            {
                "seen_before": sitting.seen_before,
                "places": [(one.item, one.version, one.options) for one in sitting.places],
                "remaining": sitting.remaining,
            }
        ),
        "answers": _answers_text(sitting),
    }


def _answers_text(sitting: Sitting) -> str:
    return canonical([(recorded(one.response), int(one.flagged)) for one in sitting.answers])


def event_row(sitting: str, one: ChainLink) -> dict[str, object]:
    """Return the row of an event."""
    return {
        "sitting_id": sitting,
        "sequence": one.sequence,
        "at": one.at,
        "kind": one.kind,
        "request": one.request,
        "body": one.body,
        "hash": one.hash,
    }
