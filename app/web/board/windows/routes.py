"""The board's routes about windows: results, exposure, sittings and their replay."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.errors import Invalid, Refused
from app.exam.people.permissions import Act
from app.services.award import grade
from app.services.upkeep import replay
from app.services.window import board, exam_windows
from app.services.window.exposure import exposure_report
from app.web.board.desk.frames import sitting_address, window_address
from app.web.board.desk.session import (
    Acting,
    Asked,
    Desk,
    Name,
    Seeing,
    Typed,
    Written,
    see_other,
)
from app.web.board.windows import exposure, forms, results, sittings, windows
from app.web.problems import problem
from app.web.rendering import render

router = APIRouter()


@router.get("")
def see_windows(
    desk: Annotated[Desk, Depends(Seeing(Act.SEE_WINDOWS))], said: Asked = ""
) -> Response:
    """Show every window with its counts."""
    with desk.context.database.read() as tx:
        found = board.window_list(tx, actor=desk.actor)
    return render(desk.request, "board/windows.html", windows.windows_page(desk, found, said))


@router.get("/windows/{window}")
def see_window(
    window: Name,
    desk: Annotated[Desk, Depends(Seeing(Act.SEE_WINDOW))],
    asked: Annotated[windows.Asked, Depends()],
) -> Response:
    """Show a window, its sittings, and what can be done."""
    seconds = desk.context.settings.board_refresh_seconds
    with desk.context.database.read() as tx:
        file = board.window_file(tx, window, actor=desk.actor)
        lines = exam_windows.lines(tx, window, actor=desk.actor)
    page = windows.window_page(desk, file, lines, asked, seconds=seconds)
    headers = windows.refresh_header(file, asked, seconds=seconds)
    return render(desk.request, "board/window.html", page, headers=headers)


@router.get("/windows/{window}/results")
def see_results(
    window: Name,
    desk: Annotated[Desk, Depends(Seeing(Act.SEE_RESULTS))],
    asked: Annotated[windows.Asked, Depends()],
) -> Response:
    """Show the results of a window, released or not."""
    with desk.context.database.read() as tx:
        found = board.window_view(tx, window, actor=desk.actor)
        marks = grade.window_results(tx, window, actor=desk.actor)
    page = results.results_page(desk, found, marks, asked)
    return render(desk.request, "board/results.html", page)


@router.get("/windows/{window}/exposure")
def see_exposure(
    window: Name,
    desk: Annotated[Desk, Depends(Seeing(Act.SEE_EXPOSURE))],
    asked: Annotated[windows.Asked, Depends()],
) -> Response:
    """Show how often the items of a window have been met."""
    with desk.context.database.read() as tx:
        found = board.window_view(tx, window, actor=desk.actor)
        report = exposure_report(tx, window, actor=desk.actor)
    page = exposure.exposure_page(desk, found, report, asked)
    return render(desk.request, "board/exposure.html", page)


@router.get("/sittings/{sitting}")
def see_sitting(
    sitting: Name, desk: Annotated[Desk, Depends(Seeing(Act.SEE_SITTING))], said: Asked = ""
) -> Response:
    """Show a sitting with its result and its record."""
    with desk.context.database.read() as tx:
        file = board.sitting_file(tx, sitting, actor=desk.actor)
    return render(desk.request, "board/sitting.html", sittings.sitting_page(desk, file, said))


@router.get("/sittings/{sitting}/replay")
def see_replay(
    sitting: Name, desk: Annotated[Desk, Depends(Seeing(Act.REPLAY_SITTING))], said: Asked = ""
) -> Response:
    """Replay a sitting and show where it differs; nothing is written."""
    with desk.context.database.read() as tx:
        file = board.sitting_file(tx, sitting, actor=desk.actor)
        found = replay.replay(tx, sitting, actor=desk.actor)
    page = sittings.replay_page(desk, file, found, said)
    return render(desk.request, "board/replay.html", page)


@router.post("/sittings/{sitting}/replay")
def replay_now(
    sitting: Name, desk: Annotated[Desk, Depends(Acting(Act.REPLAY_SITTING))]
) -> Response:
    """Go to the replay, made anew."""
    with desk.context.database.read() as tx:
        board.sitting_line(tx, sitting, actor=desk.actor)
    return see_other(f"{sitting_address(sitting, 'replay')}?said=replayed")


@router.get("/sittings/{sitting}/extend")
def ask_extension(
    sitting: Name, desk: Annotated[Desk, Depends(Seeing(Act.EXTEND_SITTING))]
) -> Response:
    """Show the form that gives one sitting more time."""
    with desk.context.database.read() as tx:
        found = board.sitting_line(tx, sitting, actor=desk.actor)
    return render(desk.request, "board/action.html", forms.extension_page(desk, found, {}))


@router.post("/sittings/{sitting}/extend")
def extend_sitting(
    sitting: Name,
    desk: Annotated[Desk, Depends(Acting(Act.EXTEND_SITTING))],
    minutes: Typed = "",
    reason: Written = "",
) -> Response:
    """Give one sitting more time."""
    with desk.context.database.read() as tx:
        found = board.sitting_line(tx, sitting, actor=desk.actor)
    try:
        with desk.context.database.begin() as tx:
            more = forms.minutes_of(minutes)
            exam_windows.extend_sitting(tx, sitting, minutes=more, reason=reason, actor=desk.actor)
    except (Invalid, Refused) as error:
        typed = {"minutes": minutes, "reason": reason}
        page = forms.extension_page(desk, found, typed, error)
        status = problem(error).status
        return render(desk.request, "board/action.html", page, status=status)
    return see_other(f"{window_address(found[1].id)}?said=sitting-extended")
