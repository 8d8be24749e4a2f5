"""`adept candidate`: the people who can be booked."""

from collections.abc import Iterator
from typing import Annotated

import typer

from app.cli.command import command, noun
from app.cli.output import Output, facts, instant, percent, table
from app.cli.station import actor, opened
from app.errors import Invalid
from app.exam.people.people import Candidate
from app.exam.people.typed import number_key
from app.services.people import bookings
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from itembank.text import trimmed

room = noun("Candidates: the people who can be booked.")
PAGE = 500

Number = Annotated[str, typer.Argument(help="The candidate's membership number.")]


@command(room)
def add(
    out: Output, number: Number, name: Annotated[str, typer.Argument(help="The full name.")]
) -> None:
    """Register a candidate under a membership number of their own.

    Example: `adept candidate add M-1024 "Ada Osei"`
    """
    with opened() as here, here.database.begin() as tx:
        made = bookings.add_candidate(tx, number, name, actor=actor())
    out.report(made, facts([("id", made.id), *_who(made)]))


@command(room, "list")
def list_(out: Output) -> None:
    """List every candidate.

    Example: `adept candidate list --json | jq -r '.[].membership_number'`
    """
    with opened() as here, here.database.read() as tx:
        found = list(every(tx))
    rows = [(one.membership_number, one.name, instant(one.created_at), one.id) for one in found]
    out.report(found, table(("number", "name", "since", "id"), rows))


@command(room)
def show(out: Output, number: Number) -> None:
    """Show a candidate with their bookings; the id is understood too.

    Example: `adept candidate show M-1024`
    """
    with opened() as here, here.database.read() as tx:
        who = find(tx, number)
        booked = [
            (one, sittings.of_booking(tx, one.id))
            for one in people.bookings_of(tx, who.id, reach=actor().reach)
        ]
    value = [
        {"id": one.id, "window": one.window_id, "extra_time": one.extra_time, "sitting": sitting}
        for one, sitting in booked
    ]
    rows = [(one.window_id, percent(one.extra_time), one.id, sitting) for one, sitting in booked]
    out.report(
        {"candidate": who, "bookings": value},
        facts([("id", who.id), *_who(who)]),
        table(("window", "extra time", "booking", "sitting"), rows),
    )


def find(tx: Transaction, number: str) -> Candidate:
    """Return a candidate by membership number or by id; raise NotFound, or Invalid between two."""
    text = trimmed(number)
    reach = actor().reach
    found = people.with_key(tx, number_key(text), reach=reach)
    spelt = [one for one in found if one.membership_number == text] or found
    if len(spelt) > 1:
        ids = " or ".join(f"{one.id} ({one.name}, {one.membership_number})" for one in spelt)
        words = f"Several candidates have numbers that are compared as '{text}'. Give an id: {ids}."
        raise Invalid("number", words)
    return spelt[0] if spelt else people.candidate(tx, text, reach=reach)


def every(tx: Transaction) -> Iterator[Candidate]:
    """Yield every candidate, page by page."""
    page = people.page(tx, reach=actor().reach, most=PAGE)
    while page:
        yield from page
        page = people.page(tx, reach=actor().reach, after=page[-1].id, most=PAGE)


def _who(one: Candidate) -> list[tuple[str, object]]:
    return [
        ("membership number", one.membership_number),
        ("name", one.name),
        ("since", instant(one.created_at)),
    ]
