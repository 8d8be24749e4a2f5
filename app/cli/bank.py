"""`adept bank`: the item bank."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import REFUSED, command, noun
from app.cli.output import Output, line, table
from app.services.bank import starter
from itembank.frameworks.framework import Framework
from itembank.items.item import read_items

room = noun("The item bank.")


@command(room)
def lint(
    out: Output,
    file: Annotated[
        Path | None, typer.Argument(help="A JSON list of items; by default the shipped bank.")
    ] = None,
    *,
    framework: Annotated[
        Path | None, typer.Option(help="The framework file; by default the shipped one.")
    ] = None,
) -> None:
    """Say what a careful reviewer would say of each item, and of the bank as a whole.

    It needs no database. Exit code 1 says that there are findings.

    Example: `adept bank lint my-items.json --framework my-framework.json`
    """
    shipped = starter.read_starter()
    syllabus = shipped.framework if framework is None else Framework.read(framework)
    items = shipped.items if file is None else read_items(file, syllabus.id)
    found = starter.lint_items(items, syllabus)
    rows = [(one.item, one.rule.replace("_", " "), one.reason) for one in found]
    shown = [table(("item", "rule", "reason"), rows)] if rows else []
    said = f"{len(items)} items, {len(found)} findings."
    out.report({"items": len(items), "findings": found}, *shown, line(said))
    if found:
        raise typer.Exit(REFUSED)
