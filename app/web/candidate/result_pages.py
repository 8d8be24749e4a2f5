"""The results as frozen values, in words that need no statistics."""

from dataclasses import dataclass

from app.exam.award.grading import Level, Part
from app.exam.seeing.sitting import SittingView
from app.exam.window.window import Phase
from app.services.sitting.views import ResultView
from app.web.candidate.pages import Frame, Tokens
from app.web.rendering import moment_words


@dataclass(frozen=True, slots=True)
class Profile:
    """How an outcome went, in words."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class MarkWords:
    """A mark with its error, which is between the two others, and the mark that passes."""

    mark: int
    error: str
    low: int
    high: int
    threshold: int


@dataclass(frozen=True, slots=True)
class ResultCard:
    """One result, as its candidate reads it."""

    exam: str
    window: str
    name: str
    number: str
    mark: MarkWords | None
    grade: str
    provisional: bool
    profile: tuple[Profile, ...]
    counts: str
    released: str


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Every released result of a person."""

    frame: Frame
    token: str
    view: SittingView
    closes: str
    standing: str
    results: tuple[ResultCard, ...]


_LEVELS = {
    Level.BELOW: "Below what the rest of your paper would suggest",
    Level.AS: "In line with the rest of your paper",
    Level.ABOVE: "Above what the rest of your paper would suggest",
}


def result_card(found: ResultView) -> ResultCard:
    """Return a result in plain words."""
    graded, result = found.graded, found.graded.result
    return ResultCard(
        exam=found.exam,
        window=found.window,
        name=graded.name,
        number=graded.membership_number,
        mark=None if result.award.mark is None else _mark(result.award.mark, found),
        grade=result.award.words,
        provisional=result.provisional,
        profile=tuple(_profile(part) for part in result.outcomes),
        counts=_counts(found),
        released="" if graded.released_at is None else moment_words(graded.released_at),
    )


def _mark(mark: int, found: ResultView) -> MarkWords:
    error = max(1, round(found.graded.result.mark_error))
    return MarkWords(
        mark=mark,
        error="1 mark" if error == 1 else f"{error} marks",
        low=max(mark - error, 0),
        high=min(mark + error, 100),
        threshold=found.threshold,
    )


def _profile(part: Part) -> Profile:
    return Profile(part.title, _LEVELS[part.level])


def _counts(found: ResultView) -> str:
    counts = found.graded.result.counts
    return f"You answered {counts.shown_answered} of {counts.positions} questions."


_HEADINGS = {
    "unsat": "You did not sit this exam",
    "to-come": "You have not started this exam",
    "missing": "There is no result of yours",
    "waiting": "Your result is not out yet",
}


def standing(view: SittingView, found: list[ResultView]) -> str:
    """Return how it stands with the result of the sitting that the browser holds."""
    if any(one.graded.sitting == view.id for one in found):
        return "out"
    if view.started_at is None:
        return "unsat" if view.window_is_closed else "to-come"
    return "missing" if view.window_phase is Phase.RELEASED else "waiting"


def results_page(view: SittingView, found: list[ResultView], tokens: Tokens) -> ResultsPage:
    """Return the results of a person."""
    heading = "Your result" if len(found) < 2 else "Your results"
    now = standing(view, found)
    if not found:
        heading = _HEADINGS[now]
    return ResultsPage(
        frame=Frame(heading, view.exam, path="/results"),
        token=tokens.sender,
        view=view,
        closes=moment_words(view.window_closes_at),
        standing=now,
        results=tuple(result_card(one) for one in found),
    )
