"""What a program meets at the edge: methods, HEAD, words made for it, names that can be read."""

import pytest

from app.errors import WindowBusy
from app.exam.window.window import Tally, Window, require_ended
from app.services.people.replies import KEPT
from app.store.tables import idempotency
from app.web.api.faults import listed
from app.web.api.openapi import document
from app.web.problems import problem
from tests.api.conftest import Program
from tests.contract.world import EXAM, World
from tests.factories import at

ADD = {"membership_number": "N-1", "name": "Nia"}
MADE_OUTSIDE_THE_EXAM = {
    "malformed", "unreadable", "too-large", "method-not-allowed", "http", "unexpected"
}  # fmt: skip


def test_every_kind_of_problem_is_listed_for_programs_and_people(small_world: World) -> None:
    kinds = {kind for _, kind, _ in listed()}
    assert kinds >= MADE_OUTSIDE_THE_EXAM
    named = document()["components"]["schemas"]["ProblemDocument"]["properties"]["type"]["enum"]
    assert set(named) == {f"urn:adept:problem:{kind}" for kind in kinds}
    page = small_world.client().get("/api/docs").text
    assert all(f'id="{kind}"' in page for kind in kinds)
    assert "1 to 200" in page


def test_the_example_of_a_token_is_given_the_scopes_it_asks_for() -> None:
    asked = document()["paths"]["/api/v1/token"]["post"]
    [sent] = asked["requestBody"]["content"].values()
    told = asked["responses"]["200"]["content"]["application/json"]
    assert told["example"]["scope"] == sent["example"]["scope"]


def test_a_body_that_is_too_large_is_told_to_a_program_in_its_words(
    small_program: Program,
) -> None:
    told = small_program.send("/candidates", b"x" * 10_000_000, "application/json").json()
    assert "smaller" in told["detail"]
    assert "invigilator" not in told["detail"]
    assert "Go back" not in told["detail"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'{"membership_number": "N", "name": "N"}', "text/plain"), (b"[]", "application/json"),
     (b"", "application/json")],
)  # fmt: skip
def test_what_is_no_json_object_is_told_what_to_send(
    small_program: Program, body: bytes, kind: str
) -> None:
    told = small_program.send("/candidates", body, kind).json()
    assert "send a JSON object, with the header Content-Type: application/json" in told["detail"]


def test_text_of_the_wrong_length_is_refused_in_plain_words(small_program: Program) -> None:
    sent = {"membership_number": "", "name": "x" * 201}
    told = small_program.call("POST", "/candidates", sent).json()
    assert [one["reason"] for one in told["errors"]] == [
        "Give a membership number of 1 to 64 characters.",
        "Give a name of 1 to 200 characters.",
    ]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, POST"),
        ("/healthz", "GET, HEAD"),
        ("/static/reference.css", "GET, HEAD"),
        ("/api/v1/candidates", "GET, HEAD, POST"),
        ("/api/v1/token", "POST"),
        ("/api/v1/sittings/1/responses/1", "PUT"),
    ],
)
def test_a_wrong_method_is_told_all_that_are_right(
    small_world: World, path: str, allowed: str
) -> None:
    reply = small_world.client().request("DELETE", path)
    assert (reply.status_code, reply.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/api/docs", "/static/reference.css", "/board/sign-in"]
)
def test_head_is_get_without_its_body(small_world: World, path: str) -> None:
    client = small_world.client()
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert get.status_code == 200


def test_head_is_refused_where_nothing_can_be_got(small_world: World) -> None:
    reply = small_world.client().head("/api/v1/token")
    assert (reply.status_code, reply.content, reply.headers["Allow"]) == (405, b"", "POST")


@pytest.mark.parametrize(
    "bad", ["\t", "\n", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\u2028"]
)
def test_a_name_with_a_character_that_is_not_seen_is_refused(
    small_program: Program, bad: str
) -> None:
    plan = {
        "id": "w2",
        "title": "T",
        "exam": EXAM,
        "opens_at": "2027-02-01T09:00:00Z",
        "closes_at": "2027-02-02T09:00:00Z",
    }
    for path, sent, field in (
        ("/candidates", ADD, "membership_number"),
        ("/candidates", ADD, "name"),
        ("/windows", plan, "title"),
    ):
        reply = small_program.call("POST", path, {**sent, field: f"a{bad}b"})
        assert reply.status_code == 422, (field, reply.text)
        assert [one["field"] for one in reply.json()["errors"]] == [field]


@pytest.mark.parametrize("name", ["Ada O'Brien-Łukasz", "می\u200cخ", "क्\u200dष", "José"])
def test_a_name_of_any_language_is_taken(small_program: Program, name: str) -> None:
    made = small_program.call("POST", "/candidates", {**ADD, "name": name})
    assert (made.status_code, made.json()["name"]) == (201, name)


def test_a_reply_is_forgotten_after_a_week(world: World, program: Program) -> None:
    def keys() -> set[str]:
        with world.database.read() as tx:
            return {row.key for row in tx.connection.execute(idempotency.select())}

    later = {"membership_number": "N-2", "name": "Noa"}
    program.call("POST", "/candidates", ADD, key="old")
    with world.database.begin() as tx:
        tx.connection.execute(idempotency.update().values(created_at=world.clock.now() - KEPT))
    program.call("POST", "/candidates", later, key="new")
    assert keys() == {"old", "new"}
    world.clock.advance(seconds=1)
    program.call("POST", "/candidates", {**later, "membership_number": "N-3"}, key="newest")
    assert keys() == {"new", "newest"}


def test_a_busy_window_is_told_once_and_until_when() -> None:
    window = Window("w", "A window", EXAM, 1, opens_at=at(-60), closes_at=at(0))
    with pytest.raises(WindowBusy) as refused:
        require_ended(window, Tally(in_progress=2, ended=0, graded=0), at(0))
    told = problem(refused.value)
    assert told.title not in told.detail
    assert "wait until they are handed in or their time is over" in told.detail
