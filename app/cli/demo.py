"""`adept demo`: a whole season with simulated candidates."""

from collections.abc import Iterator
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Output, facts, line, table
from app.cli.station import opened
from app.services.season import EXPOSURE_LIMIT, Precision, Season, run_season

room = typer.Typer()


@command(room)
def demo(
    out: Output,
    *,
    candidates: Annotated[int, typer.Option(min=2, help="How many simulated candidates.")] = 300,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed gives the same people, papers and marks.")
    ] = 1,
) -> None:
    """Book, sit, close, grade and release a window of its own with simulated candidates.

    Everything goes through the services that real candidates use. The items' true parameters are
    drawn apart from the provisional ones, so the precision printed is not flattered.

    Example: `adept demo --candidates 300 --seed 1`
    """
    with opened() as here, out.progress("Sitting papers") as step:
        made = run_season(
            here.database, here.settings, candidates=candidates, seed=seed, progress=step
        )
    grades = [
        (band, count, f"{count / made.candidates:.0%}") for band, count in made.grades.items()
    ]
    out.report(
        made,
        line(
            f"Window {made.window}: {made.candidates} candidates, {made.handed_in} handed in, "
            f"{made.ended_by_time} ended by time; closed, graded, released in {made.seconds:g} s."
        ),
        line(""),
        table(("grade", "candidates", "share"), grades),
        line(""),
        table(("against the truth", "complete papers", "all papers"), _precision(made)),
        line(""),
        facts(_exposure(made)),
    )


def _precision(made: Season) -> Iterator[tuple[str, str, str]]:
    columns = [_figures(made.complete), _figures(made.all)]
    for name in columns[1]:
        yield name, columns[0].get(name, "-"), columns[1][name]


def _figures(one: Precision | None) -> dict[str, str]:
    if one is None:
        return {}
    return {
        "papers": str(one.sittings),
        "theta RMSE": f"{one.theta_rmse:.3f}",
        "theta bias": f"{one.theta_bias:+.3f}",
        "mark RMSE": f"{one.mark_rmse:.2f}",
        "mark bias": f"{one.mark_bias:+.2f}",
        "same grade": f"{one.grades_agree:.1%}",
        "same pass or fail": f"{one.passes_agree:.1%}",
    }


def _exposure(made: Season) -> list[tuple[str, object]]:
    seen = made.exposure
    over = ", ".join(seen.over_limit) or "none"
    return [
        ("items seen", f"{seen.seen} of {seen.items}"),
        ("largest exposure", f"{seen.largest:.3f}"),
        ("mean exposure", f"{seen.mean:.3f}"),
        ("overlap of two papers", f"{seen.overlap:.3f}"),
        (f"items seen by over {EXPOSURE_LIMIT:.0%}", over),
    ]
