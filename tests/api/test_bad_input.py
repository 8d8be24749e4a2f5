"""Bad input gets the right 4xx with words, on both databases; nothing gets a 500."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import Program
from tests.contract.world import EXAM, WINDOW, World

NUL = "a\x00b"
LONG = "x" * 70_000
SPAN = {"opens_at": "2027-02-01T09:00:00Z", "closes_at": "2027-02-02T09:00:00Z"}
PLAN = {"id": "w2", "title": "T", "exam": EXAM, **SPAN}
GIVE = {"minutes": 5, "reason": "outage"}
HUGE = 2**80

CASES: list[tuple[int, str, str, object]] = [
    # Text that PostgreSQL, or nobody, can hold.
    (422, "POST", "/candidates", {"membership_number": NUL, "name": "N"}),
    (422, "POST", "/candidates", {"membership_number": "N", "name": NUL}),
    (422, "POST", "/candidates", {"membership_number": "N", "name": "\ud800"}),
    (422, "POST", "/candidates", {"membership_number": "x" * 65, "name": "N"}),
    (422, "POST", "/candidates", {"membership_number": "N", "name": "x" * 201}),
    (422, "POST", "/candidates", {"membership_number": "  ", "name": "N"}),
    (422, "POST", "/candidates", {"membership_number": "", "name": "N"}),
    # Wrong types and fields.
    (422, "POST", "/candidates", {"membership_number": 7, "name": "N"}),
    (422, "POST", "/candidates", {"membership_number": None, "name": "N"}),
    (422, "POST", "/candidates", {"membership_number": "N"}),
    (422, "POST", "/candidates", {"membership_number": "N", "name": "N", "role": "chair"}),
    (422, "POST", "/candidates", []),
    (422, "POST", "/candidates", "text"),
    (409, "POST", "/candidates", {"membership_number": "m1001", "name": "Ada again"}),
    # Dates.
    (422, "POST", "/windows", {**PLAN, "opens_at": "2027-02-01T09:00:00"}),
    (422, "POST", "/windows", {**PLAN, "opens_at": "soon"}),
    (422, "POST", "/windows", {**PLAN, "opens_at": 1_800_000_000}),
    (422, "POST", "/windows", {**PLAN, "opens_at": None}),
    (422, "POST", "/windows", {**PLAN, "opens_at": "0001-01-01T00:00:00+14:00"}),
    (422, "POST", "/windows", {**PLAN, "closes_at": "9999-12-31T23:59:59-14:00"}),
    (422, "POST", "/windows", {**PLAN, "closes_at": SPAN["opens_at"]}),
    (422, "POST", "/windows", {**PLAN, "opens_at": "2027-02-30T09:00:00Z"}),
    # Names, versions and numbers.
    (422, "POST", "/windows", {**PLAN, "id": "../w"}),
    (422, "POST", "/windows", {**PLAN, "id": "w" * 65}),
    (422, "POST", "/windows", {**PLAN, "title": NUL}),
    (422, "POST", "/windows", {**PLAN, "exam_version": HUGE}),
    (422, "POST", "/windows", {**PLAN, "exam_version": 1.5}),
    (422, "POST", "/windows", {**PLAN, "exam_version": True}),
    (404, "POST", "/windows", {**PLAN, "exam_version": 99}),
    (404, "POST", "/windows", {**PLAN, "exam_version": 99.0}),
    (404, "POST", "/windows", {**PLAN, "exam": "nothing"}),
    (409, "POST", "/windows", {**PLAN, "id": WINDOW}),
    (404, "POST", "/windows/nothing/open", None),
    (404, "POST", "/windows/nothing/close", None),
    (404, "POST", "/windows/nothing/grade", None),
    (404, "POST", "/windows/nothing/extensions", GIVE),
    (409, "POST", f"/windows/{WINDOW}/grade", None),
    (422, "POST", f"/windows/{WINDOW}/open", {"until": "2020-01-01T00:00:00Z"}),
    (422, "POST", f"/windows/{WINDOW}/open", {"until": "2027-01-01"}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "minutes": 0}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "minutes": -1}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "minutes": HUGE}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "minutes": "5"}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "minutes": True}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "reason": "  "}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "reason": NUL}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "reason": "x" * 501}),
    (422, "POST", f"/windows/{WINDOW}/extensions", {**GIVE, "since": "2027-01-11T09:00"}),
    # Bookings.
    (404, "POST", "/bookings", {"candidate": "nobody", "window": WINDOW}),
    (422, "POST", "/bookings", {"candidate": NUL, "window": WINDOW}),
    (404, "POST", "/bookings", {"candidate": "{candidate}", "window": "nothing"}),
    (409, "POST", "/bookings", {"candidate": "{candidate}", "window": WINDOW}),
    (422, "POST", "/bookings", {"candidate": "{candidate}", "window": WINDOW,
                                "adjustments": {"extra_time": 4}}),
    (422, "POST", "/bookings", {"candidate": "{candidate}", "window": WINDOW,
                                "adjustments": {"extra_time": "0.25"}}),
    (422, "POST", "/bookings", {"candidate": "{candidate}", "window": WINDOW,
                                "adjustments": None}),
    (422, "POST", "/bookings/{booking}/access-code", {"reason": " "}),
    (422, "POST", "/bookings/{booking}/access-code", None),
    (404, "POST", "/bookings/nothing/access-code", {"reason": "lost"}),
    # Sittings.
    (404, "POST", "/sittings", {"booking": "nothing"}),
    (422, "POST", "/sittings", {"booking": NUL}),
    (422, "POST", "/sittings", {"booking": "{booking}", "access_code": "x" * 65}),
    (422, "POST", "/sittings", {"booking": "{booking}", "access_code": NUL}),
    (401, "POST", "/sittings", {"booking": "{booking}", "access_code": "0000"}),
    (404, "POST", "/sittings/nothing/start", None),
    (409, "POST", "/sittings/{sitting}/start", {"session": 99}),
    (409, "POST", "/sittings/{sitting}/start", {"session": 99.0}),
    (422, "POST", "/sittings/{sitting}/start", {"session": 0.5}),
    (422, "POST", "/sittings/{sitting}/start", {"session": HUGE}),
    (422, "POST", "/sittings/{sitting}/start", {"session": "1"}),
    (404, "GET", "/sittings/{sitting}/items/6", None),
    (422, "GET", "/sittings/{sitting}/items/0", None),
    (422, "GET", "/sittings/{sitting}/items/-1", None),
    (422, "GET", "/sittings/{sitting}/items/one", None),
    (422, "GET", f"/sittings/{{sitting}}/items/{HUGE}", None),
    (422, "GET", "/sittings/{sitting}/items/" + "9" * 5000, None),
    (422, "GET", f"/sittings/{{sitting}}?session={HUGE}", None),
    (409, "GET", "/sittings/{sitting}?session=0", None),
    (404, "PUT", "/sittings/{sitting}/responses/6", {"option": "a", "request": "r"}),
    (422, "PUT", f"/sittings/{{sitting}}/responses/{HUGE}", {"option": "a", "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "zzz", "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": NUL, "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "a" * 65, "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": 1, "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "a"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "a", "request": ""}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "a", "request": NUL}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"option": "a", "request": "r" * 81}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1",
     {"option": "a", "clear": True, "request": "r"}),
    (422, "PUT", "/sittings/{sitting}/responses/1", {"flagged": "yes", "request": "r"}),
    (404, "PUT", "/sittings/nothing/responses/1", {"option": "a", "request": "r"}),
    (409, "POST", "/sittings/{sitting}/blocks/2/close", None),
    (422, "POST", "/sittings/{sitting}/blocks/0/close", None),
    (422, "POST", f"/sittings/{{sitting}}/blocks/{HUGE}/close", None),
    (409, "POST", "/sittings/{sitting}/submit", None),
    (422, "POST", "/sittings/{sitting}/extensions", {"minutes": 1441, "reason": "r"}),
    (404, "POST", "/sittings/nothing/extensions", GIVE),
    # Reading.
    (404, "GET", "/candidates/nothing", None),
    (422, "GET", "/candidates/%00", None),
    (404, "GET", "/windows/nothing", None),
    (404, "GET", "/bookings/nothing", None),
    (404, "GET", "/exams/nothing", None),
    (404, "GET", "/sittings/nothing", None),
    (404, "GET", "/results/nothing", None),
    (404, "GET", "/results/{sitting}", None),
    (404, "GET", "/results?window=nothing", None),
    (422, "GET", "/results", None),
    (422, "GET", "/results?window=%00", None),
    (404, "GET", "/calibrations/nothing", None),
    (422, "GET", "/calibrations/%00", None),
    (422, "GET", "/calibrations?window=%00", None),
    (422, "GET", "/candidates?limit=0", None),
    (422, "GET", "/candidates?limit=201", None),
    (422, "GET", f"/candidates?limit={HUGE}", None),
    (422, "GET", "/candidates?limit=ten", None),
    (422, "GET", "/candidates?after=%00", None),
    (422, "GET", "/bookings?window=%00", None),
    (404, "GET", "/nothing", None),
    (405, "DELETE", "/candidates", None),
    (405, "POST", f"/windows/{WINDOW}", None),
]  # fmt: skip

RAW: list[tuple[int, bytes, str]] = [
    (422, b"{", "application/json"),
    (422, b"", "application/json"),
    (422, b"null", "application/json"),
    (422, b'{"membership_number": "N", "name": NaN}', "application/json"),
    (422, b"\xff\xfe{}", "application/json"),
    (400, b"[" * 60_000, "application/json"),
    (422, b'{"membership_number": "N", "name": "N"}', "text/plain"),
    (422, b"membership_number=N&name=N", "application/x-www-form-urlencoded"),
    (413, b"x" * 10_000_000, "application/json"),
]


def test_bad_input_is_refused_with_words(world: World, program: Program) -> None:
    person = world.people[0]
    sitting = program.call("POST", "/sittings", {"booking": person.booking}).json()["id"]
    program.call("POST", f"/sittings/{sitting}/start")
    names = {"sitting": sitting, "booking": person.booking, "candidate": person.candidate}
    wrong = []
    for status, method, path, body in CASES:
        address = path.format(**names)
        filled = {
            name: value.format(**names) if isinstance(value, str) else value
            for name, value in body.items()
        } if isinstance(body, dict) else body  # fmt: skip
        reply = program.call(method, address, filled)
        told = reply.json()
        words = isinstance(told.get("detail"), str) and len(told["detail"]) > 20
        kind = reply.headers["Content-Type"] == "application/problem+json"
        if reply.status_code != status or not words or not kind or told["status"] != status:
            wrong.append((status, method, path[:60], str(body)[:60], reply.text[:300]))
    assert wrong == []
    assert program.get(f"/sittings/{sitting}")["answered"] == 0


@pytest.mark.parametrize(("status", "body", "kind"), RAW)
def test_a_body_that_cannot_be_read_is_refused(
    small_program: Program, status: int, body: bytes, kind: str
) -> None:
    reply = small_program.send("/candidates", body, kind)
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert len(small_program.get("/candidates")["items"]) == 2


def test_a_body_of_undeclared_length_is_not_read_past_the_limit(small_program: Program) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 10_000

    reply = small_program.send("/candidates", pieces(), "application/json")
    assert reply.status_code == 413
    assert reply.json()["type"] == "urn:adept:problem:too-large"


def test_refused_fields_are_listed(small_program: Program) -> None:
    told = small_program.call("POST", "/candidates", {"membership_number": 7}).json()
    assert {one["field"] for one in told["errors"]} == {"membership_number", "name"}
    assert told["instance"] == "/api/v1/candidates"
    naive = {**PLAN, "opens_at": "2027-02-01T09:00:00"}
    [error] = small_program.call("POST", "/windows", naive).json()["errors"]
    assert error["field"] == "opens_at"
    assert "offset" in error["reason"]


def test_waiting_is_told_in_seconds(small_world: World, small_program: Program) -> None:
    sent = {"booking": small_world.people[0].booking, "access_code": "0000"}
    for _ in range(small_world.settings.sign_in_attempts):
        assert small_program.call("POST", "/sittings", sent).status_code == 401
    reply = small_program.call("POST", "/sittings", sent)
    assert reply.status_code == 429
    assert 0 < int(reply.headers["Retry-After"]) <= small_world.settings.sign_in_wait_seconds + 1
