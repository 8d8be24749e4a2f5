"""Conditional errors against simulation and closed forms; reliability against its definition."""

import numpy as np
import pytest

import psychometrics as psy
from psychometrics import DataError, DomainScale, ItemParameters, normal_quadrature
from psychometrics.precision import (
    domain_sem,
    empirical_reliability,
    form_reliability,
    marginal_reliability,
    number_correct_sem,
    theta_sem,
)

ITEMS = ItemParameters(np.linspace(0.7, 1.6, 12), np.linspace(-2, 2, 12), np.full(12, 0.15))


def test_number_correct_sem_is_the_sd_of_the_number_right() -> None:
    generator, theta = np.random.Generator(np.random.PCG64(1)), np.array([-1.0, 0.5, 2.0])
    p = psy.probability(theta, ITEMS)
    drawn = (generator.random((20_000, 3, 12)) < p).sum(axis=2)
    np.testing.assert_allclose(number_correct_sem(theta, ITEMS), drawn.std(axis=0), rtol=0.02)
    assert number_correct_sem([[-400.0, 400.0]], ITEMS)[0, 1] < 1e-50


def test_theta_sem_is_of_the_test_information() -> None:
    four = ItemParameters(np.ones(4), np.zeros(4), np.zeros(4))
    assert theta_sem(0.0, four) == pytest.approx(1.0, rel=1e-15)
    assert theta_sem([5000.0], four).tolist() == [np.inf]


def test_domain_sem_is_slope_times_theta_sem() -> None:
    scale = DomainScale(ITEMS, np.zeros(12, np.int64), [1.0])
    theta, step = np.linspace(-2, 2, 5), 1e-5
    ahead, behind = psy.domain_score(theta + step, scale), psy.domain_score(theta - step, scale)
    slope = (ahead - behind) / (2 * step)
    expected = slope / np.sqrt(psy.test_information(theta, ITEMS))
    np.testing.assert_allclose(domain_sem(theta, ITEMS, scale=scale), expected, rtol=1e-8)


def test_marginal_reliability_is_one_less_the_share_of_error() -> None:
    assert marginal_reliability([0.3, 0.4], 1.0) == pytest.approx(1 - 0.125)
    assert marginal_reliability([0.3, 0.4], 2.0, weights=[3, 1]) == pytest.approx(1 - 0.1075 / 2)


def test_weights_stand_for_persons_in_every_reliability() -> None:
    theta, sem, weights = [0.0, 1.0, -0.5], [0.3, 0.4, 0.35], [2, 1, 3]
    long_theta, long_sem = np.repeat(theta, weights), np.repeat(sem, weights)
    assert empirical_reliability(theta, sem, weights=weights) == pytest.approx(
        empirical_reliability(long_theta, long_sem), rel=1e-14
    )
    assert marginal_reliability(sem, 1.0, weights=weights) == pytest.approx(
        marginal_reliability(long_sem, 1.0), rel=1e-14
    )
    variance, error = long_theta.var(ddof=1), (long_sem**2).mean()
    assert empirical_reliability(long_theta, long_sem) == pytest.approx(
        variance / (variance + error)
    )


def test_reliabilities_of_one_simulated_form_agree() -> None:
    """Information stands for the posterior precision, so the three differ in the third place."""
    generator = np.random.Generator(np.random.PCG64(2))
    items = ItemParameters(np.linspace(0.8, 1.5, 40), generator.normal(0, 1, 40), np.zeros(40))
    theta = generator.normal(0, 1, 4000)
    codes = (generator.random((4000, 40)) < psy.probability(theta, items)).astype(np.int8)
    ability = psy.estimate_ability(codes, items, method="eap")
    form = form_reliability(items, normal_quadrature())
    assert empirical_reliability(ability.theta, ability.sem) == pytest.approx(form, abs=0.01)
    assert marginal_reliability(ability.sem, 1.0) == pytest.approx(form, abs=0.01)
    assert np.corrcoef(ability.theta, theta)[0, 1] ** 2 == pytest.approx(form, abs=0.01)


def test_reliability_does_not_depend_on_the_unit_of_theta() -> None:
    wide = ItemParameters(ITEMS.a / 2, ITEMS.b * 2, ITEMS.c)
    assert form_reliability(wide, normal_quadrature(0.0, 2.0)) == pytest.approx(
        form_reliability(ITEMS, normal_quadrature()), rel=1e-12
    )


def test_what_has_no_reliability_is_refused() -> None:
    with pytest.raises(DataError, match="variance"):
        marginal_reliability([0.3], 0.0)
    with pytest.raises(DataError, match="weights"):
        marginal_reliability([], 1.0)
    with pytest.raises(DataError, match="finite"):
        marginal_reliability([np.inf], 1.0)
    with pytest.raises(DataError, match="at least 0"):
        marginal_reliability([-0.1], 1.0)
    with pytest.raises(DataError, match="two persons"):
        empirical_reliability([0.0], [0.1])
    with pytest.raises(DataError, match="vary"):
        empirical_reliability([1.0, 1.0], [0.0, 0.0])
    with pytest.raises(DataError, match="spread"):
        form_reliability(ITEMS, psy.Quadrature([0.0], [1.0]))
