"""lz and lz*, against Snijders' formulas with the r0 of each estimator."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

from psychometrics import ItemParameters, ResponseMatrix
from psychometrics.arrays import FloatArray
from psychometrics.fit import person_fit
from psychometrics.models import probability
from tests.unit.psychometrics.fitted import make_items, make_scores

ITEMS = make_items(30)
MEAN, SD = 0.3, 0.8


def ml_pull(theta: float, items: ItemParameters) -> float:
    del theta, items
    return 0.0


def wle_pull(theta: float, items: ItemParameters) -> float:
    p = probability(theta, items)
    first = items.a * p * (1 - p)
    second = items.a**2 * p * (1 - p) * (1 - 2 * p)
    spread = p * (1 - p)
    return float((first * second / spread).sum() / (2 * (first**2 / spread).sum()))


def map_pull(theta: float, items: ItemParameters) -> float:
    del items
    return (MEAN - theta) / SD**2


Pull = Callable[[float, ItemParameters], float]


def estimate(row: FloatArray, items: ItemParameters, pull: Pull) -> float:
    """Return the root of r0 + sum r (y - P), in which r = a for the 2PL."""

    def score(theta: float) -> float:
        return pull(theta, items) + float((items.a * (row - probability(theta, items))).sum())

    return float(brentq(score, -15, 15, xtol=1e-13))


def textbook(
    row: FloatArray, items: ItemParameters, theta: float, pull: Pull
) -> tuple[float, float]:
    p = probability(theta, items)
    spread, slope = p * (1 - p), items.a * p * (1 - p)
    w, r = np.log(p / (1 - p)), slope / spread
    c = (slope * w).sum() / (slope * r).sum()
    modified = w - c * r
    w_sum = ((row - p) * w).sum()
    lz = w_sum / np.sqrt((spread * w**2).sum())
    star = (w_sum + c * pull(theta, items)) / np.sqrt((spread * modified**2).sum())
    return float(lz), float(star)


@pytest.mark.parametrize("pull", [ml_pull, wle_pull, map_pull])
def test_lz_star_is_snijders_with_the_r0_of_the_estimator(pull: Pull) -> None:
    scores = make_scores(ITEMS, 40, seed=2, share=0.7)
    thetas, expected = [], []
    for row in scores:
        shown = ~np.isnan(row)
        theta = estimate(row[shown], ITEMS.take(shown), pull)
        thetas.append(theta)
        expected.append(textbook(row[shown], ITEMS.take(shown), theta, pull))
    found = person_fit(ResponseMatrix.from_scores(scores), ITEMS, theta=thetas)
    np.testing.assert_allclose(found.lz, [lz for lz, _ in expected], atol=1e-9)
    np.testing.assert_allclose(found.lz_star, [star for _, star in expected], atol=1e-9)


def test_lz_is_the_standardised_log_likelihood() -> None:
    items = make_items(12, guessing=0.2)
    scores = make_scores(items, 10, seed=3)
    theta = np.linspace(-2, 2, 10)
    found = person_fit(ResponseMatrix.from_scores(scores), items, theta=theta)
    p = probability(theta, items)
    log_odds = np.log(p / (1 - p))
    likelihood = np.where(scores == 1, np.log(p), np.log(1 - p)).sum(axis=1)
    expected = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1)
    variance = (p * (1 - p) * log_odds**2).sum(axis=1)
    np.testing.assert_allclose(found.lz, (likelihood - expected) / np.sqrt(variance), rtol=1e-10)


def test_hard_items_right_and_easy_items_wrong_is_the_least_likely_pattern() -> None:
    items = ItemParameters(np.ones(20), np.linspace(-2, 2, 20), np.zeros(20))
    likely = (items.b < 0).astype(np.float64)
    matrix = ResponseMatrix.from_scores(np.array([likely, 1 - likely]))
    found = person_fit(matrix, items, theta=[0.0, 0.0])
    assert found.lz_star[0] > 1
    assert found.lz_star[1] < -4
    assert found.p[1] < 1e-5 < 0.8 < found.p[0]


def test_what_cannot_be_told_is_not_a_number() -> None:
    scores = np.array([[1.0, 1.0, 1.0], [1.0, np.nan, np.nan], [1.0, 0.0, 1.0]])
    scores = np.vstack([scores, np.full(3, np.nan)])
    items = make_items(3)
    found = person_fit(ResponseMatrix.from_scores(scores), items, theta=[np.inf, 0.5, 0.2, 0.0])
    assert np.isnan(found.lz).tolist() == [True, False, False, True]
    assert np.isnan(found.lz_star).tolist() == [True, True, False, True]
    assert np.isnan(found.p).tolist() == [True, True, False, True]
