"""Windows: plan, list, show, open, close, extend, grade. Release needs two people of the board."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.exam.people.permissions import Act, Actor
from app.services.award import grade
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.web.api.callers import may
from app.web.api.documents import (
    Extended,
    GradedWindow,
    InPath,
    NewWindow,
    Opening,
    Page,
    Window,
    WindowExtension,
)
from app.web.api.once import Done, Once, may_once
from app.web.api.paging import Asked
from app.web.deps import Ctx, Tx

router = APIRouter(prefix="/windows", tags=["windows"])

Reader = Annotated[Actor, may(Act.SEE_WINDOWS)]


@router.post("", status_code=201, operation_id="plan_window", response_model=Window)
def plan(sent: NewWindow, once: Annotated[Once, may_once(Act.PLAN_WINDOW)]) -> Response:
    """Plan a window."""

    def work(tx: Tx) -> Done:
        exam_windows.plan(tx, Plan(**dict(sent)), actor=once.actor)
        return Done(_told(tx, sent.id, once), 201)

    return once.reply(work)


@router.get("", operation_id="list_windows")
def every(actor: Reader, context: Ctx, asked: Asked) -> Page[Window]:
    """List windows with their counts."""
    with context.database.read() as tx:
        found = exam_windows.views(tx, actor=actor, after=asked.after, most=asked.most)
    shown, following = asked.cut(found, lambda one: one.window.id)
    return Page(items=[Window.of(one) for one in shown], next=following)


@router.get("/{window}", operation_id="show_window")
def one(window: InPath, actor: Reader, context: Ctx) -> Window:
    """Show a window with its counts."""
    with context.database.read() as tx:
        return Window.of(exam_windows.view(tx, window, actor=actor))


@router.post("/{window}/open", operation_id="open_window", response_model=Window)
def open_now(
    window: InPath, once: Annotated[Once, may_once(Act.OPEN_WINDOW)], sent: Opening | None = None
) -> Response:
    """Open a window now, or a closed one again until a later instant."""

    def work(tx: Tx) -> Done:
        until = None if sent is None else sent.until
        exam_windows.open_now(tx, window, until=until, actor=once.actor)
        return Done(_told(tx, window, once))

    return once.reply(work)


@router.post("/{window}/close", operation_id="close_window", response_model=Window)
def close_now(window: InPath, once: Annotated[Once, may_once(Act.CLOSE_WINDOW)]) -> Response:
    """Stop starts now; sittings in progress keep their time."""

    def work(tx: Tx) -> Done:
        exam_windows.close_now(tx, window, actor=once.actor)
        return Done(_told(tx, window, once))

    return once.reply(work)


@router.post("/{window}/extensions", operation_id="extend_window", response_model=Extended)
def extend(
    window: InPath, sent: WindowExtension, once: Annotated[Once, may_once(Act.EXTEND_WINDOW)]
) -> Response:
    """Give time to every sitting that an outage cut into."""

    def work(tx: Tx) -> Done:
        given = exam_windows.extend_window(
            tx,
            window,
            minutes=sent.minutes,
            reason=sent.reason,
            since=sent.since,
            actor=once.actor,
        )
        return Done(Extended(window=window, sittings=given))

    return once.reply(work)


@router.post("/{window}/grade", operation_id="grade_window", response_model=GradedWindow)
def grade_all(window: InPath, once: Annotated[Once, may_once(Act.GRADE_WINDOW)]) -> Response:
    """Grade a closed window whose sittings have all ended."""

    def work(tx: Tx) -> Done:
        made = grade.grade_window(tx, window, actor=once.actor)
        return Done(GradedWindow(window=window, graded=made.graded, provisional=made.provisional))

    return once.reply(work)


def _told(tx: Tx, window: str, once: Once) -> Window:
    return Window.of(exam_windows.view(tx, window, actor=once.actor))
