"""The results as frozen values, in words that need no statistics."""

from dataclasses import dataclass

from app.exam.award.grading import Level, ProfilePart
from app.exam.seeing.sitting import SittingView
from app.exam.window.window import Phase
from app.services.sitting.views import ResultView
from app.web.candidate.pages import Frame, Reader
from app.web.words.language import Language, translatable


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
    Level.BELOW: translatable("Below what the rest of your paper would suggest"),
    Level.AS: translatable("In line with the rest of your paper"),
    Level.ABOVE: translatable("Above what the rest of your paper would suggest"),
}


def result_card(language: Language, found: ResultView) -> ResultCard:
    """Return a result in plain words."""
    graded, result = found.graded, found.graded.result
    return ResultCard(
        exam=found.exam,
        window=found.window,
        name=graded.name,
        number=graded.membership_number,
        mark=None if result.award.mark is None else _mark(language, result.award.mark, found),
        grade=result.award.words,
        provisional=result.provisional,
        profile=tuple(_profile(language, part) for part in result.outcomes),
        counts=_counts(language, found),
        released="" if graded.released_at is None else language.moment(graded.released_at),
    )


def _mark(language: Language, mark: int, found: ResultView) -> MarkWords:
    error = max(1, round(found.graded.result.mark_error))
    return MarkWords(
        mark=mark,
        error=language.plural("{n} mark", "{n} marks", error),
        low=max(mark - error, 0),
        high=min(mark + error, 100),
        threshold=found.threshold,
    )


def _profile(language: Language, part: ProfilePart) -> Profile:
    return Profile(part.title, language.text(_LEVELS[part.level]))


def _counts(language: Language, found: ResultView) -> str:
    counts = found.graded.result.counts
    return language.plural(
        "You answered {answered} of {n} question.",
        "You answered {answered} of {n} questions.",
        counts.positions,
        answered=counts.shown_answered,
    )


_HEADINGS = {
    "unsat": translatable("You did not sit this exam"),
    "to-come": translatable("You have not started this exam"),
    "missing": translatable("There is no result of yours"),
    "waiting": translatable("Your result is not out yet"),
}


def standing(view: SittingView, found: list[ResultView]) -> str:
    """Return how it stands with the result of the sitting that the browser holds."""
    if any(one.graded.sitting == view.id for one in found):
        return "out"
    if view.started_at is None:
        return "unsat" if view.window_is_closed else "to-come"
    return "missing" if view.window_phase is Phase.RELEASED else "waiting"


def results_page(view: SittingView, found: list[ResultView], reader: Reader) -> ResultsPage:
    """Return the results of a person."""
    language, now = reader.language, standing(view, found)
    heading = language.text("Your result") if len(found) == 1 else language.text("Your results")
    if not found:
        heading = language.text(_HEADINGS[now])
    return ResultsPage(
        frame=Frame(language, heading, view.exam, path="/results"),
        token=reader.sender,
        view=view,
        closes=language.moment(view.window_closes_at),
        standing=now,
        results=tuple(result_card(language, one) for one in found),
    )
