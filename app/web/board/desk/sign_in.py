"""The board's sign-in and sign-out."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.errors import ExamError, StaleForm, TooManyAttempts, WrongCode
from app.exam.people.permissions import Act
from app.services.people import access
from app.web.board.desk.frames import HOME, SIGN_IN
from app.web.board.desk.pages import Field, Frame, SignInPage
from app.web.board.desk.session import (
    Acting,
    Asked,
    Desk,
    Typed,
    csrf_of,
    forget,
    keep,
    require_form,
    see_other,
    token_of,
    visitor,
)
from app.web.board.desk.words import SAID
from app.web.deps import Ctx
from app.web.problems import problem
from app.web.rendering import render

router = APIRouter()

# Where a sign-in leads to is the board's own page and nothing else.
BELOW_HOME = re.compile(r"/board(/[\w.~%-]+)*(\?[\w.~%=&-]*)?", re.ASCII)
WRONG = "The email address and the password do not belong together. Check both and try again."


@router.get("/sign-in")
def ask_sign_in(request: Request, context: Ctx, said: Asked = "", goal: Asked = "") -> Response:
    """Show the staff sign-in."""
    page = SignInPage(Frame("Staff sign-in", said=SAID.get(said, "")), _fields(""), goal)
    return _show(request, context, page)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the sign-in form sends; `goal` is the page that was asked for before it."""

    email: Typed = ""
    password: Typed = ""
    goal: Typed = ""
    token: Typed = ""


@router.post("/sign-in")
def sign_in(request: Request, context: Ctx, typed: Annotated[Credentials, Depends()]) -> Response:
    """Sign a member of staff in with a new token; after too many wrong attempts they wait."""
    before = token_of(request)
    try:
        require_form(context.keys, before, typed.token)
        signed = access.sign_in_staff(
            context.database, typed.email, typed.password, settings=context.settings, at=context.at
        )
    except (WrongCode, TooManyAttempts, StaleForm) as error:
        page = SignInPage(
            Frame("Staff sign-in"), _fields(typed.email), typed.goal, refusal=_words(error)
        )
        return _show(request, context, page, error)
    with context.database.begin() as tx:
        access.sign_out_staff(tx, before)
    answer = see_other(typed.goal if BELOW_HOME.fullmatch(typed.goal) else HOME)
    keep(answer, signed.token, secure=context.settings.is_secure())
    return answer


@router.post("/sign-out")
def sign_out(request: Request, desk: Annotated[Desk, Depends(Acting(Act.SEE_WINDOWS))]) -> Response:
    """End the session."""
    with desk.context.database.begin() as tx:
        access.sign_out_staff(tx, token_of(request))
    answer = see_other(f"{SIGN_IN}?said=signed-out")
    forget(answer, secure=desk.context.settings.is_secure())
    return answer


def _fields(email: str) -> tuple[Field, ...]:
    return (
        Field("email", "Email address", kind="email", value=email),
        Field("password", "Password", kind="password"),
    )


def _words(error: ExamError) -> str:
    match error:
        case TooManyAttempts(seconds=seconds):
            return (
                "There were too many wrong attempts for this address. "
                f"Please wait {seconds} seconds and try again."
            )
        case WrongCode():
            return WRONG
        case _:
            return "This page was out of date. Please sign in again."


def _show(
    request: Request, context: Ctx, page: SignInPage, error: ExamError | None = None
) -> Response:
    token = visitor(request)
    frame = Frame(page.frame.title, csrf=csrf_of(context.keys, token), said=page.frame.said)
    whole = SignInPage(frame, page.fields, page.next, page.refusal)
    status = 200 if error is None else problem(error).status
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyAttempts) else {}
    answer = render(request, "board/sign_in.html", whole, status=status, headers=headers)
    keep(answer, token, secure=context.settings.is_secure())
    return answer
