"""`adept simulate`: the pre-flight of an exam, with simulated candidates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from app.cli.command import command
from app.cli.output import Output, facts, line, table
from app.cli.station import actor, opened
from app.errors import Invalid
from app.services.preflight.cohorts import processes_here
from app.services.preflight.preflight import run_preflight
from app.services.preflight.run import PreflightRequest
from app.web.board.desk.pages import Cell, Table
from app.web.board.preflight.body import Body, report_body
from app.web.board.preflight.file import report_file

single = typer.Typer()

# A terminal shows the most used items; the file and the page show all.
SHOWN_ROWS = 30


@command(single)
def simulate(  # noqa: PLR0913 - a command's options are its arguments
    out: Output,
    *,
    exam: Annotated[str, typer.Option(help="The exam's code; its newest version is simulated.")],
    candidates: Annotated[
        int, typer.Option(help="How many simulated candidates, 100 to 200,000.")
    ] = 10_000,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same figures, on any machine.")
    ] = 1,
    html: Annotated[
        Path | None, typer.Option(help="Write the report with charts to this HTML file too.")
    ] = None,
    comparisons: Annotated[
        bool,
        typer.Option(
            "--comparisons/--no-comparisons",
            help="Simulate other block sizes too, with and without exposure control.",
        ),
    ] = True,
) -> None:
    """Simulate candidates before a window opens: precision, grades, exposure, and the bank.

    Nothing in the exam is changed. The report is kept, and the board sees it.

    Example: `adept simulate --exam cim-l6-smm --candidates 10000 --html preflight.html`
    """
    _require_place(html)
    request = PreflightRequest(exam, candidates, seed, comparisons, processes_here())
    with opened() as here, out.progress("Assembling blocks") as step:
        kept = run_preflight(here.database, request, actor=actor(), progress=step)
    if html is not None:
        html.write_text(report_file(kept), encoding="utf-8")
        out.note(f"The report with charts is in {html}.")
    out.report(kept.report, *_shown(report_body(kept.report)))


def _require_place(html: Path | None) -> None:
    """Refuse a file that could not be written, before anybody has waited for it."""
    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        raise Invalid("html", f"{html} cannot be written: name a file in a folder that exists.")


def _shown(body: Body) -> Iterator[RenderableType]:
    for care in body.care:
        yield line(care)
        yield line("")
    for part in body.parts:
        yield line(part.heading.upper())
        if part.facts:
            yield facts((fact.name, fact.words) for fact in part.facts)
        for words in part.said:
            yield line(words)
        for words in part.listed:
            yield line(f"- {words}")
        for one in part.tables:
            yield line("")
            yield from _table(one)
        yield line("")


def _table(made: Table) -> Iterator[RenderableType]:
    if not made.rows:
        yield line(made.empty)
        return
    rows = [tuple(map(_words, row)) for row in made.rows[:SHOWN_ROWS]]
    yield table([column.head for column in made.columns], rows, title=made.caption)
    hidden = len(made.rows) - len(rows)
    if hidden:
        yield line(f"... and {hidden} more rows: --html FILE and --json show all.")


def _words(cell: Cell) -> str:
    return f"{cell.words} {cell.care.upper()}" if cell.care else cell.words
