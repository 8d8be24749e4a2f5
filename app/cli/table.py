"""The table of commands: where each lives, and the sentence that tells it in a list.

`adept --help` reads this table and loads no command, so that it answers at once; a command's
module is loaded when the command is called.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """A module of `app.cli`, and what a list says of its command or room."""

    module: str
    words: str


# Typed alone; in the module's `single`.
SINGLE = {
    "migrate": Entry(
        "upkeep",
        "Bring the database to this version's schema, and load the starter data into an empty one.",
    ),
    "backup": Entry(
        "upkeep",
        "Write the whole database, as it is at one instant, to a file; exams may go on meanwhile.",
    ),
    "restore": Entry("upkeep", "Put a backup into an unused database: all of it, or nothing."),
    "serve": Entry(
        "serve",
        "Serve the candidates' pages, the board's and the API; Ctrl-C or SIGTERM stops it cleanly.",
    ),
    "demo": Entry(
        "demo",
        "Run two windows of an exam of its own with simulated candidates, and calibrate between.",
    ),
    "calibrate": Entry(
        "calibration",
        "Calibrate the items of a closed window, and keep the run. Nothing is in force yet.",
    ),
    "grade": Entry(
        "grade",
        "Grade every ended sitting of a closed window; again: anew, until it is released.",
    ),
    "release": Entry("grade", "Release the results of a graded window, by two different chairs."),
    "replay": Entry(
        "replay",
        "Derive every item choice, theta and mark again, "
        "and say where they differ from the record.",
    ),
    "simulate": Entry(
        "simulate",
        "Simulate candidates before a window opens: precision, grades, exposure, and the bank.",
    ),
    "doctor": Entry(
        "doctor",
        "Look at everything an exam rests on, and say what to do where something is not well.",
    ),
}

# The first word of several commands; in the module's `room`.
ROOMS = {
    "candidate": Entry("candidate", "Candidates: the people who can be booked."),
    "booking": Entry("booking", "Bookings: who sits in which window, with how much time."),
    "sitting": Entry("sitting", "Sittings: papers being sat, and time given to them."),
    "window": Entry("window", "Windows: when an exam can be started."),
    "exam": Entry("exam", "Exams: what is sat, and whether it can be run."),
    "calibration": Entry(
        "calibration", "Calibration runs: what they found, and which are in force."
    ),
    "bank": Entry("bank", "The item bank."),
    "item": Entry("item", "Items: held back from new papers, and given again."),
    "staff": Entry("staff", "Staff: the people of the board."),
    "client": Entry("client", "Programs that call the API, with client credentials."),
    "audit": Entry("audit", "The record of every sitting, and whether it is what was written."),
}
