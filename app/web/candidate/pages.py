"""The pages as frozen values: whatever a template shows has been worked out here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.exam.seeing.sitting import ItemView, PositionView, SittingView
from app.exam.window.window import Phase
from app.web.problems import Problem
from app.web.words.language import Language, translatable
from itembank.items.item import ShownStimulus
from itembank.items.response import only_option

SERVICE = translatable("Adept exams")
# The one notice an address may ask for: Save and finish came early, and the exam goes on.
GOES_ON = "goes-on"


@dataclass(frozen=True, slots=True)
class Alert:
    """What was refused, and why; `field` is the control it is about."""

    title: str
    detail: str
    kind: str
    status: int
    field: str | None = None

    @classmethod
    def of(cls, problem: Problem, field: str | None = None) -> "Alert":
        """Return a problem as a page shows it."""
        return cls(problem.title, problem.detail, problem.kind, problem.status, field)


@dataclass(frozen=True, slots=True)
class Time:
    """The time left of a running sitting, in words and for the clock's stylesheet."""

    left: str
    ends: str
    ends_iso: str
    is_over: bool
    until: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has: its language, heading, exam, what was refused, the time."""

    language: Language
    heading: str
    exam: str
    alert: Alert | None = None
    path: str = ""
    counts: str = ""
    time: Time | None = None

    @property
    def title(self) -> str:
        """Return the browser's title: the heading first, and before it that there is an error."""
        whole = {"heading": self.heading, "exam": self.exam}
        if self.alert:
            return self.language.text("Error: {heading} - {exam}", **whole)
        return self.language.text("{heading} - {exam}", **whole)

    @property
    def status(self) -> int:
        """Return the HTTP status: what was refused, else that all is well."""
        return self.alert.status if self.alert else 200


class Framed(Protocol):
    """Any page of a sitting."""

    @property
    def frame(self) -> Frame:
        """Return the page's frame."""


@dataclass(frozen=True, slots=True)
class DoorPage:
    """Sign in; `go_on` is the path of the sitting that this browser holds already."""

    frame: Frame
    token: str
    number: str
    carried: tuple[tuple[str, str], ...]
    has_choice: bool
    go_on: str | None


@dataclass(frozen=True, slots=True)
class DisplayPage:
    """The display settings."""

    frame: Frame
    token: str
    back: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Words, and a way on."""

    frame: Frame
    words: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SittingPage:
    """Before, amid and after the paper: instructions, the way on, what happened."""

    frame: Frame
    view: SittingView
    token: str
    door_token: str
    stage: str
    opens: str
    closes: str
    minutes: str
    go_on: str
    grace: int
    unanswered: int
    is_out: bool


@dataclass(frozen=True, slots=True)
class OptionCard:
    """An option, and whether it is chosen on this page and in the record."""

    id: str
    letter: str
    text: str
    is_checked: bool
    is_saved: bool


@dataclass(frozen=True, slots=True)
class Square:
    """A question on the map of its part."""

    number: int
    is_here: bool
    is_answered: bool
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One question."""

    frame: Frame
    token: str
    request: str
    view: SittingView
    position: int
    stimulus: ShownStimulus | None
    context: tuple[str, ...]
    asked: str
    options: tuple[OptionCard, ...]
    saved_letter: str | None
    offered_letter: str | None
    goes_on: bool
    is_flagged: bool
    part: str
    squares: tuple[Square, ...]
    next: int | None
    previous: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The questions of the open part, before it is closed."""

    frame: Frame
    token: str
    view: SittingView
    part: str
    squares: tuple[Square, ...]
    unanswered: int
    flagged: int
    remaining: int


@dataclass(frozen=True, slots=True)
class FinishPage:
    """The last thing asked: whether to hand in."""

    frame: Frame
    token: str
    view: SittingView
    unanswered: int


def base(view: SittingView) -> str:
    """Return the path of a sitting."""
    return f"/sitting/{view.id}"


def is_over(view: SittingView, at: datetime) -> bool:
    """Say whether the sitting's time is up or it has ended."""
    return view.is_ended or (view.deadline is not None and at >= view.deadline)


def frame(
    language: Language, view: SittingView, heading: str, alert: Alert | None = None, here: str = ""
) -> Frame:
    """Return the frame of a page within a sitting; an ended one has no time."""
    path = base(view) + here
    if view.deadline is None or view.remaining is None or view.is_ended:
        return Frame(language, heading, view.exam, alert, path)
    time = Time(
        left=language.minutes(view.remaining),
        ends=language.clock(view.deadline),
        ends_iso=view.deadline.isoformat(),
        is_over=view.remaining <= timedelta(),
        until=int(view.deadline.timestamp() * 1000),
    )
    return Frame(language, heading, view.exam, alert, path, counts_words(language, view), time)


def counts_words(language: Language, view: SittingView) -> str:
    """Return how many questions are answered and flagged: 7 of 45 answered, 2 flagged."""
    counts = {"answered": view.answered, "length": view.length, "flagged": view.flagged_open}
    if not view.flagged_open:
        return language.text("{answered} of {length} answered", **counts)
    if view.block_count > 1:
        return language.text(
            "{answered} of {length} answered, {flagged} flagged in this part", **counts
        )
    return language.text("{answered} of {length} answered, {flagged} flagged", **counts)


def stage(view: SittingView, at: datetime) -> str:
    """Return which of its faces the sitting's own page has."""
    if view.is_ended:
        return str(view.state)
    if view.started_at is None:
        return {"open": "ready", "planned": "early"}.get(str(view.window_phase), "closed")
    return "time_ended" if is_over(view, at) else "running"


_HEADINGS = {
    "ready": translatable("Before you start"),
    "early": translatable("Before you start"),
    "closed": translatable("This exam can no longer be started"),
    "running": translatable("Your exam is running"),
    "handed_in": translatable("Your exam is handed in"),
    "time_ended": translatable("Time is up"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: their language, and what their forms carry.

    That is the sign-in's token, the browser's, and a fresh request id.
    """

    language: Language
    sender: str
    door: str = ""
    request: str = ""


def sitting_page(
    view: SittingView, at: datetime, reader: Reader, grace: int, alert: Alert | None = None
) -> SittingPage:
    """Return the sitting's own page."""
    now, language = stage(view, at), reader.language
    total = view.rules.minutes * (1 + view.rules.extra_time)
    waiting = [one.number for one in view.positions if not one.is_answered]
    first = (waiting or [one.number for one in view.positions] or [1])[0]
    return SittingPage(
        frame=frame(language, view, language.text(_HEADINGS[now]), alert),
        view=view,
        token=reader.sender,
        door_token=reader.door,
        stage=now,
        opens=language.moment(view.window_opens_at),
        closes=language.moment(view.window_closes_at),
        minutes=language.minutes(timedelta(minutes=total)),
        go_on=f"{base(view)}/questions/{first}",
        grace=grace,
        unanswered=view.length - view.answered,
        is_out=view.window_phase is Phase.RELEASED,
    )


def question_page(
    item: ItemView, reader: Reader, choice: str, alert: Alert | None = None, notice: str = ""
) -> QuestionPage:
    """Return a question; `choice` is one that is offered and not saved yet."""
    view, number, language = item.sitting, item.position, reader.language
    letters = {option.id: option.letter for option in item.item.options}
    saved = only_option(item.chosen)
    offered = choice if choice in letters and choice != saved else None
    checked = offered or saved
    numbers = [one.number for one in view.positions]
    heading = language.text("Question {number} of {length}", number=number, length=view.length)
    *context, asked = item.item.stem
    return QuestionPage(
        frame=frame(language, view, heading, alert, f"/questions/{number}"),
        token=reader.sender,
        request=reader.request,
        view=view,
        position=number,
        stimulus=item.item.stimulus,
        context=tuple(context),
        asked=asked,
        options=tuple(
            OptionCard(one.id, one.letter, one.text, one.id == checked, one.id == saved)
            for one in item.item.options
        ),
        saved_letter=next((letters[id] for id in letters if id == saved), None),
        offered_letter=next((letters[id] for id in letters if id == offered), None),
        goes_on=notice == GOES_ON and view.remaining != timedelta(),
        is_flagged=item.is_flagged,
        part=part_words(language, view),
        squares=squares(view.positions, number),
        next=number + 1 if number + 1 in numbers else None,
        previous=number - 1 if number - 1 in numbers else None,
    )


def squares(positions: tuple[PositionView, ...], here: int = 0) -> tuple[Square, ...]:
    """Return the map of a part."""
    return tuple(
        Square(one.number, one.number == here, one.is_answered, one.is_flagged) for one in positions
    )


def part_words(language: Language, view: SittingView) -> str:
    """Return where the open part lies: Part 3 of 9, questions 11 to 15."""
    numbers = [one.number for one in view.positions]
    part = {"part": view.block, "parts": view.block_count}
    if not numbers:
        return language.text("Part {part} of {parts}", **part)
    span = {"first": numbers[0], "last": numbers[-1]}
    if len(numbers) == 1:
        return language.text("Part {part} of {parts}, question {first}", **part, **span)
    return language.text("Part {part} of {parts}, questions {first} to {last}", **part, **span)


def review_page(view: SittingView, reader: Reader, alert: Alert | None = None) -> ReviewPage:
    """Return the review of the open part."""
    language = reader.language
    heading = language.text("Review part {part}", part=view.block)
    if view.block_count == 1:
        heading = language.text("Review your answers")
    return ReviewPage(
        frame=frame(language, view, heading, alert, "/review"),
        token=reader.sender,
        view=view,
        part=part_words(language, view),
        squares=squares(view.positions),
        unanswered=sum(not one.is_answered for one in view.positions),
        flagged=sum(one.is_flagged for one in view.positions),
        remaining=view.length - max((one.number for one in view.positions), default=0),
    )


def finish_page(view: SittingView, reader: Reader, alert: Alert | None = None) -> FinishPage:
    """Return the confirmation."""
    heading = reader.language.text("Hand in your exam?")
    return FinishPage(
        frame=frame(reader.language, view, heading, alert, "/finish"),
        token=reader.sender,
        view=view,
        unanswered=view.length - view.answered,
    )
