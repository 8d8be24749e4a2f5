"""Calibrating a closed window: its responses from the store, and one immutable run back into it."""

import csv
import io
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from app.errors import Refused
from app.exam.calibration.calibration import (
    CalibrationRequest,
    Origin,
    Sources,
    calibrate_responses,
)
from app.exam.calibration.collected import Cell, cells_of, collect
from app.exam.calibration.cross_check import TwoEngines, compare_engines
from app.exam.people.permissions import Act, Actor, require
from app.exam.sitting.chain import stamp
from app.exam.sitting.sitting import ENDED
from app.exam.window.window import Window, require_ended
from app.progress import Progress, silent
from app.services.people.keys import digest
from app.services.sitting import sit
from app.services.window import exam_windows
from app.store import audit
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Database, Transaction
from app.store.private_files import private_file
from app.store.sitting import sittings
from app.store.window import windows
from itembank.calibration import CalibrationRun
from itembank.items.item import ItemVersion

LONGEST_ID = 64
COLUMNS = ("sitting", "item", "version", "criterion", "option", "score")
PACKAGES = ("adept", "numpy", "scipy", "girth")


@dataclass(frozen=True, slots=True)
class WindowData:
    """What a calibration of a window starts from."""

    window: Window
    sources: Sources
    runs: int


def calibrate_window(
    database: Database,
    window: str,
    request: CalibrationRequest,
    *,
    actor: Actor,
    progress: Progress = silent,
) -> CalibrationRun:
    """Calibrate a closed window's items and keep the run; it is in force only once accepted.

    Reading and estimating hold no lock: candidates of other windows sit on meanwhile.
    """
    require(actor, Act.CALIBRATE)
    with database.begin() as tx:
        while sit.end_overdue(tx, actor.at):
            pass
    with database.read() as tx:
        data = window_data(tx, window, actor=actor, progress=progress)
    origin = Origin(
        id=run_id(data.runs + 1, window),
        window=window,
        made_at=stamp(actor.at),
        by=actor.name,
        versions={name: version(name) for name in PACKAGES},
    )
    run = calibrate_responses(data.sources, request, origin=origin, progress=progress)
    with database.begin() as tx:
        calibrations.add(tx, run, actor.at)
        detail = {"run": run.id, "input": run.input_hash, "converged": run.converged}
        audit.note(tx, actor, "window.calibrated", window, detail)
    return run


def run_id(number: int, window: str) -> str:
    """Return a run's id: short enough to keep, and never another window's."""
    name = f"cal-{number}-{window}"
    return name if len(name) <= LONGEST_ID else f"{name[: LONGEST_ID - 9]}-{digest(window)[:8]}"


def cross_check_window(
    database: Database,
    window: str,
    model: Literal["rasch", "1pl", "2pl"],
    *,
    actor: Actor,
    progress: Progress = silent,
) -> TwoEngines:
    """Compare our engine with girth on fixed forms or random papers; nothing is kept."""
    with database.read() as tx:
        data = window_data(tx, window, actor=actor, progress=progress)
    return compare_engines(data.sources, model)


def write_responses(
    database: Database, window: str, path: Path, *, actor: Actor, progress: Progress = silent
) -> int:
    """Write a window's responses as a table, one delivered item a row; return how many.

    Persons are sitting ids. The file is its owner's alone: options and scores give keys away.
    """
    with database.read() as tx:
        sources = window_data(tx, window, actor=actor, progress=progress).sources
    exam = sources.edition.exam
    criterion = {(one.id, one.version): exam.criterion_of(one) for one in sources.collected.items}
    with private_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(
            (
                *(one.sitting, one.item, one.version, criterion[(one.item, one.version)]),
                *(" ".join(one.response), one.score),
            )
            for one in sources.collected.cells
        )
        text.detach()
    return len(sources.collected.cells)


def window_data(
    tx: Transaction, window: str, *, actor: Actor, progress: Progress = silent
) -> WindowData:
    """Return the responses of a closed window with the exam they are to."""
    require(actor, Act.CALIBRATE)
    found = windows.load(tx, window, reach=actor.reach)
    view = exam_windows.counted(tx, found, actor.at)
    require_ended(found, view.tally, actor.at)
    edition = bank.load_edition(tx, found.exam, found.exam_version)
    cells: list[Cell] = []
    met: dict[tuple[str, int], ItemVersion] = {}
    done = 0
    for sitting in sittings.whole(tx, window):
        if sitting.state in ENDED:
            own = bank.edition_of(tx, sitting.made)
            cells += cells_of(sitting, own)
            met |= {(one.item, one.version): own.item(one.item) for one in sitting.places}
            done += 1
            progress(done, view.ended)
    if not cells:
        raise Refused(f"Nobody has sat in window '{window}', so there is nothing to calibrate.")
    return WindowData(
        window=found,
        sources=Sources(
            collected=collect(cells, met.values(), edition),
            edition=edition,
            scale=calibrations.newest_scale(tx, found.exam),
        ),
        runs=calibrations.count_of_window(tx, window),
    )
