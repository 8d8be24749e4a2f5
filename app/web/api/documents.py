"""Documents of the API: what is sent and what is told, each field with an example."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import Invalid
from app.exam.award.grading import Graded, Level
from app.exam.people import people, typed
from app.exam.sitting.deadline import MOST_MINUTES
from app.exam.window.window import YEARS, Phase, require_year
from app.services.people.bookings import Issued
from app.services.window.exam_windows import WindowView
from app.web.words.errors import sentence_of
from itembank.text import NAME, trimmed

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
CODE_KEPT_NOWHERE = (
    "The access code was shown once, in the first reply, and is kept nowhere. If that reply was "
    "lost, issue a new code: POST /api/v1/bookings/{id}/access-code with a reason."
)


def _plain(text: str) -> str:
    """Return a text that every database and page can hold.

    NUL is refused by PostgreSQL, and half a surrogate pair, which JSON can carry, by UTF-8.
    """
    if _UNFIT.search(text):
        raise ValueError("the text holds a character that cannot be kept; leave it out")
    return text


def _instant(value: object) -> datetime:
    """Return an instant given as text with its offset."""
    if not isinstance(value, str):
        raise ValueError("give the time as text, such as 2027-01-11T09:00:00Z")
    try:
        read = datetime.fromisoformat(value)
    except ValueError as exc:
        raise ValueError("this is no date and time; give one as 2027-01-11T09:00:00Z") from exc
    if read.tzinfo is None:
        raise ValueError("the time has no offset from UTC; add one, as in 2027-01-11T09:00:00Z")
    try:
        require_year("", read)
    except Invalid as refused:
        raise ValueError(f"give a time between the years {YEARS[0]} and {YEARS[-1]}") from refused
    return read.astimezone(UTC)


def _whole(value: object) -> object:
    """Return 3.0 as 3: JSON has one kind of number, and both are integers to JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _typed(read: Callable[[str], str], most: int) -> BeforeValidator:
    """Return the validator of what people type.

    It says of a text's form, which the schema tells, what its rule says; what the text may mean is
    for the service, which asks the same rule.
    """

    def parse(value: object) -> object:
        if not isinstance(value, str):
            return value
        text = trimmed(value) or value
        if not 1 <= len(text) <= most or _UNFIT.search(text):
            try:
                read(text)
            except Invalid as refused:
                raise ValueError(sentence_of(refused)) from refused
        return text

    return BeforeValidator(parse)


def _text(most: int, example: str) -> Any:  # noqa: ANN401 - pydantic types its own markers so
    return Field(min_length=1, max_length=most, examples=[example])


# A regular expression of JSON Schema cannot name half a surrogate pair; no valid JSON holds one.
Text = Annotated[
    str,
    AfterValidator(_plain),
    Field(json_schema_extra={"pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"}),
]
Name = Annotated[str, Field(pattern=f"^{NAME}$", examples=["5f0c3ab2e41d4f6f8a7d2f9f7f1c0e55"])]
WindowName = Annotated[str, Field(pattern=f"^{NAME}$", examples=["2027-01"])]
InPath = Annotated[str, Path(pattern=f"^{NAME}$")]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    Field(
        examples=["2027-01-11T09:00:00Z"],
        json_schema_extra={"pattern": "^2[01][0-9]{2}-"},  # those of YEARS
    ),
]
Told = Annotated[datetime, Field(examples=["2027-01-11T09:00:00Z"])]
Reason = Annotated[
    Text,
    _typed(typed.reason, typed.MOST_REASON),
    _text(typed.MOST_REASON, "The power failed in room 3."),
]
Whole = BeforeValidator(_whole)
Minutes = Annotated[float, Field(gt=0, le=MOST_MINUTES, allow_inf_nan=False, examples=[10])]
Session = Annotated[
    Annotated[int, Field(ge=0, le=2**31 - 1), Whole] | None,
    Field(
        description="The sign-in that acts. Given, an older one is refused as superseded.",
        examples=[1],
    ),
]


class Document(BaseModel):
    """What is told."""

    model_config = ConfigDict(frozen=True)


class Sent(BaseModel):
    """What is sent: every field known, none converted from another type."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


Item = TypeVar("Item")


class Page(Document, Generic[Item]):
    """A page of a list."""

    items: Sequence[Item]
    next: Annotated[
        str | None, Field(description="Give it as `after` for the next page; null: no more.")
    ]


class FieldError(Document):
    """A field that was refused."""

    field: Annotated[str, Field(examples=["minutes"])]
    reason: Annotated[str, Field(examples=["Give between 1 minute and 24 hours."])]


class ProblemDocument(Document):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[str, Field(examples=["urn:adept:problem:invalid"])]
    title: Annotated[str, Field(examples=["Please check what you entered"])]
    status: Annotated[int, Field(examples=[422])]
    detail: Annotated[str, Field(examples=["Give between 1 minute and 24 hours."])]
    instance: Annotated[str, Field(examples=["/api/v1/windows/2027-01/extensions"])]
    errors: Sequence[FieldError] = ()


class Token(Document):
    """A bearer token (RFC 6749)."""

    access_token: Annotated[str, Field(examples=["mV0q3vXbS1c..."])]
    token_type: Annotated[str, Field(examples=["Bearer"])]
    expires_in: Annotated[int, Field(description="Seconds.", examples=[3600])]
    scope: Annotated[str, Field(examples=["sittings:read sittings:write"])]


class TokenRefused(Document):
    """Why no token was given (RFC 6749)."""

    error: Annotated[str, Field(examples=["invalid_client"])]
    error_description: Annotated[str, Field(examples=["The client id and the client secret..."])]


class NewCandidate(Sent):
    """A person to register."""

    membership_number: Annotated[
        Text, _typed(typed.membership_number, typed.MOST_NUMBER), _text(typed.MOST_NUMBER, "M-1001")
    ]
    name: Annotated[
        Text, _typed(typed.person_name, typed.MOST_NAME), _text(typed.MOST_NAME, "Ada Okafor")
    ]


class Candidate(Document):
    """A person who can be booked."""

    id: Name
    membership_number: Annotated[str, Field(examples=["M-1001"])]
    name: Annotated[str, Field(examples=["Ada Okafor"])]
    created_at: Told

    @classmethod
    def of(cls, found: people.Candidate) -> Self:
        """Return a candidate as told."""
        return cls(
            id=found.id,
            membership_number=found.membership_number,
            name=found.name,
            created_at=found.created_at,
        )


class NewWindow(Sent):
    """A window to plan. Without a version it is for the exam's newest."""

    id: WindowName
    title: Annotated[
        Text, _typed(typed.label, typed.MOST_LABEL), _text(typed.MOST_LABEL, "January 2027")
    ]
    exam: Annotated[str, Field(pattern=f"^{NAME}$", examples=["cim-l6-smm"])]
    opens_at: Instant
    closes_at: Annotated[Instant, Field(examples=["2027-01-16T17:00:00Z"])]
    exam_version: Annotated[
        Annotated[int, Field(ge=1, le=1_000_000), Whole] | None, Field(examples=[1])
    ] = None


class Counts(Document):
    """How many people are where."""

    booked: Annotated[int, Field(examples=[120])]
    in_progress: Annotated[int, Field(examples=[30])]
    ended: Annotated[int, Field(examples=[64])]


class Span(Document):
    """From when until when an exam can be started."""

    opens_at: Told
    closes_at: Annotated[Told, Field(examples=["2027-01-16T17:00:00Z"])]


class Window(Document):
    """A span in which an exam can be started. Marks are told by results, once released."""

    id: WindowName
    title: Annotated[str, Field(examples=["January 2027"])]
    exam: Annotated[str, Field(examples=["cim-l6-smm"])]
    exam_version: Annotated[int, Field(examples=[1])]
    opens_at: Told
    closes_at: Annotated[Told, Field(examples=["2027-01-16T17:00:00Z"])]
    planned: Annotated[Span, Field(description="What was planned; the board may do otherwise.")]
    phase: Annotated[Phase, Field(examples=["open"])]
    graded_at: Annotated[Told | None, Field(examples=[None])]
    released_at: Annotated[Told | None, Field(examples=[None])]
    provisional: Annotated[bool, Field(description="Its item parameters are judged ones.")]
    counts: Counts

    @classmethod
    def of(cls, view: WindowView) -> Self:
        """Return a window as told."""
        found = view.window
        return cls(
            id=found.id,
            title=found.title,
            exam=found.exam,
            exam_version=found.exam_version,
            opens_at=found.opens,
            closes_at=found.closes,
            planned=Span(opens_at=found.opens_at, closes_at=found.closes_at),
            phase=view.phase,
            graded_at=found.graded_at,
            released_at=found.released_at,
            provisional=view.provisional,
            counts=Counts(booked=view.booked, in_progress=view.in_progress, ended=view.ended),
        )


class Opening(Sent):
    """Until when a window is open; needed where its closing time is past."""

    until: Annotated[Instant | None, Field(examples=["2027-01-16T17:00:00Z"])] = None


class Extension(Sent):
    """Time to give to one sitting."""

    minutes: Minutes
    reason: Reason


class WindowExtension(Extension):
    """Time to give to every sitting that an outage cut into."""

    since: Annotated[
        Instant | None,
        Field(
            description="Sittings that time ended at or after this instant are opened again too; "
            "by default as many minutes ago as are given."
        ),
    ] = None


class Extended(Document):
    """The sittings that were given time."""

    window: WindowName
    sittings: Sequence[Name]


class GradedWindow(Document):
    """How many sittings were graded; the marks stay here until they are released."""

    window: WindowName
    graded: Annotated[int, Field(examples=[94])]
    provisional: bool


class Adjustments(Sent):
    """Reasonable adjustments, agreed before the exam."""

    extra_time: Annotated[
        float,
        Field(
            ge=0,
            le=3,
            allow_inf_nan=False,
            description="A share of the allowance: 0.25 for 25 % more.",
            examples=[0.25],
        ),
    ] = 0.0


class NewBooking(Sent):
    """A candidate's place in a window."""

    candidate: Name
    window: WindowName
    adjustments: Adjustments = Adjustments()


class Booking(Document):
    """A candidate's place in a window."""

    id: Name
    candidate: Name
    window: WindowName
    adjustments: Adjustments
    code_issued_at: Told
    created_at: Told

    @classmethod
    def of(cls, found: people.Booking, **more: str | None) -> Self:
        """Return a booking as told."""
        return cls(
            id=found.id,
            candidate=found.candidate_id,
            window=found.window_id,
            adjustments=Adjustments(extra_time=found.extra_time),
            code_issued_at=found.code_issued_at,
            created_at=found.created_at,
            **more,
        )


class IssuedBooking(Booking):
    """A booking with its access code, which is told once."""

    access_code: Annotated[str | None, Field(examples=["7KQ2-9DXM-41TB-V8RC"])]
    note: Annotated[
        str | None, Field(description="Why there is no access code.", examples=[None])
    ] = None

    @classmethod
    def told(cls, issued: Issued) -> Self:
        """Return the booking with its code."""
        return cls.of(issued.booking, access_code=issued.access_code)

    @classmethod
    def kept(cls, issued: Issued) -> Self:
        """Return what a repeated request is told: the code is not kept."""
        return cls.of(issued.booking, access_code=None, note=CODE_KEPT_NOWHERE)


class NewCode(Sent):
    """Why a new access code is needed; the old one ends at once."""

    reason: Annotated[Reason, Field(examples=["The letter was lost."])]


class ProfilePart(Document):
    """How one learning outcome went, in words."""

    code: Annotated[str, Field(examples=["1"])]
    title: Annotated[str, Field(examples=["Strategy"])]
    level: Annotated[Level, Field(examples=["as expected"])]


class Result(Document):
    """A released result."""

    sitting: Name
    booking: Name
    window: WindowName
    candidate: Name
    membership_number: Annotated[str, Field(examples=["M-1001"])]
    mark: Annotated[
        int | None,
        Field(description="Null where the exam's scheme gives no mark.", examples=[72]),
    ]
    band: Annotated[str, Field(description="The outcome's code.", examples=["M"])]
    mark_error: Annotated[
        float | None, Field(description="Standard error; null without a mark.", examples=[4.1])
    ]
    provisional: Annotated[bool, Field(description="It rests on judged parameters.")]
    profile: Sequence[ProfilePart]
    released_at: Told | None

    @classmethod
    def of(cls, graded: Graded) -> Self:
        """Return a result as told: nothing of the scale, and nothing per criterion."""
        result, award = graded.result, graded.result.award
        return cls(
            sitting=graded.sitting,
            booking=graded.booking,
            window=graded.window,
            candidate=graded.candidate,
            membership_number=graded.membership_number,
            mark=award.mark,
            band=award.outcome,
            mark_error=None if award.mark is None else float(result.mark_error),
            provisional=result.provisional,
            profile=[
                ProfilePart(code=part.code, title=part.title, level=part.level)
                for part in result.outcomes
            ],
            released_at=graded.released_at,
        )
