"""`adept item`: items held back in the middle of a window."""

from typing import Annotated

import typer

from app.cli.command import command, noun
from app.cli.output import Output, instant, line, table
from app.cli.sitting import Reason
from app.cli.station import actor, claimed, opened
from app.services.bank import suspend as suspending

room = noun("Items: held back from new papers, and given again.")

Item = Annotated[str, typer.Argument(help="The item's id.")]
By = Annotated[str, typer.Option(help="The email of the chair or psychometrician.")]


@command(room)
def suspend(
    out: Output,
    item: Item,
    *,
    reason: Reason,
    by: By,
    force: Annotated[
        bool, typer.Option(help="Even where papers of a window cannot be made without it.")
    ] = False,
) -> None:
    """Hold an item back: nobody new gets it; who was given it keeps it, and it counts for them.

    Example: `adept item suspend SMM-1.1-07 --reason "seen on a forum" --by ada@x.example`
    """
    with opened() as here, here.database.begin() as tx:
        made = suspending.suspend_item(tx, item, reason=reason, actor=claimed(tx, by), force=force)
        holders = suspending.holders(tx, item)
    value = {"suspension": made, "held_by": holders}
    said = f"Item {item} is suspended. Sittings in progress that go on with it: {holders}."
    out.report(value, line(said))


@command(room)
def resume(out: Output, item: Item, *, reason: Reason, by: By) -> None:
    """Lift an item's suspension: papers may hold it again.

    Example: `adept item resume SMM-1.1-07 --reason "it was another one" --by ada@x.example`
    """
    with opened() as here, here.database.begin() as tx:
        lifted = suspending.resume_item(tx, item, reason=reason, actor=claimed(tx, by))
    out.report(lifted, line(f"Item {item} may be given again."))


@command(room, "list")
def list_(out: Output) -> None:
    """List every suspension, newest first; those in force have no end.

    Example: `adept item list`
    """
    with opened() as here, here.database.read() as tx:
        found = suspending.suspensions(tx, actor=actor())
    rows = [
        (
            one.item,
            instant(one.suspended_at),
            one.suspended_by,
            one.reason,
            None if one.lifted_at is None else instant(one.lifted_at),
            one.lifted_by,
            one.lift_reason,
        )
        for one in found
    ]
    columns = ("item", "suspended", "by", "reason", "resumed", "by", "reason")
    out.report(found, table(columns, rows) if rows else line("No item has been suspended."))
