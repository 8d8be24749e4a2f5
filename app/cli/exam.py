"""`adept exam`: the exams, and whether they can be run."""

from typing import Annotated

import typer

from app.cli.command import REFUSED, command, noun
from app.cli.output import Output, facts, line, table
from app.cli.station import opened
from app.services import item_bank
from app.services.item_bank import ExamLine

room = noun("Exams: what is sat, and whether it can be run.")


@command(room, "list")
def list_(out: Output) -> None:
    """List every exam version.

    Example: `adept exam list`
    """
    with opened() as here, here.database.read() as tx:
        found = item_bank.exams(tx)
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
        found = item_bank.exam(tx, code)
    exam = found.exam
    shares = ", ".join(f"{name}: {count}" for name, count in exam.blueprint.criteria.items())
    bands = ", ".join(f"{one.name} from {one.lowest}" for one in exam.bands)
    allowed = "allowed" if exam.release_on_provisional else "refused"
    out.report(
        found,
        facts(
            [
                ("exam", f"{exam.code} version {exam.version}"),
                ("title", exam.title),
                ("paper", f"{exam.length} items in {exam.minutes} minutes, {exam.paper.kind}"),
                ("blocks", f"{exam.block_count} of up to {exam.paper.block_size} items"),
                ("blueprint", shares),
                ("scoring", exam.scoring),
                ("bands", bands),
                ("parameters", "provisional" if found.provisional else "calibrated"),
                ("release on provisional", allowed),
            ]
        ),
    )


@command(room)
def check(
    out: Output,
    code: Annotated[str | None, typer.Argument(help="The exam's code; by default all.")] = None,
) -> None:
    """Check that exams can be run with their bank: codes, quotas, scoring.

    Exit code 1 says that something stands against it; each reason is printed.

    Example: `adept exam check cim-l6-smm`
    """
    with opened() as here, here.database.read() as tx:
        codes = [code] if code else sorted({one.exam.code for one in item_bank.exams(tx)})
        found = [(name, one) for name in codes for one in item_bank.check_saved(tx, name)]
    value = {
        "checked": codes,
        "problems": [
            {"exam": name, "field": one.field, "reason": one.reason} for name, one in found
        ],
    }
    rows = [(name, one.field, one.reason) for name, one in found]
    shown = table(("exam", "field", "reason"), rows)
    out.report(value, shown if rows else line(f"Can be run: {', '.join(codes) or 'no exam yet'}."))
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
