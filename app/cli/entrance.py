"""The entrance of `adept`: its rooms of commands, and what every one of them does first."""

import typer

from app.cli import (
    audit,
    bank,
    booking,
    calibration,
    candidate,
    client,
    demo,
    doctor,
    exam,
    grade,
    item,
    replay,
    serve,
    simulate,
    sitting,
    staff,
    upkeep,
    window,
)

ROOMS = {
    "candidate": candidate.room,
    "booking": booking.room,
    "sitting": sitting.room,
    "window": window.room,
    "exam": exam.room,
    "calibration": calibration.room,
    "bank": bank.room,
    "item": item.room,
    "staff": staff.room,
    "client": client.room,
    "audit": audit.room,
}
SINGLE = (
    upkeep.room,
    serve.room,
    demo.room,
    calibration.single,
    grade.room,
    replay.room,
    simulate.room,
    doctor.room,
)

app = typer.Typer(
    name="adept",
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
for name, room in ROOMS.items():
    app.add_typer(room, name=name)
for room in SINGLE:
    app.registered_commands += room.registered_commands


def main() -> None:
    """Run the command line."""
    app()
