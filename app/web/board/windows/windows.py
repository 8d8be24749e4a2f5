"""The pages about windows: all of them, and one with its sittings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.exam.people.permissions import Act
from app.exam.seeing.line import SittingLine
from app.exam.seeing.result import grades_are_open
from app.exam.sitting.sitting import ENDED, IN_PROGRESS, State
from app.exam.window.offers import Action, Offer
from app.exam.window.window import Window
from app.services.window.board import WindowFile
from app.services.window.exam_windows import WindowView
from app.web.board.desk import words
from app.web.board.desk.frames import HOME, WINDOWS, frame, sitting_address, window_address
from app.web.board.desk.pages import Cell, Choice, Fact, Link, Table, WindowPage, WindowsPage
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import Spec, View, plain, table
from app.web.words.errors import sentence_of
from itembank.exams import ExamDefinition

RUNNING = "in-progress"
RESULTS, EXPOSURE = "results", "exposure"
FILTERS: dict[str, tuple[str, frozenset[State]]] = {
    "": ("All", frozenset(State)),
    RUNNING: ("In progress", IN_PROGRESS),
    "not-started": ("Signed in, not started", frozenset({State.BOOKED})),
    "ended": ("Ended", ENDED),
}
CHOICES = {
    Action.EXTEND: ("Extend after an outage", "More time for every sitting an outage cut into."),
    Action.OPEN: ("Open now, or until later", "Starts are possible at once, until you say."),
    Action.CLOSE: ("Close now", "No more starts; sittings in progress keep their time."),
    Action.GRADE: ("Grade", "Marks for every ended sitting; again as often as needed."),
    Action.PROPOSE: ("Propose the release", "The first of two people."),
    Action.CONFIRM: ("Confirm the release", "The second person: candidates see their results."),
}


def windows_page(
    desk: Desk, found: Sequence[tuple[WindowView, ExamDefinition]], said: str
) -> WindowsPage:
    """Return the page of all windows."""

    def title(one: tuple[WindowView, ExamDefinition]) -> Cell:
        window = one[0].window
        href = window_address(window.id) if desk.may(Act.SEE_WINDOW) else ""
        return Cell(window.title, href)

    def mark(one: tuple[WindowView, ExamDefinition]) -> Cell:
        return Cell(one[1].title, care=words.PROVISIONAL if one[0].provisional else "")

    specs: list[Spec[tuple[WindowView, ExamDefinition]]] = [
        Spec("Window", title, is_tight=True),
        Spec("Exam", mark),
        Spec("Phase", lambda one: Cell(phase_words(one[0]))),
        Spec("Opens (UTC)", lambda one: Cell(words.instant(one[0].window.opens))),
        Spec("Closes (UTC)", lambda one: Cell(words.instant(one[0].window.closes))),
        Spec("Booked", lambda one: Cell(str(one[0].booked)), is_number=True),
        Spec("Not started", lambda one: Cell(str(not_started(one[0]))), is_number=True),
        Spec("In progress", lambda one: Cell(str(one[0].in_progress)), is_number=True),
        Spec("Ended", lambda one: Cell(str(one[0].ended)), is_number=True),
        Spec("Grades", lambda one: Cell(grades_words(one[0], one[1], desk)), is_number=True),
    ]
    newest = sorted(found, key=lambda one: one[0].window.opens, reverse=True)
    shown = table(
        specs,
        newest,
        View(HOME),
        caption="Exam windows, the newest first",
        empty="There is no window yet. Plan one with the REST API or `adept demo`.",
    )
    return WindowsPage(frame(desk, "Exam windows", said=said), shown)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a window's page asks for."""

    state: str = ""
    sort: str = ""
    page: str = ""
    said: str = ""


def window_page(
    desk: Desk, file: WindowFile, lines: Sequence[SittingLine], asked: Asked, *, seconds: int
) -> WindowPage:
    """Return a window's page; `seconds` is how often its running view reloads."""
    window = file.view.window
    state = asked.state if asked.state in FILTERS else ""
    view = View(window_address(window.id), state, asked.sort, asked.page)
    running = state == RUNNING
    return WindowPage(
        frame=frame(desk, window.title, WINDOWS, said=asked.said),
        facts=window_facts(file.view, file.exam),
        counts=counts_tables(file.view, file.exam, desk),
        choices=tuple(_choice(window.id, offer) for offer in file.offers),
        views=window_views(desk, window.id),
        filters=_filters(view, lines),
        sittings=_sittings(desk, lines, view),
        refreshed=f"This view reloads itself every {seconds} seconds." if running else "",
        decisions=plain(
            "Decisions about this window",
            ("When (UTC)", "Who", "What", "Particulars"),
            [
                (
                    words.instant(entry.at),
                    entry.actor,
                    words.decision(entry.action),
                    words.detail(entry.detail),
                )
                for entry in reversed(file.entries)
            ],
            numbers="t t",
            empty="Nothing has been decided yet.",
        ),
    )


def refresh_header(file: WindowFile, asked: Asked, *, seconds: int) -> dict[str, str]:
    """Return the header that reloads the running view: no other page reloads under a reader."""
    if asked.state != RUNNING:
        return {}
    view = View(window_address(file.view.window.id), RUNNING, asked.sort, asked.page)
    return {"Refresh": f"{seconds}; url={view.address()}"}


def phase_words(view: WindowView) -> str:
    """Return where a window is in its life."""
    return words.phase(view.window, view.phase, view.in_progress)


def not_started(view: WindowView) -> int:
    """Return how many booked people have not started."""
    return view.booked - view.in_progress - view.ended


def grades_words(view: WindowView, exam: ExamDefinition, desk: Desk) -> str:
    """Return how many got each grade; before release only for those who may see marks."""
    if not grades_are_open(view.window, desk.actor):
        return words.NOT_RELEASED if view.outcomes else words.NOTHING
    return words.outcomes(view.outcomes, tuple(one.code for one in exam.scheme.outcomes))


def window_facts(view: WindowView, exam: ExamDefinition) -> tuple[Fact, ...]:
    """Return what is so of a window."""
    window = view.window
    care = words.PROVISIONAL if view.provisional else ""
    facts = [
        Fact("Phase", phase_words(view)),
        Fact("Opens", f"{words.instant(window.opens)} UTC"),
        Fact("Closes", f"{words.instant(window.closes)} UTC"),
        *_plan(window),
        Fact("Exam", f"{exam.title}, version {exam.version}", care),
    ]
    if window.graded_at is not None:
        facts.append(Fact("Graded", f"{words.instant(window.graded_at)} UTC"))
    if window.proposed_by is not None and window.released_at is None:
        facts.append(Fact("Release proposed by", window.proposed_by))
    if window.released_at is not None:
        said = f"{words.instant(window.released_at)} UTC, by {window.released_by}"
        facts.append(Fact("Released", said))
    return tuple(facts)


def _plan(window: Window) -> tuple[Fact, ...]:
    """Return what was planned, where the board did otherwise."""
    if (window.opens, window.closes) == (window.opens_at, window.closes_at):
        return ()
    span = f"{words.instant(window.opens_at)} to {words.instant(window.closes_at)} UTC"
    return (Fact("Planned", span),)


def counts_tables(view: WindowView, exam: ExamDefinition, desk: Desk) -> tuple[Table, ...]:
    """Return a window's counts: of people, and of grades for those who may see them."""
    booked = {
        "Booked": view.booked,
        "Not started": not_started(view),
        "In progress": view.in_progress,
        "Ended": view.ended,
    }
    grades = {one.name: view.outcomes.get(one.code, 0) for one in exam.scheme.outcomes}
    shown = view.outcomes and grades_are_open(view.window, desk.actor)
    return (_counts("People", booked), *((_counts("Grades", grades),) if shown else ()))


def _counts(caption: str, counts: Mapping[str, int]) -> Table:
    numbers = [[str(number) for number in counts.values()]]
    return plain(caption, tuple(counts), numbers, numbers="n" * len(counts))


def window_views(desk: Desk, window: str, *, here: str = "") -> tuple[Link, ...]:
    """Return the ways between a window's sittings, results and exposure, if there are any."""
    if not desk.may(Act.SEE_RESULTS):
        return ()
    return (
        Link("Sittings", window_address(window), not here),
        Link("Results", window_address(window, RESULTS), here == RESULTS),
        Link("Exposure", window_address(window, EXPOSURE), here == EXPOSURE),
    )


def _choice(window: str, offer: Offer) -> Choice:
    name, hint = CHOICES[offer.action]
    link = Link(name, window_address(window, str(offer.action)))
    return Choice(link, hint, "" if offer.refusal is None else sentence_of(offer.refusal))


def _filters(view: View, lines: Sequence[SittingLine]) -> tuple[Link, ...]:
    return tuple(
        Link(
            f"{name} ({sum(line.state in states for line in lines)})",
            replace(view, state=key, page="").address(),
            key == view.state,
        )
        for key, (name, states) in FILTERS.items()
    )


def _sittings(desk: Desk, lines: Sequence[SittingLine], view: View) -> Table:
    sees, extends = desk.may(Act.SEE_SITTING), desk.may(Act.EXTEND_SITTING)
    specs: list[Spec[SittingLine]] = [
        Spec(
            "Candidate",
            lambda one: Cell(one.candidate, sitting_address(one.id) if sees else ""),
            "name",
            lambda one: one.candidate.casefold(),
        ),
        Spec(
            "Membership number",
            lambda one: Cell(one.membership_number),
            "number",
            lambda one: one.membership_number,
        ),
        Spec(
            "State",
            lambda one: Cell(words.STATES[one.state]),
            "state",
            lambda one: words.STATES[one.state],
            is_tight=True,
        ),
        Spec("Where", lambda one: Cell(_part(one)), "part", lambda one: one.block, is_tight=True),
        Spec(
            "Answered",
            lambda one: Cell(f"{one.answered} of {one.length}"),
            "answered",
            lambda one: one.answered,
            is_number=True,
            is_tight=True,
        ),
        Spec(
            "Time left (minutes)",
            lambda one: Cell(words.left(one.remaining)),
            "left",
            lambda one: one.remaining,
            is_number=True,
        ),
        Spec(
            "Ends (UTC)",
            lambda one: Cell(words.short_instant(one.deadline)),
            "ends",
            lambda one: one.deadline,
            is_tight=True,
        ),
        Spec(
            "Last save (UTC)",
            lambda one: Cell(words.moment(one.last_at)),
            "saved",
            lambda one: one.last_at,
            is_tight=True,
        ),
    ]
    if extends:
        specs.append(Spec("Time", _extension))
    states = FILTERS[view.state][1]
    return table(
        specs,
        [line for line in lines if line.state in states],
        view,
        caption=f"Sittings: {FILTERS[view.state][0].lower()}",
        empty="There is no such sitting now.",
    )


def _extension(one: SittingLine) -> Cell:
    if one.started_at is None or one.state is State.HANDED_IN:
        return Cell(words.NOTHING)
    return Cell("Extend", sitting_address(one.id, "extend"), hidden=f" {one.candidate}")


def _part(one: SittingLine) -> str:
    return f"part {one.block} of {one.block_count}" if one.block else words.NOTHING
