"""A season of simulated candidates goes through the real services, and its figures are honest."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from typer.testing import CliRunner

from app import ambient
from app.cli.entrance import app
from app.demo.precision import closeness
from app.demo.season import Season, run_season
from app.errors import Invalid
from app.exam.people.permissions import EVERYTHING
from app.services.award import grade
from app.services.calibration import calibration_record
from app.services.preflight.simulation import CALIBRATED, JUDGED, draw_person, draw_truth
from app.services.upkeep import replay
from app.settings import Settings
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Database, connect
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows
from itembank.calibration import Acceptance, CalibrationRun, Flag, ItemRow, Role
from psychometrics import probability
from tests.databases import SqlitePlace, stock
from tests.factories import anybody
from tests.refusals import refuses

SETTINGS = Settings()
Fresh = Callable[[], Database]


@dataclass(frozen=True)
class Held:
    """A season that has been run, and the database it is in."""

    database: Database
    made: Season

    @property
    def run(self) -> CalibrationRun:
        with self.database.read() as tx:
            found = calibration_record.view(tx, self.made.calibration.run, actor=anybody())
        assert found.is_intact
        return found.run

    @property
    def acceptance(self) -> Acceptance:
        with self.database.read() as tx:
            found = calibrations.acceptance(tx, self.made.calibration.run)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def held(module_place: SqlitePlace) -> Iterator[Held]:
    """Give a small season that several tests look at and none changes."""
    database = connect(module_place.copy(stock)[0])
    yield Held(database, run_season(database, SETTINGS, candidates=3, seed=5))
    database.close()


@pytest.fixture
def fresh(sqlite_place: SqlitePlace) -> Iterator[Fresh]:
    """Give new SQLite databases with the starter data, as many as are asked for."""
    made: list[Database] = []

    def one() -> Database:
        made.append(connect(sqlite_place.copy(stock)[0]))
        return made[-1]

    yield one
    for database in made:
        database.close()


def without_seconds(made: Season) -> Season:
    return replace(made, seconds=0, calibration=replace(made.calibration, seconds=0))


def facts_of(row: ItemRow) -> tuple[object, ...]:
    return (row.item, row.version, row.role, row.flags, row.presented, row.right)


def estimates_of(row: ItemRow) -> list[float]:
    found = [one for one in (row.a, row.b, row.c) if one is not None]
    return [number for one in found for number in (one.value, one.error or 0.0)]


@pytest.mark.each_database
def test_two_windows_are_sat_graded_and_released(database: Database) -> None:
    steps: list[tuple[int, int]] = []
    made = run_season(
        database,
        SETTINGS,
        candidates=8,
        seed=3,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert steps == [(done, 17) for done in range(1, 18)]
    assert made.exam == "demo-season-3-1"
    assert [one.window for one in made.windows] == ["demo-season-3-1-1", "demo-season-3-1-2"]
    for marking in made.markings:
        assert sum(marking.grades.values()) == marking.all.sittings == 8
        assert marking.all.theta_rmse > 0
    assert [one.on_ratings for one in made.markings] == [True, False, False]
    accepted = Held(database, made).acceptance
    with database.read() as tx:
        assert replay.verify(tx).breaks == ()
        for one in made.windows:
            window = windows.load(tx, one.window, reach=EVERYTHING)
            assert window.released_at is not None
            assert window.graded_with == accepted.parameters
            sat = list(sittings.whole(tx, one.window))
            assert one.handed_in + one.ended_by_time == len(sat) == 8
            seen = sum(len(sitting.places) for sitting in sat)
            assert one.exposure.mean == pytest.approx(seen / 8 / one.exposure.items, abs=1e-4)
            made_from = {sitting.made.parameters for sitting in sat}
            assert (made_from == {accepted.parameters}) == (one is made.windows[1])
            results = grade.released_page(tx, one.window, actor=anybody())
            assert len(results) == 8
            for graded in results:
                assert not graded.result.provisional
                assert graded.result.basis is not None
                assert graded.result.basis.scale == 1
            for graded in results[:2]:
                assert replay.replay(tx, graded.sitting, actor=anybody()).differences == ()
                assert people.booking(tx, graded.booking, reach=EVERYTHING).window_id == one.window


def test_every_doubtful_key_is_decided_on_and_the_reason_says_how(held: Held) -> None:
    run, accepted, decision = held.run, held.acceptance, held.made.calibration
    presented = [row for row in run.items if row.role is not Role.LEFT_OUT]
    doubtful = tuple(row.item for row in presented if Flag.KEY in row.flags)
    assert decision.doubtful_keys == doubtful
    assert set(doubtful) <= {*accepted.accepted, *accepted.barred}
    assert (decision.accepted, decision.barred) == (len(accepted.accepted), accepted.barred)
    assert decision.responses == run.responses == sum(row.presented for row in run.items)
    # Three people leave no item enough responses, and the record says what was done about it.
    assert decision.clear == sum(not row.flags for row in presented) == 0
    assert decision.reason == accepted.reason
    assert decision.reason.startswith("All items that were presented")
    assert "No item is accepted" in decision.reason


def test_the_same_seed_gives_the_same_season_and_each_has_a_scale_of_its_own(
    held: Held, fresh: Fresh
) -> None:
    database = fresh()
    first, second = (
        Held(database, run_season(database, SETTINGS, candidates=3, seed=5)) for _ in range(2)
    )
    assert without_seconds(first.made) == without_seconds(held.made)
    # Sums over persons are in the order of ids that nobody can guess: a last decimal may differ.
    for mine, theirs in zip(first.run.items, held.run.items, strict=True):
        assert facts_of(mine) == facts_of(theirs)
        assert estimates_of(mine) == pytest.approx(estimates_of(theirs), abs=2e-6)
    assert (first.made.exam, second.made.exam) == ("demo-season-5-1", "demo-season-5-2")
    assert first.made.parameters == second.made.parameters
    for one, other in zip(first.made.markings, second.made.markings, strict=True):
        assert replace(one, window=other.window) == other
    with database.read() as tx:
        for season in (first.made, second.made):
            title = bank.load_edition(tx, season.exam, 1).exam.title
            assert title.endswith(f"(demonstration season {season.exam[-1]})")
            scale = calibrations.newest_scale(tx, season.exam)
            assert scale is not None
            assert (scale.number, scale.run) == (1, season.calibration.run)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_calibrated_window_brings_difficulties_nearer_to_the_truth(fresh: Fresh) -> None:
    # A rating errs by 0.4 here. 150 people give an item some 50 responses, from which b is
    # estimated to 0.3 or so; with 60 people it is not estimated better than it is judged.
    database = fresh()
    made = run_season(database, SETTINGS, candidates=150, seed=2)
    ratings, calibrated = made.parameters.ratings, made.parameters.calibrated
    assert made.parameters.items == made.calibration.accepted > 60
    assert ratings.b_rmse - calibrated.b_rmse > 0.05
    assert ratings.b_correlation is not None
    assert calibrated.b_correlation is not None
    assert calibrated.b_correlation - ratings.b_correlation > 0.2
    # The origin is these 150 people's own mean, whose standard error is 0.08.
    assert abs(calibrated.b_bias) < 0.16
    with database.read() as tx:
        for one in made.windows:
            for name in list(sittings.of_window(tx, one.window, reach=EVERYTHING))[::10]:
                assert replay.replay(tx, name, actor=anybody()).differences == ()


def test_no_instant_of_a_season_is_to_come(held: Held) -> None:
    with held.database.read() as tx:
        last = tx.connection.exec_driver_sql("SELECT max(at) FROM events").scalar_one()
    assert last <= ambient.now().isoformat().replace("+00:00", "Z")


def test_the_command_prints_and_holds_what_was_measured(
    sqlite_place: SqlitePlace,
) -> None:
    url, folder = sqlite_place.copy(stock)[0], str(sqlite_place.folder)
    where = {"ADEPT_DATABASE_URL": url, "ADEPT_DATA_DIR": folder}
    words = ["demo", "--candidates", "2", "--seed", "4"]
    shown = CliRunner().invoke(app, words, env=where)
    assert shown.exit_code == 0
    for wanted in (
        "Exam demo-season-4-1: two windows of 2 candidates",
        "accepted items against the truth",
        "b RMSE",
        "window 1, ratings",
        "mark RMSE",
    ):
        assert wanted in shown.stdout
    held = json.loads(CliRunner().invoke(app, [*words, "--json"], env=where).stdout)
    assert held["exam"] == "demo-season-4-2"
    assert f"{held['parameters']['calibrated']['b_rmse']:.3f}" in shown.stdout
    assert f"{held['markings'][2]['all']['mark_rmse']:.2f}" in shown.stdout


def test_the_truth_is_apart_from_what_the_exam_believes(fresh: Fresh) -> None:
    with fresh().read() as tx:
        edition = bank.load_edition(tx, "cim-l6-smm", 1)
    truth = draw_truth(edition, 1)
    judged = edition.scale.domain.items
    assert 0.3 < float(np.std(truth.items.b - judged.b)) < 0.5
    assert 0.2 < float(np.std(np.log(truth.items.a))) < 0.4
    marks = truth.marks(edition, np.array([-1.0, 0.0, 1.0]))
    assert marks[0] < marks[1] < marks[2]


def test_the_truth_outlives_a_calibration(held: Held) -> None:
    with held.database.read() as tx:
        before = bank.load_edition(tx, "cim-l6-smm", 1)
        after = bank.load_edition(tx, held.made.exam, 1)
    assert not after.parameters.provisional
    first, second = draw_truth(before, 5), draw_truth(after, 5)
    assert first.names == second.names
    assert np.array_equal(first.items.a, second.items.a)
    assert np.array_equal(first.items.b, second.items.b)


def test_an_answer_is_as_likely_on_either_scale(fresh: Fresh) -> None:
    with fresh().read() as tx:
        truth = draw_truth(bank.load_edition(tx, "cim-l6-smm", 1), 1)
    theta = np.array([-1.0, 0.5, 2.0])
    judged, calibrated = (
        probability(metric.abilities(theta), metric.items(truth.items))
        for metric in (JUDGED, CALIBRATED)
    )
    assert calibrated == pytest.approx(judged, abs=1e-12)


def test_closeness_tells_an_error_of_parameters_from_none(fresh: Fresh) -> None:
    with fresh().read() as tx:
        items = draw_truth(bank.load_edition(tx, "cim-l6-smm", 1), 1).items
    same = closeness(items, items)
    assert (same.b_rmse, same.b_bias, same.b_correlation, same.log_a_rmse) == (0, 0, 1, 0)
    moved = closeness(type(items)(items.a * np.e, items.b + 0.25, items.c), items)
    assert (moved.b_rmse, moved.b_bias, moved.b_correlation) == (0.25, 0.25, 1)
    assert moved.log_a_rmse == pytest.approx(1)
    assert closeness(items.take([0]), items.take([0])).b_correlation is None


def test_some_people_are_slow_leave_blanks_or_have_extra_time() -> None:
    people_drawn = [draw_person(1, index) for index in range(1, 1001)]
    theta = [one.theta for one in people_drawn]
    assert abs(float(np.mean(theta)) - 0.5) < 0.1
    assert 20 < sum(one.extra_time > 0 for one in people_drawn) < 90
    assert 20 < sum(one.leaves_blanks for one in people_drawn) < 100
    assert len({one.seed for one in people_drawn}) == 1000


@pytest.mark.parametrize("candidates", [0, 1, 100_000])
def test_a_season_of_nobody_or_of_too_many_is_refused(candidates: int, fresh: Fresh) -> None:
    with refuses(Invalid, match="candidates"):
        run_season(fresh(), SETTINGS, candidates=candidates, seed=1)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_no_database_holds_is_refused(seed: int, fresh: Fresh) -> None:
    with refuses(Invalid, match="seed"):
        run_season(fresh(), SETTINGS, candidates=2, seed=seed)
