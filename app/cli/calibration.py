"""`adept calibrate` and `adept calibration`: from a closed window to better item parameters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import RenderableType

from app.cli.command import command, noun
from app.cli.output import Output, facts, instant, line, table
from app.cli.station import actor, claimed, opened
from app.exam.calibration.calibration import CalibrationRequest
from app.services.calibration import accept as acceptance
from app.services.calibration import calibrate as calibration
from app.services.calibration import calibration_record
from app.services.calibration.accept import Wish
from itembank.calibration import CalibrationRun, Flag, ItemRow, Value

room = noun("Calibration runs: what they found, and which are in force.")
single = typer.Typer()

Window = Annotated[str, typer.Option(help="The window's id.")]
Run = Annotated[str, typer.Argument(help="The run's id, as `adept calibration list` prints it.")]


@command(single)
def calibrate(
    out: Output,
    *,
    window: Window,
    model: Annotated[
        Literal["rasch", "1pl", "2pl"], typer.Option(help="The item response model.")
    ] = "2pl",
    engine: Annotated[
        Literal["em", "girth"],
        typer.Option(help="Our own EM, or girth, which takes fixed forms and random papers."),
    ] = "em",
    anchors: Annotated[
        Literal["scale", "free"],
        typer.Option(help="Anchor on the reporting scale once there is one, or on nothing."),
    ] = "scale",
) -> None:
    """Calibrate the items of a closed window, and keep the run. Nothing is in force yet.

    Example: `adept calibrate --window autumn-2026`
    """
    request = CalibrationRequest(model=model, engine=engine, anchors=anchors)
    with opened() as here, out.progress("Calibrating") as step:
        run = calibration.calibrate_window(
            here.database, window, request, actor=actor(), progress=step
        )
    out.report(run, facts(_summary(run)), line(""), _items(run), line(""), line(_next(run)))


@command(room, "list")
def list_(out: Output) -> None:
    """List the runs, newest first.

    Example: `adept calibration list`
    """
    with opened() as here, here.database.read() as tx:
        found = calibration_record.runs(tx, actor=actor())
    rows = [
        (
            one.id,
            one.window,
            f"{one.exam} v{one.exam_version}",
            instant(one.made_at),
            "yes" if one.converged else "no",
            "no" if one.acceptance is None else f"by {one.acceptance.by}",
        )
        for one in found
    ]
    columns = ("run", "window", "exam", "made", "converged", "accepted")
    out.report(found, table(columns, rows))


@command(room)
def show(out: Output, run: Run) -> None:
    """Show a run: what was estimated, how well it fits, and what is in doubt.

    Example: `adept calibration show cal-1-autumn-2026`
    """
    with opened() as here, here.database.read() as tx:
        found = calibration_record.view(tx, run, actor=actor())
    # That only few have met an item, its row says: a hundred such lines would hide a wrong key.
    doubts = [row for row in found.run.items if row.flags != (Flag.FEW,)]
    notes = [(row.item, note) for row in doubts for note in row.notes]
    decision = found.acceptance
    out.report(
        found,
        facts(_summary(found.run)),
        line(""),
        _items(found.run),
        line(""),
        table(("item", "to look at"), notes),
        line(""),
        line(
            _next(found.run)
            if decision is None
            else f"Accepted by {decision.by} ({decision.reason}): {len(decision.accepted)} items "
            f"accepted, {len(decision.barred)} barred, {len(decision.re_expressed)} re-expressed."
        ),
        *([] if found.is_intact else [line("THIS RUN HAS BEEN CHANGED since it was made.")]),
    )


@command(room)
def accept(  # noqa: PLR0913 - a command's options are its arguments
    out: Output,
    run: Run,
    *,
    items: Annotated[
        str, typer.Option(help="all, clear (those without a flag), or ids with commas between.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it becomes part of the record.")],
    by: Annotated[str, typer.Option(help="The email of the psychometrician or chair.")],
    bar: Annotated[
        str, typer.Option(help="Items neither to select nor to score, with commas between.")
    ] = "",
) -> None:
    """Put a run's items in force: the next sitting is made from them.

    The first acceptance freezes reporting scale 1. Items neither accepted nor barred keep a
    difficulty on the same scale.

    Example: `adept calibration accept cal-1-autumn-2026 --items clear --bar 1.2-07
    --reason "board of 3 December" --by ivo@x.example`
    """
    wish = Wish(items=_names(items), bar=_names(bar), reason=reason)
    with opened() as here, here.database.begin() as tx:
        made = acceptance.accept(tx, run, wish, actor=claimed(tx, by))
    out.report(
        made,
        line(
            f"In force: {len(made.accepted)} items of run {made.run} on reporting scale "
            f"{made.scale}; {len(made.barred)} barred, {len(made.re_expressed)} re-expressed."
        ),
        line("Windows that were graded but not released must be graded again."),
    )


@command(room)
def data(
    out: Output,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    *,
    window: Window,
) -> None:
    """Write a closed window's responses to a CSV file, for a notebook or another program.

    One row a delivered item: sitting, item, version, criterion, option (empty for a blank) and
    score. Keep the file safe: it gives keys away.

    Example: `adept calibration data autumn.csv --window autumn-2026`
    """
    with opened() as here, out.progress("Reading sittings") as step:
        rows = calibration.write_responses(
            here.database, window, file, actor=actor(), progress=step
        )
    out.report({"file": str(file), "rows": rows}, line(f"{file}: {rows} responses."))


@command(room, "cross-check")
def cross_check_(
    out: Output,
    *,
    window: Window,
    model: Annotated[
        Literal["rasch", "1pl", "2pl"], typer.Option(help="The model both fit.")
    ] = "2pl",
) -> None:
    """Compare our engine with girth on a window of fixed forms or of random papers.

    Example: `adept calibration cross-check --window autumn-2026`
    """
    with opened() as here, out.progress("Reading sittings") as step:
        found = calibration.cross_check_window(
            here.database, window, model, actor=actor(), progress=step
        )
    rows = [
        (one.item, f"{one.a:.3f}", f"{one.girth_a:.3f}", f"{one.b:.3f}", f"{one.girth_b:.3f}")
        for one in found.items
    ]
    out.report(
        found,
        table(("item", "a", "girth's a", "b", "girth's b"), rows),
        line(f"Verdict: {found.verdict}. The widest gap is at item {found.widest}."),
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _summary(run: CalibrationRun) -> list[tuple[str, object]]:
    scale = "none: a free run" if run.scale is None else run.scale
    return [
        ("run", run.id),
        ("window", f"{run.window} ({run.exam} v{run.exam_version})"),
        ("model, engine", f"{run.options.model}, {run.options.engine}"),
        ("persons, responses", f"{run.persons}, {run.responses}"),
        ("converged", f"{'yes' if run.converged else 'NO'}, {run.iterations} iterations"),
        ("log-likelihood", f"{run.log_likelihood:.3f}"),
        ("AIC, BIC", f"{run.aic:.1f}, {run.bic:.1f} ({run.parameter_count} parameters)"),
        ("ability", f"mean {_value(run.latent_mean)}, sd {_value(run.latent_sd)}"),
        ("reliability", "-" if run.reliability is None else f"{run.reliability:.3f}"),
        ("reporting scale", scale),
        ("anchors dropped", ", ".join(one.item for one in run.drift if one.drifted) or "none"),
        ("input", run.input_hash),
    ]


def _items(run: CalibrationRun) -> RenderableType:
    columns = ("item", "role", "seen", "right", "a", "b", "before", "infit", "p", "look at")
    return table(columns, [tuple(_row(row)) for row in run.items])


def _row(row: ItemRow) -> Iterator[object]:
    fit = row.fit
    yield row.item
    yield row.role
    yield row.presented
    yield f"{row.right / row.presented:.0%}" if row.presented else None
    yield _value(row.a)
    yield _value(row.b)
    yield f"{row.before_b:.2f}"
    yield None if fit is None or fit.infit is None else f"{fit.infit:.2f}"
    yield None if fit is None or fit.p is None else f"{fit.p:.3f}"
    yield ", ".join(row.flags)


def _value(one: Value | None) -> str | None:
    if one is None:
        return None
    return f"{one.value:.2f}" + ("" if one.error is None else f" ±{one.error:.2f}")


def _next(run: CalibrationRun) -> str:
    if not run.converged:
        return "This run has not converged: nothing of it can be accepted."
    return f"Nothing is in force yet: adept calibration accept {run.id} --items clear ..."
