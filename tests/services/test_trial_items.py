"""Items on trial in a window: shared out by need, in the record, and in nobody's mark."""

from collections import Counter

import pytest

from app.services.upkeep import replay
from app.store.database import Database
from itembank.blueprint.blueprint import Pretest
from itembank.exams import RandomPaper
from tests.factories import anybody
from tests.services.season import Season, at_random, make_season, shipped_blueprint

TRIAL = ("SMM-1.1-01", "SMM-2.1-01", "SMM-3.1-01", "SMM-3.2-01", "SMM-3.2-02")
SLOTS = 3


def trying(database: Database, **more: object) -> Season:
    blueprint = shipped_blueprint(pretest=Pretest(slots=SLOTS, items=TRIAL))
    return make_season(database, block_size=8, more={"blueprint": blueprint, **more})


@pytest.mark.each_database
def test_a_window_shares_its_items_on_trial_out_and_scores_the_others(database: Database) -> None:
    season = trying(database)
    sitters = [season.sitter() for _ in range(10)]
    for seed, sitter in enumerate(sitters):
        sitter.sit(at_random(seed), blocks=None if seed else 2)
    season.clock.minutes = 200
    season.sweep()
    met = Counter[str](place.item for one in sitters for place in one.now().places)
    tried = {name: met[name] for name in TRIAL}
    assert sum(tried.values()) in range(9 * SLOTS + 1, 10 * SLOTS + 1)
    assert max(tried.values()) - min(tried.values()) <= 2
    season.close()
    season.grade()
    for sitter in sitters:
        graded = season.result(sitter.sitting)
        assert graded is not None
        counts = graded.result.counts
        assert counts.answered + counts.omitted + counts.not_delivered == 45
        assert (counts.trial, counts.positions) == (SLOTS, 45 + SLOTS)
        with database.read() as tx:
            assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()


def test_a_first_window_of_random_papers_replays_and_is_graded(database: Database) -> None:
    season = trying(database, paper=RandomPaper(block_size=48))
    sitters = [season.sitter() for _ in range(4)]
    for seed, sitter in enumerate(sitters):
        assert len(sitter.sit(at_random(seed)).places) == 45 + SLOTS
    season.close()
    season.grade()
    for sitter in sitters:
        with database.read() as tx:
            assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()
