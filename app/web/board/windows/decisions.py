"""The board's decisions about windows: each has a page with its evidence, and a form."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.errors import Invalid, Refused
from app.exam.people.permissions import Act
from app.exam.window.offers import Action
from app.services.award import grade
from app.services.window import board, exam_windows
from app.web.board.desk.frames import window_address
from app.web.board.desk.session import Acting, Desk, Name, Seeing, Typed, Written, see_other
from app.web.board.windows import forms
from app.web.problems import problem
from app.web.rendering import render

router = APIRouter(prefix="/windows/{window}")


@router.get("/extend")
def ask_extension(
    window: Name, desk: Annotated[Desk, Depends(Seeing(Act.EXTEND_WINDOW))]
) -> Response:
    """Show the form that extends a window."""
    return _ask(desk, window, Action.EXTEND)


@router.post("/extend")
def extend(
    window: Name,
    desk: Annotated[Desk, Depends(Acting(Act.EXTEND_WINDOW))],
    minutes: Typed = "",
    since: Typed = "",
    reason: Written = "",
) -> Response:
    """Give time to every sitting that an outage cut into."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            exam_windows.extend_window(
                tx,
                window,
                minutes=forms.minutes_of(minutes),
                reason=reason,
                since=forms.instant_of("since", since),
                actor=desk.actor,
            )

    typed = {"minutes": minutes, "since": since, "reason": reason}
    return _decide(desk, window, Action.EXTEND, act, typed)


@router.get("/open")
def ask_opening(window: Name, desk: Annotated[Desk, Depends(Seeing(Act.OPEN_WINDOW))]) -> Response:
    """Show the form that opens a window."""
    return _ask(desk, window, Action.OPEN)


@router.post("/open")
def open_window(
    window: Name,
    desk: Annotated[Desk, Depends(Acting(Act.OPEN_WINDOW))],
    until: Typed = "",
    reason: Written = "",
) -> Response:
    """Open a window now, until later if so said."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            end = forms.instant_of("until", until)
            exam_windows.open_now(tx, window, until=end, reason=reason, actor=desk.actor)

    return _decide(desk, window, Action.OPEN, act, {"until": until, "reason": reason})


@router.get("/close")
def ask_closing(window: Name, desk: Annotated[Desk, Depends(Seeing(Act.CLOSE_WINDOW))]) -> Response:
    """Ask whether the window shall be closed."""
    return _ask(desk, window, Action.CLOSE)


@router.post("/close")
def close_window(
    window: Name, desk: Annotated[Desk, Depends(Acting(Act.CLOSE_WINDOW))], reason: Written = ""
) -> Response:
    """Close a window now."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            exam_windows.close_now(tx, window, reason=reason, actor=desk.actor)

    return _decide(desk, window, Action.CLOSE, act, {"reason": reason})


@router.get("/grade")
def ask_grading(window: Name, desk: Annotated[Desk, Depends(Seeing(Act.GRADE_WINDOW))]) -> Response:
    """Ask whether the window shall be graded."""
    return _ask(desk, window, Action.GRADE)


@router.post("/grade")
def grade_window(
    window: Name, desk: Annotated[Desk, Depends(Acting(Act.GRADE_WINDOW))]
) -> Response:
    """Grade a closed window."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            grade.grade_window(tx, window, actor=desk.actor)

    return _decide(desk, window, Action.GRADE, act, {})


@router.get("/propose")
def ask_proposal(
    window: Name, desk: Annotated[Desk, Depends(Seeing(Act.PROPOSE_RELEASE))]
) -> Response:
    """Show what would be proposed for release."""
    return _ask(desk, window, Action.PROPOSE)


@router.post("/propose")
def propose_release(
    window: Name, desk: Annotated[Desk, Depends(Acting(Act.PROPOSE_RELEASE))]
) -> Response:
    """Propose the release, as the first of two people."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            grade.propose_release(tx, window, actor=desk.actor)

    return _decide(desk, window, Action.PROPOSE, act, {})


@router.get("/confirm")
def ask_confirmation(
    window: Name, desk: Annotated[Desk, Depends(Seeing(Act.CONFIRM_RELEASE))]
) -> Response:
    """Show what would be released, and who proposed it."""
    return _ask(desk, window, Action.CONFIRM)


@router.post("/confirm")
def confirm_release(
    window: Name, desk: Annotated[Desk, Depends(Acting(Act.CONFIRM_RELEASE))]
) -> Response:
    """Release the results, as the second of two people."""

    def act() -> None:
        with desk.context.database.begin() as tx:
            grade.confirm_release(tx, window, actor=desk.actor)

    return _decide(desk, window, Action.CONFIRM, act, {})


def _ask(desk: Desk, window: str, action: Action) -> Response:
    with desk.context.database.read() as tx:
        file = board.window_file(tx, window, actor=desk.actor)
    return render(desk.request, "board/action.html", forms.action_page(desk, file, action, {}))


def _decide(
    desk: Desk, window: str, action: Action, act: Callable[[], None], typed: Mapping[str, str]
) -> Response:
    try:
        act()
    except (Invalid, Refused) as error:
        with desk.context.database.read() as tx:
            file = board.window_file(tx, window, actor=desk.actor)
        page = forms.action_page(desk, file, action, typed, error)
        status = problem(error).status
        return render(desk.request, "board/action.html", page, status=status)
    return see_other(f"{window_address(window)}?said={forms.FORMS[action].said}")
