"""What stands around every page of the board, and the addresses of its pages."""

from urllib.parse import quote

from app.exam.window import Window
from app.web.board.pages import Frame, Link
from app.web.board.session import Desk
from app.web.board.words import SAID

HOME = "/board"
SIGN_IN = "/board/sign-in"
SIGN_OUT = "/board/sign-out"
WINDOWS = Link("Windows", HOME)


def window_address(window: str, *rest: str) -> str:
    """Return the address of a window's page, or of a page below it."""
    return "/".join([f"{HOME}/windows/{quote(window, safe='')}", *rest])


def sitting_address(sitting: str, *rest: str) -> str:
    """Return the address of a sitting's page, or of a page below it."""
    return "/".join([f"{HOME}/sittings/{quote(sitting, safe='')}", *rest])


def window_link(window: Window) -> Link:
    """Return the way to a window's page."""
    return Link(window.title, window_address(window.id))


def frame(desk: Desk, title: str, *trail: Link, said: str = "") -> Frame:
    """Return the frame of a page for whoever is signed in; `said` is a key, never words."""
    return Frame(
        title=title,
        email=desk.member.email,
        roles=", ".join(sorted(desk.member.roles)),
        csrf=desk.csrf,
        trail=trail,
        said=SAID.get(said, ""),
    )
