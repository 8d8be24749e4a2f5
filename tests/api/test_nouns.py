"""What the nouns tell: pages with cursors, times in UTC, counts without marks, and no key."""

import json
import re
from datetime import timedelta

import pytest

from app.services.bank import starter
from app.services.people import bookings
from tests.api.conftest import Program
from tests.contract.world import EXAM, WINDOW, World

FORBIDDEN = re.compile(r'"(key|theta|sem|rationale|misconception|rating|seed|criteria)"')


def test_a_list_is_read_page_by_page_with_its_links(world: World, program: Program) -> None:
    with world.database.begin() as tx:
        for number in range(5):
            bookings.add_candidate(tx, f"P{number}", "Pat", actor=world.actor())
    names: list[str] = []
    path: str | None = "/candidates?limit=3"
    sizes = []
    while path is not None:
        reply = program.call("GET", path)
        told = reply.json()
        names += [one["id"] for one in told["items"]]
        sizes.append(len(told["items"]))
        link = re.match(r'</api/v1(.+)>; rel="next"$', reply.headers.get("Link", ""))
        assert (link is None) == (told["next"] is None)
        path = link[1] if link else None
    assert sizes == [3, 3, 1]
    assert names == sorted(set(names))


def test_other_lists_have_pages_too(world: World, program: Program) -> None:
    first = program.get(f"/bookings?window={WINDOW}&limit=1")
    second = program.get(f"/bookings?window={WINDOW}&limit=1&after={first['next']}")
    found = {one["items"][0]["id"] for one in (first, second)}
    assert found == {person.booking for person in world.people}
    assert second["next"] is None
    assert program.get("/bookings?window=nothing")["items"] == []
    assert [one["id"] for one in program.get("/windows?limit=1")["items"]] == [WINDOW]
    assert {one["code"] for one in program.get("/exams")["items"]} >= {EXAM}
    assert program.get(f"/exams/{EXAM}")["length"] == 45


@pytest.mark.each_database
def test_a_real_exam_is_set_up_without_the_demo(world: World, program: Program) -> None:
    now = world.clock.now()
    sent = {
        "id": "february",
        "title": "February",
        "exam": EXAM,
        "opens_at": (now + timedelta(days=1)).isoformat(),
        "closes_at": "2027-03-01T12:00:00+02:00",
    }
    planned = program.call("POST", "/windows", sent)
    assert planned.status_code == 201, planned.text
    assert planned.json()["phase"] == "planned"
    assert planned.json()["closes_at"] == "2027-03-01T10:00:00Z"
    opened = program.call("POST", "/windows/february/open")
    assert opened.json()["phase"] == "open"
    new = {"membership_number": "N-1", "name": "Nia"}
    added = program.call("POST", "/candidates", new)
    assert program.get(added.headers["Location"].removeprefix("/api/v1")) == added.json()
    place = {
        "candidate": added.json()["id"],
        "window": "february",
        "adjustments": {"extra_time": 0.5},
    }
    booked = program.call("POST", "/bookings", place).json()
    taken = program.call(
        "POST", "/sittings", {"booking": booked["id"], "access_code": booked["access_code"]}
    ).json()
    started = program.call("POST", f"/sittings/{taken['id']}/start").json()
    assert started["remaining_seconds"] == started["total_minutes"] * 60 == 135 * 60
    given = program.call(
        "POST", f"/sittings/{taken['id']}/extensions", {"minutes": 10, "reason": "Noise."}
    ).json()
    assert given["remaining_seconds"] == 145 * 60
    more = {"minutes": 5, "reason": "The network failed."}
    assert program.call("POST", "/windows/february/extensions", more).json()["sittings"] == [
        taken["id"]
    ]
    counts = program.get("/windows/february")["counts"]
    assert counts == {"booked": 1, "in_progress": 1, "ended": 0}
    assert program.call("POST", "/windows/february/close").json()["phase"] == "closed"
    assert program.call("POST", "/windows/february/grade").status_code == 409


def test_an_answer_is_receipted_and_cleared(small_world: World, small_program: Program) -> None:
    booking = {"booking": small_world.people[0].booking}
    sitting = small_program.call("POST", "/sittings", booking).json()["id"]
    small_program.call("POST", f"/sittings/{sitting}/start")
    path = f"/sittings/{sitting}/responses/1"
    option = small_program.get(f"/sittings/{sitting}/items/1")["options"][0]["id"]
    first = small_program.call("PUT", path, {"option": option, "request": "r1"})
    flag = small_program.call("PUT", path, {"flagged": True, "request": "r2"}).json()
    assert (flag["option"], flag["flagged"]) == (option, True)
    cleared = small_program.call("PUT", path, {"option": None, "request": "r3"}).json()
    assert (cleared["option"], cleared["flagged"]) == (None, True)
    again = small_program.call("PUT", path, {"option": option, "request": "r1"})
    assert again.json() == first.json()
    assert len(first.json()["receipt"]) == 64
    assert small_program.get(f"/sittings/{sitting}/items/1")["chosen"] is None


def test_no_reply_of_a_sitting_holds_a_key_and_no_mark_leaves_before_release(
    small_world: World, small_program: Program
) -> None:
    told = []

    def call(method: str, path: str, body: object = None) -> dict[str, object]:
        reply = small_program.call(method, path, body)
        assert reply.is_success, reply.text
        told.append(reply.text)
        found: dict[str, object] = reply.json()
        return found

    sitting = call("POST", "/sittings", {"booking": small_world.people[0].booking})["id"]
    call("POST", f"/sittings/{sitting}/start")
    for position in range(1, 46):
        call("GET", f"/sittings/{sitting}/items/{position}")
        answer = {"option": None, "request": f"r{position}"}
        call("PUT", f"/sittings/{sitting}/responses/{position}", answer)
        if position % 5 == 0 and position < 45:
            call("POST", f"/sittings/{sitting}/blocks/{position // 5}/close")
    call("POST", f"/sittings/{sitting}/submit")
    call("POST", f"/windows/{WINDOW}/close")
    call("POST", f"/windows/{WINDOW}/grade")
    call("GET", f"/windows/{WINDOW}")
    assert call("GET", f"/results?window={WINDOW}") == {"items": [], "next": None}
    assert not any(re.search('"(mark|band|bands)"', text) for text in told)
    small_world.release()
    [result] = small_program.get(f"/results?window={WINDOW}")["items"]
    assert result == small_program.get(f"/results/{sitting}")
    assert {"mark", "band", "mark_error", "provisional", "profile"} <= result.keys()
    assert [part.keys() for part in result["profile"]] == [{"code", "title", "level"}] * 3
    everything = "\n".join([*told, json.dumps(result)])
    assert not FORBIDDEN.search(everything)
    for item in starter.read_starter().items:
        for option in item.interaction.options:
            assert json.dumps(option.rationale, ensure_ascii=False)[1:-1] not in everything


@pytest.mark.parametrize("path", ["/windows/2027-01/release", "/windows/2027-01/releases"])
def test_a_program_cannot_release_results(small_program: Program, path: str) -> None:
    assert small_program.call("POST", path).status_code == 404
