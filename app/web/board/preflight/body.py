"""A pre-flight report in words: the same for a page, a file and a terminal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.exam.preflight.bank import difficulty, is_thin
from app.exam.preflight.report import (
    AbilityGroup,
    BankCell,
    Comparison,
    GradeRow,
    Report,
    ScalePoint,
)
from app.web.board.desk.charts import Chart
from app.web.board.desk.pages import Cell, Fact, Table
from app.web.board.desk.tables import plain
from app.web.board.desk.words import NOTHING, counted, figure
from app.web.board.preflight.charts import report_charts

Row = TypeVar("Row")
SHOWN_NEEDS = 12


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a heading, what is said and listed beneath it, charts and tables."""

    name: str
    heading: str
    said: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The whole report, in the order it is read."""

    care: tuple[str, ...]
    parts: tuple[Section, ...]


def report_body(report: Report) -> Body:
    """Return a report in words."""
    charts = {chart.name: chart for chart in report_charts(report)}

    def drawn(*names: str) -> tuple[Chart, ...]:
        return tuple(charts[name] for name in names if name in charts)

    return Body(
        care=tuple(_care(report)),
        parts=(
            Section("asked", "What was simulated", facts=_asked(report)),
            Section("found", "What was found", facts=_found(report)),
            Section(
                "precision",
                "Precision",
                charts=drawn("errors", "bias"),
                tables=(scale_table(report), cut_table(report)),
            ),
            Section("grades", "Grades", _consistency(report), tables=(grade_table(report),)),
            Section(
                "exposure",
                "Exposure",
                charts=drawn("exposure"),
                tables=(group_table(report), item_table(report)),
            ),
            Section(
                "bank", "The bank", _bank(report), _writing(report), tables=(bank_table(report),)
            ),
            Section(
                "ways",
                "Other ways to make papers",
                _ways(report),
                charts=drawn("comparison"),
                tables=(comparison_table(report),),
            ),
            Section("notes", "How to read this", listed=report.notes),
        ),
    )


def _care(report: Report) -> Iterator[str]:
    if report.blueprint_violations:
        broken = counted(report.blueprint_violations, "paper does", "papers do")
        yield f"BLUEPRINT NOT MET: {broken} not meet it. Report this as a fault of Adept."
    if report.provisional:
        yield (
            "PROVISIONAL: the parameters are judged, so these figures hold if the ratings are "
            "right. Calibrate the items after the first window, and run the pre-flight again."
        )
    if report.bank.over_target and report.target is not None:
        over = counted(len(report.bank.over_target), "item is", "items are")
        yield (
            f"OVER TARGET: {over} met by more than {_percent(report.target)} of candidates. Write "
            "more items of their criteria, or raise the target."
        )


def _asked(report: Report) -> tuple[Fact, ...]:
    trial = counted(report.trial_items, "item on trial", "items on trial")
    return (
        Fact("Exam", f"{report.exam}, version {report.exam_version}"),
        Fact("Candidates", f"{report.candidates:,}, seed {report.seed}"),
        Fact("Ability", f"normal, mean {report.prior_mean:g}, sd {report.prior_sd:g}"),
        Fact("Paper", report.paper + (f", and {trial}" if report.trial_items else "")),
        Fact("Exposure control", report.exposure),
        Fact("Parameters", "judged (provisional)" if report.provisional else "calibrated"),
        Fact("Took", f"{report.seconds:g} seconds"),
    )


def _found(report: Report) -> tuple[Fact, ...]:
    met = "met in every paper"
    broken = counted(report.blueprint_violations, "paper breaks it", "papers break it")
    mark = f"{report.mark_rmse:.2f} marks, give or take {2 * report.mark_rmse_error:.2f}"
    most = f"{_percent(report.max_exposure)} of candidates"
    return (
        Fact("Blueprint", met if not report.blueprint_violations else broken),
        Fact("RMSE of the mark", mark),
        Fact("Bias of the mark", f"{report.mark_bias:+.2f} marks"),
        Fact("RMSE of theta", figure(report.theta_rmse, 3)),
        Fact("Bias of theta", f"{report.theta_bias:+.3f}"),
        Fact("Right grade", _percent(report.grade_accuracy)),
        Fact("Same grade twice", _percent(report.grade_consistency)),
        Fact("Right pass or fail", _percent(report.pass_accuracy)),
        Fact("Same pass or fail twice", _percent(report.pass_consistency)),
        Fact("Most used item", f"met by {most}"),
        *_floor(report),
        Fact("Overlap of two papers", _percent(report.mean_overlap)),
        Fact("Expected time", _time(report)),
        Fact("Papers found by", _solvers(report)),
    )


def _floor(report: Report) -> tuple[Fact, ...]:
    least = report.attainable_exposure
    if least is None:
        return ()
    return (Fact("Least attainable", f"{_percent(least)}: no control can go below it"),)


def _time(report: Report) -> str:
    time = report.time
    return (
        f"{time.mean / 60:.0f} minutes of {time.allowed / 60:.0f} (nine in ten papers "
        f"{time.low / 60:.0f} to {time.high / 60:.0f}): {time.basis}"
    )


def _solvers(report: Report) -> str:
    named = ", ".join(f"{name} {blocks:,}" for name, blocks in report.solvers.items())
    if not named:
        return "a given form"
    proven = "each proven the best" if report.worst_gap == 0.0 else "not each proven the best"
    return f"{named} ({proven})"


def scale_table(report: Report) -> Table:
    """Return bias, RMSE and SEM along the scale."""
    return plain(
        "Precision along the scale",
        ("Theta", "True mark", "Candidates", *_ERRORS),
        [
            (figure(one.theta), figure(one.mark, 1), f"{one.persons:,}", *_errors(one))
            for one in report.conditional_sem
        ],
        numbers="n" * 9,
    )


_ERRORS = ("Mark bias", "Mark RMSE", "Mark SEM", "Theta bias", "Theta RMSE", "Theta SEM")


def _errors(one: ScalePoint) -> tuple[str, ...]:
    return (
        figure(one.mark_bias),
        figure(one.mark_rmse),
        figure(one.mark_sem),
        figure(one.theta_bias, 3),
        figure(one.theta_rmse, 3),
        figure(one.theta_sem, 3),
    )


def cut_table(report: Report) -> Table:
    """Return precision at the cut scores."""
    return plain(
        "Precision at the cut scores: candidates whose true mark is the cut",
        ("Grade", "Cut", "Theta", "Candidates", *_ERRORS, "Reach it (%)"),
        [
            (
                one.grade,
                str(one.cut),
                figure(one.theta),
                f"{one.persons:,}",
                figure(one.mark_bias),
                figure(one.mark_rmse),
                figure(one.mark_sem),
                figure(one.theta_bias, 3),
                figure(one.theta_rmse, 3),
                figure(one.theta_sem, 3),
                _hundredths(one.reached),
            )
            for one in report.cuts
        ],
        numbers=" " + "n" * 10,
        empty="No cut score lies where the reporting scale reaches.",
    )


def _consistency(report: Report) -> tuple[str, ...]:
    return (
        f"{report.replicated:,} of the simulated candidates sat a second paper: "
        f"{_percent(report.grade_consistency)} of them got the same grade twice.",
    )


def grade_table(report: Report) -> Table:
    """Return how each grade is given."""
    heads: dict[str, Callable[[GradeRow], str]] = {
        "Grade": lambda one: one.name,
        "Truly have it (%)": lambda one: _hundredths(one.true_share),
        "Get it (%)": lambda one: _hundredths(one.given_share),
        "Of those who have it, get it (%)": lambda one: _hundredths(one.accuracy),
        "Of those who get it, have it (%)": lambda one: _hundredths(one.trust),
        "Get it again in a second sitting (%)": lambda one: _hundredths(one.consistency),
    }
    return _columns("How each grade is given", heads, report.grades)


def group_table(report: Report) -> Table:
    """Return exposure by ability group."""
    heads: dict[str, Callable[[AbilityGroup], str]] = {
        "Theta": _reach,
        "Candidates": lambda one: f"{one.persons:,}",
        "Most used item (%)": lambda one: _hundredths(one.max_exposure),
        "Overlap of two papers (%)": lambda one: _hundredths(one.overlap),
    }
    return _columns("Exposure by ability", heads, report.groups)


def item_table(report: Report) -> Table:
    """Return the use of every item, the most used first."""
    order = sorted(report.item_use, key=lambda use: (-use.exposure, use.item))
    number = len(report.groups)
    made = plain(
        "Items: share of candidates who meet them (%), by ability group from the least able",
        ("Item", "Criterion", "Difficulty", "All", *(f"Group {g + 1}" for g in range(number))),
        [
            (
                use.item,
                use.criterion,
                figure(use.b),
                _hundredths(use.exposure),
                *(_hundredths(rate) for rate in use.groups),
            )
            for use in order
        ],
        numbers="t nn" + "n" * number,
    )
    over = {use.item for use in report.item_use if use.over_target}
    return Table(
        made.caption, made.columns, tuple(_marked(row, over) for row in made.rows), made.empty
    )


def _marked(row: tuple[Cell, ...], over: set[str]) -> tuple[Cell, ...]:
    name, *rest = row
    return (Cell(name.words, care="over target"), *rest) if name.words in over else row


def _bank(report: Report) -> tuple[str, ...]:
    bank = report.bank
    aim = (
        f"{_percent(bank.target)} of candidates, the exam's target"
        if bank.target_is_declared
        else f"{_percent(bank.target)} of candidates, the usual target (the exam names none)"
    )
    unused = ", ".join(bank.never_used) or "none"
    said = [
        f"Of {bank.items} items that may be used, {len(bank.never_used)} are never used: {unused}."
        if bank.never_used
        else f"All {bank.items} items that may be used are used.",
    ]
    if not bank.needs:
        return (*said, f"Nowhere is the bank too thin for no item to be met by more than {aim}.")
    total = sum(need.items for need in bank.needs)
    more = counted(total, "more item", "more items")
    said.append(f"So that no item need be met by more than {aim}, the bank wants {more}:")
    return tuple(said)


def _writing(report: Report) -> tuple[str, ...]:
    """Return which items to write, the largest shortages first."""
    needs = report.bank.needs
    others = sum(need.items for need in needs[SHOWN_NEEDS:])
    rest = (f"And {others} more, as the table says.",) if others else ()
    return (*(need.words for need in needs[:SHOWN_NEEDS]), *rest)


def bank_table(report: Report) -> Table:
    """Return items available against what papers ask for, by criterion and difficulty."""
    cells = report.bank.cells
    bands = list(dict.fromkeys((cell.low, cell.high) for cell in cells))
    by_place = {(cell.criterion, cell.low, cell.high): cell for cell in cells}
    criteria = list(dict.fromkeys(cell.criterion for cell in cells))
    made = plain(
        "Items in the bank / items needed, by criterion and difficulty",
        ("Criterion", *(difficulty(low, high).capitalize() for low, high in bands)),
        [(code, *("" for _ in bands)) for code in criteria],
        numbers=" " + "n" * len(bands),
    )
    rows = tuple(
        (Cell(code), *(_cell(by_place[(code, low, high)]) for low, high in bands))
        for code in criteria
    )
    return Table(made.caption, made.columns, rows, made.empty)


def _cell(cell: BankCell) -> Cell:
    words = f"{cell.items} / {cell.wanted:.1f}"
    return Cell(words, care="thin") if is_thin(cell) else Cell(words)


def _ways(report: Report) -> tuple[str, ...]:
    rows = report.comparisons
    if not rows:
        return ()
    return (
        f"The same {rows[0].candidates:,} simulated candidates, with the same answer to each "
        "item, sat each kind of paper. Change is that of the mark's RMSE against this exam's own "
        "way, with its standard error.",
    )


def comparison_table(report: Report) -> Table:
    """Return other ways to make papers, with the same candidates."""
    heads: dict[str, Callable[[Comparison], str]] = {
        "Paper": lambda one: one.name + (" (this exam)" if one.is_own else ""),
        "Exposure control": lambda one: one.exposure,
        "Mark RMSE": lambda one: figure(one.mark_rmse),
        "Change (%)": _change,
        "Mark bias": lambda one: figure(one.mark_bias),
        "Theta RMSE": lambda one: figure(one.theta_rmse, 3),
        "Right grade (%)": lambda one: _hundredths(one.grade_accuracy),
        "Most used item (%)": lambda one: _hundredths(one.max_exposure),
        "Overlap (%)": lambda one: _hundredths(one.mean_overlap),
        "Papers that break the blueprint": lambda one: str(one.blueprint_violations),
    }
    erring = () if report.erring_ratings is None else (report.erring_ratings,)
    return _columns(
        "Ways to make papers",
        heads,
        (*report.comparisons, *erring),
        texts=2,
        empty="No other ways were simulated: run adept simulate without --no-comparisons.",
    )


def _columns(
    caption: str,
    heads: dict[str, Callable[[Row], str]],
    rows: Sequence[Row],
    *,
    texts: int = 1,
    empty: str = "",
) -> Table:
    """Return a table by its columns, the first `texts` of which are words."""
    return plain(
        caption,
        tuple(heads),
        [tuple(shown(row) for shown in heads.values()) for row in rows],
        numbers=" " * texts + "n" * (len(heads) - texts),
        empty=empty,
    )


def _change(one: Comparison) -> str:
    error = one.mark_rmse_change_error
    if one.mark_rmse_change == error == 0.0:
        return NOTHING
    return f"{100 * one.mark_rmse_change:+.1f} ± {100 * error:.1f}"


def _reach(group: AbilityGroup) -> str:
    if group.low is None:
        return NOTHING if group.high is None else f"under {group.high:.2f}"
    if group.high is None:
        return f"{group.low:.2f} or more"
    return f"{group.low:.2f} to {group.high:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def _hundredths(share: float | None) -> str:
    return NOTHING if share is None else figure(100 * share, 1)
