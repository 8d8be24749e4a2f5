"""The demo world: its sign-ins work, the second time too, and stale ones are issued anew."""

import json
import stat
from pathlib import Path

import pytest

from app import ambient
from app.demo import demo
from app.demo.demo import SignIns, make_demo
from app.errors import WrongCode
from app.exam.people.permissions import EVERYTHING, Scope, system
from app.services.people import access, bookings
from app.services.people.keys import load_keys
from app.services.sitting import sit
from app.services.sitting.sit import Credentials
from app.settings import Settings
from app.store import audit, migrate
from app.store.database import Database, connect
from app.store.people import people


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> tuple[Database, Settings]:
    """Give a migrated database and the settings of its demo."""
    database = connect(database_url)
    migrate.upgrade(database)
    return database, Settings(data_dir=tmp_path / "data", port=8123)


def make(place: tuple[Database, Settings]) -> SignIns:
    return make_demo(*place, actor=system("operator", ambient.now()))


def require_valid(place: tuple[Database, Settings], world: SignIns) -> None:
    """Sign everybody in."""
    database, settings = place
    for one in world.candidates:
        with database.begin() as tx:
            typed = Credentials(one.membership_number, one.access_code)
            sit.sign_in(tx, typed, keys=load_keys(tx), settings=settings, at=ambient.now())
    for member in world.staff:
        signed = access.sign_in_staff(
            database, member.email, member.password, settings=settings, at=ambient.now()
        )
        assert signed.member.roles == set(member.roles)
    for client in world.api_clients:
        with database.begin() as tx:
            _, scopes = access.issue_token(
                tx,
                (client.client_id, client.client_secret),
                frozenset(),
                settings=settings,
                at=ambient.now(),
            )
        assert scopes == set(client.scopes) == set(Scope)


def test_everybody_in_demo_json_can_sign_in(place: tuple[Database, Settings]) -> None:
    world = make(place)
    path = place[1].data_dir / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = json.loads(path.read_text())
    assert written.keys() == {"base_url", "candidates", "staff", "api_clients"}
    assert written["base_url"] == "http://127.0.0.1:8123"
    assert written["candidates"][0].keys() == {"name", "membership_number", "access_code"}
    assert written["staff"][0].keys() == {"email", "password", "roles"}
    assert written["api_clients"][0].keys() == {"client_id", "client_secret", "scopes"}
    assert sorted(role for one in written["staff"] for role in one["roles"]) == [
        "chair",
        "chair",
        "invigilator",
        "psychometrician",
    ]
    require_valid(place, world)
    with place[0].read() as tx:
        extra = sorted(
            one.extra_time for one in people.bookings_page(tx, demo.WINDOW, reach=EVERYTHING)
        )
    assert extra == [0, 0, 0, 0, 0.25]
    place[0].close()


@pytest.mark.each_database
def test_the_second_time_it_is_the_same_demo(place: tuple[Database, Settings]) -> None:
    first = make(place)
    assert make(place) == first
    place[0].close()


def test_another_port_changes_the_address_alone(place: tuple[Database, Settings]) -> None:
    first = make(place)
    moved = (place[0], place[1].model_copy(update={"port": 9000}))
    assert make(moved) == first.model_copy(update={"base_url": "http://127.0.0.1:9000"})
    place[0].close()


@pytest.mark.parametrize("how", ["missing", "malformed"])
def test_a_lost_demo_json_is_written_anew_and_the_old_codes_end(
    how: str, place: tuple[Database, Settings]
) -> None:
    database, settings = place
    old = make(place)
    path = settings.data_dir / "demo.json"
    path.unlink() if how == "missing" else path.write_text("{")
    new = make(place)
    assert [one.membership_number for one in new.candidates] == [
        one.membership_number for one in old.candidates
    ]
    require_valid(place, new)
    stale = old.candidates[0]
    with database.begin() as tx:
        keys = load_keys(tx)
        booking = people.bookings_page(tx, demo.WINDOW, reach=EVERYTHING)[0].id
        assert demo.REASON in str([one.detail for one in audit.about(tx, booking)])
    typed = Credentials(stale.membership_number, stale.access_code)
    with database.begin() as tx, pytest.raises(WrongCode):
        sit.sign_in(tx, typed, keys=keys, settings=settings, at=ambient.now())
    database.close()


def test_only_the_stale_code_is_issued_anew(place: tuple[Database, Settings]) -> None:
    old = make(place)
    actor = system("board", ambient.now())
    with place[0].begin() as tx:
        who = people.by_number(tx, old.candidates[2].membership_number, reach=EVERYTHING)
        assert who is not None
        booking = people.bookings_of(tx, who.id, reach=EVERYTHING)[0]
        bookings.reissue_code(tx, booking.id, "lost", keys=load_keys(tx), actor=actor)
    new = make(place)
    same = [mine == theirs for mine, theirs in zip(new.candidates, old.candidates, strict=True)]
    assert same == [True, True, False, True, True]
    assert (new.staff, new.api_clients) == (old.staff, old.api_clients)
    require_valid(place, new)
    place[0].close()


def test_a_candidate_of_somebody_else_is_left_alone(place: tuple[Database, Settings]) -> None:
    first = make(place)
    actor = system("board", ambient.now())
    with place[0].begin() as tx:
        who = bookings.add_candidate(tx, "M-1", "Not of the demo", actor=actor)
        bookings.book(tx, who.id, demo.WINDOW, keys=load_keys(tx), actor=actor)
    assert make(place) == first
    place[0].close()
