"""The entrance of `adept`: it lists the table of commands, and loads the one that is called.

This is one of the two doors that load late: a command loads what it needs and no other's, and
help loads none. What all commands need together takes over a second to import.
"""

from importlib import import_module  # noqa: TID251 - the table of commands loads late

import typer
from typer._click.core import Command, Context  # typer gives them no public name
from typer.core import TyperGroup
from typer.main import get_group

from app.cli.table import ROOMS, SINGLE


class Table(TyperGroup):
    """The table as typer's group: it holds what a list says, and resolves to the real command."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Return the command that is called, loaded, with its own arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load(name), rest


def load(name: str) -> Command:
    """Return a command or a room of the table from its module."""
    module = import_module(f"app.cli.{(SINGLE | ROOMS)[name].module}")
    place = typer.Typer(rich_markup_mode="markdown")
    if name in ROOMS:
        place.add_typer(module.room, name=name)
    else:
        place.registered_commands += module.single.registered_commands
    return get_group(place).commands[name]


def _listed() -> None:
    """Stand in a list for a command that is not loaded."""


app = typer.Typer(
    name="adept",
    cls=Table,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Adept, an adaptive exam engine. It reads ADEPT_DATABASE_URL and ADEPT_DATA_DIR.\n\n"
    "Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong usage. "
    "Every command has `--json` for machines.\n\n"
    "First steps: `adept migrate`, then `adept doctor`, then `adept serve`.",
)
for name, entry in (SINGLE | ROOMS).items():
    app.command(name, help=entry.words)(_listed)


def main() -> None:
    """Run the command line."""
    app()
