"""The pages about exams: all of them, one with its blueprint in plain words, and its items."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.exam.definition.changes import exposure_words, paper_words
from app.exam.people.permissions import Act
from app.services.bank.exam_file import ExamFile
from app.services.bank.exams import ExamLine, sentence
from app.web.board.desk import words
from app.web.board.desk.frames import EXAMS, bank_item_address, exam_address, frame, run_address
from app.web.board.desk.pages import Cell, Fact, Link, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import Spec, View, plain, table
from app.web.board.exams.pages import ExamItemsPage, ExamPage, ExamsPage
from itembank.blueprint.sentences import sentences
from itembank.items.item import ItemId, ItemVersion
from itembank.parameters import Calibrated
from itembank.schemes import outcome_words

SAVED = "exam.saved"
RUNS = "It can be run: every candidate gets a paper that meets the blueprint."


def exams_page(desk: Desk, found: Sequence[ExamLine]) -> ExamsPage:
    """Return the page of all exams, each in its newest version."""
    newest = {line.exam.code: line for line in found}
    specs: list[Spec[ExamLine]] = [
        Spec("Exam", lambda one: Cell(one.exam.title, exam_address(one.exam.code))),
        Spec("Code", lambda one: Cell(one.exam.code), is_tight=True),
        Spec("Version", lambda one: Cell(str(one.exam.version)), is_number=True),
        Spec("Paper", lambda one: Cell(one.exam.paper.kind)),
        Spec("Items", lambda one: Cell(str(one.exam.positions)), is_number=True),
        Spec("Minutes", lambda one: Cell(str(one.exam.minutes)), is_number=True),
        Spec("Parameters", lambda one: _origin(provisional=one.provisional)),
    ]
    shown = table(
        specs,
        list(newest.values()),
        View(EXAMS.href),
        caption="Exams, each in its newest version",
        empty="There is no exam yet. Save one with `adept exam save FILE`.",
    )
    return ExamsPage(frame(desk, "Exams"), shown)


def exam_page(desk: Desk, file: ExamFile, said: str) -> ExamPage:
    """Return the page of an exam's newest version."""
    edition = file.edition
    exam = edition.exam
    return ExamPage(
        frame=frame(desk, exam.title, EXAMS, said=said),
        care=_care(file),
        facts=_facts(desk, file),
        ways=_ways(desk, exam.code),
        sentences=tuple(one.words for one in sentences(exam.blueprint, edition.framework)),
        good="" if file.problems else RUNS,
        problems=tuple(sentence(one.reason) for one in file.problems),
        warnings=tuple(sentence(one.reason) for one in file.advice),
        floor=_floor(file),
        versions=_versions(file),
    )


def items_page(desk: Desk, file: ExamFile, view: View) -> ExamItemsPage:
    """Return the items of an exam's newest version."""
    exam, parameters = file.edition.exam, file.edition.parameters
    rows = [
        _Line(item, exam.criterion_of(item), parameters.items[item.id], _states(file, item))
        for item in file.edition.items
    ]
    state = view.state if view.state in FILTERS else ""
    view = replace(view, state=state)
    return ExamItemsPage(
        frame=frame(
            desk, f"Items of {exam.title}", EXAMS, Link(exam.title, exam_address(exam.code))
        ),
        filters=tuple(
            Link(
                f"{name} ({sum(wanted(row) for row in rows)})",
                replace(view, state=key, page="").address(),
                key == state,
            )
            for key, (name, wanted) in FILTERS.items()
        ),
        items=table(
            ITEMS,
            [row for row in rows if FILTERS[state][1](row)],
            view,
            caption=f"Items of version {exam.version}",
            empty="There is no such item.",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """An item of an exam, in its table."""

    item: ItemVersion
    criterion: str
    parameters: Calibrated
    states: tuple[str, ...]


FILTERS: dict[str, tuple[str, Callable[[_Line], bool]]] = {
    "": ("All", lambda _: True),
    "suspended": ("Suspended", lambda row: "suspended" in row.states),
    "barred": ("Barred", lambda row: "barred" in row.states),
    "trial": ("On trial", lambda row: "on trial" in row.states),
    "excluded": ("Excluded", lambda row: "excluded" in row.states),
    "judged": ("Not calibrated", lambda row: "not calibrated" in row.states),
}
ITEMS: list[Spec[_Line]] = [
    Spec(
        "Item",
        lambda row: Cell(row.item.id, bank_item_address(row.item.id)),
        "item",
        lambda row: row.item.id,
        is_tight=True,
    ),
    Spec("Criterion", lambda row: Cell(row.criterion), "criterion", lambda row: row.criterion),
    Spec("Author", lambda row: Cell(row.item.author), "author", lambda row: row.item.author),
    Spec("Version", lambda row: Cell(str(row.item.version)), is_number=True),
    Spec(
        "Difficulty (b)",
        lambda row: Cell(words.figure(row.parameters.b)),
        "b",
        lambda row: row.parameters.b,
        is_number=True,
    ),
    Spec(
        "Discrimination (a)",
        lambda row: Cell(words.figure(row.parameters.a)),
        "a",
        lambda row: row.parameters.a,
        is_number=True,
    ),
    Spec(
        "State", lambda row: Cell("", care=", ".join(row.states)) if row.states else Cell("in use")
    ),
]


def _states(file: ExamFile, item: ItemVersion) -> tuple[str, ...]:
    blueprint, parameters = file.edition.exam.blueprint, file.edition.parameters
    judged = parameters.provisional or parameters.items[item.id].judged
    found = (
        ("suspended", item.id in file.suspended),
        ("barred", item.id in parameters.barred),
        ("on trial", item.id in blueprint.trial),
        ("excluded", item.id in blueprint.excluded),
        ("not calibrated", judged),
    )
    states = tuple(name for name, is_so in found if is_so)
    in_the_bank = file.states.get(ItemId(item.id))
    return states if in_the_bank is None else (str(in_the_bank), *states)


def _care(file: ExamFile) -> tuple[str, ...]:
    if not file.edition.parameters.provisional:
        return ()
    return ("Marks are provisional: difficulties are judged until a calibration is accepted.",)


def _facts(desk: Desk, file: ExamFile) -> tuple[Fact, ...]:
    exam, parameters = file.edition.exam, file.edition.parameters
    facts = [
        Fact("Code", exam.code),
        Fact("Version", str(exam.version)),
        Fact("Time", f"{exam.minutes} minutes"),
        Fact("Paper", paper_words(exam)),
        Fact("Exposure", exposure_words(exam)),
        Fact("Scoring", str(exam.scoring).replace("_", " ")),
        Fact(exam.scheme.title, outcome_words(exam.scheme)),
        Fact("Bank", words.counted(len(file.edition.items), "item", "items")),
    ]
    if parameters.provisional:
        return (*facts, Fact("Parameters", "judged by people", words.PROVISIONAL))
    judged = sum(parameters.items[item.id].judged for item in file.edition.items)
    sees = desk.may(Act.SEE_CALIBRATIONS) and parameters.run is not None
    calibrated = f"calibrated, on reporting scale {parameters.scale}"
    facts.append(
        Fact("Parameters", calibrated, "", run_address(parameters.run or "") if sees else "")
    )
    facts.append(Fact("Not calibrated", words.counted(judged, "item", "items")))
    return (*facts, Fact("Barred", ", ".join(parameters.barred) or "none"))


def _ways(desk: Desk, code: str) -> tuple[Link, ...]:
    if not desk.may(Act.SEE_ITEMS):
        return ()
    return (
        Link("Change the blueprint", exam_address(code, "blueprint")),
        Link("Items", exam_address(code, "items")),
        Link("Pre-flight report", exam_address(code, "preflight")),
    )


def _floor(file: ExamFile) -> tuple[str, ...]:
    if file.floor is None:
        return ()
    return (
        f"With this blueprint and bank, some item is met by at least {100 * file.floor:.1f} % of "
        "candidates, whatever the rule: no exposure target can be lower.",
    )


def _versions(file: ExamFile) -> Table:
    saved = [one for one in reversed(file.entries) if one.action == SAVED]
    return plain(
        "Versions saved",
        ("When (UTC)", "Who", "Version", "What changed", "Reason"),
        [
            (
                words.instant(one.at),
                one.actor,
                str(one.detail.get("version", words.NOTHING)),
                _changes(one.detail.get("changes")),
                str(one.detail.get("reason", words.NOTHING)),
            )
            for one in saved
        ],
        numbers="t n",
        empty="The exam is as it was first loaded.",
    )


def _changes(found: object) -> str:
    return ". ".join(map(str, found)) if isinstance(found, list) and found else "First version"


def _origin(*, provisional: bool) -> Cell:
    return Cell("judged", care=words.PROVISIONAL) if provisional else Cell("calibrated")
