"""Idempotency-Key: done once, told twice, and no access code kept."""

from typing import Any

import pytest

from app.exam.people.permissions import Scope
from app.store.tables import metadata
from tests.api.conftest import Program, add_client
from tests.contract.world import EXAM, WINDOW, World

ADD = {"membership_number": "N-1", "name": "Nia"}


@pytest.mark.each_database
def test_a_repeat_gets_the_first_reply_again(program: Program) -> None:
    first = program.call("POST", "/candidates", ADD, key="one")
    again = program.call("POST", "/candidates", ADD, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert program.call("POST", "/candidates", ADD).status_code == 409


def test_a_key_of_another_request_is_refused(program: Program) -> None:
    program.call("POST", "/candidates", ADD, key="one")
    other = program.call("POST", "/candidates", {**ADD, "name": "Noa"}, key="one")
    assert other.status_code == 422
    assert other.json()["type"] == "urn:adept:problem:key-reused"
    elsewhere = program.call("POST", f"/windows/{WINDOW}/close", key="one")
    assert elsewhere.status_code == 422


def test_the_same_words_to_another_address_are_another_request(
    world: World, program: Program
) -> None:
    first, second = (person.booking for person in world.people[:2])
    sent = {"reason": "lost"}
    done = program.call("POST", f"/bookings/{first}/access-code", sent, key="one")
    other = program.call("POST", f"/bookings/{second}/access-code", sent, key="one")
    assert (done.status_code, other.status_code) == (200, 422)
    assert other.json()["type"] == "urn:adept:problem:key-reused"


def test_a_key_belongs_to_one_program(world: World, program: Program) -> None:
    secret = add_client(world, "other", Scope.CANDIDATES_WRITE)
    form = {"grant_type": "client_credentials", "client_id": "other", "client_secret": secret}
    token = world.client().post("/api/v1/token", data=form).json()["access_token"]
    program.call("POST", "/candidates", ADD, key="one")
    mine = Program(world.client(), token).call(
        "POST", "/candidates", {"membership_number": "N-2", "name": "Noa"}, key="one"
    )
    assert mine.status_code == 201


def test_a_refusal_is_not_kept(program: Program) -> None:
    bad = {"candidate": "nobody", "window": WINDOW}
    assert program.call("POST", "/bookings", bad, key="one").status_code == 404
    assert program.call("POST", "/bookings", bad, key="one").status_code == 404
    assert program.call("POST", "/candidates", ADD, key="one").status_code == 201


def test_an_access_code_is_told_once_and_kept_nowhere(world: World, program: Program) -> None:
    person = program.call("POST", "/candidates", ADD).json()["id"]
    sent = {"candidate": person, "window": WINDOW, "adjustments": {"extra_time": 0.25}}
    first = program.call("POST", "/bookings", sent, key="book")
    again = program.call("POST", "/bookings", sent, key="book")
    assert (first.status_code, again.status_code) == (201, 201)
    code = first.json()["access_code"]
    assert len(code) == 19
    assert again.json()["access_code"] is None
    assert "access-code" in again.json()["note"]
    same = {"access_code": None, "note": None}
    assert {**first.json(), **same} == {**again.json(), **same}
    address = f"/bookings/{first.json()['id']}/access-code"
    new = program.call("POST", address, {"reason": "lost"}, key="new").json()["access_code"]
    repeated = program.call("POST", address, {"reason": "lost"}, key="new").json()
    assert new not in {None, code}
    assert repeated["access_code"] is None
    kept = everything(world)
    assert code not in kept
    assert new not in kept


def everything(world: World) -> str:
    """Return all that the database holds, as text."""
    with world.database.read() as tx:
        return "\n".join(
            str(row)
            for table in metadata.sorted_tables
            for row in tx.connection.execute(table.select())
        )


def test_taking_a_sitting_again_with_its_key_is_no_new_sign_in(
    world: World, program: Program
) -> None:
    sent = {"booking": world.people[0].booking}
    first = program.call("POST", "/sittings", sent, key="take")
    again = program.call("POST", "/sittings", sent, key="take")
    anew = program.call("POST", "/sittings", sent)
    assert [reply.status_code for reply in (first, again, anew)] == [201, 201, 200]
    assert [reply.json()["session"] for reply in (first, again, anew)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/windows", {"id": "w2", "title": "T", "exam": EXAM, "opens_at": "2027-02-01T09:00:00Z",
                      "closes_at": "2027-02-02T09:00:00Z"}),
        (f"/windows/{WINDOW}/extensions", {"minutes": 5, "reason": "outage"}),
    ],
)  # fmt: skip
def test_posts_of_windows_can_be_repeated(
    small_program: Program, path: str, body: dict[str, Any]
) -> None:
    first = small_program.call("POST", path, body, key="k")
    again = small_program.call("POST", path, body, key="k")
    assert first.status_code in {200, 201}, first.text
    assert (first.content, first.status_code) == (again.content, again.status_code)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "caf\u00e9"])
def test_a_key_that_cannot_be_kept_is_refused(small_program: Program, key: str) -> None:
    pairs = {"Authorization": f"Bearer {small_program.token}", "Idempotency-Key": key}
    headers = {name.encode(): value.encode("latin-1") for name, value in pairs.items()}
    reply = small_program.client.post("/api/v1/candidates", json=ADD, headers=headers)
    assert reply.status_code == 422
