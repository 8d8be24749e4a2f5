"""A database of every landed version is upgraded: nothing is lost, and its sittings go on."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from app.exam.people.people import Candidate
from app.exam.people.permissions import EVERYTHING
from app.exam.people.typed import number_key
from app.exam.sitting.sitting import ENDED, IN_PROGRESS, Caller, Change, Sitting, State
from app.services.award import grade
from app.services.bank.starter import read_starter
from app.services.people.keys import load_keys
from app.services.sitting import sit, views
from app.services.sitting.sit import Credentials
from app.services.upkeep import replay
from app.store import dump, migrate, schema
from app.store.bank import bank, states
from app.store.database import Database, Transaction, connect
from app.store.dump import TableShape
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows
from itembank.items.state import ItemState
from tests.factories import anybody
from tests.landed.make import MADE_AT, sha256
from tests.landed.reading import FOLDER, REVISIONS, Landed, put, read
from tests.services.season import SETTINGS

MOST_BYTES = 1_000_000
SPAN = ("opens_at", "closes_at")
MADE_ANEW = {"windows": SPAN, "candidates": ("number_key",)}
"""Until migration 5, what the board did to a window stood in the place of its plan."""


@pytest.fixture(params=REVISIONS)
def landed(request: pytest.FixtureRequest) -> Landed:
    return read(request.param)


def test_each_file_is_small_and_every_table_of_its_schema_has_rows(landed: Landed) -> None:
    sizes = [path.stat().st_size for path in FOLDER.glob(f"{landed.revision}.*")]
    assert sum(sizes) < MOST_BYTES
    assert [shape.name for shape, rows in landed.rows.items() if not rows] == []


def test_the_migrations_that_led_to_a_landed_schema_have_not_been_edited(landed: Landed) -> None:
    folder = schema.SCRIPTS / "versions"
    now = {name: sha256((folder / name).read_bytes()) for name in landed.migrations}
    assert now == landed.migrations


@pytest.mark.each_database
def test_an_upgrade_loses_nothing_and_its_sittings_go_on(landed: Landed, database_url: str) -> None:
    database = connect(database_url)
    put(landed, database)
    migrate.upgrade(database)
    assert schema.current(database) == schema.newest()
    with database.read() as tx:
        require_every_row(tx, landed)
        require_hashes(tx, landed)
        require_results(tx, landed)
        require_proof(tx)
        running = [sittings.load(tx, name, reach=EVERYTHING).sitting for name in sittings.every(tx)]
    for sitting in running:
        if sitting.state not in ENDED:
            go_on(database, sitting)
    for number, code in landed.codes.items():
        come(database, number, code, MADE_AT)
    with database.read() as tx:
        require_proof(tx)
    database.close()


def test_landed_sittings_replay_whatever_state_their_items_come_to(
    landed: Landed, database_url: str
) -> None:
    database = connect(database_url)
    put(landed, database)
    migrate.upgrade(database)
    names = {name.split()[0] for name in landed.items}
    with database.read() as tx:
        assert {states.of_item(tx, name) for name in names} == {ItemState.LIVE}
    for state in (ItemState.DRAFT, ItemState.PRETEST, ItemState.RETIRED, ItemState.LIVE):
        with database.begin() as tx:
            for name in names:
                states.change(tx, name, state)
        with database.read() as tx:
            require_hashes(tx, landed)
            require_results(tx, landed)
            require_proof(tx)
    database.close()


def test_what_ships_today_hashes_as_it_did_when_it_landed(landed: Landed) -> None:
    shipped = {f"{one.id} {one.version}": one.content_hash() for one in read_starter().items}
    assert shipped.items() <= landed.items.items()


def require_every_row(tx: Transaction, landed: Landed) -> None:
    """Every row is what it was; a window has its plan back, but opens and closes as it did.

    A membership number stays, and what it is compared by is made of it anew.
    """
    for shape, rows in landed.rows.items():
        kept, taken = shape, list(range(len(shape.columns)))
        if shape.name in MADE_ANEW:
            anew = MADE_ANEW[shape.name]
            taken = [n for n, name in enumerate(shape.columns) if name not in anew]
            kept = TableShape(shape.name, tuple(shape.columns[n] for n in taken))
        expected = [[row[n] for n in taken] for row in rows]
        assert in_order(dump.rows(tx, kept)) == in_order(expected), shape.name
    for number in landed.column("candidates", "membership_number"):
        assert number in {one.membership_number for one in alike(tx, str(number))}
    spans = zip(*(landed.column("windows", name) for name in ("id", *SPAN)), strict=True)
    found = windows.page(tx, reach=EVERYTHING)
    assert {(one.id, one.opens, one.closes) for one in found} == {
        (name, datetime.fromisoformat(str(opens)), datetime.fromisoformat(str(closes)))
        for name, opens, closes in spans
    }


def alike(tx: Transaction, number: str) -> list[Candidate]:
    return people.with_key(tx, number_key(number), reach=EVERYTHING)


def in_order(rows: Iterable[list[object]]) -> list[str]:
    return sorted(json.dumps(row) for row in rows)


def require_hashes(tx: Transaction, landed: Landed) -> None:
    """Items and parameters still hash to their names, and exams are the text they were."""
    for name, kept in landed.items.items():
        item, version = name.split()
        found = bank.find_item_version(tx, item, int(version))
        assert found is not None
        assert found.content_hash() == kept
    shape = TableShape("exams", ("code", "version", "document"))
    exams = {f"{code} {version}": str(text) for code, version, text in dump.rows(tx, shape)}
    assert {name: sha256(text.encode()) for name, text in exams.items()} == landed.exams
    assert len(bank.exam_list(tx)) == len(exams)
    for name in map(str, landed.column("parameter_sets", "id")):
        assert bank.parameter_set(tx, name).content_hash() == name


def require_results(tx: Transaction, landed: Landed) -> None:
    """Each window that was graded has the awards it had, and says what they rest on."""
    awards: dict[object, object] = {}
    for window in windows.page(tx, reach=EVERYTHING):
        assert (window.graded_at is None) == (window.graded_with is None)
        graded = grade.window_results(tx, window.id, actor=anybody())
        awards |= {one.sitting: (one.result.award.mark, one.result.award.outcome) for one in graded}
    names, *kept = (landed.column("results", name) for name in ("sitting_id", "mark", "band"))
    assert awards == dict(zip(names, zip(*kept, strict=True), strict=True))


def require_proof(tx: Transaction) -> None:
    """Verify every chain, and derive every sitting again."""
    assert replay.verify(tx).breaks == ()
    for name in sittings.every(tx):
        assert replay.replay(tx, name, actor=anybody()).differences == ()


def go_on(database: Database, sitting: Sitting) -> None:
    """Sit a paper that was left in the middle, or not begun, to its end."""
    caller = Caller(sitting.last_at + timedelta(seconds=1), sitting.session)
    with database.begin() as tx:
        sitting = sit.start(tx, sitting.id, caller=caller, settings=SETTINGS)
    while sitting.state in IN_PROGRESS:
        for position in sitting.open_positions():
            change = Change(sitting.places[position - 1].options[-1:])
            with database.begin() as tx:
                sit.answer(tx, sitting.id, position, change, request="go on", caller=caller)
        with database.begin() as tx:
            if sitting.is_last_block():
                sitting = sit.hand_in(tx, sitting.id, caller=caller)
            else:
                sitting = sit.close_block(tx, sitting.id, sitting.block, caller=caller)
    assert sitting.state is State.HANDED_IN


def come(database: Database, number: str, code: str, at: datetime) -> None:
    """Sign in by page with the code that was issued before the upgrade."""
    with database.begin() as tx:
        typed, keys = Credentials(number, code), load_keys(tx)
        signed = sit.sign_in(tx, typed, keys=keys, settings=SETTINGS, at=at)
        caller = Caller(at, signed.session)
        view = views.sitting_view(tx, signed.sitting, caller=caller)
    assert view.membership_number == number
