"""Bearer tokens by client credentials, as RFC 6749 and RFC 6750 have them."""

from base64 import b64encode

import pytest
from httpx2 import Response

from app.exam.people.permissions import Scope
from tests.api.conftest import Program, add_client
from tests.contract.world import World

GRANT = {"grant_type": "client_credentials"}


def ask(world: World, form: dict[str, str], basic: str | None = None) -> Response:
    headers = {}
    if basic is not None:
        headers["Authorization"] = "Basic " + b64encode(basic.encode()).decode()
    return world.client().post("/api/v1/token", data=form, headers=headers)


def test_a_token_is_given_for_credentials_in_the_form(small_world: World) -> None:
    secret = add_client(small_world, "lms", Scope.RESULTS_READ, Scope.EXAMS_READ)
    reply = ask(small_world, {**GRANT, "client_id": "lms", "client_secret": secret})
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    told = reply.json()
    assert told["token_type"] == "Bearer"  # noqa: S105 - the kind of token, not a secret
    assert told["scope"] == "exams:read results:read"
    assert told["expires_in"] == small_world.settings.token_minutes * 60
    assert Program(small_world.client(), told["access_token"]).get("/exams")["items"]


def test_a_token_is_given_for_credentials_by_http_basic(small_world: World) -> None:
    secret = add_client(small_world, "lms", Scope.RESULTS_READ, Scope.EXAMS_READ)
    reply = ask(small_world, {**GRANT, "scope": "exams:read"}, f"lms:{secret}")
    assert reply.status_code == 200
    assert reply.json()["scope"] == "exams:read"


@pytest.mark.parametrize(
    ("form", "basic", "status", "error"),
    [
        ({}, None, 400, "invalid_request"),
        ({"grant_type": "password"}, None, 400, "unsupported_grant_type"),
        (GRANT, None, 401, "invalid_client"),
        (GRANT, "lms:wrong", 401, "invalid_client"),
        (GRANT, "nobody:wrong", 401, "invalid_client"),
        (GRANT, "no colon", 401, "invalid_client"),
        (GRANT, "nul\0:x", 401, "invalid_client"),
        ({**GRANT, "client_id": "lms\0", "client_secret": "\0"}, None, 401, "invalid_client"),
    ],
)
def test_a_refused_token_is_said_in_the_words_of_oauth(
    world: World, form: dict[str, str], basic: str | None, status: int, error: str
) -> None:
    add_client(world, "lms", Scope.EXAMS_READ)
    reply = ask(world, form, basic)
    assert (reply.status_code, reply.json()["error"]) == (status, error)
    assert reply.json()["error_description"]
    assert ("WWW-Authenticate" in reply.headers) == (status == 401)


def test_a_scope_that_was_not_given_is_refused(small_world: World) -> None:
    secret = add_client(small_world, "lms", Scope.EXAMS_READ)
    reply = ask(small_world, {**GRANT, "scope": "results:read"}, f"lms:{secret}")
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_scope")


def test_basic_credentials_that_cannot_be_read_are_refused(small_world: World) -> None:
    headers = {"Authorization": "Basic *not base64*"}
    reply = small_world.client().post("/api/v1/token", data=GRANT, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer nonsense", "Basic bm86bm8=", "nonsense"])
def test_no_valid_token_is_challenged(small_world: World, sent: str) -> None:
    reply = small_world.client().get("/api/v1/exams", headers={"Authorization": sent})
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer ")
    assert reply.json()["type"] == "urn:adept:problem:not-signed-in"


def test_a_token_ends(small_world: World, small_program: Program) -> None:
    small_world.clock.advance(minutes=small_world.settings.token_minutes)
    assert small_program.call("GET", "/exams").status_code == 401
