"""M2 against its definition over all response patterns."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import chi2, ncx2

from psychometrics import DataError, ItemParameters, ResponseMatrix, normal_quadrature
from psychometrics.arrays import FloatArray
from psychometrics.calibration.result import Model
from psychometrics.fit import m2
from tests.unit.psychometrics.fitted import (
    make_items,
    make_responses,
    make_scores,
    weighted_and_expanded,
)

LATENT = normal_quadrature(points=31)
M = 6
PATTERNS = np.array(list(product((0.0, 1.0), repeat=M)))
SETS = [(j,) for j in range(M)] + list(combinations(range(M), 2))
MARGIN = np.array([PATTERNS[:, one].all(axis=1) for one in SETS], dtype=np.float64)


def chances(free: FloatArray, model: Model) -> FloatArray:
    """Return the probability of each pattern, from the free parameters d, a (one or m) and c."""
    d, rest = free[:M], free[M:]
    a = np.full(M, rest[0]) if model == "1pl" else rest[:M]
    c = rest[M:] if model == "3pl" else np.zeros(M)
    p = c + (1 - c) / (1 + np.exp(-(a * LATENT.nodes[:, np.newaxis] + d)))
    each = np.where(PATTERNS[:, np.newaxis, :] == 1, p, 1 - p).prod(axis=2)
    return np.asarray(each @ LATENT.weights)


def m2_by_definition(responses: ResponseMatrix, free: FloatArray, model: Model) -> float:
    pi = chances(free, model)
    covariance = MARGIN @ (np.diag(pi) - np.outer(pi, pi)) @ MARGIN.T
    step = 1e-6
    slopes = np.column_stack(
        [
            MARGIN @ (chances(free + by, model) - chances(free - by, model)) / (2 * step)
            for by in step * np.eye(free.size)
        ]
    )
    across = null_space(slopes.T)
    scores = responses.dense_scores()
    size = responses.weights.sum()
    observed = np.array([scores[:, one].all(axis=1) @ responses.weights for one in SETS]) / size
    error = across.T @ (observed - MARGIN @ pi)
    return float(size * error @ np.linalg.solve(across.T @ covariance @ across, error))


@pytest.mark.parametrize("model", ["1pl", "2pl", "3pl"])
def test_m2_is_that_of_the_definition(model: Model) -> None:
    items = make_items(M, guessing=0.2 if model == "3pl" else 0.0)
    if model == "1pl":
        items = ItemParameters([1.3] * M, items.b, items.c)
    a = items.a[:1] if model == "1pl" else items.a
    c = items.c if model == "3pl" else items.c[:0]
    responses = make_responses(items, 700, seed=2)
    found = m2(responses, items, latent=LATENT, model=model)
    slow = m2_by_definition(responses, np.concatenate([-items.a * items.b, a, c]), model)
    assert found.statistic == pytest.approx(slow, rel=1e-5)
    assert found.df == {"1pl": 14, "2pl": 9, "3pl": 3}[model]
    assert found.p == pytest.approx(chi2.sf(found.statistic, found.df), rel=1e-9)


def test_rasch_and_1pl_are_one_fit_in_two_parametrisations() -> None:
    items = make_items(M)
    one_pl = ItemParameters([1.3] * M, items.b, items.c)
    rasch = ItemParameters([1.0] * M, 1.3 * items.b, items.c)
    responses = make_responses(one_pl, 700, seed=3)
    one = m2(responses, one_pl, latent=LATENT, model="1pl")
    other = m2(responses, rasch, latent=normal_quadrature(sd=1.3, points=31), model="rasch")
    assert other.statistic == pytest.approx(one.statistic, rel=1e-9)
    assert other.df == one.df == 14


def test_m2_of_weighted_rows_is_that_of_the_persons_they_stand_for() -> None:
    items = make_items(M)
    weighted, expanded = weighted_and_expanded(make_scores(items, 200, seed=4), seed=5)
    one = m2(weighted, items, latent=LATENT, model="2pl")
    other = m2(expanded, items, latent=LATENT, model="2pl")
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9)
    assert one.srmsr == pytest.approx(other.srmsr, rel=1e-9)


def test_the_interval_of_rmsea_is_that_of_the_noncentral_distribution() -> None:
    items = make_items(12)
    steeper = ItemParameters(items.a * np.where(np.arange(12) < 6, 2.0, 0.5), items.b, items.c)
    found = m2(make_responses(steeper, 500, seed=6), items, latent=LATENT, model="2pl")
    assert 0 < found.rmsea_low < found.rmsea < found.rmsea_high
    for end, below in ((found.rmsea_low, 0.95), (found.rmsea_high, 0.05)):
        noncentrality = end**2 * found.df * 499
        assert ncx2.cdf(found.statistic, found.df, noncentrality) == pytest.approx(below, abs=1e-6)


def test_srmsr_is_the_root_mean_square_of_the_correlations_that_are_left() -> None:
    items = make_items(M)
    responses = make_responses(items, 400, seed=7)
    pi = chances(np.concatenate([-items.a * items.b, items.a]), "2pl")
    mean = PATTERNS.T @ pi
    covariance = (PATTERNS.T * pi) @ PATTERNS - np.outer(mean, mean)
    sd = np.sqrt(np.diag(covariance))
    left = np.corrcoef(responses.dense_scores().T) - covariance / np.outer(sd, sd)
    slow = np.sqrt(np.mean(left[np.triu_indices(M, 1)] ** 2))
    found = m2(responses, items, latent=LATENT, model="2pl")
    assert found.srmsr == pytest.approx(slow, rel=1e-9)


def test_m2_refuses_incomplete_data() -> None:
    responses = make_responses(make_items(M), 50, seed=8, share=0.5)
    with pytest.raises(DataError, match="complete data"):
        m2(responses, make_items(M), latent=LATENT, model="2pl")


def test_m2_refuses_too_few_items() -> None:
    responses = make_responses(make_items(5), 50, seed=9)
    with pytest.raises(DataError, match="5 items are too few for the 3pl"):
        m2(responses, make_items(5), latent=LATENT, model="3pl")


def test_m2_refuses_an_item_that_all_answered_rightly() -> None:
    scores = make_scores(make_items(M), 50, seed=10)
    scores[:, 0] = 1
    matrix = ResponseMatrix.from_scores(scores)
    with pytest.raises(DataError, match="some answered rightly"):
        m2(matrix, make_items(M), latent=LATENT, model="2pl")
