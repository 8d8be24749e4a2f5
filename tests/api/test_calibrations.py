"""Calibrations as programs are told: pages by id, items with their errors, and no key."""

import re

from app.exam.people.permissions import Scope
from itembank.calibration import Flag, Role
from tests.api.conftest import Program, add_client
from tests.board.desk import CHAIR, accept_run, keep_run
from tests.contract.world import EXAM, World
from tests.factories import make_row, make_run

ITEMS = (
    make_row("I-1", flags=(Flag.FIT,)),
    make_row("I-2", role=Role.ANCHOR),
    make_row("I-3", role=Role.LEFT_OUT),
)


def test_runs_are_listed_page_by_page(world: World, program: Program) -> None:
    assert program.get("/calibrations") == {"items": [], "next": None}
    for name in ("run-2", "run-1", "run-3"):
        keep_run(world, make_run(name, exam=EXAM))
    first = program.call("GET", "/calibrations?limit=2")
    assert [one["id"] for one in first.json()["items"]] == ["run-1", "run-2"]
    assert first.json()["next"] == "run-2"
    assert 'after=run-2>; rel="next"' in first.headers["Link"]
    rest = program.get("/calibrations?limit=2&after=run-2")
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["run-3"], None)
    keep_run(world, make_run("run-4", exam=EXAM, window="february"))
    [one] = program.get("/calibrations?window=february")["items"]
    assert one == {
        "id": "run-4",
        "window": "february",
        "exam": EXAM,
        "exam_version": 1,
        "made_at": "2027-01-11T09:00:00Z",
        "converged": True,
        "accepted_at": None,
    }
    assert program.get("/calibrations?window=nothing")["items"] == []


def test_a_run_is_told_with_its_items_and_errors(world: World, program: Program) -> None:
    keep_run(world, make_run(exam=EXAM, items=ITEMS))
    told = program.get("/calibrations/run-1")
    assert (told["model"], told["engine"], told["scale"], told["intact"]) == ("2pl", "em", 1, True)
    assert told["made_at"] == "2027-01-20T10:00:00Z"
    assert told["latent_sd"] == {"value": 1.05, "error": 0.024}
    assert told["linking"]["slope"] == 0.98
    assert told["decision"] is None
    fitting, anchor, left_out = told["items"]
    assert fitting["b"] == {"value": 0.0, "error": 0.094}
    assert (fitting["infit"], fitting["score_p"], fitting["flags"]) == (1.023, 0.1987, ["fit"])
    assert anchor["a"] == {"value": 1.1, "error": None}
    assert (left_out["role"], left_out["a"], left_out["outfit"]) == ("left_out", None, None)


def test_a_decision_is_told_with_its_run(world: World, program: Program) -> None:
    run = keep_run(world, make_run(exam=EXAM))
    kept = accept_run(world, run)
    assert program.get("/calibrations")["items"][0]["accepted_at"] == "2027-01-21T15:30:00Z"
    told = program.get("/calibrations/run-1")
    assert told["accepted_at"] == told["decision"]["at"] == "2027-01-21T15:30:00Z"
    assert told["decision"] == {
        "by": CHAIR,
        "at": "2027-01-21T15:30:00Z",
        "reason": "All keys were checked.",
        "scale": 1,
        "parameters": kept.parameters,
        "accepted": ["I-1"],
        "re_expressed": ["I-2"],
        "barred": ["I-3"],
    }


def test_no_run_tells_a_key_or_a_choice(small_world: World, small_program: Program) -> None:
    keep_run(small_world, make_run(exam=EXAM, items=(make_row(key="r"),)))
    told = small_program.call("GET", "/calibrations/run-1").text
    assert not re.search(r'"(is_key|key|options?|trace|chosen|curve|notes)"', told)


def test_runs_need_their_own_scope(small_world: World) -> None:
    secret = add_client(small_world, "lms", *(set(Scope) - {Scope.CALIBRATIONS_READ}))
    form = {"grant_type": "client_credentials", "client_id": "lms", "client_secret": secret}
    client = small_world.client()
    token = client.post("/api/v1/token", data=form).json()["access_token"]
    for path in ("/calibrations", "/calibrations/run-1"):
        reply = Program(client, token).call("GET", path)
        assert reply.status_code == 403
        assert "calibrations:read" in reply.json()["detail"]
