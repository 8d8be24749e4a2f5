"""The pages around a sitting: sign in, display settings, results, sign out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import NotSignedIn, StaleForm
from app.services.sitting import sit
from app.web.candidate import screens, session
from app.web.candidate.forms import PAGES, DisplayForm, PlainForm, SigningIn
from app.web.candidate.pages import Alert
from app.web.candidate.screens import Visit
from app.web.candidate.session import Holder
from app.web.deps import Ctx
from app.web.problems import problem
from app.web.rendering import DISPLAY_COOKIE, Display

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_door(request: Request, context: Ctx) -> Response:
    """Show the sign-in form."""
    return screens.door(request, context)


@router.post("/")
def sign_in(request: Request, context: Ctx, form: SigningIn) -> Response:
    """Sign in; the newest sign-in takes over, and a carried choice is offered again."""
    session.require_door(request, context.keys, form.token)
    form.require_typed()
    typed = sit.Credentials(form.number, form.code)
    with context.database.begin() as tx:
        entered = sit.sign_in(
            tx, typed, keys=context.keys, settings=context.settings, at=context.at
        )
    carried = form.cleaned()
    is_theirs = carried.sitting == entered.sitting
    path = carried.path() if is_theirs else f"/sitting/{entered.sitting}"
    moved = RedirectResponse(path, status_code=303)
    session.let_in(moved, Holder(entered.sitting, entered.session), context)
    return moved


@router.get("/display")
def show_display(request: Request, context: Ctx, back: str = "/") -> Response:
    """Show the display settings."""
    return screens.display(request, context, back if PAGES.fullmatch(back) else "/")


@router.post("/display")
def set_display(request: Request, context: Ctx, form: Annotated[DisplayForm, Form()]) -> Response:
    """Keep the display settings in the browser, and go back."""
    back = form.back if PAGES.fullmatch(form.back) else "/"
    try:
        session.require_door(request, context.keys, form.token)
    except StaleForm as stale:
        return screens.display(request, context, back, Alert.of(problem(stale, context.language)))
    wanted = Display.of(form.theme, form.text, form.clock)
    moved = RedirectResponse(back, status_code=303)
    session.remember(moved, DISPLAY_COOKIE, wanted.cookie(), context)
    return moved


@router.get("/results")
def show_results(request: Request, context: Ctx) -> Response:
    """Show the released results of the person who holds this browser."""
    holder = session.holder_of(request, context.keys)
    if holder is None:
        raise NotSignedIn
    return screens.results(Visit(request, context, holder))


@router.post("/sign-out")
def sign_out(request: Request, context: Ctx, form: Annotated[PlainForm, Form()]) -> Response:
    """Take the browser from its holder: the next person may be somebody else."""
    holder = session.holder_of(request, context.keys)
    if holder is not None:
        session.require_sender(request, context, holder.sitting, form.token)
    moved = RedirectResponse("/", status_code=303)
    session.let_out(moved)
    return moved
