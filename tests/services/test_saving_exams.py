"""Saving an exam's next version: what is calibrated stays, what was sat replays, all is told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import ExamNotRunnable, Forbidden, NotFound, Overtaken, Refused
from app.exam.calibration.calibration import CalibrationRequest
from app.exam.people.permissions import Role
from app.services.bank import exam_file, exams, starter
from app.services.bank.exams import Saving
from app.services.calibration import accept, calibrate
from app.services.calibration.accept import Wish
from app.services.people import access
from app.services.upkeep import replay
from app.store import audit, migrate
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Database, connect
from itembank.blueprint.blueprint import Blueprint
from itembank.calibration import Acceptance
from itembank.errors import UnreadableDocument
from itembank.exams import ExamDefinition
from itembank.items.item import ItemVersion
from itembank.parameters import provisional_parameters
from tests.factories import anybody
from tests.refusals import refuses
from tests.services.season import PASSWORD, SETTINGS, WINDOW, Season, at_random, make_season

IVO = "ivo@example.org"
EXAM = "demo"


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
def fresh(database: Database) -> Season:
    """Give an open window that nobody has sat, of an exam that needs a calibration."""
    season = make_season(database, block_size=45, provisional=False)
    season.add_chairs()
    return season


@pytest.fixture
def season(fresh: Season) -> Season:
    """Give a closed window that three people have sat."""
    season = fresh
    for seed in range(3):
        season.sitter().sit(at_random(seed, blank=0.7))
    season.clock.minutes = 60
    season.close()
    return season


def changed(season: Season, **changes: object) -> ExamDefinition:
    """Return the next version of the exam, with parts of its blueprint changed."""
    with season.database.read() as tx:
        exam = exams.newest(tx, EXAM, actor=anybody()).exam
        blueprint = Blueprint.model_validate(exam.blueprint.model_dump() | changes)
        return exams.next_version(tx, exam.model_copy(update={"blueprint": blueprint}))


def save(season: Season, exam: ExamDefinition, reason: str = "") -> Saving:
    with season.database.read() as tx:
        saving = exams.plan_exam(tx, exam)
    with season.database.begin() as tx:
        return exams.keep_exam(tx, saving, actor=season.actor(IVO), reason=reason)


def accept_a_run(season: Season, window: str = WINDOW) -> Acceptance:
    run = calibrate.calibrate_window(
        season.database, window, CalibrationRequest(), actor=season.actor(IVO)
    )
    wish = Wish(["all"], [], "Board of 3 February")
    with season.database.begin() as tx:
        return accept.accept(tx, run.id, wish, actor=season.actor(IVO))


def add_items(season: Season, *items: ItemVersion) -> None:
    with season.database.begin() as tx:
        bank.add_items(tx, items)


def starter_item(place: int = 0) -> ItemVersion:
    return starter.read_starter().items[place]


LESS = {"excluded": ("SMM-1.1-06",)}


def test_a_calibrated_exam_stays_calibrated_and_on_its_scale(season: Season) -> None:
    decision = accept_a_run(season)
    before = season.grade()
    with season.database.read() as tx:
        old = bank.load_edition(tx, EXAM, 1)

    saving = save(season, changed(season, **LESS))

    assert saving.parameters.content_hash() == decision.parameters
    assert not before.provisional
    with season.database.read() as tx:
        new = bank.load_edition(tx, EXAM, 2)
        assert bank.parameters_in_force(tx, EXAM, 2) == decision.parameters
        assert bank.exam_list(tx)[-1][1] is False
    assert new.scale.points == old.scale.points
    assert new.scale.names == old.scale.names
    assert new.exam.blueprint.excluded == LESS["excluded"]


@pytest.mark.each_database
def test_the_next_window_uses_the_new_version_and_what_was_sat_replays(season: Season) -> None:
    accept_a_run(season)
    season.grade()
    save(season, changed(season, **LESS))

    season.window("w2")
    sitter = season.sitter(season.book("w2"))
    paper = sitter.sit(at_random(9, blank=0.5))
    season.close("w2")
    graded = season.grade("w2")

    assert paper.made.exam_version == 2
    assert LESS["excluded"][0] not in {place.item for place in paper.places}
    assert not graded.provisional
    with season.database.read() as tx:
        for window in (WINDOW, "w2"):
            for found in replay.replay_window(tx, window, actor=anybody()):
                assert found.differences == ()


def test_a_window_planned_before_keeps_the_version_it_was_planned_with(fresh: Season) -> None:
    fresh.window("w2")
    save(fresh, changed(fresh, **LESS))
    assert fresh.sitter(fresh.book("w2")).now().made.exam_version == 1


def test_a_later_calibration_of_the_new_version_is_anchored_on_the_first_scale(
    season: Season,
) -> None:
    accept_a_run(season)
    save(season, changed(season, **LESS))
    season.window("w2")
    season.sitter(season.book("w2")).sit(at_random(31, blank=0.7))
    season.close("w2")
    later = accept_a_run(season, "w2")
    assert later.scale == 1
    with season.database.read() as tx:
        assert bank.parameters_in_force(tx, EXAM, 2) == later.parameters
        assert bank.parameters_in_force(tx, EXAM, 1) != later.parameters


def test_a_new_item_is_judged_on_the_scale_and_the_warning_names_it(season: Season) -> None:
    accept_a_run(season)
    item = starter_item().model_copy(update={"id": "SMM-1.1-99", "rating": 0.4})
    add_items(season, item)
    saving = save(season, changed(season))
    assert [str(one) for one in saving.changes] == ["Added: SMM-1.1-99, new in the exam's bank"]
    assert any("SMM-1.1-99" in one for one in saving.warnings)
    with season.database.read() as tx:
        edition = bank.load_edition(tx, EXAM, 2)
    assert edition.parameters.items[item.id].judged
    assert not edition.parameters.provisional
    assert edition.parameters.scale == 1


def test_a_newer_version_of_an_item_is_used_and_said_to_be_judged(season: Season) -> None:
    accept_a_run(season)
    newer = starter_item().model_copy(update={"version": 2})
    add_items(season, newer)
    saving = save(season, changed(season))
    assert [str(one) for one in saving.changes] == [f"Added: {newer.id}, in a newer version"]
    [warning] = [one for one in saving.warnings if newer.id in one]
    assert "newer version" in warning
    with season.database.read() as tx:
        assert bank.load_edition(tx, EXAM, 2).item(newer.id).version == 2
        assert bank.load_edition(tx, EXAM, 1).item(newer.id).version == 1


def test_a_calibration_accepted_after_the_save_reaches_the_new_version(season: Season) -> None:
    add_items(season, starter_item().model_copy(update={"id": "SMM-1.1-99", "rating": 0.4}))
    save(season, changed(season, **LESS))
    decision = accept_a_run(season)
    with season.database.read() as tx:
        first, second = (bank.load_edition(tx, EXAM, version) for version in (1, 2))
        entry = audit.about(tx, decision.run)[-1]
    assert not second.parameters.provisional
    assert second.parameters.scale == 1
    assert second.parameters.items["SMM-1.1-99"].judged
    known = first.parameters.items
    assert {name: second.parameters.items[name] for name in known} == known
    assert entry.detail["newer_versions"] == [2]


def test_a_version_that_an_older_adept_put_back_on_ratings_is_mended_by_the_next(
    season: Season,
) -> None:
    decision = accept_a_run(season)
    with season.database.begin() as tx:
        items = bank.latest_items(tx)
        bank.add_exam(tx, changed(season, **LESS), provisional_parameters(items))
    saving = save(season, changed(season, tolerance=2))
    assert saving.parameters.content_hash() == decision.parameters


def test_a_calibration_that_a_newer_version_could_not_be_run_on_is_refused(
    season: Season,
) -> None:
    first = starter_item().id
    save(season, changed(season, required=[first]))
    run = calibrate.calibrate_window(
        season.database, WINDOW, CalibrationRequest(), actor=season.actor(IVO)
    )
    wish = Wish(["all"], [first], "Its key is wrong")
    with refuses(ExamNotRunnable, match="version 2"), season.database.begin() as tx:
        accept.accept(tx, run.id, wish, actor=season.actor(IVO))
    with season.database.read() as tx:
        assert calibrations.in_force(tx, EXAM, 1) is None


def test_what_was_saved_is_in_the_audit_log_with_who_and_why(fresh: Season) -> None:
    save(fresh, changed(fresh, **LESS), reason=" They give each other away. ")
    with fresh.database.read() as tx:
        [entry] = audit.about(tx, EXAM)
    assert (entry.actor, entry.action) == (IVO, "exam.saved")
    assert entry.detail["version"] == 2
    assert entry.detail["reason"] == "They give each other away."
    assert entry.detail["changes"] == ["Added: SMM-1.1-06 on no paper"]


def test_only_the_next_version_is_saved_so_that_nobody_undoes_anothers_work(
    fresh: Season,
) -> None:
    mine, theirs = changed(fresh, **LESS), changed(fresh, tolerance=2)
    save(fresh, theirs)
    with refuses(Refused, match="newest version of exam 'demo' is 2"):
        save(fresh, mine)
    with refuses(Refused, match="the next is 3"):
        save(fresh, mine.model_copy(update={"version": 7}))
    with refuses(Refused, match="its first version must be 1"):
        save(fresh, mine.model_copy(update={"code": "other", "version": 2}))


def test_a_version_in_which_nothing_differs_is_not_saved(fresh: Season) -> None:
    with refuses(Refused, match="Nothing differs from version 1"):
        save(fresh, changed(fresh))


@pytest.mark.each_database
def test_two_saves_at_the_same_moment_end_with_one(fresh: Season) -> None:
    with fresh.database.read() as tx:
        plans = [
            exams.plan_exam(tx, one)
            for one in (changed(fresh, **LESS), changed(fresh, tolerance=2))
        ]
    with fresh.database.begin() as tx:
        exams.keep_exam(tx, plans[0], actor=fresh.actor(IVO))
    with pytest.raises((Refused, Overtaken)), fresh.database.begin() as tx:
        exams.keep_exam(tx, plans[1], actor=fresh.actor(IVO))
    with fresh.database.read() as tx:
        assert bank.exam_definition(tx, EXAM, 2) == plans[0].exam


def test_a_calibration_accepted_between_plan_and_save_is_not_lost(season: Season) -> None:
    with season.database.read() as tx:
        plan = exams.plan_exam(tx, changed(season, **LESS))
    accept_a_run(season)
    with refuses(Refused, match="accepted while"), season.database.begin() as tx:
        exams.keep_exam(tx, plan, actor=season.actor(IVO))


def test_an_impossible_blueprint_is_refused_with_what_stands_in_the_way(fresh: Season) -> None:
    pair = ("SMM-1.1-06", "SMM-2.1-12")
    wanted = {"required": pair, "enemies": (pair,)}
    with refuses(ExamNotRunnable, match=r"SMM-1\.1-06") as caught:
        save(fresh, changed(fresh, **wanted))
    assert "SMM-2.1-12" in str(caught.value)
    with fresh.database.read() as tx:
        assert bank.latest_version(tx, EXAM) == 1


def test_saving_needs_the_role_where_somebody_is_named(fresh: Season) -> None:
    with fresh.database.begin() as tx:
        access.add_staff(
            tx, "ina@example.org", PASSWORD, frozenset({Role.INVIGILATOR}), settings=SETTINGS
        )
        plan, by = exams.plan_exam(tx, changed(fresh, excluded=("SMM-1.1-06",))), fresh.actor()
        with refuses(Forbidden, match="save exams"):
            exams.keep_exam(tx, plan, actor=access.claimed(tx, "ina@example.org", by=by))
        with pytest.raises(NotFound):
            access.claimed(tx, "nobody@example.org", by=by)
        ivo = access.claimed(tx, f" {IVO.upper()} ".strip(), by=by)
        assert ivo.name == IVO
        exams.keep_exam(tx, plan, actor=ivo)


def test_an_exam_is_read_from_its_definition_or_from_what_is_shown(
    fresh: Season, tmp_path: Path
) -> None:
    document = fresh.exam.model_dump(mode="json")
    path = tmp_path / "exam.json"
    for written in (document, {"exam": document, "provisional": True}):
        path.write_text(json.dumps(written), encoding="utf-8")
        assert exams.read_exam(path) == fresh.exam
    for wrong, said in (("nonsense", "not JSON"), ('{"code": "x"}', "Field required")):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UnreadableDocument, match=said):
            exams.read_exam(path)
    with pytest.raises(UnreadableDocument, match="No such file"):
        exams.read_exam(tmp_path / "none.json")


def test_the_board_sees_an_exam_with_its_floor_and_an_item_with_its_uses(
    fresh: Season,
) -> None:
    with fresh.database.read() as tx:
        file = exam_file.exam_file(tx, EXAM, actor=anybody())
        item = exam_file.item_file(tx, "SMM-1.1-06", actor=anybody(at=fresh.clock.now))
    assert file.problems == ()
    assert file.floor is not None
    assert 0.3 < file.floor < 0.5
    assert {one.exam.code for one in item.uses} == {EXAM, "cim-l6-smm"}
    assert item.suspension is None
    with fresh.database.read() as tx, pytest.raises(NotFound):
        exam_file.item_file(tx, "SMM-9.9-99", actor=anybody(at=fresh.clock.now))
