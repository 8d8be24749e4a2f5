"""Classification accuracy and consistency against enumeration and simulated sittings."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, norm

import psychometrics as psy
from psychometrics import DataError, ItemParameters, normal_quadrature
from psychometrics.classify import (
    classify_by_number_correct,
    classify_by_theta,
    number_correct_distribution,
)

ITEMS = ItemParameters([1.0, 1.4, 0.7, 1.1], [-1.0, 0.1, 0.4, 1.2], [0.2, 0.0, 0.1, 0.25])
LATENT = normal_quadrature()


def test_number_correct_distribution_agrees_with_enumeration() -> None:
    theta = np.array([-2.0, 0.3, 1.7])
    p = psy.probability(theta, ITEMS)
    expected = np.zeros((3, 5))
    for pattern in product((0, 1), repeat=4):
        answers = np.array(pattern)
        expected[:, answers.sum()] += np.where(answers == 1, p, 1 - p).prod(axis=1)
    np.testing.assert_allclose(number_correct_distribution(theta, ITEMS), expected, atol=1e-15)


def test_equal_items_are_binomial_however_many() -> None:
    items = ItemParameters(np.ones(1500), np.zeros(1500), np.zeros(1500))
    found = number_correct_distribution([0.4], items)[0]
    expected = binom.pmf(np.arange(1501), 1500, float(psy.probability(0.4, items)[0]))
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_no_items_leave_the_score_0() -> None:
    assert number_correct_distribution([0.0, 1.0], ITEMS.take([])).tolist() == [[1.0], [1.0]]


def test_one_person_at_a_cut_is_a_coin_and_far_away_is_sure() -> None:
    at = classify_by_theta([0.5], [0.3], [0.5])
    assert (at.accuracy, at.consistency) == pytest.approx((0.5, 0.5))
    assert at.cut_accuracy[0] == pytest.approx(0.5)
    away = classify_by_theta([9.0], [0.3], [0.5])
    assert (away.accuracy, away.consistency) == pytest.approx((1.0, 1.0))


def test_theta_decisions_agree_with_the_normal_distribution() -> None:
    found = classify_by_theta([0.0, 1.2], [0.4, 0.3], [-0.5, 1.0], weights=[3, 1])
    edges = np.array([-np.inf, -0.5, 1.0, np.inf])
    p = np.diff(norm.cdf((edges - np.array([[0.0], [1.2]])) / np.array([[0.4], [0.3]])), axis=1)
    assert found.accuracy == pytest.approx(0.75 * p[0, 1] + 0.25 * p[1, 2])
    assert found.consistency == pytest.approx(0.75 * (p[0] ** 2).sum() + 0.25 * (p[1] ** 2).sum())
    np.testing.assert_allclose(found.false_positive, [0.0, 0.75 * p[0, 2]], atol=1e-12)
    np.testing.assert_allclose(found.false_negative, [0.75 * p[0, 0], 0.25 * p[1, :2].sum()])
    np.testing.assert_allclose(found.table, [[0] * 3, 0.75 * p[0], 0.25 * p[1]], atol=1e-15)
    assert found.cut_accuracy[1] == pytest.approx(0.75 * p[0, :2].sum() + 0.25 * p[1, 2])


def test_number_correct_decisions_agree_with_simulated_sittings() -> None:
    generator = np.random.Generator(np.random.PCG64(7))
    items = ItemParameters(
        generator.lognormal(0, 0.2, 30), generator.normal(0, 1, 30), np.full(30, 0.1)
    )
    cuts = np.array([14.0, 20.0])
    found = classify_by_number_correct(LATENT.nodes, items, cuts, weights=LATENT.weights)
    theta = generator.normal(0, 1, 40_000)
    p = psy.probability(theta, items)
    first, second = (
        np.searchsorted(cuts, (generator.random(p.shape) < p).sum(axis=1), side="right")
        for _ in range(2)
    )
    true = np.searchsorted(cuts, p.sum(axis=1), side="right")
    # Four standard errors of a share of 40,000.
    assert found.accuracy == pytest.approx((first == true).mean(), abs=0.01)
    assert found.consistency == pytest.approx((first == second).mean(), abs=0.01)
    for k in (0, 1):
        passed = first > k
        assert found.cut_accuracy[k] == pytest.approx((passed == (true > k)).mean(), abs=0.01)
        assert found.cut_consistency[k] == pytest.approx((passed == (second > k)).mean(), abs=0.01)
        assert found.false_positive[k] == pytest.approx((passed & (true <= k)).mean(), abs=0.01)
        assert found.false_negative[k] == pytest.approx((~passed & (true > k)).mean(), abs=0.01)
        chance = passed.mean() ** 2 + (1 - passed.mean()) ** 2
        kappa = ((passed == (second > k)).mean() - chance) / (1 - chance)
        assert found.cut_kappa[k] == pytest.approx(kappa, abs=0.02)


def test_tables_are_distributions_and_cuts_bound_the_whole() -> None:
    found = classify_by_number_correct(LATENT.nodes, ITEMS, [1.5, 2.5, 3.5], weights=LATENT.weights)
    assert found.table.sum() == pytest.approx(1.0)
    assert found.accuracy <= found.cut_accuracy.min()
    assert found.consistency <= found.cut_consistency.min()
    np.testing.assert_allclose(
        found.cut_accuracy + found.false_positive + found.false_negative, 1.0
    )


def test_a_longer_form_classifies_better() -> None:
    short = ItemParameters(np.ones(10), np.zeros(10), np.zeros(10))
    long = ItemParameters(np.ones(80), np.zeros(80), np.zeros(80))
    ten = classify_by_number_correct(LATENT.nodes, short, [5.5], weights=LATENT.weights)
    eighty = classify_by_number_correct(LATENT.nodes, long, [44.0], weights=LATENT.weights)
    assert eighty.accuracy > ten.accuracy
    assert eighty.kappa > ten.kappa
    assert (ten.kappa, ten.consistency) == pytest.approx(
        (float(ten.cut_kappa[0]), float(ten.cut_consistency[0]))
    )


def test_kappa_of_a_foregone_decision_is_undefined() -> None:
    assert np.isnan(classify_by_theta([0.0], [0.1], [50.0]).kappa)


@pytest.mark.parametrize(
    ("theta", "sem", "cuts", "weights"),
    [
        ([0.0], [0.1], [], None),
        ([0.0], [0.1], [1.0, 1.0], None),
        ([0.0], [0.1], [np.nan], None),
        ([0.0], [0.0], [1.0], None),
        ([0.0], [0.1, 0.1], [1.0], None),
        ([np.inf], [0.1], [1.0], None),
        ([0.0], [0.1], [1.0], [0.0]),
        ([0.0], [0.1], [1.0], [1.0, 1.0]),
        ([], [], [1.0], None),
    ],
)
def test_what_cannot_be_classified_is_refused(
    theta: list[float], sem: list[float], cuts: list[float], weights: list[float] | None
) -> None:
    with pytest.raises(DataError):
        classify_by_theta(theta, sem, cuts, weights=weights)
