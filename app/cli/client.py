"""`adept client`: programs that call the API."""

from typing import Annotated

import typer

from app.cli.command import command, noun
from app.cli.output import Output, facts, line
from app.cli.station import opened
from app.errors import Invalid
from app.exam.people.permissions import Scope
from app.services.people import access

room = noun("Programs that call the API, with client credentials.")
ALL = "all"


@command(room)
def add(
    out: Output,
    name: Annotated[str, typer.Argument(help="The client id, like study-centre-12.")],
    *,
    scope: Annotated[
        list[str],
        typer.Option(help=f"One of {', '.join(Scope)}, or {ALL}; may be given more than once."),
    ],
) -> None:
    """Register a program with what it may do, and print its secret once.

    Example: `adept client add study-centre-12 --scope bookings:write --scope results:read`
    """
    scopes = _scopes(scope)
    with opened() as here, here.database.begin() as tx:
        secret = access.add_client(tx, name, scopes)
    value = {"client_id": name, "client_secret": secret, "scopes": sorted(scopes)}
    shown = [
        ("client id", name),
        ("client secret", secret),
        ("scopes", ", ".join(sorted(scopes))),
    ]
    out.report(value, facts(shown), line("The secret is shown this once and kept nowhere."))


def _scopes(names: list[str]) -> frozenset[Scope]:
    if ALL in names:
        return frozenset(Scope)
    unknown = sorted(set(names) - set(Scope))
    if unknown:
        words = f"There is no scope '{unknown[0]}'. Give one of {', '.join(Scope)}, or {ALL}."
        raise Invalid("scope", words)
    return frozenset(Scope(name) for name in names)
