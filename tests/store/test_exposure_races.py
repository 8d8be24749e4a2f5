"""The counts of exposure under many workers: exactly what the sittings' records imply."""

import json
from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from app.errors import ExamError
from app.exam.sitting.events import BlockDelivered
from app.services.sitting import sit
from app.services.upkeep import replay
from app.services.window import exposure
from app.store.bank import bank
from app.store.bank import exposure as states
from app.store.bank.exposure import StateKey
from app.store.database import Database
from app.store.sitting import sittings
from itembank.blueprint.blueprint import Pretest
from itembank.exams import EligibilityControl
from psychometrics import ExposureCounts
from tests.factories import anybody
from tests.services.season import Season, Sitter, at_random, make_season, shipped_blueprint

pytestmark = pytest.mark.each_database

WORKERS = 8
ROUNDS = 3


@pytest.fixture
def season(database: Database) -> Season:
    control = EligibilityControl(target=0.5, conditional=True)
    pretest = Pretest(slots=2, items=("SMM-1.1-01", "SMM-2.1-01", "SMM-3.1-01", "SMM-3.2-01"))
    blueprint = shipped_blueprint(pretest=pretest)
    return make_season(database, block_size=16, more={"exposure": control, "blueprint": blueprint})


def together(moves: list[Callable[[], object]]) -> list[ExamError]:
    """Make all moves at the same moment, each in its own thread; return what was refused."""
    gate, refused = Barrier(len(moves)), list[ExamError]()

    def make(move: Callable[[], object]) -> None:
        gate.wait(timeout=60)
        try:
            move()
        except ExamError as error:
            refused.append(error)

    threads = [Thread(target=make, args=(move,)) for move in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def kept(season: Season) -> dict[str, list[list[int]]]:
    """Return what is stored for each item: eligible and held, by group."""
    with season.database.read() as tx:
        [key] = states.every(tx)
        found = json.loads(str(states.read(tx, key)))
    by_item = zip(
        zip(*found["eligible"], strict=True), zip(*found["held"], strict=True), strict=True
    )
    return {
        name: [list(could), list(did)]
        for name, (could, did) in zip(found["items"], by_item, strict=True)
    }


def implied(season: Season) -> dict[str, list[list[int]]]:
    """Count from the records by hand: each sitting once, by its newest block alone."""
    with season.database.read() as tx:
        edition = bank.load_edition(tx, season.exam.code, season.exam.version)
        rows = {item.id: [[0] * 5, [0] * 5] for item in edition.items}
        for name in sittings.every(tx):
            blocks = [
                event.body
                for event in sittings.record(tx, name)
                if isinstance(event.body, BlockDelivered)
            ]
            if not blocks:
                continue
            newest = blocks[-1]
            group = sum(newest.theta >= bound for bound in edition.bounds)
            held = {place.item for block in blocks for place in block.places}
            held |= {item for item, _ in newest.remaining}
            for item in edition.items:
                rows[item.id][0][group] += item.id in held or item.id not in newest.ineligible
                rows[item.id][1][group] += item.id in held
    return rows


def recounted(season: Season) -> ExposureCounts:
    with season.database.read() as tx:
        edition = bank.load_edition(tx, season.exam.code, season.exam.version)
        return exposure.recount(tx, season.exam.code, season.exam.version, edition.parameters_id)


def sitting_to_the_end(sitter: Sitter, number: int) -> Callable[[], object]:
    return lambda: sitter.sit(at_random(number))


def test_the_counts_are_what_the_records_imply_however_many_sit_at_once(season: Season) -> None:
    for round_ in range(ROUNDS):
        sitters = [season.sitter() for _ in range(WORKERS)]
        moves = [sitting_to_the_end(one, round_ * WORKERS + k) for k, one in enumerate(sitters)]
        assert together(moves) == []
        assert kept(season) == implied(season)
    counts, rows = recounted(season), kept(season)
    assert counts.held.sum() == sum(sum(held) for _, held in rows.values())
    assert counts.held.sum() == ROUNDS * WORKERS * 47
    with season.database.read() as tx:
        assert all(exposure.is_sound(tx, key) for key in states.every(tx))
        for name in sittings.every(tx):
            assert replay.replay(tx, name, actor=anybody()).differences == ()


def test_the_first_two_blocks_of_an_exam_make_one_state_between_them(season: Season) -> None:
    sitters = [season.sitter() for _ in range(WORKERS)]
    starting: list[Callable[[], object]] = [sitter.start for sitter in sitters]
    assert together(starting) == []
    with season.database.read() as tx:
        assert len(list(states.every(tx))) == 1
    assert kept(season) == implied(season)


def test_a_block_that_is_closed_twice_at_once_counts_once(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    closing: list[Callable[[], object]] = [lambda: sitter.close_block(1)] * 6
    assert together(closing) == []
    assert sitter.now().block == 2
    assert kept(season) == implied(season)


def test_a_delivery_that_fails_leaves_the_counts_as_they_were(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    before = kept(season)

    def deliver_and_fail() -> None:
        with season.database.begin() as tx:
            sit.close_block(tx, sitter.sitting, 1, caller=sitter.caller)
            raise ConnectionError("power cut")

    with pytest.raises(ConnectionError):
        deliver_and_fail()
    assert kept(season) == before == implied(season)


def test_counting_again_while_people_sit_gives_the_same_and_mends_what_was_changed(
    season: Season,
) -> None:
    sitters = [season.sitter() for _ in range(4)]

    def recount() -> None:
        for _ in range(5):
            with season.database.begin() as tx:
                assert exposure.rebuild(tx, "w1", actor=anybody()) == 0

    moves: list[Callable[[], object]] = [
        sitting_to_the_end(sitter, number) for number, sitter in enumerate(sitters)
    ]
    assert together([*moves, recount]) == []
    right = kept(season)
    assert right == implied(season)
    spoil(season)
    with season.database.begin() as tx:
        assert exposure.rebuild(tx, "w1", actor=anybody()) == 1
    assert kept(season) == right


def spoil(season: Season) -> None:
    """Let one item look as if one more paper held it."""
    with season.database.begin() as tx:
        [key] = states.every(tx)
        document = json.loads(str(states.read(tx, key)))
        document["held"][0][2] += 1
        states.save(tx, StateKey(key.exam, key.exam_version, key.parameters), json.dumps(document))


def test_counts_that_are_not_what_was_given_are_found(season: Season) -> None:
    season.sitter().start()
    spoil(season)
    with season.database.read() as tx:
        assert [exposure.is_sound(tx, key) for key in states.every(tx)] == [False]
