"""girth against our EM on the real data sets, complete."""

import numpy as np
import pytest

from psychometrics.calibration.cross_check import cross_check
from psychometrics.calibration.result import Model
from tests.reference.datasets import load

# girth minus EM in standard errors, as seen; on five items they are nearly one estimator.
WIDEST = {"lsat6": 0.01, "lsat7": 0.01, "sat12": 0.6}


@pytest.mark.parametrize("name", WIDEST)
@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl"])
def test_engines_agree(name: str, model: Model) -> None:
    found = cross_check(load(name).responses, model)
    assert found.verdict == "agree"
    assert found.widest[1] < WIDEST[name]
    assert found.log_likelihood_gap < 1e-6


def test_items_of_sat12_that_girth_cannot_reach_are_named() -> None:
    """Items 12 and 32 have a = .16 and .13, and girth looks for none below .2."""
    found = cross_check(load("sat12").responses)
    assert found.girth.diverged_items == ("11", "31")
    assert not found.girth.converged
    assert len(found.compared) == 30


@pytest.mark.slow
def test_girth_is_near_mirt_on_the_dense_simulated_data() -> None:
    data = load("simulated_a")
    expected = data.expected("2pl").table
    found = cross_check(data.responses)
    assert found.verdict == "agree"
    np.testing.assert_allclose(found.girth.items.a, expected["a"], atol=0.005)
    np.testing.assert_allclose(found.girth.items.b, expected["b"], atol=0.01)
