"""The page of a window's results, before and after their release."""

from collections import Counter
from collections.abc import Sequence

from app.exam.award.grading import Graded
from app.services.window.exam_windows import WindowView
from app.web.board.desk import words
from app.web.board.desk.frames import WINDOWS, frame, sitting_address, window_address, window_link
from app.web.board.desk.pages import Bar, Cell, ResultsPage, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import Spec, View, plain, table
from app.web.board.windows.windows import RESULTS, Asked, window_facts, window_views
from itembank.exams import ExamDefinition

BAR_STEP = 24


def results_page(
    desk: Desk,
    found: tuple[WindowView, ExamDefinition],
    results: Sequence[Graded],
    asked: Asked,
) -> ResultsPage:
    """Return the page of a window's results."""
    window_view, exam = found
    window = window_view.window
    view = View(window_address(window.id, "results"), "", asked.sort, asked.page)
    counts = Counter(one.result.award.outcome for one in results)
    return ResultsPage(
        frame=frame(desk, f"Results of {window.title}", WINDOWS, window_link(window)),
        care=_care(results, released=window.released_at is not None),
        facts=window_facts(window_view, exam),
        views=window_views(desk, window.id, here=RESULTS),
        grades=_grades(counts, exam, len(results)),
        bars=_bars(counts, exam),
        results=_results(results, view),
    )


def _care(results: Sequence[Graded], *, released: bool) -> tuple[str, ...]:
    if not results:
        return ()
    provisional = any(one.result.provisional for one in results)
    marks = [
        "NOT RELEASED: candidates cannot see these results." if not released else "",
        f"{words.PROVISIONAL}: the marks rest on judged difficulties." if provisional else "",
    ]
    return tuple(mark for mark in marks if mark)


def _grades(counts: Counter[str], exam: ExamDefinition, total: int) -> Table:
    rows = [
        (
            f"{outcome.name} ({outcome.code})",
            str(outcome.lowest),
            str(counts[outcome.code]),
            f"{100 * counts[outcome.code] / total:.0f}" if total else words.NOTHING,
        )
        for outcome in exam.scheme.outcomes
    ]
    heads = ("Grade", "From mark", "Candidates", "Share (%)")
    return plain("Grades", heads, rows, numbers=" nnn")


def _bars(counts: Counter[str], exam: ExamDefinition) -> tuple[Bar, ...]:
    most = max(counts.values(), default=0)
    if not most:
        return ()
    return tuple(
        Bar(
            label=outcome.code,
            number=str(counts[outcome.code]),
            length=round(200 * counts[outcome.code] / most),
            top=place * BAR_STEP,
        )
        for place, outcome in enumerate(exam.scheme.outcomes)
    )


def _results(results: Sequence[Graded], view: View) -> Table:
    specs: list[Spec[Graded]] = [
        Spec(
            "Candidate",
            lambda one: Cell(one.name, sitting_address(one.sitting)),
            "name",
            lambda one: one.name.casefold(),
        ),
        Spec(
            "Membership number",
            lambda one: Cell(one.membership_number),
            "number",
            lambda one: one.membership_number,
        ),
        Spec(
            "Mark (of 100)",
            lambda one: Cell(words.whole(one.result.award.mark)),
            "mark",
            lambda one: one.result.exact_mark,
            is_number=True,
        ),
        Spec(
            "Standard error (marks)",
            lambda one: Cell(_error(one)),
            "error",
            lambda one: one.result.mark_error,
            is_number=True,
        ),
        Spec("Grade", lambda one: Cell(one.result.award.words)),
        Spec("Release", _release),
    ]
    return table(
        specs,
        sorted(results, key=lambda one: one.membership_number),
        view,
        caption="Results",
        empty="This window has not been graded, so there are no results yet.",
    )


def _error(one: Graded) -> str:
    result = one.result
    return words.NOTHING if result.award.mark is None else f"{result.mark_error:.1f}"


def _release(one: Graded) -> Cell:
    if one.released_at is None:
        return Cell("", care=words.NOT_RELEASED)
    return Cell("released")
