"""Every command teaches by an example, speaks to machines, and knows wrong usage."""

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from app.cli.entrance import app


def commands() -> dict[str, list[str]]:
    """Return every command as it is typed, with its options."""
    found: dict[str, list[str]] = {}
    rooms = [("", app)] + [
        (f"{group.name} ", group.typer_instance)
        for group in app.registered_groups
        if group.typer_instance is not None
    ]
    for before, room in rooms:
        bare = typer.Typer()
        bare.registered_commands = room.registered_commands
        # A typer with one command has no group, so a second one is put beside it.
        bare.command("nothing")(lambda: None)
        group = get_command(bare)
        for name, one in getattr(group, "commands", {}).items():
            if name != "nothing":
                found[before + name] = [opt for param in one.params for opt in param.opts]
    return found


COMMANDS = commands()
WANTED = """
    candidate add, candidate list, candidate show, booking add, booking list, booking show,
    booking reissue, sitting list, sitting show, sitting extend, grade, release, backup, restore,
    serve, migrate, demo, exam list, exam show, exam check, exam save, bank lint, window list,
    window add,
    window open, window close, window extend, replay, audit verify, doctor, staff add, staff list,
    client add, calibrate, calibration list, calibration show, calibration accept,
    calibration data, calibration cross-check, window credit, window exposure, window recount,
    item suspend, item resume, item list, simulate
"""


def test_every_command_that_was_promised_is_there() -> None:
    assert set(COMMANDS) == {name.strip() for name in WANTED.split(",")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_json_and_an_example_in_its_help(name: str) -> None:
    assert "--json" in COMMANDS[name]
    shown = CliRunner().invoke(app, [*name.split(), "--help"])
    assert shown.exit_code == 0
    said = " ".join(shown.stdout.replace("│", " ").split())
    assert "Example: " in said
    assert f"adept {name}" in said


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["candidate", "add", "only-a-number"],
        ["sitting", "extend", "s", "--minutes", "many", "--reason", "r"],
        ["demo", "--candidates", "1"],
        ["serve", "--workers", "0"],
        ["staff", "add", "a@x.org", "--role", "king"],
    ],
)
def test_wrong_usage_exits_with_2(words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
