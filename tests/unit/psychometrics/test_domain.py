"""The domain score, its slope and its inverse."""

import numpy as np
import pytest

import psychometrics as psy
from psychometrics import DataError, DomainScale, ItemParameters, domain_score, domain_theta
from psychometrics.domain import domain_error


def make_scale(c: float = 0.0) -> DomainScale:
    items = ItemParameters([1.0, 1.2, 0.8, 1.5], [-1.0, 0.0, 0.5, 2.0], np.full(4, c))
    return DomainScale(items, [0, 0, 0, 1], [0.75, 0.25])


def test_domain_score_weighs_the_means_of_the_groups() -> None:
    p = psy.probability(0.4, make_scale().items)
    expected = 0.75 * p[:3].mean() + 0.25 * p[3]
    assert float(domain_score(0.4, make_scale())) == pytest.approx(expected, rel=1e-14)


def test_slope_is_the_derivative() -> None:
    scale, theta = make_scale(0.2), np.linspace(-4, 4, 9)
    numeric = (domain_score(theta + 1e-5, scale) - domain_score(theta - 1e-5, scale)) / 2e-5
    np.testing.assert_allclose(psy.domain_slope(theta, scale), numeric, atol=1e-10)


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_theta_of_a_score_is_the_inverse(c: float) -> None:
    theta = np.linspace(-9, 9, 37).reshape(1, 37)
    found = domain_theta(domain_score(theta, make_scale(c)), make_scale(c))
    assert found.shape == (1, 37)
    np.testing.assert_allclose(found, theta, atol=1e-8)


def test_score_rises_with_theta() -> None:
    assert (np.diff(domain_score(np.linspace(-10, 10, 500), make_scale(0.1))) > 0).all()


@pytest.mark.parametrize("score", [0.2, 0.1, 1.0, 1.2, -0.3, np.nan])
def test_a_score_at_or_beyond_an_asymptote_is_refused_with_the_range(score: float) -> None:
    with pytest.raises(DataError, match=r"above 0\.2.* and below 1"):
        domain_theta(score, make_scale(0.2))


@pytest.mark.parametrize(
    ("group", "weights"),
    [
        ([0, 0, 0, 1], [0.5, 0.4]),
        ([0, 0, 0, 1], [1.5, -0.5]),
        ([0, 0, 0, 2], [0.5, 0.5]),
        ([0, 0, 1, 2], [0.5, 0.5]),
        ([0, 0, 0, 0], [0.5, 0.5]),
        ([0, 0, 0, -1], [0.5, 0.5]),
        ([0, 0, 1], [0.5, 0.5]),
    ],
)
def test_a_scale_that_does_not_fit_is_refused(group: list[int], weights: list[float]) -> None:
    with pytest.raises(DataError):
        DomainScale(make_scale().items, group, weights)


def test_error_of_a_score_is_that_of_many_thetas_drawn() -> None:
    scale, generator = make_scale(0.1), np.random.Generator(np.random.PCG64(4))
    theta, sem = np.array([-1.0, 0.2, 1.5]), np.array([0.05, 0.04, 0.06])
    drawn = domain_score(theta + sem * generator.normal(size=(40_000, 3)), scale)
    np.testing.assert_allclose(domain_error(theta, sem, scale), drawn.std(axis=0), rtol=0.02)


@pytest.mark.parametrize(
    ("theta", "sem"), [([0.0], [0.1, 0.1]), ([np.inf], [np.inf]), ([0.0], [-0.1])]
)
def test_an_error_needs_finite_values_of_one_shape(theta: list[float], sem: list[float]) -> None:
    with pytest.raises(DataError):
        domain_error(theta, sem, make_scale())
