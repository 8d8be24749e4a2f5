"""EAP and WLE against mirt on LSAT section 7; data/README.md says where the numbers come from."""

import numpy as np
import pytest

from psychometrics import estimate_ability, normal_quadrature
from tests.reference.datasets import load

MODELS = ("rasch", "2pl", "3pl_logit_normal")

# EAP: the same integral, on as many nodes. WLE: mirt's optimiser stops at about 1e-6.
EAP_TOLERANCE = 1e-9
WLE_TOLERANCE = 5e-6


@pytest.mark.parametrize("model", MODELS)
def test_eap_agrees_with_mirt(model: str) -> None:
    lsat7 = load("lsat7")
    expected = lsat7.expected(model)
    sd = expected.summary["latent_variance"] ** 0.5
    prior = normal_quadrature(0.0, sd, points=121, width=8.0)
    codes = lsat7.responses.codes()
    ability = estimate_ability(codes, expected.items, method="eap", prior=prior)
    np.testing.assert_allclose(ability.theta, expected.scores["eap"], atol=EAP_TOLERANCE)
    np.testing.assert_allclose(ability.sem, expected.scores["eap_se"], atol=EAP_TOLERANCE)


@pytest.mark.parametrize("model", MODELS)
def test_wle_agrees_with_mirt(model: str) -> None:
    lsat7 = load("lsat7")
    expected = lsat7.expected(model)
    ability = estimate_ability(lsat7.responses.codes(), expected.items, method="wle")
    np.testing.assert_allclose(ability.theta, expected.scores["wle"], atol=WLE_TOLERANCE)
