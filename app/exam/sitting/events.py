"""The events of a sitting: the whole truth about it, in order, never changed."""

import operator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, TypeAdapter

from itembank.items.item import ItemId
from itembank.items.response import OptionId, RecordedResponse


@dataclass(frozen=True, slots=True)
class Place:
    """An item version in a paper, with its options in the order shown."""

    item: ItemId
    version: int
    options: tuple[OptionId, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """The sitting exists: what it will be assembled from."""

    kind: ClassVar[str] = "created"
    booking: str
    exam: str
    exam_version: int
    parameters: str
    seed: int
    length: int
    block_size: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in to the sitting; the newest sign-in holds it."""

    kind: ClassVar[str] = "signed_in"
    session: int
    face: str


@dataclass(frozen=True, slots=True)
class Started:
    """The clock runs. `seen_before` lists items of the person's earlier sittings, with a tier."""

    kind: ClassVar[str] = "started"
    minutes: int
    extra_time: float
    grace_seconds: int
    seen_before: tuple[tuple[ItemId, int], ...]


@dataclass(frozen=True, slots=True)
class BlockDelivered:
    """A block was chosen and shown; `remaining` is the rest of the paper it was chosen with.

    `ineligible` and `suspended` items were kept back, and `withheld` ones, by their state in the
    bank, which the record names where there were some; `solver` found the paper, and another could
    be better by no more than the share `gap`, where that is known.
    """

    kind: ClassVar[str] = "block_delivered"
    block: int
    places: tuple[Place, ...]
    remaining: tuple[tuple[ItemId, int], ...]
    theta: float
    sem: float
    ineligible: tuple[ItemId, ...] = ()
    suspended: tuple[ItemId, ...] = ()
    solver: str = "greedy"
    gap: float | None = 0.0
    withheld: Annotated[tuple[ItemId, ...], Field(exclude_if=operator.not_)] = ()

    @property
    def is_proven_best(self) -> bool:
        """Say whether no other paper could have been better, and the search had ended."""
        return self.gap == 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer or a flag was saved."""

    kind: ClassVar[str] = "answered"
    position: int
    response: Annotated[RecordedResponse, Field(alias="option")]
    flagged: bool


@dataclass(frozen=True, slots=True)
class LateRefused:
    """A request came after the deadline and its grace."""

    kind: ClassVar[str] = "late_refused"
    action: str
    position: int | None
    response: Annotated[RecordedResponse, Field(alias="option")]


@dataclass(frozen=True, slots=True)
class BlockLeft:
    """The candidate closed a block."""

    kind: ClassVar[str] = "block_closed"
    block: int


@dataclass(frozen=True, slots=True)
class Extended:
    """Time was given."""

    kind: ClassVar[str] = "extended"
    seconds: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The candidate handed the paper in."""

    kind: ClassVar[str] = "handed_in"


@dataclass(frozen=True, slots=True)
class TimeEnded:
    """Time ended the paper."""

    kind: ClassVar[str] = "time_ended"


Body = (
    Created
    | SignedIn
    | Started
    | BlockDelivered
    | Answered
    | LateRefused
    | BlockLeft
    | Extended
    | HandedIn
    | TimeEnded
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event with its instant and, where a client named it, its request."""

    at: datetime
    body: Body
    request: str | None = None


_ADAPTERS: dict[str, TypeAdapter[Body]] = {
    cls.kind: TypeAdapter(cls)
    for cls in (
        Created,
        SignedIn,
        Started,
        BlockDelivered,
        Answered,
        LateRefused,
        BlockLeft,
        Extended,
        HandedIn,
        TimeEnded,
    )
}


def encode(body: Body) -> dict[str, object]:
    """Return an event's body as JSON values."""
    dumped: dict[str, object] = _ADAPTERS[body.kind].dump_python(body, mode="json", by_alias=True)
    return dumped


def decode(kind: str, body: object) -> Body:
    """Return the event whose kind and JSON values are given."""
    return _ADAPTERS[kind].validate_python(body)
