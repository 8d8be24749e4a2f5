"""The reference data are what their README says: shapes, sums, and numbers that fit together."""

import numpy as np
import pytest
from scipy.special import logsumexp

from psychometrics import ItemParameters, Quadrature, ResponseMatrix
from psychometrics.models import log_probability
from tests.reference.datasets import expanded, load

REAL = ("lsat6", "lsat7", "sat12")
MODELS = ("rasch", "1pl", "2pl", "3pl_logit_normal", "3pl_beta")


def marginal_log_likelihood(
    responses: ResponseMatrix, items: ItemParameters, prior: Quadrature
) -> float:
    log_p, log_q = log_probability(prior.nodes, items)
    with np.errstate(divide="ignore"):
        joint = responses.indicators() @ np.hstack([log_q, log_p]).T + np.log(prior.weights)
    return float(logsumexp(joint, axis=1) @ responses.weights)


@pytest.mark.parametrize(
    ("name", "persons", "shape"),
    [
        ("lsat6", 1000, (30, 5)),
        ("lsat7", 1000, (32, 5)),
        ("sat12", 600, (600, 32)),
        ("simulated_a", 5000, (5000, 45)),
        ("simulated_b", 5000, (5000, 45)),
        ("simulated_c", 18_000, (18_000, 500)),
    ],
)
def test_shapes(name: str, persons: int, shape: tuple[int, int]) -> None:
    responses = load(name).responses
    assert responses.shape == shape
    assert responses.weights.sum() == persons
    assert responses.is_complete == (name != "simulated_c")


def test_each_person_of_the_window_sees_45_items() -> None:
    assert (np.diff(load("simulated_c").responses.starts) == 45).all()


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("model", MODELS)
def test_items_give_the_expected_log_likelihood(name: str, model: str) -> None:
    data = load(name)
    expected = data.expected(model)
    found = marginal_log_likelihood(data.responses, expected.items, expected.prior)
    assert found == pytest.approx(expected.summary["log_likelihood"], abs=1e-6)


# mirt's log-likelihood of simulated_c is 0.0019 above that of its own items, on any grid.
@pytest.mark.parametrize(("name", "tolerance"), [("simulated_a", 1e-4), ("simulated_c", 0.0025)])
def test_items_of_simulated_data_give_the_expected_log_likelihood(
    name: str, tolerance: float
) -> None:
    data = load(name)
    expected = data.expected("2pl")
    found = marginal_log_likelihood(data.responses, expected.items, expected.prior)
    assert found == pytest.approx(expected.summary["log_likelihood"], abs=tolerance)


@pytest.mark.parametrize("name", REAL)
def test_scores_belong_to_their_rows(name: str) -> None:
    data = load(name)
    expected = data.expected("rasch")
    order = np.argsort(data.responses.dense_scores().sum(axis=1), kind="stable")
    assert (np.diff(expected.scores["eap"][order]) > -1e-9).all()


@pytest.mark.parametrize("name", REAL)
def test_classical_means_are_those_of_the_responses(name: str) -> None:
    data = load(name)
    scores, weights = data.responses.dense_scores(), data.responses.weights
    means = weights @ scores / weights.sum()
    np.testing.assert_allclose(data.classical()["item_mean"], means, atol=1e-9)
    assert data.classical()["mean"] == pytest.approx(means.sum(), abs=1e-9)


def test_ltm_agrees_with_mirt_on_the_2pl() -> None:
    lsat7 = load("lsat7")
    ltm, mirt = lsat7.ltm("2pl"), lsat7.expected("2pl").table
    np.testing.assert_allclose(ltm["value"], np.append(mirt["b"], mirt["a"]), atol=1e-3)


def test_pairs_are_symmetric() -> None:
    q3 = load("sat12").expected("2pl").pairs["q3"]
    assert q3.shape == (32, 32)
    np.testing.assert_array_equal(q3, q3.T)


def test_expanded_has_a_row_a_person() -> None:
    lsat6 = load("lsat6").responses
    whole = expanded(lsat6)
    assert whole.shape == (1000, 5)
    np.testing.assert_allclose(
        whole.dense_scores().sum(axis=0), lsat6.weights @ lsat6.dense_scores()
    )
