"""`adept window`: when an exam can be started."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.command import command, noun
from app.cli.exposure import exposure_tables
from app.cli.output import Output, instant, line, table
from app.cli.sitting import Minutes, Reason
from app.cli.station import actor, claimed, opened
from app.cli.station import instant as written
from app.exam.window.window import Window
from app.services.award import grade
from app.services.window import exam_windows
from app.services.window import exposure as exposures
from app.services.window.exam_windows import Plan, WindowView

room = noun("Windows: when an exam can be started.")

Name = Annotated[str, typer.Argument(help="The window's id.")]
INSTANT = "Like 2026-12-01T09:00, in UTC unless an offset is given."


@command(room, "list")
def list_(out: Output) -> None:
    """List the windows with their counts.

    Example: `adept window list`
    """
    with opened() as here, here.database.read() as tx:
        found = exam_windows.views(tx, actor=actor())
    rows = [
        (
            view.window.id,
            view.phase,
            f"{view.window.exam} v{view.window.exam_version}",
            instant(view.window.opens),
            instant(view.window.closes),
            view.booked,
            view.in_progress,
            view.ended,
        )
        for view in found
    ]
    columns = ("window", "phase", "exam", "opens", "closes", "booked", "in progress", "ended")
    out.report([_value(view) for view in found], table(columns, rows))


@command(room)
def add(  # noqa: PLR0913 - a command's options are its arguments
    out: Output,
    window: Annotated[str, typer.Argument(help="An id of your own, like autumn-2026.")],
    *,
    exam: Annotated[str, typer.Option(help="The exam's code; its newest version is used.")],
    opens: Annotated[str, typer.Option(help=f"When it opens. {INSTANT}")],
    closes: Annotated[str, typer.Option(help=f"When it closes. {INSTANT}")],
    title: Annotated[str, typer.Option(help="What people read; by default the id.")] = "",
) -> None:
    """Plan a window in which an exam can be started.

    Example: `adept window add w1 --exam cim-l6-smm --opens 2026-12-01T09:00 --closes 2026-12-12`
    """
    opens_at, closes_at = written(opens, "opens"), written(closes, "closes")
    with opened() as here, here.database.begin() as tx:
        made = exam_windows.plan(
            tx, Plan(window, title or window, exam, opens_at, closes_at), actor=actor()
        )
    _report(out, made, "planned")


@command(room, "open")
def open_(
    out: Output,
    window: Name,
    *,
    until: Annotated[str | None, typer.Option(help=f"Until when. {INSTANT}")] = None,
) -> None:
    """Open a window now, or open a closed one again.

    Example: `adept window open autumn-2026 --until 2026-12-13T18:00`
    """
    end = None if until is None else written(until, "until")
    with opened() as here, here.database.begin() as tx:
        made = exam_windows.open_now(tx, window, until=end, actor=actor())
    _report(out, made, "open")


@command(room)
def close(out: Output, window: Name) -> None:
    """Close a window now: nothing starts any more, sittings in progress keep their time.

    Example: `adept window close autumn-2026`
    """
    with opened() as here, here.database.begin() as tx:
        made = exam_windows.close_now(tx, window, actor=actor())
    _report(out, made, "closed")


@command(room)
def extend(
    out: Output,
    window: Name,
    *,
    minutes: Minutes,
    reason: Reason,
    since: Annotated[
        str | None, typer.Option(help="When the outage began; by default MINUTES ago.")
    ] = None,
) -> None:
    """Give time to every sitting of a window that an outage cut into.

    Sittings handed in, or ended before the outage, are left alone.

    Example: `adept window extend autumn-2026 --minutes 20 --reason "power cut"`
    """
    start = None if since is None else written(since, "since")
    with opened() as here, here.database.begin() as tx:
        names = exam_windows.extend_window(
            tx, window, minutes=minutes, reason=reason, since=start, actor=actor()
        )
    value = {"window": window, "minutes": minutes, "sittings": names}
    out.report(value, line(f"Given {minutes:g} minutes to {len(names)} sittings."))


@command(room)
def credit(
    out: Output,
    window: Name,
    *,
    item: Annotated[str, typer.Option(help="The item's id.")],
    reason: Reason,
    by: Annotated[str, typer.Option(help="The email of the chair or psychometrician.")],
) -> None:
    """Credit everyone of a closed window with an item; marks can only rise. Then grade it again.

    Example: `adept window credit autumn-2026 --item 1.2-07 --reason "two keys" --by ada@x.example`
    """
    with opened() as here, here.database.begin() as tx:
        grade.credit(tx, window, item, reason, actor=claimed(tx, by))
    value = {"window": window, "item": item, "reason": reason}
    out.report(value, line(f"Item {item} is credited to all. Now: adept grade --window {window}"))


@command(room)
def exposure(out: Output, window: Name) -> None:
    """Show how often a window's items have been met so far, most met first.

    Groups are of ability, the lowest first; what two papers share is their overlap.

    Example: `adept window exposure autumn-2026`
    """
    with opened() as here, here.database.read() as tx:
        found = exposures.exposure_report(tx, window, actor=actor())
    out.report(found, *exposure_tables(found))


@command(room)
def recount(out: Output, window: Name) -> None:
    """Count the exposure of a window's exam again from the records, where `adept doctor` says so.

    Blocks that are due meanwhile wait.

    Example: `adept window recount autumn-2026`
    """
    with opened() as here, here.database.begin() as tx:
        wrong = exposures.rebuild(tx, window, actor=actor())
    said = f"Counted again; {wrong} of the counts were wrong." if wrong else "The counts are right."
    out.report({"window": window, "wrong": wrong}, line(said))


def _value(view: WindowView) -> dict[str, object]:
    return {
        "window": view.window,
        "opens": view.window.opens,
        "closes": view.window.closes,
        "phase": view.phase,
        "booked": view.booked,
        "in_progress": view.in_progress,
        "ended": view.ended,
        "bands": view.outcomes,
        "provisional": view.provisional,
    }


def _report(out: Output, window: Window, state: str) -> None:
    span = f"{instant(window.opens)} to {instant(window.closes)}"
    value = {**asdict(window), "opens": window.opens, "closes": window.closes}
    out.report(value, line(f"Window {window.id} is {state}: {span}."))
