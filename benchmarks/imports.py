"""What starting costs: imports and commands beside the libraries that they stand on.

Processor time of whole processes, their end included. Floor and measured run by turns, so that
other work on the machine touches both; all bytecode is written before, as after an installation.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

TURNS = 5
NUMERICS = "import numpy, scipy.special, scipy.optimize"
FLOOR = f"import fastapi, sqlalchemy, pydantic_settings, jinja2, structlog, psycopg; {NUMERICS}"
ADEPT = ("-c", "from app.cli import main; main()")
WINDOW = ("--exam", "cim-l6-smm", "--opens", "2027-03-01", "--closes", "2027-03-15")


def spent(words: Sequence[str], environment: dict[str, str]) -> float:
    """Return the seconds of processor time that a run of Python takes from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, *words], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def runs(turn: int) -> dict[str, tuple[str, ...]]:
    """Return what is measured in a turn."""
    return {
        "libraries": ("-c", FLOOR),
        "import app.main": ("-c", "import app.main"),
        "numerics": ("-c", NUMERICS),
        "import psychometrics": ("-c", "import psychometrics"),
        "adept --help": (*ADEPT, "--help"),
        "adept booking add": (*ADEPT, "booking", "add", f"N{turn}", "w"),
    }


def measure(folder: Path) -> dict[str, float]:
    """Return the median of each over the turns; the turn before them writes the bytecode."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADEPT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    environment = {
        **kept,
        "ADEPT_DATA_DIR": str(folder),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    spent((*ADEPT, "migrate"), environment)
    spent((*ADEPT, "window", "add", "w", *WINDOW), environment)
    for turn in range(TURNS + 1):
        spent((*ADEPT, "candidate", "add", f"N{turn}", f"Person {turn}"), environment)
    found = [
        {name: spent(words, environment) for name, words in runs(turn).items()}
        for turn in range(TURNS + 1)
    ][1:]
    return {name: median(turn[name] for turn in found) for name in runs(0)}


def report() -> None:
    """Print the table."""
    with TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print(f"\nStarting (seconds of processor time, medians of {TURNS})")
    print(f"{'what':>22} {'s':>6} {'floor':>6} {'s / floor':>10} {'s - floor':>10}")
    for name, floor in (("import app.main", "libraries"), ("import psychometrics", "numerics")):
        own, least = found[name], found[floor]
        print(f"{name:>22} {own:6.2f} {least:6.2f} {own / least:10.2f} {own - least:10.2f}")
    for name in ("adept --help", "adept booking add"):
        print(f"{name:>22} {found[name]:6.2f}")
