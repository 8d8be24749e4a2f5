"""`adept booking`: who sits in which window, with how much time, and with which code."""

from collections.abc import Iterator
from typing import Annotated

import typer

from app.cli import candidate
from app.cli.command import command, noun
from app.cli.output import Output, facts, instant, line, percent, table
from app.cli.station import actor, opened
from app.errors import Invalid
from app.exam.people.people import Booking
from app.services.people import bookings
from app.services.people.bookings import Issued
from app.services.people.keys import load_keys
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows

room = noun("Bookings: who sits in which window, with how much time.")
PAGE = 500
ONCE = "The access code is shown this once and kept nowhere. Give it to the candidate."

Name = Annotated[str, typer.Argument(help="The booking's id.")]


@command(room)
def add(
    out: Output,
    number: candidate.Number,
    window: Annotated[str, typer.Argument(help="The window's id.")],
    *,
    extra_time: Annotated[
        float, typer.Option(help="Extra time in percent of the exam's minutes: 25 for 25 %.")
    ] = 0.0,
) -> None:
    """Book a candidate into a window, and print the access code once.

    Example: `adept booking add M-1024 autumn-2026 --extra-time 25`
    """
    share = _share(extra_time)
    with opened() as here, here.database.begin() as tx:
        issued = bookings.book(
            tx,
            candidate.find(tx, number).id,
            window,
            extra_time=share,
            keys=load_keys(tx),
            actor=actor(),
        )
    _report(out, issued)


@command(room, "list")
def list_(
    out: Output, *, window: Annotated[str | None, typer.Option(help="Only this window.")] = None
) -> None:
    """List bookings, of one window or of all.

    Example: `adept booking list --window autumn-2026`
    """
    with opened() as here, here.database.read() as tx:
        if window is not None:
            windows.load(tx, window, reach=actor().reach)
        found = [
            (one, people.candidate(tx, one.candidate_id, reach=actor().reach).membership_number)
            for one in _every(tx, window)
        ]
    rows = [(number, one.window_id, percent(one.extra_time), one.id) for one, number in found]
    out.report(
        [{**_value(one), "membership_number": number} for one, number in found],
        table(("number", "window", "extra time", "booking"), rows),
    )


@command(room)
def show(out: Output, booking: Name) -> None:
    """Show a booking with its candidate and its sitting.

    Example: `adept booking show 0b1c...`
    """
    with opened() as here, here.database.read() as tx:
        found = people.booking(tx, booking, reach=actor().reach)
        who = people.candidate(tx, found.candidate_id, reach=actor().reach)
        sitting = sittings.of_booking(tx, found.id)
    number = {"membership_number": who.membership_number, "name": who.name, "sitting": sitting}
    out.report(
        {**_value(found), **number},
        facts(
            [
                ("booking", found.id),
                ("candidate", f"{who.name} ({who.membership_number})"),
                ("window", found.window_id),
                ("extra time", percent(found.extra_time)),
                ("code issued", instant(found.code_issued_at)),
                ("sitting", sitting),
            ]
        ),
    )


@command(room)
def reissue(
    out: Output,
    booking: Name,
    *,
    reason: Annotated[str, typer.Option(help="Why; it becomes part of the record.")],
) -> None:
    """Issue a new access code, print it once, and end the old one.

    Example: `adept booking reissue 0b1c... --reason "code lost, identity checked"`
    """
    with opened() as here, here.database.begin() as tx:
        issued = bookings.reissue_code(tx, booking, reason, keys=load_keys(tx), actor=actor())
    _report(out, issued)


def _every(tx: Transaction, window: str | None) -> Iterator[Booking]:
    page = people.bookings_page(tx, window, reach=actor().reach, most=PAGE)
    while page:
        yield from page
        page = people.bookings_page(tx, window, reach=actor().reach, after=page[-1].id, most=PAGE)


def _share(percentage: float) -> float:
    if 0 < percentage < 1:
        words = (
            f"--extra-time is in percent, and {percentage:g} % is hardly meant: "
            f"write {100 * percentage:g} for {100 * percentage:g} %."
        )
        raise Invalid("extra_time", words)
    most = 100 * bookings.MOST_EXTRA_TIME
    if not 0 <= percentage <= most:
        raise Invalid("extra_time", f"Give --extra-time in percent, from 0 to {most:g}.")
    return percentage / 100


def _value(one: Booking) -> dict[str, object]:
    return {
        "booking": one.id,
        "candidate": one.candidate_id,
        "window": one.window_id,
        "extra_time": one.extra_time,
        "code_issued_at": one.code_issued_at,
        "created_at": one.created_at,
    }


def _report(out: Output, issued: Issued) -> None:
    made = issued.booking
    out.report(
        {**_value(made), "access_code": issued.access_code},
        facts(
            [
                ("booking", made.id),
                ("window", made.window_id),
                ("extra time", percent(made.extra_time)),
                ("access code", issued.access_code),
            ]
        ),
        line(ONCE),
    )
