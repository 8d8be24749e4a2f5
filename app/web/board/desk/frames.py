"""What stands around every page of the board, and the addresses of its pages."""

from dataclasses import replace
from urllib.parse import quote

from app.exam.people.permissions import Act
from app.exam.window.window import Window
from app.web.board.desk.pages import Frame, Link
from app.web.board.desk.session import Desk
from app.web.board.desk.words import SAID

HOME = "/board"
SIGN_IN = "/board/sign-in"
SIGN_OUT = "/board/sign-out"
WINDOWS = Link("Windows", HOME)
EXAMS = Link("Exams", f"{HOME}/exams")
ITEMS = f"{HOME}/items"
CALIBRATIONS = Link("Calibrations", f"{HOME}/calibrations")


def window_address(window: str, *rest: str) -> str:
    """Return the address of a window's page, or of a page below it."""
    return "/".join([f"{HOME}/windows/{quote(window, safe='')}", *rest])


def sitting_address(sitting: str, *rest: str) -> str:
    """Return the address of a sitting's page, or of a page below it."""
    return "/".join([f"{HOME}/sittings/{quote(sitting, safe='')}", *rest])


def exam_address(exam: str, *rest: str) -> str:
    """Return the address of an exam's page, or of a page below it."""
    return "/".join([EXAMS.href, quote(exam, safe=""), *rest])


def bank_item_address(item: str, *rest: str) -> str:
    """Return the address of the page of an item of the bank, or of a form on it."""
    return "/".join([ITEMS, quote(item, safe=""), *rest])


def run_address(run: str, *rest: str) -> str:
    """Return the address of a calibration run's page, or of a page below it."""
    return "/".join([CALIBRATIONS.href, quote(run, safe=""), *rest])


def item_address(run: str, item: str) -> str:
    """Return the address of the page of one item of a calibration run."""
    return run_address(run, "items", quote(item, safe=""))


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
        places=_places(desk),
        trail=trail,
        said=SAID.get(said, ""),
    )


def _places(desk: Desk) -> tuple[Link, ...]:
    """Return the parts of the board that a member may go to."""
    places = [EXAMS, CALIBRATIONS] if desk.may(Act.SEE_CALIBRATIONS) else [EXAMS]
    path = desk.request.url.path
    if path.startswith(ITEMS):
        path = EXAMS.href
    here = next((one for one in places if path.startswith(one.href)), WINDOWS)
    return tuple(replace(one, is_here=one == here) for one in (WINDOWS, *places))
