"""Recovery: what calibrate() finds in data simulated from known parameters. Seeds are fixed."""

from dataclasses import dataclass

import numpy as np
import pytest

from psychometrics.arrays import BoolArray, FloatArray
from psychometrics.calibration import (
    WINDOW_PRIORS,
    Anchors,
    Beta,
    Calibration,
    Model,
    Priors,
    calibrate,
)
from psychometrics.models import ItemParameters, probability
from psychometrics.responses import ResponseMatrix

SEED = 20261122
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def make_items(size: int, random: np.random.Generator, *, c: float = 0.0) -> ItemParameters:
    """Return items with a lognormal around 1 and b normal."""
    a, b = random.lognormal(0.0, 0.3, size), random.normal(0.0, 1.0, size)
    return ItemParameters(a, b, np.full(size, c))


def simulate(items: ItemParameters, theta: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return scores, persons x items."""
    return (random.random((theta.size, len(items))) < probability(theta, items)).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Estimates and errors over replications.

    Parameters
    ----------
    log_a, d : FloatArray, shape (r, m)
        Estimate less truth.
    log_a_error, d_error : FloatArray, shape (r, m)
        Standard errors.
    b : FloatArray, shape (r, m)
        Estimate less truth.
    converged : BoolArray, shape (r,)
        Of each replication.
    """

    log_a: FloatArray
    d: FloatArray
    log_a_error: FloatArray
    d_error: FloatArray
    b: FloatArray
    converged: BoolArray


def replicate(
    items: ItemParameters, model: Model, priors: Priors | None, *, times: int, persons: int
) -> Study:
    """Return what repeated calibration finds of the items."""
    random = np.random.Generator(np.random.PCG64(SEED))
    found: list[Calibration] = []
    for _ in range(times):
        scores = simulate(items, random.normal(0.0, 1.0, persons), random)
        found.append(calibrate(ResponseMatrix.from_scores(scores), model, priors=priors))
    d = -items.a * items.b
    return Study(
        log_a=np.array([np.log(each.items.a) for each in found]) - np.log(items.a),
        d=np.array([-each.items.a * each.items.b for each in found]) - d,
        log_a_error=np.array([each.standard_errors.log_a for each in found]),
        d_error=np.array([each.standard_errors.d for each in found]),
        b=np.array([each.items.b for each in found]) - items.b,
        converged=np.array([each.converged for each in found]),
    )


def rms(values: FloatArray) -> float:
    """Return the root mean square."""
    return float(np.sqrt((values**2).mean()))


def test_intervals_of_95_percent_cover_95_percent() -> None:
    """2PL without priors, 500 replications: log a and d pooled over 15 items, 15,000 intervals."""
    items = make_items(15, np.random.Generator(np.random.PCG64(SEED)))
    study = replicate(items, "2pl", None, times=500, persons=1000)
    assert study.converged.all()
    within = np.concatenate(
        [
            np.abs(study.log_a) < 1.959964 * study.log_a_error,
            np.abs(study.d) < 1.959964 * study.d_error,
        ]
    )
    assert 0.93 < within.mean() < 0.97
    for each in np.split(within, 2):
        assert 0.93 < each.mean() < 0.97


@pytest.mark.parametrize("priors", [None, WINDOW_PRIORS], ids=["no priors", "window priors"])
def test_2pl_is_recovered_without_bias(priors: Priors | None) -> None:
    items = make_items(20, np.random.Generator(np.random.PCG64(SEED)))
    study = replicate(items, "2pl", priors, times=100, persons=1500)
    assert study.converged.all()
    assert abs(study.log_a.mean()) < 0.015
    assert abs(study.d.mean()) < 0.015
    assert rms(study.log_a) == pytest.approx(rms(study.log_a_error), rel=0.08)
    assert rms(study.d) == pytest.approx(rms(study.d_error), rel=0.08)


@pytest.mark.parametrize("model", ["rasch", "1pl"])
def test_rasch_and_1pl_are_recovered_without_bias(model: Model) -> None:
    plain = make_items(20, np.random.Generator(np.random.PCG64(SEED)))
    items = ItemParameters(np.ones(20), plain.b, plain.c)
    study = replicate(items, model, None, times=100, persons=1000)
    assert study.converged.all()
    assert abs(study.b.mean()) < 0.015
    assert rms(study.d) == pytest.approx(rms(study.d_error), rel=0.08)
    assert abs(study.log_a.mean()) < 0.01


@pytest.mark.parametrize(
    "priors", [None, Priors(c=Beta(5, 17)), WINDOW_PRIORS], ids=["default", "beta", "window"]
)
def test_3pl_is_recovered_up_to_its_priors(priors: Priors | None) -> None:
    items = make_items(30, np.random.Generator(np.random.PCG64(SEED)), c=0.2)
    study = replicate(items, "3pl", priors, times=30, persons=2000)
    assert study.converged.mean() > 0.9
    assert abs(np.median(study.log_a)) < 0.05
    assert abs(np.median(study.b)) < 0.08
    assert rms(study.log_a) < 0.25


def test_fixed_parameter_calibration_is_unbiased_for_a_group_one_sd_better() -> None:
    """20 anchors and 10 new items, 60 replications of 1,000 persons from N(1, 1.2)."""
    random = np.random.Generator(np.random.PCG64(SEED))
    items = make_items(30, random)
    labels = tuple(str(j) for j in range(30))
    known = Anchors(labels[:20], items.take(np.arange(20)))
    b, log_a, mean, sd, z = [], [], [], [], []
    for _ in range(60):
        scores = simulate(items, random.normal(1.0, 1.2, 1000), random)
        found = calibrate(ResponseMatrix.from_scores(scores), "2pl", anchors=known)
        assert found.converged
        b.append((found.items.b - items.b)[20:])
        log_a.append(np.log(found.items.a / items.a)[20:])
        z.append(b[-1] / found.standard_errors.b[20:])
        mean.append(found.latent.mean[0])
        sd.append(found.latent.sd[0])
    assert abs(np.mean(mean) - 1.0) < 0.02
    assert abs(np.mean(sd) - 1.2) < 0.02
    assert abs(np.mean(b)) < 0.03
    assert abs(np.mean(log_a)) < 0.03
    assert 0.9 < np.std(z) < 1.1


def collected_adaptively(
    items: ItemParameters, rated: FloatArray, random: np.random.Generator, *, persons: int
) -> FloatArray:
    """Return scores of persons who get, 40 times, one of the six items nearest to them.

    Nearness is told by the ratings of the difficulty and the mean of a Rasch posterior.
    """
    theta = random.normal(0.0, 1.0, persons)
    nodes = np.linspace(-4.0, 4.0, 41)
    curves = probability(nodes, ItemParameters(np.ones(len(items)), rated, np.zeros(len(items)))).T
    log_posterior = np.tile(-0.5 * nodes**2, (persons, 1))
    scores = np.full((persons, len(items)), np.nan)
    everyone = np.arange(persons)
    truth = probability(theta, items)
    for _ in range(40):
        posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        ability = posterior @ nodes / posterior.sum(axis=1)
        far = np.abs(ability[:, np.newaxis] - rated)
        far[~np.isnan(scores)] = np.inf
        nearest = np.argpartition(far, 6, axis=1)[:, :6]
        item = nearest[everyone, random.integers(0, 6, persons)]
        right = random.random(persons) < truth[everyone, item]
        scores[everyone, item] = right
        log_posterior += np.log(np.where(right[:, np.newaxis], curves[item], 1 - curves[item]))
    return scores


def test_adaptively_collected_data_are_recovered_where_raw_proportions_fail() -> None:
    """80,000 persons, so that chance alone moves the slope over 200 items by about .012."""
    random = np.random.Generator(np.random.PCG64(SEED))
    items = make_items(200, random)
    rated = items.b + random.normal(0.0, 0.5, 200)
    parts = [collected_adaptively(items, rated, random, persons=5000) for _ in range(16)]
    responses = ResponseMatrix.from_scores(np.vstack(parts))
    found = calibrate(responses, "2pl", adaptive=True)
    assert found.converged
    taken = np.bincount(responses.columns, minlength=200)
    well = taken >= 500
    assert well.sum() > 180
    errors = found.standard_errors
    for estimate, truth, error in (
        (np.log(found.items.a), np.log(items.a), errors.log_a),
        (found.items.a, items.a, errors.a),
        (found.items.b, items.b, errors.b),
    ):
        z = ((estimate - truth) / error)[well]
        slope = np.polyfit(truth[well], estimate[well], 1)[0]
        assert 0.9 < z.std() < 1.1
        assert 0.97 < slope < 1.03
    right = np.bincount(responses.columns, weights=responses.scores, minlength=200)
    raw = -np.log(right / (taken - right))
    assert np.polyfit(items.b[well], raw[well], 1)[0] < 0.5
