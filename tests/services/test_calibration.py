"""From a closed window to a better bank: run, decision, next sitting, marks, and proof."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from app.errors import (
    AlreadyReleased,
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    ParametersSuperseded,
    Refused,
    WindowBusy,
)
from app.exam.calibration.calibration import CalibrationRequest
from app.exam.people.permissions import EVERYTHING, Role
from app.services.award import grade
from app.services.bank import starter
from app.services.calibration import accept, calibrate, calibration_record
from app.services.calibration.accept import Wish
from app.services.people import access
from app.services.upkeep import replay
from app.services.window.exposure import exposure_report
from app.store import migrate
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Database, connect
from app.store.sitting import sittings
from app.store.tables import calibration_runs
from itembank.calibration import Acceptance, CalibrationRun
from tests.factories import anybody
from tests.refusals import refuses
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    WINDOW,
    Choose,
    Season,
    at_random,
    make_season,
)

IVO = "ivo@example.org"
PEOPLE = 3


def quick(seed: int) -> Choose:
    """Return a candidate who leaves most questions blank, so that a paper is soon sat."""
    return at_random(seed, blank=0.7)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = connect(database_url)
    migrate.upgrade(database)
    with database.begin() as tx:
        starter.load_starter(tx)
        access.add_staff(tx, IVO, PASSWORD, frozenset({Role.PSYCHOMETRICIAN}), settings=SETTINGS)
    yield database
    database.close()


@pytest.fixture
def season(database: Database) -> Season:
    """Give a closed window that a few people have sat, of an exam that needs a calibration."""
    season = make_season(database, block_size=45, provisional=False)
    season.add_chairs()
    for seed in range(PEOPLE):
        season.sitter().sit(quick(seed))
    season.clock.minutes = 60
    season.close()
    return season


def run_it(season: Season, window: str = WINDOW) -> CalibrationRun:
    return calibrate.calibrate_window(
        season.database, window, CalibrationRequest(), actor=season.actor(IVO)
    )


def accept_it(season: Season, run: CalibrationRun, *, by: str = IVO, **wish: object) -> Acceptance:
    asked = Wish(**{"items": ["all"], "bar": [], "reason": "Board of 3 February", **wish})  # type: ignore[arg-type]  # tests vary it by name
    with season.database.begin() as tx:
        return accept.accept(tx, run.id, asked, actor=season.actor(by))


@pytest.mark.each_database
def test_a_window_becomes_a_better_bank(season: Season) -> None:
    old = season.grade()
    run = run_it(season)
    decision = accept_it(season, run)

    assert old.provisional
    assert run.persons == PEOPLE
    assert run.responses == PEOPLE * 45
    assert decision.scale == 1
    season.window("w2")
    sitter = season.sitter(season.book("w2"))
    assert sitter.now().made.parameters == decision.parameters
    new = season.grade()
    assert not new.provisional
    season.propose()
    season.confirm()
    with season.database.read() as tx:
        for found in replay.replay_window(tx, WINDOW, actor=anybody()):
            assert found.differences == ()
        assert bank.exam_list(tx)[-1][1] is False
        assert [
            one.acceptance is not None for one in calibration_record.runs(tx, actor=anybody())
        ] == [True]
        assert calibration_record.view(tx, run.id, actor=anybody()).is_intact


def test_a_sitting_in_progress_keeps_the_parameters_it_was_made_with(season: Season) -> None:
    season.window("w2")
    sitter = season.sitter(season.book("w2"))
    before = sitter.start()
    decision = accept_it(season, run_it(season))

    after = sitter.sit(quick(9))

    assert after.made.parameters == before.made.parameters != decision.parameters
    with season.database.read() as tx:
        assert replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()


def test_a_window_graded_before_the_decision_must_be_graded_again(season: Season) -> None:
    accept_it(season, run_it(season))
    season.grade()
    season.propose()
    season.window("w2")
    season.sitter(season.book("w2")).sit(quick(30))
    season.close("w2")
    accept_it(season, run_it(season, "w2"))

    with refuses(ParametersSuperseded, match="Grade it again"):
        season.confirm()
    season.grade()
    season.propose()
    season.confirm()


def test_the_reporting_scale_stays_when_a_later_run_is_accepted(season: Season) -> None:
    accept_it(season, run_it(season))
    with season.database.read() as tx:
        first = calibrations.newest_scale(tx, season.exam.code)
    season.window("w2")
    season.sitter(season.book("w2")).sit(quick(31))
    season.close("w2")
    later = run_it(season, "w2")
    decision = accept_it(season, later)

    assert later.scale == 1
    assert decision.scale == 1
    with season.database.read() as tx:
        assert calibrations.newest_scale(tx, season.exam.code) == first


def test_a_run_is_kept_as_it_was_made(season: Season) -> None:
    run = run_it(season)
    with season.database.read() as tx:
        assert calibrations.load(tx, run.id, reach=EVERYTHING) == run
    again = run_it(season)
    assert again.id != run.id
    assert again.input_hash == run.input_hash
    same = {"id": run.id, "made_at": run.made_at}
    assert again.model_copy(update=same).content_hash() == run.content_hash()


def test_a_run_that_was_changed_is_not_accepted(season: Season) -> None:
    run = run_it(season)
    forged = run.model_copy(update={"log_likelihood": 0.0}).model_dump_json()
    with season.database.begin() as tx:
        tx.connection.execute(update(calibration_runs).values(document=forged))
    with season.database.read() as tx:
        assert not calibration_record.view(tx, run.id, actor=anybody()).is_intact
    with refuses(Refused, match="changed since"):
        accept_it(season, run)


def test_a_run_is_decided_once_by_somebody_who_may_and_says_why(season: Season) -> None:
    run = run_it(season)
    with pytest.raises(NotFound):
        accept_it(season, run, by="nobody@example.org")
    with season.database.begin() as tx:
        access.add_staff(
            tx, "ina@example.org", PASSWORD, frozenset({Role.INVIGILATOR}), settings=SETTINGS
        )
    with refuses(Forbidden, match="psychometrician"):
        accept_it(season, run, by="ina@example.org")
    with refuses(Invalid, match="reason"):
        accept_it(season, run, reason="  ")
    accept_it(season, run, by=CHAIRS[0])
    with pytest.raises(Duplicate):
        accept_it(season, run)


def test_a_window_that_is_open_or_was_not_sat_is_not_calibrated(season: Season) -> None:
    season.window("w2")
    with pytest.raises(WindowBusy):
        run_it(season, "w2")
    season.close("w2")
    with refuses(Refused, match="Nobody has sat"):
        run_it(season, "w2")
    with pytest.raises(NotFound):
        run_it(season, "w3")


def test_a_barred_item_is_in_no_later_paper_and_in_no_mark(season: Season) -> None:
    run = run_it(season)
    with season.database.read() as tx:
        name = (
            sittings.load(tx, sittings.of_window(tx, WINDOW, reach=EVERYTHING)[0], reach=EVERYTHING)
            .sitting.places[0]
            .item
        )
    accept_it(season, run, bar=[name])
    season.grade()
    with season.database.read() as tx:
        results = grade.window_results(tx, WINDOW, actor=anybody())
    barred = [one for one in results if one.result.basis and one.result.basis.barred == (name,)]
    assert barred
    assert all(sum(part.items for part in one.result.criteria) == 44 for one in barred)
    season.window("w2")
    paper = season.sitter(season.book("w2")).sit(quick(40))
    assert name not in {place.item for place in paper.places}


def test_crediting_an_item_takes_back_the_grading_and_can_only_raise_marks(season: Season) -> None:
    season.grade()
    with season.database.read() as tx:
        before = {
            one.sitting: one.result for one in grade.window_results(tx, WINDOW, actor=anybody())
        }
        met = exposure_report(tx, WINDOW, actor=anybody()).exposure.items
    name = max(met, key=lambda item: item.seen).item
    with season.database.begin() as tx:
        grade.credit(tx, WINDOW, name, "Two options were right", actor=season.actor(CHAIRS[0]))
    with refuses(Refused, match="has not been graded"):
        season.propose()
    season.grade()
    with season.database.read() as tx:
        after = {
            one.sitting: one.result for one in grade.window_results(tx, WINDOW, actor=anybody())
        }
        assert all(
            found.differences == () for found in replay.replay_window(tx, WINDOW, actor=anybody())
        )
    assert all(after[one].exact_mark >= before[one].exact_mark for one in before)
    assert any(after[one].exact_mark > before[one].exact_mark for one in before)


def test_a_credit_needs_a_reason_a_known_item_and_results_that_are_not_out(season: Season) -> None:
    def credit(item: str, reason: str = "Two options were right") -> None:
        with season.database.begin() as tx:
            grade.credit(tx, WINDOW, item, reason, actor=season.actor(CHAIRS[0]))

    with refuses(Invalid, match="reason"):
        credit("SMM-1.1-01", " ")
    with pytest.raises(NotFound):
        credit("SMM-9.9-99")
    credit("SMM-1.1-01")
    with pytest.raises(Duplicate):
        credit("SMM-1.1-01")
    accept_it(season, run_it(season))
    season.grade()
    season.propose()
    season.confirm()
    with pytest.raises(AlreadyReleased):
        credit("SMM-1.1-02")


def test_runs_of_windows_with_long_names_have_ids_of_their_own() -> None:
    first, second = (calibrate.run_id(1, "w" * 63 + end) for end in "ab")
    assert first != second
    assert len(first) == len(second) == 64
    assert calibrate.run_id(12, "autumn") == "cal-12-autumn"


def test_an_adaptive_window_is_not_cross_checked_with_girth(season: Season) -> None:
    with refuses(Refused, match="fixed form"):
        calibrate.cross_check_window(season.database, WINDOW, "2pl", actor=season.actor(IVO))
