"""Refusals as the board's pages: what happened, and where to go from there."""

from urllib.parse import quote, urlencode

from fastapi import Request, Response

from app.web.board.desk.frames import HOME, SIGN_IN, SIGN_OUT
from app.web.board.desk.pages import FaultPage, Frame, Link
from app.web.board.desk.session import see_other
from app.web.problems import Problem
from app.web.rendering import render as render_page

NOT_SIGNED_IN = "not-signed-in"
NOT_FOUND = 404


def render(request: Request, problem: Problem) -> Response:
    """Return a refusal as a page; a reader who is not signed in is led to the sign-in."""
    if problem.kind == NOT_SIGNED_IN and request.method == "GET":
        return see_other(f"{SIGN_IN}?{urlencode({'goal': _address(request)})}")
    page = FaultPage(Frame(problem.title), problem.detail, _links(request, problem))
    return render_page(request, "board/fault.html", page, status=problem.status)


def _links(request: Request, problem: Problem) -> tuple[Link, ...]:
    if problem.kind == NOT_SIGNED_IN:
        return (Link("Sign in", SIGN_IN),)
    is_page = problem.status != NOT_FOUND and request.url.path != SIGN_OUT
    if request.method == "POST" and is_page:
        return (Link("Look at the page again", quote(request.url.path)), Link("All windows", HOME))
    return (Link("All windows", HOME),)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
