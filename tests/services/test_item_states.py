"""An item's state in the bank is a circumstance of new blocks, and never changes what was made."""

import pytest

from app.errors import ExamNotRunnable, Forbidden, Invalid, ItemNeeded, NotFound, Refused
from app.exam.people.permissions import Role
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import State
from app.services.bank import exam_file, states, suspend
from app.services.people import access
from app.services.upkeep import replay
from app.store import audit
from app.store.bank import bank
from app.store.bank import states as kept
from app.store.database import Database
from app.store.sitting import sittings
from itembank.blueprint.blueprint import Pretest
from itembank.items.item import ItemId
from itembank.items.state import ItemState
from tests.factories import anybody, make_item
from tests.refusals import refuses
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    Season,
    Sitter,
    first_option,
    make_season,
    shipped_blueprint,
)

pytestmark = pytest.mark.each_database

ANN = CHAIRS[0]
NOT_LIVE = [ItemState.DRAFT, ItemState.PRETEST, ItemState.RETIRED]


@pytest.fixture
def season(database: Database) -> Season:
    season = make_season(database, block_size=15)
    season.add_chairs()
    return season


def put(season: Season, item: str, state: ItemState, *, by: str = ANN) -> None:
    with season.database.begin() as tx:
        states.set_state(tx, item, state, reason="The board said so.", actor=season.actor(by))


def state_of(season: Season, item: str) -> ItemState:
    with season.database.read() as tx:
        return kept.of_item(tx, item)


def given(sitter: Sitter) -> list[str]:
    return [place.item for place in sitter.now().places]


def blocks_of(sitter: Sitter) -> list[BlockDelivered]:
    with sitter.season.database.read() as tx:
        events = sittings.record(tx, sitter.sitting)
    return [event.body for event in events if isinstance(event.body, BlockDelivered)]


def replays(sitter: Sitter) -> bool:
    with sitter.season.database.read() as tx:
        return replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()


def of_criterion(season: Season, code: str) -> list[str]:
    with season.database.read() as tx:
        return [item.id for item in bank.latest_items(tx) if item.tags[0].code == code]


def test_what_is_added_is_live_and_a_new_version_keeps_the_state(season: Season) -> None:
    assert state_of(season, "SMM-1.1-01") is ItemState.LIVE
    item = make_item("New")
    with season.database.begin() as tx:
        bank.add_items(tx, [item])
        assert kept.of_item(tx, "New") is ItemState.LIVE
    put(season, "New", ItemState.DRAFT)
    with season.database.begin() as tx:
        bank.add_items(tx, [item.model_copy(update={"version": 2})])
    assert state_of(season, "New") is ItemState.DRAFT


@pytest.mark.parametrize("state", NOT_LIVE)
def test_nobody_new_gets_what_is_not_live_and_the_record_says_so(
    season: Season, state: ItemState
) -> None:
    item = season.sitter().start().places[0].item
    put(season, item, state)
    sitter = season.sitter()
    sitter.sit(first_option)
    assert item not in given(sitter)
    assert [block.withheld for block in blocks_of(sitter)] == [(item,)] * 3
    assert sitter.meets_its_blueprint()
    assert replays(sitter)


def test_who_was_given_it_goes_on_and_an_item_only_planned_is_replaced(season: Season) -> None:
    sitter = season.sitter()
    sitting = sitter.start()
    held, planned = sitting.places[0].item, sitting.remaining[0][0]
    put(season, held, ItemState.RETIRED)
    put(season, planned, ItemState.RETIRED)
    assert sitter.sit(first_option).state is State.HANDED_IN
    assert given(sitter).count(held) == 1
    assert planned not in given(sitter)
    assert [block.withheld for block in blocks_of(sitter)] == [(), (planned,), (planned,)]
    assert replays(sitter)


def test_sittings_replay_whatever_becomes_of_their_items(season: Season) -> None:
    """Each is derived again after every change of state, to what was handed out and marked."""
    before = [season.sitter() for _ in range(2)]
    before[0].sit(first_option)
    item = before[0].now().places[0].item
    before[1].start()
    season_editions = season.database.editions.copy()
    for state in (*NOT_LIVE, ItemState.LIVE):
        put(season, item, state)
        between = season.sitter()
        between.sit(first_option, blocks=2)
        before.append(between)
        assert all(replays(one) for one in before)
    with season.database.read() as tx:
        assert replay.verify(tx).breaks == ()
        edition = bank.load_edition(tx, season.exam.code, season.exam.version)
        assert item in edition.index
    assert season_editions.items() <= season.database.editions.items()
    for one in before[1:]:
        one.sit(first_option)
    season.clock.minutes = 400
    season.close()
    season.grade()
    put(season, item, ItemState.RETIRED)
    assert all(replays(one) for one in before)


def test_an_item_in_pretest_is_tried_and_a_draft_is_not(database: Database) -> None:
    spare = ("SMM-3.2-15", "SMM-3.2-16")
    blueprint = shipped_blueprint(pretest=Pretest(slots=1, items=spare), enemies=())
    season = make_season(database, block_size=15, more={"blueprint": blueprint})
    season.add_chairs()
    put(season, spare[0], ItemState.PRETEST)
    put(season, spare[1], ItemState.DRAFT)
    for _ in range(3):
        sitter = season.sitter()
        sitter.sit(first_option)
        assert spare[0] in given(sitter)
        assert spare[1] not in given(sitter)
        assert {block.withheld for block in blocks_of(sitter)} == {(spare[1],)}
        assert replays(sitter)
    with refuses(ItemNeeded, match="1 items on trial, and only 0 would be left"):
        put(season, spare[0], ItemState.RETIRED)


def test_what_papers_need_stays_live_and_a_window_is_not_planned_without(season: Season) -> None:
    names = of_criterion(season, "1.1")
    least = season.exam.blueprint.limits("1.1")[0]
    for name in names[:-least]:
        put(season, name, ItemState.RETIRED)
    with refuses(ItemNeeded, match="items of criterion"):
        put(season, names[-1], ItemState.DRAFT)
    assert state_of(season, names[-1]) is ItemState.LIVE
    with pytest.raises(ItemNeeded), season.database.begin() as tx:
        suspend.suspend_item(tx, names[-1], reason="A leak.", actor=season.actor(ANN))
    season.close()
    put(season, names[-1], ItemState.DRAFT)
    with refuses(ExamNotRunnable, match="suspended or not live"):
        season.window("w2")


def test_a_change_of_state_is_in_the_audit_log_with_who_and_why(season: Season) -> None:
    put(season, "SMM-1.1-01", ItemState.PRETEST)
    put(season, "SMM-1.1-01", ItemState.LIVE)
    with season.database.read() as tx:
        entries = audit.about(tx, "SMM-1.1-01")
    assert [(one.action, one.actor) for one in entries] == [("item.state_set", ANN)] * 2
    said = ("reason", "before", "after", "held_by")
    told = [entries[0].detail[name] for name in said]
    assert told == ["The board said so.", "live", "pretest", 0]


def test_what_cannot_be_changed_is_refused(season: Season) -> None:
    with refuses(Refused, match="is live already"):
        put(season, "SMM-1.1-01", ItemState.LIVE)
    with refuses(NotFound, match="item 'SMM-9'"):
        put(season, "SMM-9", ItemState.DRAFT)
    with refuses(Invalid, match="Give the reason"), season.database.begin() as tx:
        states.set_state(tx, "SMM-1.1-01", ItemState.DRAFT, reason=" ", actor=season.actor(ANN))
    with season.database.begin() as tx:
        access.add_staff(
            tx, "author@example.org", PASSWORD, frozenset({Role.AUTHOR}), settings=SETTINGS
        )
    with refuses(Forbidden, match="may not change the state of items"):
        put(season, "SMM-1.1-01", ItemState.DRAFT, by="author@example.org")


def test_the_board_sees_the_state(season: Season) -> None:
    put(season, "SMM-1.1-01", ItemState.RETIRED)
    with season.database.read() as tx:
        found = exam_file.exam_file(tx, season.exam.code, actor=anybody())
        item = exam_file.item_file(tx, "SMM-1.1-01", actor=anybody())
    assert found.states == {ItemId("SMM-1.1-01"): ItemState.RETIRED}
    assert item.state is ItemState.RETIRED


def test_a_state_says_nothing_of_the_content(season: Season) -> None:
    with season.database.read() as tx:
        before = bank.find_item_version(tx, "SMM-1.1-01", 1)
    put(season, "SMM-1.1-01", ItemState.RETIRED)
    with season.database.read() as tx:
        after = bank.find_item_version(tx, "SMM-1.1-01", 1)
    assert before == after
    assert before is not None
    assert after is not None
    assert before.content_hash() == after.content_hash()
