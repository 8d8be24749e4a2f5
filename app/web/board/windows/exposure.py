"""The page on which a window's exposure is watched: which items are met by too many."""

from collections.abc import Callable
from dataclasses import replace

from app.exam.definition.changes import exposure_words
from app.exam.paper.exposure_report import Exposure, GroupExposure, ItemExposure
from app.services.window.exam_windows import WindowView
from app.services.window.exposure import ExposureReport
from app.web.board.desk import words
from app.web.board.desk.frames import WINDOWS, bank_item_address, frame, window_address, window_link
from app.web.board.desk.pages import Cell, Fact, Gauge, Link, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import Spec, View, plain, table
from app.web.board.exams.pages import ExposurePage
from app.web.board.windows.windows import EXPOSURE, Asked, phase_words, window_views
from itembank.exams import ExamDefinition

FILTERS: dict[str, tuple[str, Callable[[ItemExposure], bool]]] = {
    "": ("All", lambda _: True),
    "over-target": ("Over target", lambda one: one.is_over_target),
    "never-met": ("Never met", lambda one: one.seen == 0),
    "suspended": ("Suspended", lambda one: one.is_suspended),
    "on-trial": ("On trial", lambda one: one.is_on_trial),
}


def exposure_page(
    desk: Desk, found: tuple[WindowView, ExamDefinition], report: ExposureReport, asked: Asked
) -> ExposurePage:
    """Return the page of a window's exposure as it stands now."""
    view, exam = found
    window, seen = view.window, report.exposure
    state = asked.state if asked.state in FILTERS else ""
    here = View(window_address(window.id, EXPOSURE), state, asked.sort, asked.page)
    return ExposurePage(
        frame=frame(desk, f"Exposure: {window.title}", WINDOWS, window_link(window)),
        care=_care(seen),
        views=window_views(desk, window.id, here=EXPOSURE),
        facts=_facts(view, exam, seen),
        groups=_groups(seen),
        filters=tuple(
            Link(
                f"{name} ({sum(map(wanted, seen.items))})",
                replace(here, state=key, page="").address(),
                key == state,
            )
            for key, (name, wanted) in FILTERS.items()
        ),
        items=_items(seen, here),
        back=Link("Back to the window", window_address(window.id)),
    )


def _care(seen: Exposure) -> tuple[str, ...]:
    if not seen.over_target:
        return ()
    many = words.counted(len(seen.over_target), "item is", "items are")
    return (f"{many} met by more candidates than the target allows.",)


def _facts(view: WindowView, exam: ExamDefinition, seen: Exposure) -> tuple[Fact, ...]:
    overlap = words.NOTHING if seen.overlap is None else _percent(seen.overlap)
    facts = [
        Fact("Phase", phase_words(view)),
        Fact("Exam", f"{exam.title}, version {exam.version}"),
        Fact("Rule", exposure_words(exam)),
        Fact("Candidates so far", str(seen.sittings)),
        Fact("Largest share", _percent(seen.largest)),
        Fact("Mean share", _percent(seen.mean)),
        Fact("Overlap of two papers", overlap),
        Fact("Never met", words.counted(len(seen.never_seen), "item", "items")),
    ]
    if seen.target is not None:
        facts.insert(3, Fact("Target", _percent(seen.target)))
    return tuple(facts)


def _groups(seen: Exposure) -> Table:
    return plain(
        "Groups of ability, the lowest first",
        ("Group", "Ability (θ)", "Candidates", "Largest share", "Overlap"),
        [
            (
                str(at),
                _reach(one),
                str(one.sittings),
                _share(one.largest),
                _share(one.overlap),
            )
            for at, one in enumerate(seen.groups, start=1)
        ],
        numbers="ntnnn",
    )


def _items(seen: Exposure, view: View) -> Table:
    tick = seen.mean if seen.target is None else seen.target
    specs: list[Spec[ItemExposure]] = [
        Spec(
            "Item",
            lambda one: Cell(one.item, bank_item_address(one.item), _mark(one)),
            "item",
            lambda one: one.item,
            is_tight=True,
        ),
        Spec("Criterion", lambda one: Cell(one.criterion), "criterion", lambda o: o.criterion),
        Spec("Met by", lambda one: Cell(str(one.seen)), "seen", lambda o: o.seen, is_number=True),
        Spec(
            "Share",
            lambda one: Cell(_percent(one.rate), bar=_gauge(one.rate, tick)),
            "share",
            lambda one: one.rate,
            is_number=True,
        ),
        *(_group_column(at) for at in range(len(seen.groups))),
    ]
    what = "the mean" if seen.target is None else "the target"
    return table(
        specs,
        [one for one in seen.items if FILTERS[view.state][1](one)],
        view if view.sort else replace(view, sort="-share"),
        caption=f"Items, with the share of candidates that met each; the bar's tick is {what}",
        empty="There is no such item.",
    )


def _group_column(at: int) -> Spec[ItemExposure]:
    return Spec(
        f"Group {at + 1}",
        lambda one: Cell(_share(one.by_group[at])),
        f"group-{at + 1}",
        lambda one: one.by_group[at],
        is_number=True,
    )


def _mark(one: ItemExposure) -> str:
    states = (
        ("over target", one.is_over_target),
        ("suspended", one.is_suspended),
        ("on trial", one.is_on_trial),
    )
    return ", ".join(name for name, is_so in states if is_so)


def _gauge(rate: float, tick: float) -> Gauge:
    return Gauge(round(100 * rate), round(100 * tick))


def _reach(group: GroupExposure) -> str:
    if group.low is None:
        return f"below {words.figure(group.high)}"
    if group.high is None:
        return f"from {words.figure(group.low)}"
    return f"{words.figure(group.low)} to {words.figure(group.high)}"


def _share(share: float | None) -> str:
    return words.NOTHING if share is None else _percent(share)


def _percent(share: float) -> str:
    return f"{words.figure(100 * share, 1)} %"
