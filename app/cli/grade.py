"""`adept grade` and `adept release`: from a closed window to marks that are out."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Output, line, table
from app.cli.station import actor, claimed, opened
from app.services.award import grade as grading

single = typer.Typer()

Window = Annotated[str, typer.Option(help="The window's id.")]


@command(single)
def grade(out: Output, *, window: Window) -> None:
    """Grade every ended sitting of a closed window; again: anew, until it is released.

    Example: `adept grade --window autumn-2026`
    """
    with opened() as here, out.progress("Grading") as step, here.database.begin() as tx:
        made = grading.grade_window(tx, window, actor=actor(), progress=step)
    scale = " on provisional (judged) parameters" if made.provisional else ""
    out.report(
        {
            "window": made.window,
            "graded": made.graded,
            "bands": made.outcomes,
            "provisional": made.provisional,
        },
        table(("band", "sittings"), sorted(made.outcomes.items())),
        line(f"{made.graded} sittings graded{scale}. Nothing is out before it is released."),
    )


@command(single)
def release(
    out: Output,
    *,
    window: Window,
    by: Annotated[str, typer.Option(help="The email of the chair who proposes it.")],
    second: Annotated[str, typer.Option(help="The email of another chair, who confirms it.")],
) -> None:
    """Release the results of a graded window, by two different chairs.

    Example: `adept release --window autumn-2026 --by ada@x.example --second ben@x.example`
    """
    with opened() as here, here.database.begin() as tx:
        grading.propose_release(tx, window, actor=claimed(tx, by))
        made = grading.confirm_release(tx, window, actor=claimed(tx, second))
        results = len(grading.released_page(tx, window, actor=actor(), most=1_000_000))
    value = {"window": made.id, "released_at": made.released_at, "by": [by, second]}
    out.report(
        {**value, "results": results}, line(f"Released: {results} results of window {made.id}.")
    )
