"""`adept audit`: whether the record is what was written."""

import typer

from app.cli.command import REFUSED, command, noun
from app.cli.output import Output, line, table
from app.cli.station import opened
from app.services.upkeep import replay

room = noun("The record of every sitting, and whether it is what was written.")


@command(room)
def verify(out: Output) -> None:
    """Check the hash chain of every sitting, and name the first broken link of each.

    It finds events that were changed, removed, reordered or cut off. Exit code 1 says that it did.

    Example: `adept audit verify --json`
    """
    with (
        opened() as here,
        out.progress("Verifying chains") as step,
        here.database.read() as tx,
    ):
        found = replay.verify(tx, progress=step)
    rows = [(one.sitting, one.sequence, one.reason) for one in found.breaks]
    shown = [table(("sitting", "event", "what is wrong"), rows)] if rows else []
    said = f"{found.sittings} sittings, {found.events} events, {len(rows)} broken chains."
    out.report(found, *shown, line(said))
    if found.breaks:
        raise typer.Exit(REFUSED)
