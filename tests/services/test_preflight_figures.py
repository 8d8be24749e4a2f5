"""From simulated papers to figures: marks as grading gives them, and each figure by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.exam.award.award import band, half_up
from app.exam.award.grading import grade
from app.exam.preflight.bank import Stock, bank_use
from app.exam.preflight.preflight import (
    Marking,
    Papers,
    ability_groups,
    agreement,
    cut_point,
    cut_theta,
    grade_rows,
    grades_of,
    item_uses,
    joined,
    mark_papers,
    marks_of,
    overlap_of,
    paper_time,
    pass_agreement,
    precision,
    rmse_change,
    rmse_error,
    scale_points,
    violations,
)
from itembank.exams import Scoring
from itembank.items.item import ItemVersion
from itembank.parameters import Prior
from itembank.scale import ReportingScale
from itembank.schemes import cuts
from psychometrics import Constraints, DataError, DomainScale, ItemParameters, LinkedSets, Quotas
from psychometrics import Sums as Sums
from tests.factories import (
    BANDS,
    SCHEME,
    make_bank,
    make_edition,
    make_exam,
    make_form,
    make_framework,
)
from tests.simulated import make_truth, sit_paper

EDITION = make_edition()
SCALE = EDITION.scale
MARKING = Marking(EDITION.pool.items, SCALE, SCALE.domain, Scoring.DOMAIN_SCORE)


def make_papers(
    theta: list[float],
    marks: list[float],
    true: list[float] | None = None,
    items: list[list[int]] | None = None,
) -> Papers:
    """Return papers with these figures; the estimates are the abilities themselves."""
    n = len(theta)
    return Papers(
        theta=np.array(theta),
        items=np.array([[0]] * n if items is None else items),
        right=np.zeros((n, 1), dtype=np.int8),
        estimate=np.array(theta),
        mark=np.array(marks),
        true_mark=np.array(marks if true is None else true),
    )


def criteria_of(bank: Sequence[ItemVersion]) -> dict[str, str]:
    return {one.id: one.tags[0].code for one in bank}


def test_marks_are_those_of_grading() -> None:
    truth = make_truth(EDITION)
    for seed in range(12):
        chance = np.random.Generator(np.random.PCG64(seed))
        sitting = sit_paper(EDITION, truth, f"s-{seed}", chance, theta=seed / 3 - 2)
        wanted = grade(EDITION, sitting)
        items = np.array([[EDITION.index[place.item] for place in sitting.places]])
        right = np.array(
            [
                [
                    EDITION.item(place.item).interaction.score(answer.response)
                    for place, answer in zip(sitting.places, sitting.answers, strict=True)
                ]
            ],
            dtype=np.int8,
        )
        made = mark_papers(MARKING, np.array([0.0]), items, right)
        assert made.estimate[0] == wanted.theta
        assert made.mark[0] == pytest.approx(float(wanted.exact_mark), abs=1e-6)
        assert wanted.award.mark == half_up(wanted.exact_mark)
        assert BANDS[grades_of(made.mark, SCHEME)[0]] == band(wanted.award.mark, BANDS)


def test_number_correct_marks_are_the_share_of_right_answers() -> None:
    marking = replace(MARKING, scoring=Scoring.NUMBER_CORRECT)
    made = mark_papers(
        marking,
        np.zeros(2),
        np.array([[0, 1, 2, 3]] * 2),
        np.array([[1, 0, 1, 1], [0] * 4], np.int8),
    )
    assert made.mark.tolist() == [75.0, 0.0]


def test_true_marks_come_from_the_true_domain() -> None:
    harder = ItemParameters(SCALE.domain.items.a, SCALE.domain.items.b + 1.0, SCALE.domain.items.c)
    domain = DomainScale(harder, SCALE.domain.group, SCALE.domain.weights)
    marking = replace(MARKING, true_domain=domain)
    items, right = np.array([[0, 1]]), np.array([[1, 0]], np.int8)
    easy = mark_papers(MARKING, np.array([0.0]), items, right)
    hard = mark_papers(marking, np.array([0.0]), items, right)
    assert easy.true_mark[0] == pytest.approx(60.0, abs=1e-6)
    assert hard.true_mark[0] < 45.0
    assert hard.mark[0] == easy.mark[0]


def test_halves_of_a_mark_go_up() -> None:
    marks = np.array([59.4999994, 59.4999996, 59.5, 60.0, 79.5])
    assert grades_of(marks, SCHEME).tolist() == [3, 2, 2, 2, 0]


def test_precision_is_bias_rmse_and_the_spread_around_the_bias() -> None:
    found = precision(np.array([1.0, 3.0, 5.0]), np.array([0.0, 0.0, 3.0]))
    assert (found.bias, found.rmse, found.sem) == (2.0, 2.1602, 0.8165)


def test_the_error_of_an_rmse_is_its_spread_over_many_simulations() -> None:
    chance = np.random.Generator(np.random.PCG64(4))
    draws = chance.normal(0.0, 5.0, (4000, 100))
    many = np.sqrt((draws**2).mean(axis=1)).std()
    one = np.mean([rmse_error(draw, np.zeros(100)) for draw in draws[:200]])
    assert one == pytest.approx(many, rel=0.06)
    assert rmse_error(np.zeros(1), np.zeros(1)) == 0.0


def test_a_change_of_rmse_is_told_with_an_error_that_pairing_keeps_small() -> None:
    chance = np.random.Generator(np.random.PCG64(5))
    truth = [70.0] * 400
    first = chance.normal(70.0, 5.0, 400)
    second = 70.0 + 1.1 * (first - 70.0) + chance.normal(0.0, 0.5, 400)
    own = make_papers([0.0] * 400, first.tolist(), truth)
    other = make_papers([0.0] * 400, second.tolist(), truth)
    change, error = rmse_change(other, own)
    assert change == pytest.approx(0.1, abs=3 * error)
    assert 0.0 < error < 0.01
    assert rmse_change(own, own) == (0.0, 0.0)


def test_points_of_the_scale_need_enough_people() -> None:
    papers = make_papers(
        [0.5] * 30 + [2.5] * 19, [70.0] * 30 + [90.0] * 19, [68.0] * 30 + [90.0] * 19
    )
    points = scale_points(papers, Prior(mean=0.5, sd=1.0), MARKING)
    assert [point.theta for point in points] == [half / 2 for half in range(-3, 6)]
    middle, end = points[4], points[-1]
    assert (middle.persons, middle.mark_bias, middle.mark_rmse, middle.mark_sem) == (30, 2, 2, 0)
    assert (end.persons, end.mark_rmse, end.theta_sem) == (19, None, None)
    assert [point.mark for point in points] == sorted(point.mark for point in points)


def test_a_cut_is_where_the_true_mark_is_the_cut_score() -> None:
    theta = cut_theta(60, SCALE, SCALE.domain)
    assert theta == pytest.approx(0.0, abs=1e-6)
    assert marks_of(np.array([theta]), SCALE, SCALE.domain)[0] == pytest.approx(60.0, abs=1e-6)
    papers = make_papers([0.0] * 4, [59.4, 59.5, 63.0, 50.0], [60.0] * 4)
    point = cut_point(papers, cuts(SCHEME)[2], SCHEME)
    assert (point.cut, point.persons, point.reached) == (60, 4, 0.5)
    assert point.mark_bias == pytest.approx(-2.025)


def test_a_cut_that_no_ability_reaches_is_refused() -> None:
    guessing = ItemParameters([1.0], [0.0], [0.5])
    domain = DomainScale(guessing, np.array([0]), np.array([1.0]))
    scale = ReportingScale(("I",), domain, ((0.0, 0.0), (1.0, 100.0)), provisional=False)
    with pytest.raises(DataError):
        cut_theta(40, scale, domain)


def test_grades_are_accurate_trusted_and_consistent_each_on_its_own() -> None:
    papers = make_papers([0.0] * 4, [85.0, 75.0, 72.0, 65.0], [85.0, 85.0, 75.0, 65.0])
    second = make_papers([0.0] * 4, [85.0, 72.0, 65.0, 55.0])
    distinction, merit, passed, failed = grade_rows(papers, (papers, second), SCHEME)
    assert (distinction.true_share, distinction.given_share) == (0.5, 0.25)
    assert (distinction.accuracy, distinction.trust, distinction.consistency) == (0.5, 1.0, 1.0)
    assert (merit.accuracy, merit.trust, merit.consistency) == (1.0, 0.5, 0.5)
    assert (passed.accuracy, passed.consistency) == (1.0, 0.0)
    assert (failed.true_share, failed.accuracy, failed.trust, failed.consistency) == (
        0,
        None,
        None,
        None,
    )
    assert agreement(papers.mark, papers.true_mark, SCHEME) == 0.75
    assert agreement(papers.mark, second.mark, SCHEME) == 0.5
    assert pass_agreement(papers.mark, second.mark, SCHEME) == 0.75


def test_overlap_is_the_mean_over_all_pairs() -> None:
    items = np.array([[0, 1], [1, 2], [3, 4]])
    assert overlap_of(items, 5) == pytest.approx(1 / 6, abs=1e-4)
    assert overlap_of(items[:1], 5) is None


def test_exposure_is_told_by_ability_group_and_flagged_over_target() -> None:
    bank = make_bank(2, criteria=("1.1",))
    papers = make_papers([-1.0, -1.0, 1.0, 1.0], [60.0] * 4, items=[[0], [0], [0], [1]])
    bounds = np.array([0.0])
    uses = item_uses(papers, bounds, criteria_of(bank), np.array([0.1, 0.2]), target=0.74)
    assert [use.exposure for use in uses] == [0.75, 0.25]
    assert [use.groups for use in uses] == [(1.0, 0.5), (0.0, 0.5)]
    assert [use.over_target for use in uses] == [False, False]
    over = item_uses(papers, bounds, criteria_of(bank), np.array([0.1, 0.2]), target=0.73)
    assert [use.over_target for use in over] == [True, False]
    low, high = ability_groups(papers, bounds, 2)
    assert (low.low, low.high, low.persons, low.max_exposure, low.overlap) == (
        None,
        0.0,
        2,
        1.0,
        1.0,
    )
    assert (high.low, high.high, high.persons, high.overlap) == (0.0, None, 2, 0.0)


def test_time_is_the_items_own_or_the_even_share() -> None:
    known = [item.model_copy(update={"seconds": 60}) for item in make_bank(2, criteria=("1.1",))]
    items = np.array([[0, 1]] * 3)
    own = paper_time(items, known, minutes=4, positions=2)
    assert (own.mean, own.low, own.high, own.allowed) == (120.0, 120.0, 120.0, 240.0)
    assert own.items_with_time == 2
    mixed = [known[0], known[1].model_copy(update={"seconds": None})]
    half = paper_time(items, mixed, minutes=4, positions=2)
    assert half.mean == 180.0
    assert "1 of 2 items have an expected time" in half.basis
    on_trial = paper_time(items, known, minutes=4, positions=3)
    assert on_trial.mean == 200.0


QUOTAS = Quotas(3, parent=[-1, -1], minimum=[1, 1], maximum=[2, 2], leaf=[0, 0, 0, 1, 1, 1])
GOOD = [0, 1, 3]
WORDS = np.array([[10.0, 10.0, 50.0, 10.0, 10.0, 10.0]])


@pytest.mark.parametrize(
    ("paper", "constraints"),
    [
        ([0, 1, 2], Constraints(QUOTAS)),
        ([0, 0, 3], Constraints(QUOTAS)),
        (GOOD, Constraints(QUOTAS, enemies=((0, 1),))),
        (GOOD, Constraints(QUOTAS, required=(4,))),
        (GOOD, Constraints(QUOTAS, allowed=[True, False, True, True, True, True])),
        (GOOD, Constraints(QUOTAS, rows=Sums(WORDS, [31.0], [99.0]))),
        (GOOD, Constraints(QUOTAS, rows=Sums(WORDS, [0.0], [29.0]))),
        (GOOD, Constraints(QUOTAS, sets=LinkedSets(((0, 2),), [2], [2]))),
        (GOOD, Constraints(QUOTAS, sets=LinkedSets(((0, 1),), [1], [1]))),
        (GOOD, Constraints(QUOTAS, sets=LinkedSets(((2,),), [1], [1], fewest=1))),
        (GOOD, Constraints(QUOTAS, sets=LinkedSets(((0,), (3,)), [1, 1], [1, 1], most=1))),
    ],
)
def test_a_paper_that_breaks_any_kind_of_constraint_is_counted(
    paper: list[int], constraints: Constraints
) -> None:
    assert violations(np.array([GOOD, [0, 1, 4]]), Constraints(QUOTAS)) == 0
    assert violations(np.array([paper]), constraints) == 1


def test_papers_are_joined_in_order() -> None:
    one, two = make_papers([1.0], [50.0]), make_papers([2.0, 3.0], [60.0, 70.0])
    both = joined([one, two])
    assert len(both) == 3
    assert both.theta.tolist() == [1.0, 2.0, 3.0]


def make_stock(**changes: object) -> Stock:
    bank = make_bank()
    stock = Stock(
        items=bank,
        b=np.array([-2.0] * len(bank)),
        usable=np.ones(len(bank), dtype=np.bool_),
        criteria=("1.1", "1.2", "2.1"),
        framework=make_framework(),
        scale=SCALE,
        prior=Prior(mean=0.5, sd=1.0),
    )
    return replace(stock, **changes)  # type: ignore[arg-type]  # the fields of a stock, by name


def test_a_bank_without_items_for_its_candidates_is_thin_where_they_are() -> None:
    stock = make_stock()
    papers = make_papers([0.5] * 10, [70.0] * 10, items=[[0, 1, 6, 12]] * 10)
    uses = item_uses(papers, np.array([0.0]), criteria_of(stock.items), stock.b, target=None)
    found = bank_use(stock, papers, uses, target=None)
    assert (found.target, found.target_is_declared) == (0.25, False)
    first, *_ = found.needs
    assert (first.criterion, first.low, first.high, first.items) == ("1.1", 0.0, 1.0, 8)
    assert first.words == (
        "Criterion 1.1 (Criterion one one): write 8 items of difficulty 0 to 1, which candidates "
        "with a true mark of 60 to 80 answer rightly half the time. Papers ask for 2.0 such items "
        "each, the bank has 0 and needs 8."
    )
    assert sum(need.items for need in found.needs) == 16
    assert len(found.never_used) == len(stock.items) - 4
    cell = next(one for one in found.cells if one.criterion == "1.1" and one.low is None)
    assert (cell.items, cell.asked, cell.given, cell.wanted) == (6, 0.0, 2.0, 0.0)


def test_a_higher_target_needs_fewer_items_and_barred_items_do_not_count() -> None:
    papers = make_papers([0.5] * 10, [70.0] * 10, items=[[0, 1, 6, 12]] * 10)
    stock = make_stock(b=np.array([0.5] * 18))
    uses = item_uses(papers, np.array([0.0]), criteria_of(stock.items), stock.b, target=0.5)
    assert bank_use(stock, papers, uses, target=0.5).needs == ()
    barred = replace(stock, usable=np.array([False] * 4 + [True] * 14))
    need = bank_use(barred, papers, uses, target=0.5).needs
    assert [(one.criterion, one.items) for one in need] == [("1.1", 2)]


def test_forms_and_exams_of_the_factories_fit_together() -> None:
    edition = make_edition(make_exam(form=make_form()))
    form = np.array([[edition.index[name] for name in make_form()]])
    assert violations(form, edition.pool.constraints) == 0
