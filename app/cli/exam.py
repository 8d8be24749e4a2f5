"""`adept exam`: the exams, and whether they can be run."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import REFUSED, command, noun
from app.cli.output import Output, facts, line, table
from app.cli.station import actor, claimed, opened
from app.exam.definition.changes import exposure_words, paper_words
from app.exam.people.permissions import Act, require
from app.services.bank import exams
from app.services.bank.exams import ExamLine
from itembank.blueprint.sentences import sentences
from itembank.schemes import outcome_words

room = noun("Exams: what is sat, and whether it can be run.")


@command(room, "list")
def list_(out: Output) -> None:
    """List every exam version.

    Example: `adept exam list`
    """
    with opened() as here, here.database.read() as tx:
        found = exams.lines(tx, actor=actor())
    rows = [
        (one.exam.code, one.exam.version, one.exam.title, one.exam.length, one.exam.minutes)
        for one in found
    ]
    out.report(
        [_value(one) for one in found],
        table(("code", "version", "title", "items", "minutes"), rows),
    )


@command(room)
def show(out: Output, code: Annotated[str, typer.Argument(help="The exam's code.")]) -> None:
    """Show the newest version of an exam; `--json` prints the whole definition.

    Example: `adept exam show cim-l6-smm`
    """
    with opened() as here, here.database.read() as tx:
        found = exams.newest(tx, code, actor=actor())
        framework = exams.framework_of(tx, found.exam)
    exam = found.exam
    allowed = "allowed" if exam.release_on_provisional else "refused"
    out.report(
        found,
        facts(
            [
                ("exam", f"{exam.code} version {exam.version}"),
                ("title", exam.title),
                ("time", f"{exam.minutes} minutes"),
                ("paper", paper_words(exam)),
                ("exposure", exposure_words(exam)),
                ("scoring", exam.scoring),
                (exam.scheme.title.lower(), outcome_words(exam.scheme)),
                ("parameters", "provisional" if found.provisional else "calibrated"),
                ("release on provisional", allowed),
            ]
        ),
        line(""),
        line("Every paper holds:"),
        *(line(f"- {one.words}") for one in sentences(exam.blueprint, framework)),
    )


@command(room)
def save(
    out: Output,
    file: Annotated[Path, typer.Argument(help="The exam's definition, a JSON file.")],
    *,
    by: Annotated[
        str, typer.Option(help="The email of the psychometrician or chair who decided it.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept with the change.")] = "",
    as_next: Annotated[
        bool, typer.Option("--next", help="Save it as the next version, whatever the file says.")
    ] = False,
) -> None:
    """Save an exam, or the next version of one: windows planned from then on use it.

    The file holds what `adept exam show EXAM --json` prints, with your changes. What is
    calibrated stays calibrated, on the same reporting scale.

    Example: `adept exam save exam.json --next --by ivo@x.example`
    """
    exam = exams.read_exam(file)
    with opened() as here:
        with here.database.read() as tx:
            who = claimed(tx, by) if by else actor()
            require(who, Act.SAVE_EXAM)
            planned = exams.next_version(tx, exam) if as_next else exam
            saving = exams.plan_exam(tx, planned)
        with here.database.begin() as tx:
            exams.keep_exam(tx, saving, actor=who, reason=reason)
    changes = [str(one) for one in saving.changes]
    value = {
        "exam": saving.exam.code,
        "version": saving.exam.version,
        "provisional": saving.parameters.provisional,
        "changes": changes,
        "warnings": saving.warnings,
    }
    out.report(
        value,
        line(f"Saved: {saving.exam.code} version {saving.exam.version}."),
        *(line(f"- {one}") for one in changes),
        *(line(f"Take care: {one}") for one in saving.warnings),
    )


@command(room)
def check(
    out: Output,
    code: Annotated[str | None, typer.Argument(help="The exam's code; by default all.")] = None,
) -> None:
    """Check that exams can be run with their bank: every constraint, exposure, scoring.

    Exit code 1 says that something stands against it; each reason is printed. What is barely
    possible is told as a warning.

    Example: `adept exam check cim-l6-smm`
    """
    with opened() as here, here.database.read() as tx:
        codes = (
            [code] if code else sorted({one.exam.code for one in exams.lines(tx, actor=actor())})
        )
        found = [(name, one) for name in codes for one in exams.check_saved(tx, name)]
        sound = [name for name in codes if name not in {code for code, _ in found}]
        advice = [(name, one) for name in sound for one in exams.advice_on(tx, name)]
    value = {
        "checked": codes,
        "problems": [
            {"exam": name, "field": one.field, "reason": one.reason} for name, one in found
        ],
        "warnings": [
            {"exam": name, "field": one.field, "reason": one.reason} for name, one in advice
        ],
    }
    rows = [(name, one.field, one.reason) for name, one in found]
    shown = table(("exam", "field", "reason"), rows)
    out.report(
        value,
        shown if rows else line(f"Can be run: {', '.join(codes) or 'no exam yet'}."),
        *(line(f"Take care, {name}: {one.reason}.") for name, one in advice),
    )
    if found:
        raise typer.Exit(REFUSED)


def _value(one: ExamLine) -> dict[str, object]:
    exam = one.exam
    return {
        "code": exam.code,
        "version": exam.version,
        "title": exam.title,
        "items": exam.length,
        "minutes": exam.minutes,
        "provisional": one.provisional,
    }
