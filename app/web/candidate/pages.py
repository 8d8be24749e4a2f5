"""The pages as frozen values: whatever a template shows has been worked out here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.exam.seeing.sitting import ItemView, PositionView, SittingView
from app.exam.window.window import Phase
from app.web.problems import Problem
from app.web.rendering import clock_words, minutes_words, moment_words
from itembank.items.item import ShownStimulus
from itembank.items.response import only_option

SERVICE = "Adept exams"
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
    """What every page has: its heading, its exam, what was refused, the time."""

    heading: str
    exam: str
    alert: Alert | None = None
    path: str = ""
    counts: str = ""
    time: Time | None = None

    @property
    def title(self) -> str:
        """Return the browser's title: the heading first, and before it that there is an error."""
        refused = "Error: " if self.alert else ""
        return f"{refused}{self.heading} - {self.exam}"

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


def frame(view: SittingView, heading: str, alert: Alert | None = None, here: str = "") -> Frame:
    """Return the frame of a page within a sitting; an ended one has no time."""
    path = base(view) + here
    if view.deadline is None or view.remaining is None or view.is_ended:
        return Frame(heading, view.exam, alert, path)
    counts = f"{view.answered} of {view.length} answered"
    if view.flagged_open:
        counts += f", {view.flagged_open} flagged"
        counts += " in this part" if view.block_count > 1 else ""
    time = Time(
        left=minutes_words(view.remaining),
        ends=clock_words(view.deadline),
        ends_iso=view.deadline.isoformat(),
        is_over=view.remaining <= timedelta(),
        until=int(view.deadline.timestamp() * 1000),
    )
    return Frame(heading, view.exam, alert, path, counts, time)


def stage(view: SittingView, at: datetime) -> str:
    """Return which of its faces the sitting's own page has."""
    if view.is_ended:
        return str(view.state)
    if view.started_at is None:
        return {"open": "ready", "planned": "early"}.get(str(view.window_phase), "closed")
    return "time_ended" if is_over(view, at) else "running"


_HEADINGS = {
    "ready": "Before you start",
    "early": "Before you start",
    "closed": "This exam can no longer be started",
    "running": "Your exam is running",
    "handed_in": "Your exam is handed in",
    "time_ended": "Time is up",
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a page's forms carry: the sign-in's token, the browser's, and a fresh request id."""

    sender: str
    door: str = ""
    request: str = ""


def sitting_page(
    view: SittingView, at: datetime, tokens: Tokens, grace: int, alert: Alert | None = None
) -> SittingPage:
    """Return the sitting's own page."""
    now = stage(view, at)
    total = view.rules.minutes * (1 + view.rules.extra_time)
    waiting = [one.number for one in view.positions if not one.is_answered]
    first = (waiting or [one.number for one in view.positions] or [1])[0]
    return SittingPage(
        frame=frame(view, _HEADINGS[now], alert),
        view=view,
        token=tokens.sender,
        door_token=tokens.door,
        stage=now,
        opens=moment_words(view.window_opens_at),
        closes=moment_words(view.window_closes_at),
        minutes=minutes_words(timedelta(minutes=total)),
        go_on=f"{base(view)}/questions/{first}",
        grace=grace,
        unanswered=view.length - view.answered,
        is_out=view.window_phase is Phase.RELEASED,
    )


def question_page(
    item: ItemView, tokens: Tokens, choice: str, alert: Alert | None = None, notice: str = ""
) -> QuestionPage:
    """Return a question; `choice` is one that is offered and not saved yet."""
    view, number = item.sitting, item.position
    letters = {option.id: option.letter for option in item.item.options}
    saved = only_option(item.chosen)
    offered = choice if choice in letters and choice != saved else None
    checked = offered or saved
    numbers = [one.number for one in view.positions]
    heading = f"Question {number} of {view.length}"
    *context, asked = item.item.stem
    return QuestionPage(
        frame=frame(view, heading, alert, f"/questions/{number}"),
        token=tokens.sender,
        request=tokens.request,
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
        part=part_words(view),
        squares=squares(view.positions, number),
        next=number + 1 if number + 1 in numbers else None,
        previous=number - 1 if number - 1 in numbers else None,
    )


def squares(positions: tuple[PositionView, ...], here: int = 0) -> tuple[Square, ...]:
    """Return the map of a part."""
    return tuple(
        Square(one.number, one.number == here, one.is_answered, one.is_flagged) for one in positions
    )


def part_words(view: SittingView) -> str:
    """Return where the open part lies: Part 3 of 9, questions 11 to 15."""
    numbers = [one.number for one in view.positions]
    if not numbers:
        return f"Part {view.block} of {view.block_count}"
    span = f"questions {numbers[0]} to {numbers[-1]}"
    if len(numbers) == 1:
        span = f"question {numbers[0]}"
    return f"Part {view.block} of {view.block_count}, {span}"


def review_page(view: SittingView, tokens: Tokens, alert: Alert | None = None) -> ReviewPage:
    """Return the review of the open part."""
    heading = "Review your answers" if view.block_count == 1 else f"Review part {view.block}"
    return ReviewPage(
        frame=frame(view, heading, alert, "/review"),
        token=tokens.sender,
        view=view,
        part=part_words(view),
        squares=squares(view.positions),
        unanswered=sum(not one.is_answered for one in view.positions),
        flagged=sum(one.is_flagged for one in view.positions),
        remaining=view.length - max((one.number for one in view.positions), default=0),
    )


def finish_page(view: SittingView, tokens: Tokens, alert: Alert | None = None) -> FinishPage:
    """Return the confirmation."""
    return FinishPage(
        frame=frame(view, "Hand in your exam?", alert, "/finish"),
        token=tokens.sender,
        view=view,
        unanswered=view.length - view.answered,
    )
