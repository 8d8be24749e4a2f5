"""A pre-flight end to end: the same figures for a seed, every kind of paper, and what is kept."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import ExamNotRunnable, Invalid, NotFound, Refused
from app.exam.paper.edition import Edition
from app.exam.people.permissions import system
from app.exam.preflight.report import Report
from app.services.bank import exams, starter
from app.services.preflight.preflight import LARGEST_SEED, newest_report, run_preflight
from app.services.preflight.run import PreflightRequest, simulate_exam
from app.services.preflight.settings import own_setting, ways_to_compare
from app.store import migrate
from app.store.bank import bank
from app.store.database import Database, connect
from app.store.tables import preflights
from itembank.exams import EligibilityControl, NoControl, RandomesqueControl, RandomPaper, Scoring
from itembank.parameters import provisional_parameters
from tests.factories import AT, anybody, make_blueprint, make_edition, make_exam, make_form
from tests.refusals import refuses

SMALL = PreflightRequest("small", 300, comparisons=False)
ACTOR = system("psychometrician@example.org", AT)


def figures(report: Report) -> Report:
    """Return all of a report but how long it took."""
    return report.model_copy(update={"seconds": 0.0})


def with_target(target: float, *, conditional: bool = False) -> Edition:
    control = EligibilityControl(target=target, conditional=conditional)
    return make_edition(make_exam(exposure=control.model_dump()))


@pytest.mark.slow
def test_a_seed_gives_one_report_whatever_the_number_of_processes() -> None:
    edition = with_target(0.6)
    request = replace(SMALL, candidates=1000)
    here = simulate_exam(edition, request)
    elsewhere = simulate_exam(edition, replace(request, processes=2))
    assert figures(here) == figures(elsewhere)
    other = simulate_exam(edition, replace(request, seed=2))
    assert other.mark_rmse != here.mark_rmse


def test_a_report_holds_what_was_asked_of_it() -> None:
    report = simulate_exam(make_edition(), SMALL)
    assert (report.candidates, report.replicated, report.length) == (300, 300, 8)
    assert report.blueprint_violations == 0
    assert report.solvers == {"greedy": 300 * 4}
    assert report.worst_gap == 0.0
    assert 0 < report.mark_rmse < 30
    assert 0 < report.grade_consistency < report.grade_accuracy < 1
    assert report.pass_accuracy > report.grade_accuracy
    assert [one.cut for one in report.cuts] == [80, 70, 60]
    assert all(one.persons == 100 for one in report.cuts)
    assert sum(one.persons for one in report.groups) == 300
    assert sum(use.exposure for use in report.item_use) == pytest.approx(8.0, abs=0.01)
    assert report.max_exposure == max(use.exposure for use in report.item_use)
    assert report.attainable_exposure is not None
    assert report.attainable_exposure <= report.max_exposure
    assert sum(cell.given for cell in report.bank.cells) == pytest.approx(8.0, abs=0.05)
    assert report.provisional
    assert report.time.mean == 3600.0
    assert report.comparisons == ()
    assert report.erring_ratings is None
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_eligibility_keeps_items_near_the_target() -> None:
    free = simulate_exam(make_edition(make_exam(exposure=NoControl().model_dump())), SMALL)
    held = simulate_exam(with_target(0.55), replace(SMALL, candidates=1000))
    assert free.max_exposure > 0.8
    assert held.target == 0.55
    assert held.max_exposure < 0.6
    assert held.exposure == "Eligibility: no item is met by more than 55 % of candidates"


@pytest.mark.slow
def test_conditional_control_holds_in_each_ability_group() -> None:
    marginal = simulate_exam(with_target(0.6), replace(SMALL, candidates=1000))
    each = simulate_exam(with_target(0.6, conditional=True), replace(SMALL, candidates=1000))
    most = [max(group.max_exposure for group in one.groups) for one in (each, marginal)]
    assert most[0] < most[1]
    assert "candidates of each ability" in each.exposure


def test_a_fixed_form_is_met_by_all_and_has_no_other_ways() -> None:
    edition = make_edition(make_exam(form=make_form()))
    report = simulate_exam(edition, replace(SMALL, comparisons=True))
    assert report.max_exposure == report.mean_overlap == 1.0
    assert report.attainable_exposure is None
    assert len(report.bank.never_used) == 10
    assert report.comparisons == ()
    assert report.solvers == {}
    assert report.erring_ratings is not None


def test_a_form_that_counts_right_answers_is_marked_so() -> None:
    exam = make_exam(form=make_form(), scoring=Scoring.NUMBER_CORRECT, reference=make_form())
    report = simulate_exam(make_edition(exam), SMALL)
    assert report.mark_rmse > 0
    assert report.blueprint_violations == 0


def test_a_paper_at_random_spreads_exposure() -> None:
    paper = RandomPaper(block_size=8)
    report = simulate_exam(make_edition(make_exam(paper=paper.model_dump())), SMALL)
    assert report.paper.startswith("Random under the blueprint")
    assert report.max_exposure < 0.65
    assert report.bank.never_used == ()


@pytest.mark.slow
def test_other_ways_are_paired_with_the_exams_own() -> None:
    seen: list[tuple[int, int]] = []
    request = replace(SMALL, candidates=100, comparisons=True)
    report = simulate_exam(make_edition(), request, lambda done, of: seen.append((done, of)))
    sizes = [one.block_size for one in report.comparisons]
    assert sizes == [1, 2, 5, 8] * 3
    [own] = [one for one in report.comparisons if one.is_own]
    assert (own.block_size, own.exposure) == (2, "progressive, strength 0.4")
    assert (own.mark_rmse_change, own.mark_rmse_change_error) == (0, 0)
    assert {one.candidates for one in report.comparisons} == {1000}
    by_exposure = {one.exposure: one for one in report.comparisons if one.block_size == 2}
    assert by_exposure["none"].mark_rmse <= own.mark_rmse * 1.02
    assert by_exposure["none"].max_exposure > own.max_exposure
    assert report.erring_ratings is not None
    assert report.erring_ratings.mark_rmse != own.mark_rmse
    # The progress ends where it said it would.
    assert seen[-1][0] == seen[-1][1]
    assert len({of for _, of in seen}) == 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_every_control_is_compared_with_none() -> None:
    for control in (NoControl(), RandomesqueControl(size=3), EligibilityControl(target=0.7)):
        edition = make_edition(make_exam(exposure=control.model_dump()))
        ways = ways_to_compare(edition)
        assert "none" in {way.exposure for way in ways}
        assert any(way.exposure.startswith("eligibility") for way in ways)
        assert sum(way.setting == own_setting(edition) for way in ways) == 1


@pytest.mark.slow
def test_stopping_ends_the_processes() -> None:
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt(f"{done} of {of}")

    with pytest.raises(KeyboardInterrupt):
        simulate_exam(make_edition(), replace(SMALL, candidates=5000, processes=2), stop)
    assert multiprocessing.active_children() == []


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = connect(f"sqlite:///{tmp_path}/adept.sqlite")
    migrate.upgrade(made)
    with made.begin() as tx:
        starter.load_starter(tx)
    return made


STARTER = PreflightRequest("cim-l6-smm", 100, comparisons=False)


def test_a_report_is_kept_and_the_newest_is_shown(database: Database) -> None:
    with database.read() as tx:
        assert newest_report(tx, STARTER.exam, actor=anybody()) is None
    first = run_preflight(database, STARTER, actor=ACTOR)
    second = run_preflight(database, replace(STARTER, seed=2), actor=ACTOR)
    with database.read() as tx:
        kept = newest_report(tx, STARTER.exam, actor=anybody())
    assert kept == second
    assert first.id != second.id
    assert (second.made_by, second.made_at, second.report.seed) == (ACTOR.name, AT, 2)
    assert second.report.blueprint_violations == 0
    database.close()


@pytest.mark.parametrize("candidates", [-1, 0, 99, 200_001])
def test_too_few_and_too_many_candidates_are_refused(database: Database, candidates: int) -> None:
    with refuses(Invalid, match="between 100 and 200,000"):
        run_preflight(database, replace(STARTER, candidates=candidates), actor=ACTOR)
    database.close()


def test_a_seed_that_is_none_and_an_unknown_exam_are_refused(database: Database) -> None:
    for seed in (-1, LARGEST_SEED + 1):
        with refuses(Invalid, match="seed"):
            run_preflight(database, replace(STARTER, seed=seed), actor=ACTOR)
    with refuses(NotFound, match="no exam 'nothing'"):
        run_preflight(database, replace(STARTER, exam="nothing"), actor=ACTOR)
    database.close()


def test_a_blueprint_that_cannot_be_met_is_refused_with_the_reason(database: Database) -> None:
    with database.begin() as tx:
        starter = exams.newest(tx, STARTER.exam, actor=anybody()).exam
        shares = {**starter.blueprint.criteria, "1.1": 46}
        blueprint = starter.blueprint.model_copy(update={"criteria": shares, "items": 85})
        exam = starter.model_copy(update={"code": "impossible", "blueprint": blueprint})
        bank.add_exam(tx, exam, provisional_parameters(bank.latest_items(tx)))
    with refuses(ExamNotRunnable, match="blueprint"):
        run_preflight(database, replace(STARTER, exam="impossible"), actor=ACTOR)
    database.close()


def test_a_report_that_cannot_be_read_says_what_to_do(database: Database) -> None:
    run_preflight(database, STARTER, actor=ACTOR)
    with database.engine.begin() as connection:
        connection.execute(preflights.update().values(document="{}"))
    with database.read() as tx, refuses(Refused, match="Run the pre-flight again"):
        newest_report(tx, STARTER.exam, actor=anybody())
    database.close()


def test_the_setting_is_what_sittings_are_made_with() -> None:
    for control in (NoControl(), RandomesqueControl(size=3), EligibilityControl(target=0.7)):
        edition = make_edition(make_exam(exposure=control.model_dump()))
        setting = own_setting(edition)
        assert (setting.rule, setting.target) == (edition.rule, edition.target)
    at_random = make_edition(make_exam(paper=RandomPaper(block_size=8).model_dump()))
    assert own_setting(at_random).rule == at_random.rule


def test_items_on_trial_are_on_no_scored_paper_but_take_time() -> None:
    blueprint = make_blueprint(pretest={"slots": 1, "items": ["I-1.1-05", "I-2.1-05"]})
    report = simulate_exam(make_edition(make_exam(blueprint=blueprint)), SMALL)
    assert (report.length, report.trial_items) == (8, 1)
    on_trial = [use for use in report.item_use if use.item in ("I-1.1-05", "I-2.1-05")]
    assert [use.exposure for use in on_trial] == [0.0, 0.0]
    assert report.bank.items == 16
    assert report.blueprint_violations == 0
    assert report.time.mean == pytest.approx(3600.0)
    assert any("on trial" in note for note in report.notes)
