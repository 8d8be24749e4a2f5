"""Type I error and power of the DIF tests on simulated persons.

The groups differ by up to one sd in ability and no item has DIF, so that 5 % of all tests should
be significant at 5 %; pooled over items and replications 3 to 7 % is accepted. Where matching is
on EAP, it is the EAP of one calibration of both groups together, under one prior, as in practice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from psychometrics.ability import estimate_ability
from psychometrics.arrays import FloatArray
from psychometrics.calibration import calibrate
from psychometrics.dif import likelihood_ratio_dif, logistic_dif, mantel_haenszel
from psychometrics.responses import ResponseMatrix

LOW, HIGH = 0.03, 0.07
# Power is judged on items that differ by this much in difficulty.
SHIFT = 0.6


@dataclass(frozen=True)
class Sample:
    responses: ResponseMatrix
    groups: list[str]


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def drawn(
    chance: np.random.Generator, n: int, m: int, *, impact: float = 0.0, rasch: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray, list[str]]:
    """Return answers (n, m), a, b and groups; the second half of the persons is the focal group."""
    a = np.ones(m) if rasch else np.exp(chance.normal(0.0, 0.3, m))
    b = chance.normal(size=m)
    focal = np.arange(n) >= n // 2
    theta = chance.normal(size=n) - impact * focal
    p = expit(a * (theta[:, np.newaxis] - b))
    answers = (chance.random((n, m)) < p).astype(np.float64)
    return answers, a, b, np.where(focal, "focal", "reference").tolist()


def dense(chance: np.random.Generator, *, impact: float, rasch: bool = False) -> Sample:
    answers, _, _, groups = drawn(chance, 1000, 20, impact=impact, rasch=rasch)
    return Sample(ResponseMatrix.from_scores(answers), groups)


def sparse(chance: np.random.Generator, *, impact: float) -> Sample:
    """Each person answers 20 of 60 items, drawn at random."""
    answers, _, _, groups = drawn(chance, 3000, 60, impact=impact)
    order = np.argsort(chance.random(answers.shape), axis=1)
    np.put_along_axis(answers, order[:, 20:], np.nan, axis=1)
    return Sample(ResponseMatrix.from_scores(answers), groups)


def adaptive(chance: np.random.Generator, *, impact: float) -> Sample:
    """Each person answers 20 of 60 items, each near the EAP of the answers so far."""
    answers, a, b, groups = drawn(chance, 3000, 60, impact=impact)
    nodes = np.linspace(-4.0, 4.0, 33)
    log_p = np.log(expit(a * (nodes[:, np.newaxis] - b)))
    log_q = np.log(expit(-a * (nodes[:, np.newaxis] - b)))
    log_posterior = np.tile(-0.5 * nodes**2, (len(answers), 1))
    shown, everyone = np.zeros(answers.shape, dtype=bool), np.arange(len(answers))
    theta = np.zeros(len(answers))
    for _ in range(20):
        near = np.abs(b - theta[:, np.newaxis]) + 0.5 * chance.random(answers.shape)
        item = np.argmin(np.where(shown, np.inf, near), axis=1)
        shown[everyone, item] = True
        right = answers[everyone, item][:, np.newaxis] > 0
        log_posterior += np.where(right, log_p.T[item], log_q.T[item])
        posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        theta = posterior @ nodes / posterior.sum(axis=1)
    return Sample(ResponseMatrix.from_scores(np.where(shown, answers, np.nan)), groups)


def eap(sample: Sample) -> FloatArray:
    fit = calibrate(sample.responses, "2pl")
    assert fit.labels == sample.responses.items
    prior = fit.latent_quadrature()
    return estimate_ability(sample.responses, fit.items, method="eap", prior=prior).theta


Matched = Callable[[Sample], FloatArray | None]


def rejected(
    seed: int, replications: int, draw: Callable[[np.random.Generator], Sample], matched: Matched
) -> dict[str, float]:
    """Return the share of significant tests of sound items, by test."""
    chance = generator(seed)
    found: dict[str, list[FloatArray]] = {"mh": [], "uniform": [], "non-uniform": [], "both": []}
    for _ in range(replications):
        sample = draw(chance)
        matching = matched(sample)
        table = mantel_haenszel(sample.responses, sample.groups, matching)
        regression = logistic_dif(sample.responses, sample.groups, matching)
        found["mh"].append(table.p_value)
        found["uniform"].append(regression.uniform.p_value)
        found["non-uniform"].append(regression.non_uniform.p_value)
        found["both"].append(regression.both.p_value)
    return {name: share(values) for name, values in found.items()}


def share(p_values: list[FloatArray]) -> float:
    given = np.concatenate(p_values)
    assert np.isnan(given).mean() < 0.02
    return float((given[~np.isnan(given)] < 0.05).mean())


def total_score(sample: Sample) -> None:
    """Leave the matching to the test: its default is the total score."""


def assert_level(shares: dict[str, float]) -> None:
    assert all(LOW <= value <= HIGH for value in shares.values()), shares


@pytest.mark.slow
def test_level_on_the_total_score_of_groups_alike() -> None:
    assert_level(rejected(1, 60, partial(dense, impact=0.0), total_score))


@pytest.mark.slow
def test_level_on_the_total_score_of_rasch_items_one_sd_apart() -> None:
    assert_level(rejected(2, 60, partial(dense, impact=1.0, rasch=True), total_score))


@pytest.mark.slow
def test_level_on_eap_of_groups_one_sd_apart() -> None:
    assert_level(rejected(3, 60, partial(dense, impact=1.0), eap))


@pytest.mark.slow
@pytest.mark.parametrize("impact", [0.0, 1.0])
def test_level_on_eap_of_sparse_data(impact: float) -> None:
    assert_level(rejected(4, 20, partial(sparse, impact=impact), eap))


@pytest.mark.slow
@pytest.mark.parametrize("impact", [0.0, 1.0])
def test_level_on_eap_of_adaptive_data(impact: float) -> None:
    assert_level(rejected(5, 20, partial(adaptive, impact=impact), eap))


@pytest.mark.slow
def test_level_of_the_likelihood_ratio_of_groups_one_sd_apart() -> None:
    chance = generator(6)
    found = []
    for _ in range(40):
        answers, _, _, groups = drawn(chance, 800, 12, impact=1.0)
        found.append(likelihood_ratio_dif(ResponseMatrix.from_scores(answers), groups).p_value)
    assert LOW <= share(found) <= HIGH


@pytest.mark.slow
def test_every_method_finds_items_that_are_harder_for_one_group() -> None:
    chance = generator(7)
    n, m = 2000, 20
    focal = np.arange(n) >= n // 2
    b = np.linspace(-1.5, 1.5, m) + SHIFT * focal[:, np.newaxis] * (np.arange(m) % 7 == 3)
    theta = chance.normal(size=n) - focal
    answers = (chance.random((n, m)) < expit(1.2 * (theta[:, np.newaxis] - b))).astype(np.float64)
    sample = Sample(ResponseMatrix.from_scores(answers), np.where(focal, "f", "r").tolist())
    matching = eap(sample)
    harder = np.arange(m) % 7 == 3
    for p_value in (
        mantel_haenszel(sample.responses, sample.groups, matching).p_value,
        logistic_dif(sample.responses, sample.groups, matching).uniform.p_value,
        likelihood_ratio_dif(
            sample.responses, sample.groups, studied=["0", "3", "10", "17"]
        ).p_value,
    ):
        assert (p_value[harder] < 0.05).all()
