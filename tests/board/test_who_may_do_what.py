"""Closed world: every route of the board names who may use it, and lets nobody else in."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.exam.people.permissions import MAY, Role
from app.web.board.desk.session import Acting, Seeing
from app.web.board.routes import router
from tests.board.desk import (
    AUTHOR,
    CHAIR,
    INVIGILATOR,
    STAFF,
    at_desk,
    keep_run,
    sit_paper,
    stranger,
)
from tests.contract.world import EXAM, WINDOW, World
from tests.factories import make_run
from tests.pages.browser import inspected

WATCHERS = frozenset({Role.CHAIR, Role.PSYCHOMETRICIAN, Role.INVIGILATOR})
MARKERS = frozenset({Role.CHAIR, Role.PSYCHOMETRICIAN})
EXTENDERS = frozenset({Role.CHAIR, Role.INVIGILATOR})
CHAIRS = frozenset({Role.CHAIR})
NOBODY_YET = {("GET", "/sign-in"), ("POST", "/sign-in")}
BOTH = ("GET", "POST")
WHO = {
    ("POST", "/sign-out"): frozenset(Role),
    ("GET", ""): frozenset(Role),
    ("GET", "/windows/{window}"): WATCHERS,
    ("GET", "/windows/{window}/results"): MARKERS,
    ("GET", "/sittings/{sitting}"): MARKERS,
    ("GET", "/windows/{window}/exposure"): MARKERS,
    ("GET", "/exams"): frozenset(Role),
    ("GET", "/exams/{exam}"): frozenset(Role),
    ("GET", "/exams/{exam}/items"): MARKERS,
    ("GET", "/exams/{exam}/blueprint/confirm"): MARKERS,
    ("POST", "/exams/{exam}/blueprint/save"): MARKERS,
    ("GET", "/items/{item}"): MARKERS,
    ("POST", "/items/{item}/suspend"): MARKERS,
    ("POST", "/items/{item}/resume"): MARKERS,
    ("GET", "/calibrations"): MARKERS,
    ("GET", "/calibrations/{run}"): MARKERS,
    ("GET", "/calibrations/{run}/items/{item}"): MARKERS,
    **{(method, "/exams/{exam}/blueprint"): MARKERS for method in BOTH},
    **{(method, "/exams/{exam}/preflight"): MARKERS for method in BOTH},
    **{(method, "/windows/{window}/extend"): EXTENDERS for method in BOTH},
    **{(method, "/windows/{window}/open"): CHAIRS for method in BOTH},
    **{(method, "/windows/{window}/close"): CHAIRS for method in BOTH},
    **{(method, "/windows/{window}/grade"): MARKERS for method in BOTH},
    **{(method, "/windows/{window}/propose"): CHAIRS for method in BOTH},
    **{(method, "/windows/{window}/confirm"): CHAIRS for method in BOTH},
    **{(method, "/sittings/{sitting}/replay"): MARKERS for method in BOTH},
    **{(method, "/sittings/{sitting}/extend"): EXTENDERS for method in BOTH},
}


def routes() -> Iterator[tuple[str, str, list[Seeing]]]:
    for one in iter_route_contexts(router.routes):
        route = one.original_route
        assert isinstance(route, APIRoute)
        doors = [
            found.call for found in route.dependant.dependencies if isinstance(found.call, Seeing)
        ]
        for method in route.methods or ():
            yield method, str(one.path).removeprefix("/board"), doors


def test_every_route_declares_who_may_use_it() -> None:
    declared = {}
    for method, path, doors in routes():
        if (method, path) not in NOBODY_YET:
            assert len(doors) == 1, f"{method} {path} has no door"
            grants = MAY[doors[0].act]
            declared[(method, path)] = {one for one in grants if isinstance(one, Role)}
    assert declared == WHO


def test_every_form_asks_for_its_token() -> None:
    posts = [(path, doors) for method, path, doors in routes() if method == "POST"]
    assert [path for path, doors in posts if not any(isinstance(d, Acting) for d in doors)] == [
        "/sign-in"  # asks in its own words, since nobody is signed in yet
    ]


@pytest.mark.parametrize("email", STAFF)
def test_nobody_else_gets_in(small_world: World, email: str) -> None:
    sitting, run = sit_paper(small_world, "M1001"), keep_run(small_world, make_run(exam=EXAM))
    names = {"window": WINDOW, "sitting": sitting, "run": run.id, "item": run.items[0].item}
    names["exam"] = EXAM
    desk = at_desk(small_world, email)
    token = desk.token()
    for (method, path), roles in WHO.items():
        if path == "/sign-out":
            continue
        # Behind its door a pre-flight takes seconds; one of an exam that is not there, none.
        there = {**names, "exam": "nothing"} if path.endswith("/preflight") else names
        address = "/board" + path.format(**there)
        reply = desk.client.request(
            method, address, data={"token": token} if method == "POST" else None
        )
        refused = reply.status_code == 403
        assert refused == (STAFF[email] not in roles), f"{method} {path}: {reply.status_code}"
        if refused:
            assert "This needs the role" in inspected(address, reply).text


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(small_world: World) -> None:
    client = small_world.client()
    for method, path in WHO:
        address = "/board" + path.format(window=WINDOW, sitting="x", run="x", item="x", exam="x")
        reply = client.request(method, address)
        assert reply.status_code == (303 if method == "GET" else 401), path
    desk = stranger(small_world)
    page = desk.get(f"/board/windows/{WINDOW}?state=ended")
    assert page.heading == "Staff sign-in"
    typed = {"email": CHAIR, "password": "a long enough password"}
    assert desk.browser.press(page, "Sign in", **typed).path == (
        f"/board/windows/{WINDOW}?state=ended"
    )


def test_an_author_sees_windows_and_no_way_into_them(small_world: World) -> None:
    page = at_desk(small_world, AUTHOR).get("/board")
    assert "January 2027" in page.text
    ways = [one.get("href") for one in page.all("a")]
    assert ways == ["#main", "/board", "/board", "/board/exams"]


def test_an_invigilator_sees_sittings_without_marks_and_extends(small_world: World) -> None:
    sitting = sit_paper(small_world, "M1001", parts=2, hand_in=False)
    page = at_desk(small_world, INVIGILATOR).get(f"/board/windows/{WINDOW}")
    ways = {one.get("href") for one in page.all("a")}
    assert f"/board/sittings/{sitting}/extend" in ways
    assert f"/board/windows/{WINDOW}/extend" in ways
    closed = {f"/board/sittings/{sitting}", f"/board/windows/{WINDOW}/results"}
    assert not (closed | {"/board/calibrations"}) & ways
