"""`adept sitting`: papers being sat, and time given to them."""

from typing import Annotated

import typer

from app.cli.command import command, noun
from app.cli.output import Output, facts, instant, line, table
from app.cli.station import actor, opened
from app.exam.seeing.line import SittingLine
from app.exam.seeing.result import released
from app.exam.sitting.deadline import deadline
from app.services.award.grade import result_of
from app.services.window import exam_windows
from app.store.people import people
from app.store.sitting import sittings

room = noun("Sittings: papers being sat, and time given to them.")

Name = Annotated[str, typer.Argument(help="The sitting's id.")]
Minutes = Annotated[float, typer.Option(help="How many minutes to give.")]
Reason = Annotated[str, typer.Option(help="Why; it becomes part of the record.")]


@command(room, "list")
def list_(out: Output, *, window: Annotated[str, typer.Option(help="The window's id.")]) -> None:
    """List a window's sittings: who, where they are, the time left, the last save.

    Example: `adept sitting list --window autumn-2026`
    """
    who = actor()
    with opened() as here, here.database.read() as tx:
        exam_windows.view(tx, window, actor=who)
        found = exam_windows.lines(tx, window, actor=who)
    rows = [
        (
            one.membership_number,
            one.candidate,
            one.state,
            f"{one.answered} of {one.length}",
            _left(one),
            instant(one.last_at),
            one.id,
        )
        for one in found
    ]
    columns = ("number", "name", "state", "answered", "time left", "last save", "sitting")
    out.report(found, table(columns, rows))


@command(room)
def show(out: Output, sitting: Name) -> None:
    """Show a sitting: its candidate, its clock and, once released, its result.

    Example: `adept sitting show 3f9a...`
    """
    with opened() as here, here.database.read() as tx:
        stored = sittings.load(tx, sitting, reach=actor().reach)
        found, clock = stored.sitting, stored.sitting.clock
        reach = actor().reach
        booking = people.booking(tx, found.made.booking, reach=reach)
        who = people.candidate(tx, booking.candidate_id, reach=reach)
        graded = result_of(tx, sitting, actor=actor())
    told = released(graded)
    value = {
        "sitting": found.id,
        "booking": found.made.booking,
        "window": stored.window,
        "membership_number": who.membership_number,
        "name": who.name,
        "state": found.state,
        "block": found.block,
        "delivered": len(found.places),
        "answered": sum(not one.is_blank for one in found.answers),
        "started_at": None if clock is None else clock.started_at,
        "deadline": None if clock is None else deadline(clock),
        "events": stored.event_count,
        "mark": None if told is None else told.result.award.mark,
        "band": None if told is None else told.result.award.outcome,
    }
    shown = {**value, "started_at": None, "deadline": None}
    if clock is not None:
        shown |= {"started_at": instant(clock.started_at), "deadline": instant(deadline(clock))}
    out.report(value, facts((name.replace("_", " "), one) for name, one in shown.items()))


@command(room)
def extend(out: Output, sitting: Name, *, minutes: Minutes, reason: Reason) -> None:
    """Give one sitting more time; the candidate's next page shows it.

    Example: `adept sitting extend 3f9a... --minutes 10 --reason "fire alarm"`
    """
    with opened() as here, here.database.begin() as tx:
        more = exam_windows.extend_sitting(
            tx, sitting, minutes=minutes, reason=reason, actor=actor()
        )
    end = None if more.clock is None else deadline(more.clock)
    value = {"sitting": more.id, "state": more.state, "minutes": minutes, "deadline": end}
    out.report(value, line(f"Given {minutes:g} minutes; the sitting now ends at {instant(end)}."))


def _left(one: SittingLine) -> str:
    if one.remaining is None:
        return "-"
    return f"{int(one.remaining.total_seconds() // 60)} min"
