"""The pages about calibration runs: all of them, one, and one of its items."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.exam.people.permissions import Act
from app.services.calibration import calibration_record
from app.web.board.calibrations.item import item_page
from app.web.board.calibrations.run import run_page
from app.web.board.desk import words
from app.web.board.desk.frames import CALIBRATIONS, frame, run_address, window_address
from app.web.board.desk.pages import CalibrationsPage, Cell, Column, Table
from app.web.board.desk.session import Desk, Name, Seeing
from app.web.board.windows.windows import Asked
from app.web.deps import Tx
from app.web.rendering import render

router = APIRouter(prefix="/calibrations")

Marker = Annotated[Desk, Depends(Seeing(Act.SEE_CALIBRATIONS))]
COLUMNS = (
    Column("Run", is_tight=True),
    Column("Window", is_tight=True),
    Column("Exam"),
    Column("Made (UTC)"),
    Column("Model"),
    Column("Converged"),
    Column("Accepted (UTC)"),
    Column("By"),
)


@router.get("")
def see_runs(desk: Marker) -> Response:
    """Show every calibration run."""
    with desk.context.database.read() as tx:
        rows = _rows(desk, tx)
    runs = Table(
        "Calibration runs, the newest first",
        COLUMNS,
        rows,
        empty="No window has been calibrated yet. "
        "Calibrate a closed one: adept calibrate --window WINDOW",
    )
    page = CalibrationsPage(frame(desk, CALIBRATIONS.words), runs)
    return render(desk.request, "board/calibrations.html", page)


@router.get("/{run}")
def see_run(run: Name, desk: Marker, asked: Annotated[Asked, Depends()]) -> Response:
    """Show a calibration run with its items."""
    with desk.context.database.read() as tx:
        view = calibration_record.view(tx, run, actor=desk.actor)
    return render(desk.request, "board/calibration.html", run_page(desk, view, asked))


@router.get("/{run}/items/{item}")
def see_item(run: Name, item: Name, desk: Marker) -> Response:
    """Show an item of a calibration run."""
    with desk.context.database.read() as tx:
        view = calibration_record.view(tx, run, actor=desk.actor)
        content = calibration_record.content(tx, view.run, item)
    page = item_page(desk, view, item, content)
    return render(desk.request, "board/calibration_item.html", page)


def _rows(desk: Desk, tx: Tx) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(run.id, run_address(run.id)),
            Cell(run.window, window_address(run.window)),
            Cell(f"{run.exam}, version {run.exam_version}"),
            Cell(words.instant(run.made_at)),
            Cell(words.MODELS[run.model]),
            Cell("yes") if run.converged else Cell("", care="no"),
            Cell("not yet" if run.acceptance is None else words.stamp(run.acceptance.at)),
            Cell(words.NOTHING if run.acceptance is None else run.acceptance.by),
        )
        for run in calibration_record.runs(tx, actor=desk.actor)
    )
