"""`adept staff`: the people of the board."""

import sys
from typing import Annotated

import typer

from app import ambient
from app.cli.command import command, noun
from app.cli.output import Output, facts, line, table
from app.cli.station import opened
from app.exam.people.permissions import Role
from app.services.people import access
from app.store.people import access as kept

room = noun("Staff: the people of the board.")


@command(room)
def add(
    out: Output,
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
    *,
    role: Annotated[list[Role], typer.Option(help="What they are; may be given more than once.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line.")
    ] = False,
) -> None:
    """Register a member of staff; a password is made and printed once, unless you give one.

    Example: `adept staff add chair@centre.example --role chair --role author`
    """
    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    password = given if given is not None else ambient.fresh_secret()
    with opened() as here, here.database.begin() as tx:
        member = access.add_staff(tx, email, password, frozenset(role), settings=here.settings)
    value: dict[str, object] = {
        "id": member.id,
        "email": member.email,
        "roles": sorted(member.roles),
    }
    shown: list[tuple[str, object]] = [("email", member.email), ("roles", _roles(member.roles))]
    if given is None:
        value["password"] = password
        shown.append(("password", password))
    once = [] if given is not None else [line("The password is shown this once and kept nowhere.")]
    out.report(value, facts(shown), *once)


@command(room, "list")
def list_(out: Output) -> None:
    """List the staff with their roles.

    Example: `adept staff list`
    """
    with opened() as here, here.database.read() as tx:
        found = kept.staff_list(tx)
    out.report(
        [{"id": one.id, "email": one.email, "roles": sorted(one.roles)} for one in found],
        table(("email", "roles"), [(one.email, _roles(one.roles)) for one in found]),
    )


def _roles(roles: frozenset[str]) -> str:
    return ", ".join(sorted(roles))
