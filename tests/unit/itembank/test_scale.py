import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.bank.starter import read_starter
from itembank.parameters import provisional_parameters
from itembank.scale import ReportingScale, reporting_scale
from psychometrics import domain_score
from tests.factories import make_bank, make_exam

SCALE = reporting_scale(make_exam(), make_bank(), provisional_parameters(make_bank()))
CUT = SCALE.points[1][0]


def mean_rating(criterion: str) -> float:
    return float(np.mean([item.rating for item in make_bank() if item.tags[0].code == criterion]))


def test_the_provisional_cut_is_the_blueprint_weighted_mean_rating() -> None:
    weights = make_exam().blueprint.weights()
    wanted = sum(weight * mean_rating(code) for code, weight in weights.items())
    assert pytest.approx(wanted, abs=1e-6) == CUT


def test_the_conversion_joins_nothing_the_cut_and_all() -> None:
    assert SCALE.points == ((0.0, 0.0), (CUT, 60.0), (1.0, 100.0))
    assert [SCALE.mark_of(score) for score in (0.0, CUT, 1.0)] == [0.0, 60.0, 100.0]
    assert SCALE.mark_of(CUT / 2) == pytest.approx(30)
    assert SCALE.mark_of((1 + CUT) / 2) == pytest.approx(80)


def test_the_just_passing_candidate_has_exactly_the_threshold() -> None:
    score = round(float(np.asarray(domain_score(0.0, SCALE.domain))), 9)
    assert SCALE.mark_of(score) == 60.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_domain_score_is_a_higher_mark(left: float, right: float) -> None:
    low, high = sorted((left, right))
    if high - low > 1e-9:
        assert SCALE.mark_of(low) < SCALE.mark_of(high)


@given(st.floats(0, 100))
def test_mark_and_domain_score_are_each_others_inverse(mark: float) -> None:
    assert SCALE.mark_of(SCALE.domain_score_of(mark)) == pytest.approx(mark, abs=1e-9)


@pytest.mark.parametrize("score", [0.0, 0.1, CUT - 1e-6])
def test_the_slope_below_the_cut_is_that_of_the_first_piece(score: float) -> None:
    assert SCALE.slope_at(score) == pytest.approx(60 / CUT)


@pytest.mark.parametrize("score", [CUT, CUT + 1e-6, 1.0])
def test_the_slope_from_the_cut_on_is_that_of_the_second_piece(score: float) -> None:
    assert SCALE.slope_at(score) == pytest.approx(40 / (1 - CUT))


def shipped_scale() -> ReportingScale:
    starter = read_starter()
    return reporting_scale(starter.exam, starter.items, provisional_parameters(starter.items))


def test_the_shipped_scale_is_provisional_and_passes_the_weighted_mean_rating() -> None:
    starter = read_starter()
    weights, scale = starter.exam.blueprint.weights(), shipped_scale()
    wanted = sum(
        weight
        * float(np.mean([item.rating for item in starter.items if item.tags[0].code == code]))
        for code, weight in weights.items()
    )
    assert scale.provisional
    assert scale.points[1] == pytest.approx((wanted, 60.0), abs=1e-6)
