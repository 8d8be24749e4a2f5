"""The exposure of a window as programs are told it: shares and counts, no key and no content."""

from app.exam.people.permissions import Role, Scope
from app.exam.sitting.sitting import Caller
from app.services.bank import suspend
from app.services.people.access import add_staff
from app.services.sitting import sit
from tests.api.conftest import Program, add_client
from tests.contract.world import WINDOW, World


def begin(world: World) -> list[str]:
    """Let everyone start; return the items of the first paper's first block."""
    first: list[str] = []
    for person in world.people:
        with world.database.begin() as tx:
            taken = sit.take_sitting(tx, person.booking, face="api", at=world.clock.now())
            caller = Caller(world.clock.now(), taken.session)
            sitting = sit.start(tx, taken.sitting, caller=caller, settings=world.settings)
        first = first or [place.item for place in sitting.places]
    return first


def test_a_window_is_told_with_its_items_as_they_have_been_met(
    world: World, program: Program
) -> None:
    before = program.get(f"/windows/{WINDOW}/exposure")
    assert (before["sittings"], before["max_exposure"], before["mean_overlap"]) == (0, 0.0, None)
    names = begin(world)
    told = program.get(f"/windows/{WINDOW}/exposure")
    assert (told["window"], told["exam"], told["sittings"]) == (WINDOW, "demo", 2)
    seen = {one["item"]: one for one in told["items"]}
    assert sum(one["seen"] for one in told["items"]) == 2 * len(names)
    assert all(seen[name]["exposure"] in {0.5, 1.0} for name in names)
    assert len(told["groups"]) == 5
    assert told["items"][0].keys() == {
        "item",
        "criterion",
        "seen",
        "exposure",
        "by_group",
        "over_target",
        "suspended",
        "on_trial",
    }


def test_a_suspended_item_is_marked(world: World, program: Program) -> None:
    [name, *_] = begin(world)
    with world.database.begin() as tx:
        add_staff(
            tx,
            "ann@example.org",
            "a long enough password",
            frozenset({Role.CHAIR}),
            settings=world.settings,
        )
        actor = world.actor("ann@example.org")
        suspend.suspend_item(tx, name, reason="Seen on a forum.", actor=actor)
    told = program.get(f"/windows/{WINDOW}/exposure")
    assert [one["item"] for one in told["items"] if one["suspended"]] == [name]


def test_a_window_that_is_not_there_is_not_found(small_program: Program) -> None:
    reply = small_program.call("GET", "/windows/nothing/exposure")
    assert reply.status_code == 404
    assert reply.json()["type"] == "urn:adept:problem:not-found"


def test_only_who_may_read_windows_is_told(small_world: World) -> None:
    secret = add_client(small_world, "results-only", Scope.RESULTS_READ)
    form = {"grant_type": "client_credentials", "client_id": "results-only"}
    client = small_world.client()
    token = client.post("/api/v1/token", data={**form, "client_secret": secret}).json()
    reply = Program(client, token["access_token"]).call("GET", f"/windows/{WINDOW}/exposure")
    assert reply.status_code == 403
