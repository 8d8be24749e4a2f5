"""The board's forms: what each asks, how what was typed is read, and how it is said again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.errors import ExamError, Invalid
from app.exam.seeing.line import SittingLine
from app.exam.sitting.deadline import MOST_MINUTES
from app.exam.window.offers import Action
from app.exam.window.window import Window
from app.services.window.board import WindowFile
from app.web.board.desk.frames import WINDOWS, frame, sitting_address, window_address, window_link
from app.web.board.desk.pages import ActionPage, Fact, Field, Link
from app.web.board.desk.session import Desk
from app.web.board.windows.sittings import sitting_facts
from app.web.board.windows.windows import counts_tables, window_facts
from app.web.words.errors import sentence_of
from itembank.text import storable

MINUTES = Field("minutes", "Minutes to give", f"From 1 to {MOST_MINUTES}.", "number")
REASON = Field("reason", "Reason", "It becomes part of the record.")
SINCE = Field(
    "since",
    "The outage began (UTC)",
    "Sittings whose time ended after this get the time too. "
    "If left empty: as many minutes ago as you give.",
    "datetime-local",
    is_required=False,
)
UNTIL = Field(
    "until",
    "Open until (UTC)",
    "If left empty: the closing time stays as it is.",
    "datetime-local",
    is_required=False,
)
NOTE = Field("reason", "Reason", "It is kept with the decision.", is_required=False)


@dataclass(frozen=True, slots=True)
class ActionForm:
    """What a decision's page says and asks."""

    title: str
    lede: str
    submit: str
    said: str
    fields: tuple[Field, ...] = ()


FORMS = {
    Action.EXTEND: ActionForm(
        "Extend after an outage",
        "Every sitting in progress gets the minutes, and so does every sitting that time ended "
        "since the outage began: it opens again. Papers that were handed in stay as they are.",
        "Give the time",
        "window-extended",
        (MINUTES, SINCE, REASON),
    ),
    Action.OPEN: ActionForm(
        "Open the window",
        "Booked candidates can start from now until the closing time. If the window has been "
        "graded, it must be graded again afterwards.",
        "Open the window",
        "opened",
        (UNTIL, NOTE),
    ),
    Action.CLOSE: ActionForm(
        "Close the window now",
        "Nobody can start any more. Sittings in progress keep all of their time.",
        "Close the window now",
        "closed",
        (NOTE,),
    ),
    Action.GRADE: ActionForm(
        "Grade the window",
        "Every ended sitting gets a mark. Marks given before are replaced, and a proposed "
        "release must be proposed again. Candidates see nothing until the release.",
        "Grade the window",
        "graded",
    ),
    Action.PROPOSE: ActionForm(
        "Propose the release",
        "You say that these results are right. A second person must confirm it before any "
        "candidate can see a result.",
        "Propose the release",
        "proposed",
    ),
    Action.CONFIRM: ActionForm(
        "Confirm the release",
        "Every candidate of this window can see their result at once. This cannot be taken back.",
        "Release the results",
        "released",
    ),
}


def action_page(
    desk: Desk,
    file: WindowFile,
    action: Action,
    typed: Mapping[str, str],
    error: ExamError | None = None,
) -> ActionPage:
    """Return the page of a decision: its evidence, its form, and what was refused."""
    form, window = FORMS[action], file.view.window
    against = next((one.refusal for one in file.offers if one.action is action), None)
    refused = error or against
    return ActionPage(
        frame=frame(desk, f"{form.title}: {window.title}", WINDOWS, window_link(window)),
        lede=form.lede,
        facts=window_facts(file.view, file.exam) + _counts(desk, file),
        fields=tuple(_filled(field, typed, error) for field in form.fields),
        target=window_address(window.id, str(action)),
        submit=form.submit,
        back=Link("Back to the window", window_address(window.id)),
        refusal="" if refused is None else sentence_of(refused),
        is_refused=error is not None,
        is_possible=against is None,
    )


def extension_page(
    desk: Desk,
    found: tuple[SittingLine, Window],
    typed: Mapping[str, str],
    error: ExamError | None = None,
) -> ActionPage:
    """Return the page on which one sitting is given more time."""
    line, window = found
    return ActionPage(
        frame=frame(desk, f"Give more time to {line.candidate}", WINDOWS, window_link(window)),
        lede="The new end shows on the candidate's next page. A sitting that time has ended "
        "opens again if its new end is still to come.",
        facts=sitting_facts(line),
        fields=tuple(_filled(field, typed, error) for field in (MINUTES, REASON)),
        target=sitting_address(line.id, "extend"),
        submit="Give the time",
        back=Link("Back to the window", window_address(window.id)),
        refusal="" if error is None else sentence_of(error),
        is_refused=error is not None,
    )


def minutes_of(typed: str) -> float:
    """Return the minutes typed; raise Invalid. The service says which numbers it takes."""
    try:
        return float(typed)
    except ValueError as exc:
        raise Invalid("minutes", "Give the minutes as a number: 15.") from exc


def instant_of(field: str, typed: str) -> datetime | None:
    """Return the instant typed, in UTC; nothing typed means none."""
    if not typed.strip():
        return None
    try:
        given = datetime.fromisoformat(typed.strip())
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        said = "Give a date and a time in UTC: 2026-11-22T17:30."
        raise Invalid(field, said) from exc


def _filled(field: Field, typed: Mapping[str, str], error: ExamError | None) -> Field:
    wrong = error if isinstance(error, Invalid) and error.field == field.name else None
    return Field(
        name=field.name,
        label=field.label,
        hint=field.hint,
        kind=field.kind,
        value=storable(typed.get(field.name, "")),
        error="" if wrong is None else sentence_of(wrong),
        is_required=field.is_required,
    )


def _counts(desk: Desk, file: WindowFile) -> tuple[Fact, ...]:
    return tuple(
        Fact(column.head, cell.words)
        for table in counts_tables(file.view, file.exam, desk)
        for column, cell in zip(table.columns, table.rows[0], strict=True)
    )
