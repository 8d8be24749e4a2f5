"""Who is at the board's desk: the cookie, the act each route is, and the form's token."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from app.errors import StaleForm
from app.exam.people.people import StaffMember
from app.exam.people.permissions import Act, Actor, Face, Through, may, require
from app.services.people import access
from app.services.people.keys import Keys, digest, same
from app.services.window import board
from app.web.deps import Context, Ctx
from itembank.text import storable

COOKIE = "adept_staff"
LONGEST_TOKEN = 100


# Whatever is typed is text: what it should have been is said in words, never by the framework.
Typed = Annotated[str, Form(), AfterValidator(storable)]
# What is kept as it was typed: the rule that reads it says what it may not hold.
Written = Annotated[str, Form()]
Name = Annotated[str, Path(), AfterValidator(storable)]
Asked = Annotated[str, Query(), AfterValidator(storable)]


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff who may do what was asked, with the request's context."""

    request: Request
    context: Context
    member: StaffMember
    csrf: str

    @property
    def actor(self) -> Actor:
        """Return who acts, when and by which face."""
        return access.acting(self.member, self.context.at, Through(Face.PAGES, self.member.email))

    def may(self, act: Act) -> bool:
        """Say whether whoever is at the desk may do it."""
        return may(self.actor, act)


class Seeing:
    """The dependency of a page: it names the act, and lets in only who may do it."""

    def __init__(self, act: Act) -> None:
        self.act = act

    def __call__(self, request: Request, context: Ctx) -> Desk:
        """Return the desk of whoever is signed in and may do it."""
        token = token_of(request)
        with context.database.read() as tx:
            member = access.staff_of(tx, token, context.at)
        desk = Desk(request, context, member, csrf_of(context.keys, token))
        require(desk.actor, self.act)
        return desk


class Acting(Seeing):
    """The dependency of a form's target: it asks for the form's token too."""

    def __call__(self, request: Request, context: Ctx, token: Typed = "") -> Desk:
        """Return the desk, if the form was made for this sign-in."""
        desk = super().__call__(request, context)
        require_form(context.keys, token_of(request), token)
        return desk


def token_of(request: Request) -> str:
    """Return the token that the browser's cookie holds, or none."""
    return request.cookies.get(COOKIE, "")


def csrf_of(keys: Keys, token: str) -> str:
    """Return the token that every form of this sign-in carries."""
    return keys.mac("staff-csrf", digest(token))


def require_form(keys: Keys, token: str, csrf: str) -> None:
    """Raise StaleForm unless the form was made for this cookie."""
    if not token or not same(csrf_of(keys, token), csrf):
        raise StaleForm


def visitor(request: Request) -> str:
    """Return the browser's token, a new one if it has none: the sign-in form is told by it."""
    found = token_of(request)
    return found if 0 < len(found) <= LONGEST_TOKEN else board.visitor_token()


def keep(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its token."""
    response.set_cookie(COOKIE, token, path="/board", httponly=True, samesite="lax", secure=secure)


def forget(response: Response, *, secure: bool) -> None:
    """Take the token back from the browser."""
    response.delete_cookie(COOKIE, path="/board", httponly=True, samesite="lax", secure=secure)


def see_other(address: str) -> Response:
    """Return the answer to every form: look there."""
    return RedirectResponse(address, status_code=303)
