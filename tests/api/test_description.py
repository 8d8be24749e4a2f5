"""What the OpenAPI document says is what happens: schemathesis calls every operation.

Of each reply it judges the status, the content type, the headers and the document. It sends what
the description allows, which must not be refused for its form, and what it forbids, which must be.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, HookContext, Response, engine
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.python import asgi

from app.exam.people.permissions import Scope
from app.exam.window.window import YEARS
from app.services.sitting import sit
from app.web.api.openapi import document, operations
from tests.api.conftest import Program, add_client
from tests.board.desk import keep_run
from tests.contract.world import EXAM, WINDOW, World
from tests.factories import make_run

LATER, EMPTY = "2027-02", "2027-03"
EACH = ("examples", "coverage", "fuzzing")
LINKED = ("stateful",)
# New ids are random; what is sent may not depend on what was told.
PLAIN = {"extra-data-sources": {"responses": False}}
# Of its own it would draw times of any year, and throw nearly all of them away.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(
        min_value=datetime(YEARS[0], 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(YEARS[-1], 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(datetime.isoformat),
)
OPERATIONS = {f"{method.upper()} {path}" for method, path, _ in operations(document())}


@dataclass
class Told:
    """What a run of schemathesis met: statuses by operation, and everything it found wrong."""

    statuses: dict[str, set[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def read(self, finished: ScenarioFinished) -> None:
        recorder = finished.recorder
        for name, node in recorder.cases.items():
            reply = recorder.find_response(case_id=name)
            met = self.statuses.setdefault(node.value.operation.label, set())
            met |= set() if reply is None else {reply.status_code}
        for checks in recorder.checks.values():
            for check in checks:
                if (found := check.failure_info) is not None:
                    self.faults.append(f"{found.failure}\n{found.code_sample}")

    def accepted(self) -> set[str]:
        """Return the operations that did what they are for at least once."""
        return {name for name, met in self.statuses.items() if met & {200, 201}}


def call_all(world: World, phases: tuple[str, ...], *, examples: int, seed: int = 1) -> Told:
    """Return what schemathesis met in its phases, over a world with something in every list."""
    known = fill(world)
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "workers": 1,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],  # They judge the speed of this machine.
            "headers": {"Authorization": f"Bearer {world.token}"},
            "generation": {"deterministic": True, "no-shrink": True, "max-examples": examples},
            "phases": {
                **{name: {"enabled": name in phases, **PLAIN} for name in EACH},
                **{name: {"enabled": name in phases} for name in LINKED},
            },
            "dictionaries": {place: {"values": values} for place, values in known.items()},
            "parameters": {place: {"dictionary": place, "probability": 0.8} for place in known},
        }
    )
    told = Told()
    try:
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", world.app, config=config)
        schema.hook("filter_failure")(is_fault)
        for event in engine.from_schema(schema).execute():
            assert not isinstance(event, NonFatalError | FatalError), event
            if isinstance(event, ScenarioFinished):
                told.read(event)
    finally:
        asgi.shutdown_lifespans()
    return told


def is_fault(_: HookContext, failure: Failure, __: Case[Any], response: Response) -> bool:
    """Return whether a failure counts: what a value means may be refused, its form may not.

    No schema can say that a window closes after it opens, or that a key is new.
    """
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    return bool(json.loads(response.content)["type"] == "urn:adept:problem:malformed")


def fill(world: World) -> dict[str, list[str | int]]:
    """Release a result, begin sittings, keep a run; return the ids by where they are sent."""
    program = Program(world.client(), world.token)
    ada, *others = world.people
    graded = begun(program, ada.booking)
    world.clock.advance(minutes=130)
    with world.database.begin() as tx:
        sit.end_overdue(tx, world.clock.now())
    world.close_and_grade()
    world.release()
    keep_run(world, make_run(exam=EXAM, window=WINDOW))
    for name, last in ((LATER, 13), (EMPTY, 11)):
        span = {"opens_at": "2027-01-11T08:00:00Z", "closes_at": f"2027-01-{last}T11:00:00Z"}
        made(program, "/windows", {"id": name, "title": name, "exam": EXAM, **span})
    candidates = [person.candidate for person in others]
    newcomers = [{"membership_number": name, "name": name} for name in ("Cem", "Dora")]
    candidates += [made(program, "/candidates", one) for one in newcomers]
    bookings = [made(program, "/bookings", {"candidate": c, "window": LATER}) for c in candidates]
    secret = add_client(world, "described", *Scope)
    return {
        "path.booking": [ada.booking, *bookings],
        "path.candidate": [*candidates],
        "path.sitting": [*(begun(program, booking) for booking in bookings), graded],
        "path.window": [LATER, WINDOW, EMPTY],
        "path.exam": [EXAM],
        "path.run": ["run-1"],
        "path.position": [1, 2, 6, 7, 11],
        "path.block": [1, 2],
        "query.window": [WINDOW, LATER],
        "query.session": [1],
        "body.booking": [*bookings],
        "body.candidate": [*candidates],
        "body.window": [LATER, WINDOW],
        "body.exam": [EXAM],
        "body.id": ["2027-04", "2027-05"],
        "body.session": [1],
        # What draws nothing no schema can name.
        "body.membership_number": [f"N-{number}" for number in range(1, 40)],
        "body.name": ["Noa Osei"],
        "body.title": ["April 2027"],
        "body.reason": ["The power failed."],
        "body.grant_type": ["client_credentials"],
        "body.client_id": ["described"],
        "body.client_secret": [secret],
    }


def begun(program: Program, booking: str) -> str:
    sitting = made(program, "/sittings", {"booking": booking})
    assert program.call("POST", f"/sittings/{sitting}/start", {}).status_code == 200
    return sitting


def made(program: Program, path: str, sent: dict[str, Any]) -> str:
    reply = program.call("POST", path, sent)
    assert reply.status_code == 201, reply.text
    name: str = reply.json()["id"]
    return name


def test_each_operation_does_what_is_described(small_world: World) -> None:
    told = call_all(small_world, EACH, examples=10)
    assert not told.faults, "\n\n".join(told.faults)
    assert set(told.statuses) == OPERATIONS
    assert len(told.accepted()) >= 26


def test_operations_in_a_row_do_what_is_described(small_world: World) -> None:
    told = call_all(small_world, LINKED, examples=10)
    assert not told.faults, "\n\n".join(told.faults)
    assert len(told.accepted()) > 10


@pytest.mark.slow
@pytest.mark.parametrize("phases", [EACH, LINKED])
def test_many_more_calls_do_what_is_described(world: World, phases: tuple[str, ...]) -> None:
    told = call_all(world, phases, examples=100, seed=2)
    assert not told.faults, "\n\n".join(told.faults)
    assert len(told.accepted()) >= 15
