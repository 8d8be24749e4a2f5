"""A season of simulated candidates goes through the real services, and its figures are honest."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import ambient
from app.errors import Invalid
from app.services import grade, item_bank, replay
from app.services.season import run_season
from app.services.simulation import draw_person, draw_truth
from app.settings import Settings
from app.store import bank, migrate, people, windows
from app.store.database import Database, connect

SETTINGS = Settings()


def make_database(url: str) -> Database:
    database = connect(url)
    migrate.upgrade(database)
    with database.begin() as tx:
        item_bank.load_starter(tx)
    return database


def test_a_season_is_sat_graded_and_released(database_url: str) -> None:
    database = make_database(database_url)
    steps: list[tuple[int, int]] = []
    made = run_season(
        database,
        SETTINGS,
        candidates=8,
        seed=3,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert steps == [(done, 8) for done in range(1, 9)]
    assert made.window == "demo-season-3-1"
    assert made.handed_in + made.ended_by_time == 8
    assert sum(made.grades.values()) == made.all.sittings == 8
    assert made.all.theta_rmse > 0
    assert made.exposure.mean == pytest.approx(45 / made.exposure.items, abs=1e-3)
    with database.read() as tx:
        window = windows.load(tx, made.window)
        assert window.released_at is not None
        results = grade.released_page(tx, made.window)
        assert len(results) == 8
        assert replay.verify(tx).breaks == ()
        for one in results[:2]:
            assert replay.replay(tx, one.sitting).differences == ()
            assert people.booking(tx, one.booking).window_id == made.window
    database.close()


def test_the_same_seed_gives_the_same_season(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        database = make_database(f"sqlite:///{tmp_path}/{name}.sqlite")
        made.append(run_season(database, SETTINGS, candidates=3, seed=5))
        database.close()
    assert replace(made[0], seconds=0) == replace(made[1], seconds=0)


def test_a_second_season_has_a_window_of_its_own(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path}/adept.sqlite")
    names = [run_season(database, SETTINGS, candidates=2, seed=1).window for _ in range(2)]
    assert names == ["demo-season-1-1", "demo-season-1-2"]
    database.close()


def test_no_instant_of_a_season_is_to_come(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path}/adept.sqlite")
    run_season(database, SETTINGS, candidates=3, seed=2)
    with database.read() as tx:
        last = tx.connection.exec_driver_sql("SELECT max(at) FROM events").scalar_one()
    assert last <= ambient.now().isoformat().replace("+00:00", "Z")
    database.close()


def test_the_truth_is_apart_from_what_the_exam_believes(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path}/adept.sqlite")
    with database.read() as tx:
        edition = bank.load_edition(tx, "cim-l6-smm", 1)
    truth = draw_truth(edition, 1)
    judged = edition.scale.domain.items
    assert 0.3 < float(np.std(truth.items.b - judged.b)) < 0.5
    assert 0.2 < float(np.std(np.log(truth.items.a))) < 0.4
    assert truth.mark(edition, -1) < truth.mark(edition, 0) < truth.mark(edition, 1)
    database.close()


def test_some_people_are_slow_leave_blanks_or_have_extra_time() -> None:
    people_drawn = [draw_person(1, index) for index in range(1, 1001)]
    theta = [one.theta for one in people_drawn]
    assert abs(float(np.mean(theta)) - 0.5) < 0.1
    assert 20 < sum(one.extra_time > 0 for one in people_drawn) < 90
    assert 20 < sum(one.leaves_blanks for one in people_drawn) < 100
    assert len({one.seed for one in people_drawn}) == 1000


@pytest.mark.parametrize("candidates", [0, 1, 100_000])
def test_a_season_of_nobody_or_of_too_many_is_refused(candidates: int, tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path}/adept.sqlite")
    with pytest.raises(Invalid, match="candidates"):
        run_season(database, SETTINGS, candidates=candidates, seed=1)
    database.close()
