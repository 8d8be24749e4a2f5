"""Warm's claim, and the errors beside it: WLE is nearly unbiased, and its intervals cover."""

import numpy as np
import numpy.typing as npt
import pytest

import psychometrics as psy
from psychometrics import ItemParameters, ResponseMatrix, estimate_ability

Floats = npt.NDArray[np.float64]
THETA = np.linspace(-2.0, 2.0, 9)
REPLICATIONS = 4000
LENGTH = 45

pytestmark = pytest.mark.slow


def drawn_forms(generator: np.random.Generator) -> tuple[ItemParameters, ResponseMatrix, Floats]:
    """Return a bank of 500, and papers of 45 drawn anew for each replication of each theta."""
    items = ItemParameters(
        generator.lognormal(0, 0.3, 500), generator.normal(0, 1, 500), np.zeros(500)
    )
    theta = np.repeat(THETA, REPLICATIONS)
    columns = np.argpartition(generator.random((theta.size, 500)), LENGTH, axis=1)[:, :LENGTH]
    p = 1.0 / (1.0 + np.exp(-items.a[columns] * (theta[:, None] - items.b[columns])))
    scores = (generator.random(p.shape) < p).astype(np.int8)
    person = np.repeat(np.arange(theta.size), LENGTH)
    shape = (theta.size, 500)
    return items, ResponseMatrix.from_triples(person, columns.ravel(), scores.ravel(), shape), theta


def by_theta(values: Floats) -> Floats:
    return np.asarray(values.reshape(THETA.size, REPLICATIONS))


def test_wle_is_nearly_unbiased_where_ml_is_not() -> None:
    items, responses, theta = drawn_forms(np.random.Generator(np.random.PCG64(19890901)))
    wle = estimate_ability(responses, items, method="wle")
    ml = estimate_ability(responses, items, method="ml", bounds=(-8.0, 8.0))
    bias = {
        name: by_theta(found.theta - theta).mean(axis=1)
        for name, found in (("wle", wle), ("ml", ml))
    }
    error = by_theta(wle.theta - theta).std(axis=1).max() / REPLICATIONS**0.5
    assert np.abs(bias["wle"]).max() < 0.01 + 3 * error
    # ML leans outwards, the more the further out; WLE takes most of that away.
    outer = np.abs(THETA) >= 1.5
    assert (np.sign(bias["ml"][outer]) == np.sign(THETA[outer])).all()
    assert np.abs(bias["wle"][outer]).mean() < 0.25 * np.abs(bias["ml"][outer]).mean()


def test_intervals_of_wle_cover() -> None:
    items, responses, theta = drawn_forms(np.random.Generator(np.random.PCG64(19890902)))
    wle = estimate_ability(responses, items, method="wle")
    inside = by_theta((np.abs(wle.theta - theta) <= 1.96 * wle.sem).astype(np.float64))
    assert 0.94 < inside.mean() < 0.96
    # Three standard errors of a share of 4,000 about 93 and 97 %.
    assert (np.abs(inside.mean(axis=1) - 0.95) < 0.02 + 0.01).all()


def test_posterior_sds_are_those_of_theta_about_eap() -> None:
    """Theta drawn from the prior: EAP has the least error, and its sem says how much."""
    generator = np.random.Generator(np.random.PCG64(19890903))
    items = ItemParameters(
        generator.lognormal(0, 0.3, 45), generator.normal(0, 1, 45), np.zeros(45)
    )
    theta = generator.normal(0, 1, 20_000)
    scores = (generator.random((theta.size, 45)) < psy.probability(theta, items)).astype(np.int8)
    found = {
        method: estimate_ability(ResponseMatrix.from_codes(scores), items, method=method)
        for method in ("eap", "map", "wle")
    }
    rmse = {
        method: float(np.sqrt(((ability.theta - theta) ** 2).mean()))
        for method, ability in found.items()
    }
    assert rmse["eap"] <= min(rmse["map"], rmse["wle"])
    assert float(np.sqrt((found["eap"].sem ** 2).mean())) == pytest.approx(rmse["eap"], rel=0.015)
