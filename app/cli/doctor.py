"""`adept doctor`: whether everything is fit for an exam."""

import typer
from rich.text import Text

from app import ambient
from app.cli.command import REFUSED, command
from app.cli.output import Output, table
from app.cli.station import opened
from app.services.upkeep.doctor import Status, examine

single = typer.Typer()


@command(single)
def doctor(out: Output) -> None:
    """Look at everything an exam rests on, and say what to do where something is not well.

    Exit code 1 says that something would fail an exam.

    Example: `adept doctor --json | jq '.checks[] | select(.status != "ok")'`
    """
    with opened(migrated=False) as here:
        checks = examine(here.database, here.settings, ambient.now())
    rows = [(one.status, one.name, one.found, one.advice) for one in checks]
    failed = any(one.status is Status.FAIL for one in checks)
    value = {"ok": not failed, "checks": checks}
    said = "Something would fail an exam." if failed else "Fit for an exam."
    out.report(value, table(("", "what", "found", "what to do"), rows), Text(said))
    if failed:
        raise typer.Exit(REFUSED)
