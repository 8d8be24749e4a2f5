"""Replay and audit: whatever is changed behind the service's back is found and named."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from app.exam.sitting.chain import GENESIS, Break, ChainLink, link
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import Change
from app.services.people.keys import digest
from app.services.sitting.sit import request_name
from app.services.upkeep import replay
from app.store.database import Database
from app.store.sitting import sittings as store
from app.store.tables import events, results, sittings
from itembank.document import canonical
from itembank.items.response import OptionId
from tests.factories import anybody
from tests.services.season import Season, Sitter, at_random, first_option, make_season


@pytest.fixture
def season(database: Database) -> Season:
    return make_season(database, block_size=15)


@pytest.fixture
def sitter(season: Season) -> Sitter:
    """A candidate who has handed in; the window is graded."""
    sitter = season.sitter()
    sitter.sit(at_random(1))
    season.close()
    season.grade()
    return sitter


def differences(sitter: Sitter) -> dict[str, str]:
    with sitter.season.database.read() as tx:
        found = replay.replay(tx, sitter.sitting, actor=anybody()).differences
    return {one.where: one.recorded for one in found}


def breaks(sitter: Sitter) -> list[Break]:
    with sitter.season.database.read() as tx:
        return list(replay.verify(tx).breaks)


def change(sitter: Sitter, sequence: int, /, **columns: object) -> None:
    with sitter.season.database.begin() as tx:
        here = (events.c.sitting_id == sitter.sitting) & (events.c.sequence == sequence)
        tx.connection.execute(update(events).where(here).values(**columns))


def remove(sitter: Sitter, sequence: int) -> None:
    with sitter.season.database.begin() as tx:
        here = (events.c.sitting_id == sitter.sitting) & (events.c.sequence == sequence)
        tx.connection.execute(delete(events).where(here))


def change_row(sitter: Sitter, **columns: object) -> None:
    with sitter.season.database.begin() as tx:
        here = sittings.c.id == sitter.sitting
        tx.connection.execute(update(sittings).where(here).values(**columns))


def links(sitter: Sitter) -> list[ChainLink]:
    with sitter.season.database.read() as tx:
        return store.links(tx, sitter.sitting)


def first_of(sitter: Sitter, kind: str) -> ChainLink:
    return next(one for one in links(sitter) if one.kind == kind)


@pytest.mark.each_database
def test_an_untouched_record_agrees_in_everything(sitter: Sitter) -> None:
    with sitter.season.database.read() as tx:
        told = replay.replay(tx, sitter.sitting, actor=anybody())
        verified = replay.verify(tx)
    assert (told.differences, told.state, len(told.blocks)) == ((), "handed_in", 3)
    graded = sitter.season.result(sitter.sitting)
    assert graded is not None
    assert told.result == graded.result
    assert [len(block.items) for block in told.blocks] == [15, 15, 15]
    assert (verified.sittings, verified.events, verified.breaks) == (1, told.events, ())


def test_verifying_shows_its_progress(sitter: Sitter) -> None:
    seen: list[tuple[int, int]] = []
    with sitter.season.database.read() as tx:
        replay.verify(tx, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 1)]


def test_a_changed_theta_is_found_by_replay_and_by_audit(sitter: Sitter) -> None:
    block = [one for one in links(sitter) if one.kind == "block_delivered"][1]
    body = json.loads(block.body)
    change(sitter, block.sequence, body=canonical({**body, "theta": body["theta"] + 1}))
    told = differences(sitter)
    assert "was changed" in told["chain"]
    assert "block 2: theta" in told
    assert [one.sequence for one in breaks(sitter)] == [block.sequence]


def forge(sitter: Sitter, forged: Callable[[BlockDelivered], BlockDelivered]) -> None:
    """Rewrite the record from its first block on, chain and row included, as an insider could."""
    head = GENESIS
    with sitter.season.database.begin() as tx:
        record = store.record(tx, sitter.sitting)
        for sequence, event in enumerate(record, start=1):
            if isinstance(event.body, BlockDelivered):
                event = replace(event, body=forged(event.body))
            one = link(sitter.sitting, event, sequence=sequence, head=head)
            here = (events.c.sitting_id == sitter.sitting) & (events.c.sequence == sequence)
            tx.connection.execute(update(events).where(here).values(body=one.body, hash=one.hash))
            head = one.hash
        tx.connection.execute(
            update(sittings).where(sittings.c.id == sitter.sitting).values(head=head)
        )


def test_a_theta_forged_with_the_whole_chain_is_still_found_by_replay(sitter: Sitter) -> None:
    forge(sitter, lambda block: replace(block, theta=block.theta + 0.5))
    assert breaks(sitter) == []
    assert list(differences(sitter)) == [f"block {n}: theta" for n in (1, 2, 3)]


def test_a_choice_of_items_forged_with_the_whole_chain_is_still_found(sitter: Sitter) -> None:
    forge(sitter, lambda block: replace(block, places=block.places[::-1]))
    told = differences(sitter)
    assert "block 1: places" in told
    assert "sitting: places" in told


def test_answers_changed_in_the_row_are_found(sitter: Sitter) -> None:
    row = [["p", 0]] * 45
    change_row(sitter, answers=canonical(row))
    assert "sitting: answers" in differences(sitter)
    assert breaks(sitter) == []


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ({"extra_time": 0.5}, "sitting: clock"),
        ({"extended_seconds": 600}, "sitting: clock"),
        ({"state": "time_ended"}, "sitting: state"),
        ({"session": 9}, "sitting: session"),
        ({"block": 2}, "sitting: block"),
    ],
    ids=["extra time", "extension", "state", "session", "block"],
)
def test_a_changed_column_of_the_row_is_found(
    sitter: Sitter, columns: dict[str, object], where: str
) -> None:
    change_row(sitter, **columns)
    assert where in differences(sitter)


def test_a_changed_result_is_found(sitter: Sitter) -> None:
    with sitter.season.database.begin() as tx:
        text = tx.connection.execute(select(results.c.document)).scalar_one()
        forged = canonical({**json.loads(text), "mark": 99, "band": "D"})
        tx.connection.execute(update(results).values(document=forged))
    told = differences(sitter)
    assert (told["result: mark"], told["result: band"]) == ("99", "D")


def test_a_mark_and_band_changed_beside_the_result_are_found(sitter: Sitter) -> None:
    with sitter.season.database.begin() as tx:
        tx.connection.execute(update(results).values(mark=99, band="D"))
    assert differences(sitter) == {"result: mark and band columns": "(99, 'D')"}


def test_a_result_removed_from_a_released_window_is_found(sitter: Sitter) -> None:
    sitter.season.add_chairs()
    sitter.season.propose()
    sitter.season.confirm()
    with sitter.season.database.begin() as tx:
        tx.connection.execute(delete(results))
    assert set(differences(sitter)) == {"result"}


def test_a_damaged_row_does_not_stop_the_audit_and_replay_says_so(sitter: Sitter) -> None:
    with sitter.season.database.begin() as tx:
        tx.connection.execute(update(sittings).values(answers="{{"))
    assert breaks(sitter) == []
    assert set(differences(sitter)) == {"record"}


def test_a_changed_answer_in_the_record_is_named(sitter: Sitter) -> None:
    one = first_of(sitter, "answered")
    body = json.loads(one.body)
    other = "q" if body["option"] != "q" else "r"
    change(sitter, one.sequence, body=canonical({**body, "option": other}))
    assert breaks(sitter) == [
        Break(
            sitter.sitting,
            one.sequence,
            f"event {one.sequence} (answered) was changed or reordered",
        )
    ]


def test_a_removed_event_is_named(sitter: Sitter) -> None:
    one = first_of(sitter, "answered")
    remove(sitter, one.sequence)
    assert [(found.sequence, found.reason) for found in breaks(sitter)] == [
        (one.sequence, f"event {one.sequence} is missing or out of order")
    ]


@pytest.mark.each_database
def test_reordered_events_are_named(sitter: Sitter) -> None:
    one = first_of(sitter, "answered").sequence
    for old, new in ((one, 9999), (one + 1, one), (9999, one + 1)):
        change(sitter, old, sequence=new)
    assert [found.sequence for found in breaks(sitter)] == [one]
    assert "reordered" in breaks(sitter)[0].reason


def test_a_record_cut_off_at_its_end_is_named(sitter: Sitter) -> None:
    last = len(links(sitter))
    remove(sitter, last)
    assert [(found.sequence, found.reason) for found in breaks(sitter)] == [
        (last, f"the record has {last - 1} events, the sitting counted {last}")
    ]
    assert "chain" in differences(sitter)


def test_a_record_that_is_gone_is_named_and_replay_says_so(sitter: Sitter) -> None:
    with sitter.season.database.begin() as tx:
        tx.connection.execute(delete(events).where(events.c.sitting_id == sitter.sitting))
    assert [found.sequence for found in breaks(sitter)] == [1]
    assert "chain" in differences(sitter)


def test_a_record_that_is_no_longer_json_is_named_and_replay_says_so(sitter: Sitter) -> None:
    change(sitter, 4, body="not json")
    assert [found.sequence for found in breaks(sitter)] == [4]
    assert set(differences(sitter)) == {"chain", "record"}


def test_an_event_swapped_with_another_sittings_is_named_in_both(season: Season) -> None:
    one, other = season.sitter(), season.sitter()
    for sitter in (one, other):
        sitter.sit(first_option, blocks=1)
    left, right = first_of(one, "answered"), first_of(other, "answered")
    change(one, left.sequence, body=right.body, hash=right.hash)
    change(other, right.sequence, body=left.body, hash=left.hash)
    assert {(found.sitting, found.sequence) for found in breaks(one)} == {
        (one.sitting, left.sequence),
        (other.sitting, right.sequence),
    }


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (Change((OptionId("q"),)), {"option": "q", "clear": False, "flagged": None}),
        (Change(clear=True), {"option": None, "clear": True, "flagged": None}),
        (Change(flagged=True), {"option": None, "clear": False, "flagged": True}),
    ],
    ids=["an option", "a clearing", "a flag"],
)
def test_a_request_is_named_as_it_always_was(change: Change, asked: dict[str, object]) -> None:
    """A client that tries again after an upgrade gets its first receipt."""
    assert request_name("r", 7, change) == digest(canonical(["r", 7, asked]))


def test_a_sitting_in_progress_verifies_and_replays(season: Season) -> None:
    sitter = season.sitter()
    assert differences(sitter) == {}
    sitter.sit(first_option, blocks=2)
    assert differences(sitter) == {}
    assert breaks(sitter) == []
