"""Exposure control in a running window: what is recorded, counted, reported and proven."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from app.exam.paper.exposure_report import Exposure
from app.exam.sitting.chain import GENESIS, link
from app.exam.sitting.events import BlockDelivered, Event
from app.exam.sitting.sitting import State
from app.services.sitting import sit
from app.services.upkeep import replay
from app.services.window import exposure
from app.store import tables as stored
from app.store.bank import bank
from app.store.bank import exposure as states
from app.store.database import Database
from app.store.sitting import sittings
from itembank.blueprint.blueprint import Pretest
from itembank.exams import EligibilityControl, ProgressiveControl
from itembank.items.item import ItemId
from tests.factories import anybody
from tests.services.season import (
    SETTINGS,
    Season,
    Sitter,
    at_random,
    first_option,
    make_season,
    shipped_blueprint,
)

TARGET = 0.5
PEOPLE = 16
TRIAL = ("SMM-1.1-01", "SMM-2.1-01", "SMM-3.1-01", "SMM-3.2-01")
# Words in all that no paper meets by chance, so that a search has to be made.
TIGHT = shipped_blueprint(words=(5718, 5722))


def controlled(database: Database, *, conditional: bool = False) -> Season:
    control = EligibilityControl(target=TARGET, conditional=conditional)
    return make_season(database, block_size=15, more={"exposure": control})


def blocks_of(sitter: Sitter) -> list[BlockDelivered]:
    with sitter.season.database.read() as tx:
        events = sittings.record(tx, sitter.sitting)
    return [event.body for event in events if isinstance(event.body, BlockDelivered)]


def replayed(sitter: Sitter) -> replay.Replay:
    with sitter.season.database.read() as tx:
        return replay.replay(tx, sitter.sitting, actor=anybody())


def sat(season: Season, people: int = PEOPLE) -> list[Sitter]:
    sitters = [season.sitter() for _ in range(people)]
    for seed, sitter in enumerate(sitters):
        sitter.sit(at_random(seed))
    return sitters


def test_no_item_is_met_by_much_more_than_the_target(database: Database) -> None:
    season = controlled(database)
    sitters = sat(season)
    seen = Counter(place.item for one in sitters for place in one.now().places)
    # Chance decides who is eligible: of 16 people a few more than half may be. Information
    # alone would give all of them the same first block.
    assert max(seen.values()) <= TARGET * PEOPLE + 4
    assert all(one.meets_its_blueprint() for one in sitters)
    assert any(block.ineligible for one in sitters for block in blocks_of(one))


@pytest.mark.each_database
def test_what_was_not_eligible_is_recorded_and_the_sitting_replays_from_it(
    database: Database,
) -> None:
    sitters = sat(controlled(database, conditional=True), people=8)
    # The counts have moved on since: only the record can tell what a block was chosen from.
    for one in sitters:
        told = replayed(one)
        assert told.differences == ()
        assert [block.ineligible for block in told.blocks] == [
            block.ineligible for block in blocks_of(one)
        ]


def test_who_is_not_eligible_stays_so_while_the_counts_do(database: Database) -> None:
    season = controlled(database)
    sat(season, people=6)
    sitter = season.sitter()
    sitter.sit(first_option)
    first, second, third = ({*block.ineligible} for block in blocks_of(sitter))
    assert len(first & second) > len(first ^ second)
    assert len(second & third) > len(second ^ third)


def test_people_who_start_at_once_see_each_others_plans(database: Database) -> None:
    season = controlled(database)
    sitters = [season.sitter() for _ in range(6)]
    for one in sitters:
        one.start()
    with database.read() as tx:
        edition = bank.load_edition(tx, season.exam.code, season.exam.version)
        counts = exposure.recount(tx, "demo", season.exam.version, edition.parameters_id)
    # Fifteen positions have been given out, and all forty-five are counted.
    assert counts.held.sum() == 6 * 45
    planned = Counter(name for one in sitters for name, _ in blocks_of(one)[0].remaining)
    assert max(planned.values()) < 6


@pytest.mark.parametrize("left", [None, "{}", "not JSON"])
def test_counts_that_are_lost_stop_nobody_and_are_found(
    database: Database, left: str | None
) -> None:
    season = controlled(database)
    sitter = season.sitter()
    sitter.sit(first_option, blocks=1)
    with database.begin() as tx:
        [key] = states.every(tx)
        if left is None:
            tx.connection.execute(stored.exposure_states.delete())
        else:
            states.save(tx, key, left)
    ended = sitter.sit(first_option)
    assert (ended.state, len(ended.places)) == (State.HANDED_IN, 45)
    assert replayed(sitter).differences == ()


def test_an_exam_without_control_keeps_no_counts(database: Database) -> None:
    season = make_season(database, block_size=15, more={"exposure": ProgressiveControl()})
    sat(season, people=2)
    with database.read() as tx:
        assert tx.connection.execute(stored.exposure_states.select()).all() == []


@pytest.mark.each_database
def test_the_report_is_right_while_a_window_runs_and_when_it_is_graded(
    database: Database,
) -> None:
    season = controlled(database)
    sitters = [season.sitter() for _ in range(4)]
    for one in sitters[:3]:
        one.sit(at_random(1), blocks=1)
    running = report(season)
    assert running.sittings == 3
    assert {one.item: one.seen for one in running.items if one.seen} == Counter(
        place.item for one in sitters for place in one.now().places
    )
    assert sum(one.sittings for one in running.groups) == 3
    for one in sitters:
        one.sit(at_random(2))
    season.close()
    season.grade()
    graded = report(season)
    assert graded.sittings == 4
    assert sum(one.seen for one in graded.items) == 4 * 45
    thetas = [found.result.theta for one in sitters if (found := season.result(one.sitting))]
    for group in graded.groups:
        low, high = group.low or -99.0, group.high or 99.0
        assert group.sittings == sum(low <= theta < high for theta in thetas)
    assert graded.target == TARGET


def report(season: Season) -> Exposure:
    with season.database.read() as tx:
        return exposure.exposure_report(tx, "w1", actor=anybody()).exposure


def test_every_paper_has_its_items_on_trial_and_they_come_round(database: Database) -> None:
    blueprint = shipped_blueprint(pretest=Pretest(slots=2, items=TRIAL))
    season = make_season(database, block_size=47, more={"blueprint": blueprint})
    sitters = [season.sitter() for _ in range(8)]
    for one in sitters:
        sitting = one.start()
        assert sitting.made.length == len(sitting.places) == 47
        assert len({place.item for place in sitting.places} & {*TRIAL}) == 2
        assert replayed(one).differences == ()
    seen = Counter(place.item for one in sitters for place in one.now().places)
    # Sixteen places for four items: what calibration lacks most comes next.
    assert {seen[ItemId(name)] for name in TRIAL} == {4}


def cut_off(database: Database) -> Sitter:
    """Return a candidate whose paper was searched for in no time at all."""
    season = make_season(database, block_size=15, more={"blueprint": TIGHT})
    sitter = season.sitter()
    hurried = SETTINGS.model_copy(update={"assembly_seconds": 0.0})
    with database.begin() as tx:
        sit.start(tx, sitter.sitting, caller=sitter.caller, settings=hurried)
    for block in (1, 2):
        with database.begin() as tx:
            sit.close_block(tx, sitter.sitting, block, caller=sitter.caller, seconds=0.0)
    sitter.hand_in()
    return sitter


def test_a_search_that_is_cut_off_gives_a_paper_that_meets_the_blueprint(
    database: Database,
) -> None:
    sitter = cut_off(database)
    assert sitter.meets_its_blueprint()
    assert [block.is_proven_best for block in blocks_of(sitter)] == [False, False, False]
    told = replayed(sitter)
    assert told.differences == ()
    assert [block.is_proven_best for block in told.blocks] == [False, False, False]


def test_a_search_with_time_proves_its_paper_and_replays(database: Database) -> None:
    season = make_season(database, block_size=15, more={"blueprint": TIGHT})
    sitter = season.sitter()
    patient = SETTINGS.model_copy(update={"assembly_seconds": 30.0})
    with database.begin() as tx:
        sit.start(tx, sitter.sitting, caller=sitter.caller, settings=patient)
    [block] = blocks_of(sitter)
    assert (block.is_proven_best, block.solver != "greedy") == (True, True)
    assert replayed(sitter).differences == ()


def forge(sitter: Sitter, forged: Callable[[BlockDelivered], BlockDelivered]) -> None:
    """Rewrite the record with the whole chain, as an insider could."""
    head = GENESIS
    with sitter.season.database.begin() as tx:
        for number, event in enumerate(sittings.record(tx, sitter.sitting), start=1):
            body = event.body
            if isinstance(body, BlockDelivered):
                body = forged(body)
            one = link(
                sitter.sitting, Event(event.at, body, event.request), sequence=number, head=head
            )
            here = (stored.events.c.sitting_id == sitter.sitting) & (
                stored.events.c.sequence == number
            )
            tx.connection.execute(
                update(stored.events).where(here).values(body=one.body, hash=one.hash)
            )
            head = one.hash
        row = update(stored.sittings).where(stored.sittings.c.id == sitter.sitting)
        tx.connection.execute(row.values(head=head))


def another_plan(block: BlockDelivered) -> BlockDelivered:
    """Return a block whose paper is one item short."""
    return replace(block, remaining=block.remaining[1:])


def another_theta(block: BlockDelivered) -> BlockDelivered:
    return replace(block, theta=block.theta + 0.5)


def doubled(block: BlockDelivered) -> BlockDelivered:
    """Return a block that gives its first item twice."""
    return replace(block, places=(block.places[0], *block.places[:-1]))


def other_options(block: BlockDelivered) -> BlockDelivered:
    first = block.places[0]
    return replace(block, places=(replace(first, options=first.options[1:]), *block.places[1:]))


@pytest.mark.parametrize(
    ("forged", "where"),
    [
        (another_plan, "block 1: paper"),
        (another_theta, "block 1: theta"),
        (doubled, "block 1: places"),
        (other_options, "block 1: places"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_cut_off_block_that_was_forged_with_the_whole_chain_is_found(
    database: Database, forged: Callable[[BlockDelivered], BlockDelivered], where: str
) -> None:
    sitter = cut_off(database)
    forge(sitter, forged)
    assert where in {one.where for one in replayed(sitter).differences}


def test_a_block_cannot_be_passed_off_as_cut_off(database: Database) -> None:
    """What the greedy solves needs no time, so nothing can have cut it off."""
    nested = shipped_blueprint(enemies=())
    season = make_season(database, block_size=15, more={"blueprint": nested})
    sitter = season.sitter()
    sitter.sit(first_option)
    forge(sitter, lambda block: replace(block, gap=0.5, places=block.places[::-1]))
    assert any("gap" in one.where for one in replayed(sitter).differences)
