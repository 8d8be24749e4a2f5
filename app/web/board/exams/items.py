"""The page of an item of the bank, on which it is held back and given free again."""

from collections.abc import Iterator, Mapping

from app.errors import ExamError, Invalid, ItemNeeded
from app.services.bank.exam_file import ItemFile, Use
from app.web.board.desk import words
from app.web.board.desk.charts import option_name
from app.web.board.desk.frames import EXAMS, bank_item_address, exam_address, frame
from app.web.board.desk.pages import Fact, Field, Link, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import plain
from app.web.board.exams.pages import ItemPage
from app.web.words.errors import sentence_of
from itembank.items.item import ItemVersion
from itembank.text import storable

REASON = Field("reason", "Reason", "It becomes part of the record.")
SUSPEND = (
    "Suspend the item",
    "Nobody new is given a suspended item, from the next block on. Sittings that were given it go "
    "on with it, and it counts for them as before.",
)
RESUME = (
    "Give the item free again",
    "Papers may hold the item again, from the next block on.",
)
ANYWAY = "Suspend it all the same"


def item_page(
    desk: Desk,
    file: ItemFile,
    *,
    reason: str = "",
    error: ExamError | None = None,
    said: str = "",
) -> ItemPage:
    """Return the page of an item, with what was refused if something was."""
    item, held = file.item, file.suspension is not None
    submit, lede = RESUME if held else SUSPEND
    wrong = sentence_of(error) if isinstance(error, Invalid) and error.field == "reason" else ""
    return ItemPage(
        frame=frame(desk, f"Item {item.id}", EXAMS, *_exams(file), said=said),
        care=f"Suspended by {file.suspension.suspended_by}: {file.suspension.reason}"
        if file.suspension
        else "",
        facts=_facts(file),
        stimulus=item.stimulus.text if item.stimulus else (),
        stem=item.stem,
        options=_options(item),
        lede=f"{lede}{_beware(file)}",
        target=bank_item_address(item.id, "resume" if held else "suspend"),
        submit=submit,
        refusal="" if error is None else sentence_of(error),
        anyway=ANYWAY if isinstance(error, ItemNeeded) else "",
        fields=(Field("reason", REASON.label, REASON.hint, value=storable(reason), error=wrong),),
        history=_history(file),
    )


def _exams(file: ItemFile) -> tuple[Link, ...]:
    if len(file.uses) != 1:
        return ()
    exam = file.uses[0].exam
    return (Link(exam.title, exam_address(exam.code)),)


def _facts(file: ItemFile) -> tuple[Fact, ...]:
    item = file.item
    seconds = words.NOTHING if item.seconds is None else f"{item.seconds} seconds"
    facts = [
        Fact("Version", str(item.version)),
        Fact("State in the bank", str(file.state)),
        Fact("Criterion", ", ".join(tag.code for tag in item.tags)),
        Fact("Topic", ", ".join(tag.topic or words.NOTHING for tag in item.tags)),
        Fact("Command word", item.command_word),
        Fact("Author", item.author),
        Fact("Judged rating", f"{100 * item.rating:.0f} % of just-passing candidates"),
        Fact("Expected time", seconds),
        Fact("Held by", words.counted(file.holders, "sitting in progress", "sittings in progress")),
    ]
    return (*facts, *(_use(item, one) for one in file.uses))


def _use(item: ItemVersion, use: Use) -> Fact:
    states = (
        ("barred", use.is_barred),
        ("on trial", use.is_on_trial),
        ("excluded", use.is_excluded),
    )
    said = [name for name, is_so in states if is_so]
    origin = "judged" if use.provisional or use.parameters.judged else "calibrated"
    older = f", version {use.version}" if use.version != item.version else ""
    figures = f"a {words.figure(use.parameters.a)}, b {words.figure(use.parameters.b)}, {origin}"
    name = f"In {use.exam.code}, version {use.exam.version}"
    return Fact(name, f"{figures}{older}", ", ".join(said), exam_address(use.exam.code))


def _beware(file: ItemFile) -> str:
    return "" if not file.needed else f" It cannot be spared: {'; '.join(file.needed)}."


def _options(item: ItemVersion) -> Table:
    asked = item.interaction
    return plain(
        "Options, in the author's order" + ("" if asked.shuffle else ", which candidates see too"),
        ("Option", "Text"),
        [(option_name(one.id, is_key=asked.is_key(one.id)), one.text) for one in asked.options],
        numbers="t",
    )


def _particulars(detail: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in detail.items():
        if value:
            yield name, "; ".join(map(str, value)) if isinstance(value, list) else value


def _history(file: ItemFile) -> Table:
    return plain(
        "Decisions about this item",
        ("When (UTC)", "Who", "What", "Particulars"),
        [
            (
                words.instant(one.at),
                one.actor,
                words.decision(one.action),
                words.detail(dict(_particulars(one.detail))),
            )
            for one in reversed(file.entries)
        ],
        numbers="t t",
        empty="Nothing has been decided about it yet.",
    )
