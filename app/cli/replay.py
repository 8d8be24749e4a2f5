"""`adept replay`: sittings derived again from their records."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import RenderableType

from app.cli.command import REFUSED, command
from app.cli.output import Output, line, table
from app.cli.station import actor, opened
from app.exam.award.award import Award
from app.exam.award.record import record_of
from app.services.upkeep import replay as derive
from app.services.upkeep.replay import Replay

single = typer.Typer()

Sitting = Annotated[str | None, typer.Argument(help="The sitting's id.")]
Window = Annotated[str | None, typer.Option(help="Replay every sitting of this window instead.")]


@command(single)
def replay(out: Output, sitting: Sitting = None, *, window: Window = None) -> None:
    """Derive every item choice, theta and mark again, and say where they differ from the record.

    Exit code 1 says that something differs.

    Example: `adept replay 3f9a...`, or `adept replay --window autumn-2026`
    """
    if (sitting is None) == (window is None):
        raise typer.BadParameter("Name a sitting, or a window with --window.")
    with opened() as here, here.database.read() as tx:
        if sitting is not None:
            found = [derive.replay(tx, sitting, actor=actor())]
            out.report(_value(found[0]), *_sitting(found[0]))
        else:
            with out.progress("Replaying") as step:
                found = derive.replay_window(tx, str(window), actor=actor(), progress=step)
            out.report([_value(one) for one in found], *_window(found))
    if any(one.differences for one in found):
        raise typer.Exit(REFUSED)


def _value(found: Replay) -> dict[str, object]:
    result = None if found.result is None else record_of(found.result)
    return {**asdict(found), "result": result}


def _award(award: Award) -> str:
    return award.words if award.mark is None else f"mark {award.mark}, band {award.outcome}"


def _sitting(found: Replay) -> list[RenderableType]:
    blocks = [
        (one.block, f"{one.theta:+.3f}", f"{one.sem:.3f}", ", ".join(one.items))
        for one in found.blocks
    ]
    mark = "no mark: it has not ended"
    if found.result is not None:
        mark = _award(found.result.award)
    unproven = [str(one.block) for one in found.blocks if not one.is_proven_best]
    cut_off = (
        f"The search for block {', '.join(unproven)} was cut off by time: its paper is checked to "
        "meet the blueprint, not to be the best."
    )
    agreed = "differs from its record" if found.differences else "agrees with its record"
    return [
        table(("block", "theta", "SEM", "items"), blocks),
        *_differences([found]),
        *([line(cut_off)] if unproven else []),
        line(f"{found.events} events, {found.state}, {mark}: the sitting {agreed}."),
    ]


def _window(found: Sequence[Replay]) -> list[RenderableType]:
    differ = sum(bool(one.differences) for one in found)
    said = f"{len(found)} sittings replayed, {differ} differ from their records."
    return [*_differences(found), line(said)]


def _differences(found: Sequence[Replay]) -> list[RenderableType]:
    rows = [
        (one.sitting, part.where, part.recorded, part.derived)
        for one in found
        for part in one.differences
    ]
    heads = ("sitting", "where", "recorded", "derived")
    return [table(heads, rows, title="Differences")] if rows else []
