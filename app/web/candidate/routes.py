"""The candidate's pages: from the instructions to handing in."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import PartNotNamed
from app.exam.sitting.sitting import ENDED, Caller, Sitting
from app.services.sitting import sit
from app.web.candidate import clock, door, screens, session
from app.web.candidate.forms import NUMBER, Answering, Asked, PlainForm, Position
from app.web.candidate.pages import GOES_ON
from app.web.candidate.screens import Visit
from app.web.deps import Context, Ctx

router = APIRouter(include_in_schema=False)
router.include_router(door.router)

Sent = Annotated[PlainForm, Form()]


@router.get("/sitting/{sitting_id}")
def show_sitting(request: Request, context: Ctx, sitting_id: str) -> Response:
    """Show the instructions, or the way on, or what happened."""
    return screens.sitting(_visit(request, context, sitting_id))


@router.post("/sitting/{sitting_id}/start")
def start(request: Request, context: Ctx, sitting_id: str, form: Sent) -> Response:
    """Start the clock."""
    caller = _sender(request, context, sitting_id, form.token)
    with context.database.begin() as tx:
        started = sit.start(tx, sitting_id, caller=caller, settings=context.settings)
    return see_other(_first_open(started))


@router.get("/sitting/{sitting_id}/questions/{position}")
def show_question(
    request: Request, context: Ctx, sitting_id: str, position: Position, asked: Asked
) -> Response:
    """Show a question; a carried choice is offered, not saved."""
    visit = _visit(request, context, sitting_id)
    return screens.question(visit, position, choice=asked.choice, notice=asked.notice)


@router.post("/sitting/{sitting_id}/questions/{position}")
def answer(
    request: Request, context: Ctx, sitting_id: str, position: Position, form: Answering
) -> Response:
    """Save, and go where the button says."""
    caller = _sender(request, context, sitting_id, form.token)
    change, target = form.change(), form.target(sitting_id, position)
    with context.database.begin() as tx:
        if change is not None:
            sit.answer(tx, sitting_id, position, change, request=form.request, caller=caller)
        if (
            form.go == "finish"
            and sit.end_if_over(tx, sitting_id, caller=caller).state not in ENDED
        ):
            target = f"/sitting/{sitting_id}/questions/{position}?notice={GOES_ON}"
    moved = see_other(target)
    # A browser may bring a page back from memory with its old request id, which would make a
    # later choice look like a repeat of an earlier one; it does not when a cookie has changed.
    session.remember(moved, session.SAVED_COOKIE, form.request, context)
    return moved


@router.get("/sitting/{sitting_id}/review")
def show_review(request: Request, context: Ctx, sitting_id: str) -> Response:
    """Show the open part's questions."""
    return screens.review(_visit(request, context, sitting_id))


@router.post("/sitting/{sitting_id}/review")
def close_part(request: Request, context: Ctx, sitting_id: str, form: Sent) -> Response:
    """Close the open part, and go to the next."""
    caller = _sender(request, context, sitting_id, form.token)
    if not NUMBER.fullmatch(form.block):
        raise PartNotNamed
    with context.database.begin() as tx:
        seconds = context.settings.assembly_seconds
        after = sit.close_block(tx, sitting_id, int(form.block), caller=caller, seconds=seconds)
    return see_other(_first_open(after))


@router.get("/sitting/{sitting_id}/finish")
def show_finish(request: Request, context: Ctx, sitting_id: str) -> Response:
    """Ask whether to hand in."""
    return screens.finish(_visit(request, context, sitting_id))


@router.post("/sitting/{sitting_id}/finish")
def hand_in(request: Request, context: Ctx, sitting_id: str, form: Sent) -> Response:
    """Hand in."""
    caller = _sender(request, context, sitting_id, form.token)
    with context.database.begin() as tx:
        sit.hand_in(tx, sitting_id, caller=caller)
    return see_other(f"/sitting/{sitting_id}")


@router.get("/sitting/{sitting_id}/clock.css")
def show_clock(
    request: Request,
    context: Ctx,
    sitting_id: str,
    until: Annotated[int, Query(ge=0, le=10**13)],
) -> Response:
    """Return the countdown to a page's deadline; the page knows it, so no database is asked."""
    session.require_holder(request, context, sitting_id)
    css = clock.stylesheet(clock.left(until, context.at))
    return Response(css, media_type="text/css", headers={"Cache-Control": "no-store"})


def _visit(request: Request, context: Context, sitting_id: str) -> Visit:
    return Visit(request, context, session.require_holder(request, context, sitting_id))


def _sender(request: Request, context: Context, sitting_id: str, token: str) -> Caller:
    holder = session.require_sender(request, context, sitting_id, token)
    return Caller(context.at, holder.session)


def _first_open(sitting: Sitting) -> str:
    first = next((f"/questions/{position}" for position in sitting.open_positions()), "")
    return f"/sitting/{sitting.id}{first}"


def see_other(path: str) -> Response:
    """Return a move to another page."""
    return RedirectResponse(path, status_code=303)
