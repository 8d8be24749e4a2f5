"""Suspensions at the same moment: one truth, and never a paper that cannot be made."""

from collections.abc import Callable

import pytest

from app.errors import Duplicate, ExamError, ItemNeeded
from app.services.bank import suspend
from app.services.bank.suspend import suspend_item
from app.store.bank import bank
from app.store.database import Database
from tests.factories import anybody
from tests.services.season import CHAIRS, Season, first_option, make_season
from tests.store.test_races import at_once

pytestmark = pytest.mark.each_database


@pytest.fixture
def season(database: Database) -> Season:
    season = make_season(database, block_size=15)
    season.add_chairs()
    return season


def suspending(season: Season, item: str) -> Callable[[], object]:
    def move() -> object:
        with season.database.begin() as tx:
            actor = season.actor(CHAIRS[0])
            return suspend_item(tx, item, reason="Seen on a forum.", actor=actor)

    return move


def suspended(season: Season) -> list[str]:
    with season.database.read() as tx:
        return [
            one.item for one in suspend.suspensions(tx, actor=anybody()) if one.lifted_at is None
        ]


def test_an_item_that_two_people_suspend_at_once_is_suspended_once(season: Season) -> None:
    told = at_once([suspending(season, "SMM-1.1-01")] * 4)
    refused = [one for one in told if isinstance(one, ExamError)]
    assert [type(one) for one in refused] == [Duplicate] * 3
    assert suspended(season) == ["SMM-1.1-01"]


def test_items_that_cannot_all_be_spared_are_not_all_suspended_at_once(season: Season) -> None:
    with season.database.read() as tx:
        names = [item.id for item in bank.latest_items(tx) if item.tags[0].code == "1.1"]
    told = at_once([suspending(season, name) for name in names])
    refused = [one for one in told if isinstance(one, ExamError)]
    least = season.exam.blueprint.limits("1.1")[0]
    assert {type(one) for one in refused} == {ItemNeeded}
    assert len(suspended(season)) <= len(names) - least
    sitter = season.sitter()
    sitter.sit(first_option)
    assert sitter.meets_its_blueprint()
    assert not {place.item for place in sitter.now().places} & set(suspended(season))


def test_people_go_on_sitting_while_items_are_suspended(season: Season) -> None:
    sitters = [season.sitter() for _ in range(4)]

    def sitting(number: int) -> Callable[[], object]:
        return lambda: sitters[number].sit(first_option)

    acts = [suspending(season, f"SMM-{code}-01") for code in ("1.1", "1.2", "2.1", "3.1")]
    told = at_once([*map(sitting, range(4)), *acts])
    assert [one for one in told if isinstance(one, ExamError)] == []
    assert len(suspended(season)) == 4
    assert all(one.meets_its_blueprint() for one in sitters)
