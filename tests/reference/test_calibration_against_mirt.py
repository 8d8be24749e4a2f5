"""Own calibration against mirt 1.45.1, and against the true maximum where mirt stops short.

Tolerances are the project's: log-likelihood .005; parameters .002 (Rasch, 1PL, 2PL) and .005
(3PL); standard errors 1 %. Both programs integrate over the same standardised grid where the
standard errors are compared.
"""

import numpy as np
import pytest
from scipy.special import logsumexp

from psychometrics.arrays import CodeArray, FloatArray
from psychometrics.calibration import Beta, Calibration, Model, Priors, calibrate
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import Code
from tests.reference.datasets import load

REAL = ("lsat6", "lsat7", "sat12")
MODELS: tuple[tuple[Model, str, float], ...] = (
    ("rasch", "rasch", 0.002),
    ("1pl", "1pl", 0.002),
    ("2pl", "2pl", 0.002),
    ("3pl", "3pl_logit_normal", 0.005),
)
BETA = Priors(c=Beta(5, 17))
SECOND_MODE = 11
"""The item of sat12 whose posterior under the beta prior has two modes."""


def mirt_grid(model: Model) -> Quadrature:
    """Return mirt's 121 nodes on [-8, 8], or 401 that reach 20 for the Rasch model."""
    if model == "rasch":
        return normal_quadrature(points=401, width=20)
    return normal_quadrature(points=121, width=8)


def largest_gap(found: FloatArray, expected: FloatArray) -> float:
    """Return the largest absolute difference."""
    return float(np.abs(found - expected).max())


def largest_share(found: FloatArray, expected: FloatArray) -> float:
    """Return the largest relative difference where the reference has a value."""
    known = ~np.isnan(expected)
    return float(np.abs(found[known] / expected[known] - 1).max(initial=0.0))


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(("model", "key", "tolerance"), MODELS)
def test_real_data_give_mirts_parameters(
    name: str, model: Model, key: str, tolerance: float
) -> None:
    data = load(name)
    expected = data.expected(key)
    found = calibrate(data.responses, model, tolerance=1e-5)
    assert found.converged
    log_posterior = expected.summary["log_likelihood"] + expected.summary.get("log_prior", 0.0)
    if model != "3pl":
        assert abs(found.log_likelihood - expected.summary["log_likelihood"]) < 0.005
    assert abs(found.log_posterior - log_posterior) < 0.005
    assert largest_gap(found.items.a, expected.table["a"]) < tolerance
    assert largest_gap(found.items.b, expected.table["b"]) < tolerance
    if model == "3pl":
        assert largest_gap(found.items.c, expected.table["c"]) < tolerance
    if model == "rasch":
        assert abs(found.latent.sd[0] ** 2 - expected.summary["latent_variance"]) < tolerance
    assert found.parameter_count == expected.summary["parameter_count"]


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(("model", "key"), [each[:2] for each in MODELS])
def test_real_data_give_mirts_standard_errors(name: str, model: Model, key: str) -> None:
    data = load(name)
    table = data.expected(key).table
    errors = calibrate(
        data.responses, model, quadrature=mirt_grid(model), tolerance=1e-6
    ).standard_errors
    assert largest_share(errors.b, table["se_b"]) < 0.01
    assert largest_share(errors.d, table["se_d"]) < 0.01
    assert largest_share(errors.a, table["se_a"]) < 0.01
    if model == "3pl":
        assert largest_share(errors.logit_c, table["se_logit_c"]) < 0.01


@pytest.mark.parametrize("name", REAL)
def test_latent_variance_of_the_rasch_model_has_mirts_standard_error(name: str) -> None:
    data = load(name)
    found = calibrate(data.responses, "rasch", tolerance=1e-6).latent
    error = 2 * found.sd[0] * found.sd_error[0]
    expected = data.expected("rasch").summary["latent_variance_se"]
    assert error == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("name", ["lsat6", "lsat7"])
def test_a_beta_prior_leads_to_the_true_maximum(name: str) -> None:
    data = load(name)
    expected = data.expected("3pl_beta")
    found = calibrate(data.responses, "3pl", priors=BETA, tolerance=1e-6)
    best = expected.summary["log_likelihood"] + expected.summary["log_prior"]
    assert found.log_posterior == pytest.approx(best, abs=0.001)
    assert largest_gap(found.items.a, expected.table["a"]) < 0.005
    assert largest_gap(found.items.b, expected.table["b"]) < 0.005
    assert largest_gap(found.items.c, expected.table["c"]) < 0.005


def test_of_two_modes_the_higher_is_found() -> None:
    """The reference for sat12 is a mode .23 lower: another way to see one flat item."""
    data = load("sat12")
    expected = data.expected("3pl_beta")
    found = calibrate(data.responses, "3pl", priors=BETA)
    known = expected.summary["log_likelihood"] + expected.summary["log_prior"]
    assert found.log_posterior > known + 0.2
    others = np.arange(len(found.items)) != SECOND_MODE
    assert largest_gap(found.items.b[others], expected.table["b"][others]) < 0.05


def _simulated(name: str) -> Calibration:
    return calibrate(load(name).responses, "2pl", quadrature=normal_quadrature(points=121, width=8))


def test_dense_simulated_data_give_mirts_parameters_and_standard_errors() -> None:
    expected, found = load("simulated_a").expected("2pl"), _simulated("simulated_a")
    assert found.log_likelihood == pytest.approx(-121061.7966, abs=0.005)
    assert largest_gap(found.items.a, expected.table["a"]) < 0.002
    assert largest_gap(found.items.b, expected.table["b"]) < 0.002
    assert largest_share(found.standard_errors.a, expected.table["se_a"]) < 0.01
    assert largest_share(found.standard_errors.d, expected.table["se_d"]) < 0.01


def test_dense_3pl_data_reach_the_true_maximum() -> None:
    data = load("simulated_b")
    expected = data.expected("3pl_beta").summary
    found = calibrate(data.responses, "3pl", priors=BETA)
    best = expected["log_likelihood"] + expected["log_prior"]
    assert found.log_posterior == pytest.approx(best, abs=0.005)


def test_window_data_give_mirts_parameters() -> None:
    """mirt stopped by its own tolerance: three of its 500 items are .002 to .006 from the top."""
    data = load("simulated_c")
    expected = data.expected("2pl")
    found = calibrate(data.responses, "2pl")
    assert found.converged
    assert found.log_likelihood == pytest.approx(-448861.7168, abs=0.01)
    for ours, theirs in ((found.items.a, "a"), (found.items.b, "b")):
        gap = np.abs(ours - expected.table[theirs])
        assert np.quantile(gap, 0.99) < 0.002
        assert gap.max() < 0.006


@pytest.mark.slow
def test_window_data_stand_higher_at_our_estimates_than_at_mirts() -> None:
    data = load("simulated_c")
    grid = normal_quadrature(points=121, width=8)
    found = calibrate(data.responses, "2pl", quadrature=grid)
    tight = calibrate(data.responses, "2pl", quadrature=grid, tolerance=1e-8)
    assert largest_gap(found.items.a, tight.items.a) < 0.0002
    assert largest_gap(found.items.b, tight.items.b) < 0.0002
    codes = data.responses.codes()
    ours = marginal_log_likelihood(codes, found.items, grid)
    assert ours == pytest.approx(found.log_likelihood, abs=1e-5)
    assert ours > marginal_log_likelihood(codes, data.expected("2pl").items, grid)


def marginal_log_likelihood(codes: CodeArray, items: ItemParameters, grid: Quadrature) -> float:
    """Return the log-likelihood, written anew: the sum over persons of log sum_q w_q L_iq."""
    log_p, log_q = log_probability(grid.nodes, items)
    right, wrong = (codes == Code.RIGHT).astype(float), (codes == Code.WRONG).astype(float)
    each = right @ log_p.T + wrong @ log_q.T + np.log(grid.weights)
    return float(logsumexp(each, axis=1).sum())
