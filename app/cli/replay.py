"""`adept replay`: a sitting derived again from its record."""

import typer

from app.cli.command import REFUSED, command
from app.cli.output import Output, line, table
from app.cli.sitting import Name
from app.cli.station import opened
from app.services.replay import replay as derive

room = typer.Typer()


@command(room)
def replay(out: Output, sitting: Name) -> None:
    """Derive every item choice, theta and mark of a sitting again, and say where they differ.

    Exit code 1 says that something differs.

    Example: `adept replay 3f9a...`
    """
    with opened() as here, here.database.read() as tx:
        found = derive(tx, sitting)
    blocks = [
        (one.block, f"{one.theta:+.3f}", f"{one.sem:.3f}", ", ".join(one.items))
        for one in found.blocks
    ]
    rows = [(one.where, one.recorded, one.derived) for one in found.differences]
    differences = [table(("where", "recorded", "derived"), rows, title="Differences")]
    mark = "no mark: it has not ended"
    if found.result is not None:
        mark = f"mark {found.result.mark}, band {found.result.band}"
    agreed = "differs from its record" if rows else "agrees with its record"
    out.report(
        found,
        table(("block", "theta", "SEM", "items"), blocks),
        *(differences if rows else []),
        line(f"{found.events} events, {found.state}, {mark}: the sitting {agreed}."),
    )
    if rows:
        raise typer.Exit(REFUSED)
