"""`adept demo`: a whole season with simulated candidates."""

from collections.abc import Iterator
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Output, facts, line, table
from app.cli.station import opened
from app.demo.precision import Closeness, Precision
from app.demo.season import LARGEST_SEED, Marking, PutInForce, Season, run_season
from app.demo.simulated_window import EXPOSURE_LIMIT, Sat

single = typer.Typer()

MARKINGS = ("window 1, ratings", "window 1, calibrated", "window 2")


@command(single)
def demo(
    out: Output,
    *,
    candidates: Annotated[
        int, typer.Option(min=2, help="How many simulated candidates, in each window.")
    ] = 300,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SEED, help="The same seed gives the same people, papers and marks."
        ),
    ] = 1,
) -> None:
    """Run two windows of an exam of its own with simulated candidates, and calibrate between.

    The first window is sat on judged parameters, calibrated, marked again on the accepted result
    and released; as many new candidates then sit on that result. Everything goes through the
    services that real people use. The items' true parameters are drawn apart from the judged
    ones, so what is printed is not flattered.

    Example: `adept demo --candidates 300 --seed 1`
    """
    with opened() as here, out.progress("Sitting papers") as step:
        made = run_season(
            here.database, here.settings, candidates=candidates, seed=seed, progress=step
        )
    out.report(
        made,
        line(
            f"Exam {made.exam}: two windows of {made.candidates} candidates, closed, graded, "
            f"released in {made.seconds:g} s."
        ),
        line(""),
        facts(_calibration(made.calibration)),
        line(""),
        table(
            (f"{made.parameters.items} accepted items against the truth", "ratings", "calibrated"),
            _rows(_parameters(made.parameters.ratings), _parameters(made.parameters.calibrated)),
        ),
        line(""),
        table(("grade", *MARKINGS), _grades(made)),
        line(""),
        table(
            ("complete papers against the truth", *MARKINGS),
            _rows(*(_figures(one.complete) for one in made.markings)),
        ),
        line(""),
        table(
            ("all papers against the truth", *MARKINGS),
            _rows(*(_figures(one.all) for one in made.markings)),
        ),
        line(""),
        table(
            ("sittings and items seen", "window 1", "window 2"),
            _rows(*(_sat(one) for one in made.windows)),
        ),
    )


def _rows(*columns: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each name of any column."""
    for name in {name: None for column in columns for name in column}:
        yield (name, *(column.get(name, "-") for column in columns))


def _calibration(made: PutInForce) -> list[tuple[str, object]]:
    return [
        ("calibration", f"{made.run}, in {made.seconds:g} s"),
        ("responses", made.responses),
        ("iterations", made.iterations),
        ("items without a flag", made.clear),
        ("items with a doubtful key", ", ".join(made.doubtful_keys) or "none"),
        ("accepted", made.accepted),
        ("barred", ", ".join(made.barred) or "none"),
        ("re-expressed ratings", made.re_expressed),
        ("reason", made.reason),
    ]


def _parameters(one: Closeness) -> dict[str, str]:
    return {
        "b RMSE": f"{one.b_rmse:.3f}",
        "b bias": f"{one.b_bias:+.3f}",
        "b correlation": "-" if one.b_correlation is None else f"{one.b_correlation:.3f}",
        "log a RMSE": f"{one.log_a_rmse:.3f}",
    }


def _grades(made: Season) -> Iterator[tuple[str, ...]]:
    for code in made.markings[0].grades:
        yield (code, *(_share(one, code) for one in made.markings))


def _share(one: Marking, code: str) -> str:
    return f"{one.grades[code]} ({one.grades[code] / one.all.sittings:.0%})"


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


def _sat(one: Sat) -> dict[str, str]:
    seen = one.exposure
    return {
        "handed in": str(one.handed_in),
        "ended by time": str(one.ended_by_time),
        "items seen": f"{seen.seen} of {seen.items}",
        "largest exposure": f"{seen.largest:.3f}",
        "mean exposure": f"{seen.mean:.3f}",
        "overlap of two papers": f"{seen.overlap:.3f}",
        f"items seen by over {EXPOSURE_LIMIT:.0%}": ", ".join(seen.over_limit) or "none",
    }
