"""Every command teaches by an example, speaks to machines, and knows wrong usage."""

from importlib import import_module  # noqa: TID251 - to hold the table against its modules
from pathlib import Path

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from app.cli import entrance
from app.cli.entrance import app, load
from app.cli.table import ROOMS, SINGLE


def commands() -> dict[str, list[str]]:
    """Return every command as it is typed, with its options."""
    typed = {name: load(name) for name in SINGLE}
    for name in ROOMS:
        within = getattr(load(name), "commands", {})
        typed |= {f"{name} {inner}": one for inner, one in within.items()}
    return {
        name: [opt for param in one.params for opt in param.opts] for name, one in typed.items()
    }


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


@pytest.mark.parametrize("name", [*SINGLE, *ROOMS])
def test_the_table_says_of_a_command_what_its_module_says(name: str) -> None:
    told = (load(name).help or "").split("\n\n")[0]
    assert " ".join(told.split()) == (SINGLE | ROOMS)[name].words


def test_the_table_holds_all_that_the_modules_hold() -> None:
    folder = Path(entrance.__file__).parent
    modules = {path.stem: import_module(f"app.cli.{path.stem}") for path in folder.glob("*.py")}
    alone = {
        name: place
        for place, module in modules.items()
        if hasattr(module, "single")
        for name in get_group(module.single).commands
    }
    assert alone == {name: entry.module for name, entry in SINGLE.items()}
    rooms = {place for place, module in modules.items() if hasattr(module, "room")}
    assert rooms == {entry.module for entry in ROOMS.values()}


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
