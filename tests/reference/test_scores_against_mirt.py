"""Scores and reliability against mirt 1.45.1; data/README.md says where the numbers come from."""

from typing import Literal

import numpy as np
import pytest

import psychometrics as psy
from psychometrics.ability import Ability
from psychometrics.precision import empirical_reliability, form_reliability
from tests.reference.datasets import Expected, load

DATASETS = ("lsat6", "lsat7", "sat12")
MODELS = ("rasch", "1pl", "2pl", "3pl_logit_normal")
EVERY = pytest.mark.parametrize(
    ("name", "model"), [(name, model) for name in DATASETS for model in MODELS]
)

# EAP: the same integral. Modes: mirt's optimiser stops at a gradient near 1e-6 to 1e-5, and
# takes its curvature numerically; the tolerance of theta allows for both.
EAP_TOLERANCE = 1e-6
MODE_TOLERANCE = 1e-4
CURVATURE_TOLERANCE = 1e-3


def scored(
    name: str, model: str, method: Literal["eap", "map", "ml", "wle"]
) -> tuple[Ability, Expected]:
    data = load(name)
    expected = data.expected(model)
    prior = (0.0, expected.summary.get("latent_variance", 1.0) ** 0.5)
    return psy.estimate_ability(
        data.responses, expected.items, method=method, prior=prior
    ), expected


@EVERY
def test_eap_agrees_with_mirt(name: str, model: str) -> None:
    ability, expected = scored(name, model, "eap")
    np.testing.assert_allclose(ability.theta, expected.scores["eap"], atol=EAP_TOLERANCE)
    np.testing.assert_allclose(ability.sem, expected.scores["eap_se"], atol=EAP_TOLERANCE)


@EVERY
def test_map_and_its_error_agree_with_mirt(name: str, model: str) -> None:
    ability, expected = scored(name, model, "map")
    np.testing.assert_allclose(ability.theta, expected.scores["map"], atol=MODE_TOLERANCE)
    np.testing.assert_allclose(ability.sem, expected.scores["map_se"], atol=MODE_TOLERANCE)


@EVERY
def test_wle_agrees_with_mirt(name: str, model: str) -> None:
    ability, expected = scored(name, model, "wle")
    np.testing.assert_allclose(ability.theta, expected.scores["wle"], atol=MODE_TOLERANCE)


@EVERY
def test_error_of_wle_is_warms_and_mirts_is_the_curvature(name: str, model: str) -> None:
    ability, expected = scored(name, model, "wle")
    items, theta = expected.items, ability.theta
    information = psy.test_information(theta, items)
    np.testing.assert_allclose(ability.sem, information**-0.5, rtol=1e-12)

    scores = load(name).responses.dense_scores()

    def weighted_likelihood(at: np.ndarray) -> np.ndarray:
        log_p, log_q = psy.log_probability(at, items)
        likelihood = np.where(scores == 1, log_p, log_q).sum(axis=1)
        return np.asarray(likelihood + 0.5 * np.log(psy.test_information(at, items)))

    h = 1e-3
    ahead, here, behind = (weighted_likelihood(theta + k * h) for k in (1, 0, -1))
    curvature = -(ahead - 2 * here + behind) / h**2
    np.testing.assert_allclose(curvature**-0.5, expected.scores["wle_se"], rtol=CURVATURE_TOLERANCE)


@EVERY
def test_ml_and_its_infinities_agree_with_mirt(name: str, model: str) -> None:
    ability, expected = scored(name, model, "ml")
    theirs = expected.scores["ml"]
    assert ability.finite.tolist() == np.isfinite(theirs).tolist()
    assert ability.theta[~ability.finite].tolist() == theirs[~ability.finite].tolist()
    finite = ability.finite
    np.testing.assert_allclose(ability.theta[finite], theirs[finite], atol=MODE_TOLERANCE)
    errors = expected.scores["ml_se"][finite]
    np.testing.assert_allclose(ability.sem[finite], errors, rtol=CURVATURE_TOLERANCE)
    assert np.isinf(ability.sem[~finite]).all()


@EVERY
def test_empirical_reliability_agrees_with_mirt(name: str, model: str) -> None:
    ability, expected = scored(name, model, "eap")
    found = empirical_reliability(ability.theta, ability.sem, weights=load(name).responses.weights)
    assert found == pytest.approx(float(expected.fit["reliability"]["empirical_eap"]), abs=1e-3)


@EVERY
def test_reliability_of_the_form_agrees_with_mirt(name: str, model: str) -> None:
    """mirt's `marginal_rxx` takes the latent variance for 1, so Rasch is held to its twin, 1PL."""
    expected = load(name).expected(model)
    theirs = load(name).expected("1pl" if model == "rasch" else model)
    found = form_reliability(expected.items, expected.prior)
    assert found == pytest.approx(float(theirs.fit["reliability"]["marginal"]), abs=5e-4)
