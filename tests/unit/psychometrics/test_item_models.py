"""Probability, slope and information against closed forms and numeric derivatives."""

import numpy as np
import pytest

import psychometrics as psy
from psychometrics import DataError, ItemParameters
from psychometrics.models import theta_of_expected_score

ITEMS = ItemParameters([1.0, 0.5, 2.0, 1.3], [0.0, -1.0, 1.5, 0.2], [0.0, 0.0, 0.0, 0.25])
THETA = np.linspace(-5, 5, 41)


def test_probability_agrees_with_the_closed_form() -> None:
    expected = ITEMS.c + (1 - ITEMS.c) / (1 + np.exp(-ITEMS.a * (THETA[:, None] - ITEMS.b)))
    np.testing.assert_allclose(psy.probability(THETA, ITEMS), expected, rtol=1e-14)


def test_probability_at_the_difficulty_is_midway_between_c_and_1() -> None:
    at_b = np.diag(psy.probability(ITEMS.b, ITEMS))
    np.testing.assert_allclose(at_b, [0.5, 0.5, 0.5, 0.625])


def test_log_probabilities_stay_finite_far_from_the_difficulty() -> None:
    log_p, log_q = psy.log_probability([-2000.0, 2000.0], ITEMS)
    assert np.isfinite(log_p).all()
    assert np.isfinite(log_q).all()
    assert log_p[0, 0] == -2000.0
    assert log_p[0, 3] == pytest.approx(np.log(0.25))


def test_slope_is_the_derivative_of_probability() -> None:
    step = 1e-5
    ahead, behind = psy.probability(THETA + step, ITEMS), psy.probability(THETA - step, ITEMS)
    slope = psy.probability_slope(THETA, ITEMS)
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * step), atol=1e-10)


def test_information_is_slope_squared_over_pq() -> None:
    p, slope = psy.probability(THETA, ITEMS), psy.probability_slope(THETA, ITEMS)
    np.testing.assert_allclose(psy.information(THETA, ITEMS), slope**2 / (p * (1 - p)), rtol=1e-9)


def test_information_of_a_rasch_item_at_its_difficulty_is_a_quarter() -> None:
    assert psy.information(0.0, ITEMS)[0] == pytest.approx(0.25, rel=1e-15)


def test_information_far_away_is_zero_and_not_nan() -> None:
    assert psy.information([-3000.0, 3000.0], ITEMS).tolist() == [[0.0] * 4] * 2


def test_sums_over_items_have_the_shape_of_theta() -> None:
    grid = THETA.reshape(1, 41)
    assert psy.test_information(grid, ITEMS).shape == (1, 41)
    assert psy.expected_score(grid, ITEMS).shape == (1, 41)
    assert psy.information(grid, ITEMS).shape == (1, 41, 4)
    np.testing.assert_allclose(
        psy.expected_score(0.3, ITEMS), psy.probability(0.3, ITEMS).sum(), rtol=1e-15
    )


def test_items_are_copied_and_read_only() -> None:
    a = np.ones(2)
    items = ItemParameters(a, [0, 1], [0, 0])
    a[0] = 9.0
    assert items.a.tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        items.b[0] = 3.0


def test_take_keeps_the_order_asked_for() -> None:
    taken = ITEMS.take([2, 0])
    assert len(taken) == 2
    assert taken.b.tolist() == [1.5, 0.0]
    assert len(ITEMS.take([])) == 0
    assert len(ITEMS.take(np.array([True, False, True, False]))) == 2


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [
        ([0.0], [0.0], [0.0]),
        ([-1.0], [0.0], [0.0]),
        ([1.0], [np.inf], [0.0]),
        ([np.nan], [0.0], [0.0]),
        ([1.0], [0.0], [1.0]),
        ([1.0], [0.0], [-0.1]),
        ([1.0, 1.0], [0.0], [0.0]),
        ([[1.0]], [[0.0]], [[0.0]]),
    ],
)
def test_parameters_out_of_range_are_refused(
    a: list[float], b: list[float], c: list[float]
) -> None:
    with pytest.raises(DataError):
        ItemParameters(a, b, c)


def test_theta_of_an_expected_score_is_the_inverse() -> None:
    found = theta_of_expected_score(psy.expected_score(THETA.reshape(1, 41), ITEMS), ITEMS)
    np.testing.assert_allclose(found, THETA.reshape(1, 41), atol=1e-12)


def test_theta_of_nothing_asked_is_nothing() -> None:
    assert theta_of_expected_score([], ITEMS).shape == (0,)


@pytest.mark.parametrize("score", [0.25, 0.1, -1.0, 4.0, 7.0, np.nan])
def test_an_expected_score_beyond_the_asymptotes_is_refused(score: float) -> None:
    with pytest.raises(DataError, match=r"above 0\.25 .* below 4"):
        theta_of_expected_score([1.0, score], ITEMS)
