"""What calibrate() holds for any data: it only climbs, and order and storage are nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics.arrays import FloatArray
from psychometrics.calibration import WINDOW_PRIORS, Calibration, Model, Priors, calibrate
from psychometrics.models import ItemParameters, probability
from psychometrics.quadrature import normal_quadrature
from psychometrics.responses import ResponseMatrix

MODELS: tuple[Model, ...] = ("rasch", "1pl", "2pl", "3pl")
GRID = normal_quadrature(points=41, width=6)
TOLERANCE = 1e-7


@st.composite
def score_tables(draw: st.DrawFn) -> FloatArray:
    """Draw scores of 60 to 200 persons on 4 to 9 items, some of them not presented."""
    random = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32 - 1))))
    persons, size = draw(st.integers(60, 200)), draw(st.integers(4, 9))
    hidden = draw(st.sampled_from([0.0, 0.2, 0.5]))
    items = ItemParameters(
        random.lognormal(0, 0.4, size), random.normal(0, 1, size), np.zeros(size)
    )
    p = probability(random.normal(0, 1, persons), items)
    scores = (random.random(p.shape) < p).astype(np.float64)
    scores[random.random(p.shape) < hidden] = np.nan
    return scores


def matrix(scores: FloatArray, weights: FloatArray | None = None) -> ResponseMatrix:
    """Return the scores as a matrix with items i0, i1, ..."""
    labels = [f"i{j}" for j in range(scores.shape[1])]
    return ResponseMatrix.from_scores(scores, items=labels, weights=weights)


def fit(
    responses: ResponseMatrix, model: Model, priors: Priors | None = WINDOW_PRIORS
) -> Calibration:
    """Return a fit on a fixed grid, far into convergence."""
    return calibrate(responses, model, priors=priors, quadrature=GRID, tolerance=TOLERANCE)


def assert_same(one: Calibration, other: Calibration, *, items: FloatArray | None = None) -> None:
    """Assert that two fits agree, the items of the second taken in another order if given."""
    order = np.arange(len(one.items)) if items is None else items.astype(np.int64)
    assert one.log_posterior == pytest.approx(other.log_posterior, abs=1e-6)
    assert one.items.a == pytest.approx(other.items.a[order], abs=1e-3)
    assert one.items.b == pytest.approx(other.items.b[order], abs=1e-3)
    assert one.items.c == pytest.approx(other.items.c[order], abs=1e-3)
    assert one.standard_errors.b == pytest.approx(
        other.standard_errors.b[order], rel=0.01, nan_ok=True
    )


@given(scores=score_tables(), model=st.sampled_from(MODELS), free=st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_objective_never_falls(scores: FloatArray, model: Model, *, free: bool) -> None:
    found = calibrate(
        matrix(scores), model, priors=None if free else WINDOW_PRIORS, max_iterations=60
    )
    rounding = 1e-11 * abs(found.log_posterior)
    assert (np.diff(found.trace) >= -rounding).all()


@given(scores=score_tables(), model=st.sampled_from(MODELS), seed=st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_the_order_of_persons_and_items_changes_nothing(
    scores: FloatArray, model: Model, seed: int
) -> None:
    random = np.random.Generator(np.random.PCG64(seed))
    rows, columns = random.permutation(len(scores)), random.permutation(scores.shape[1])
    shuffled = fit(matrix(scores[rows][:, columns]), model)
    back = np.argsort(columns)
    assert_same(fit(matrix(scores), model), shuffled, items=back.astype(np.float64))


@given(scores=score_tables(), model=st.sampled_from(MODELS), seed=st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_persons_with_weights_are_so_many_persons(
    scores: FloatArray, model: Model, seed: int
) -> None:
    times = np.random.Generator(np.random.PCG64(seed)).integers(1, 4, len(scores))
    weighted = fit(matrix(scores, times.astype(np.float64)), model)
    repeated = fit(matrix(np.repeat(scores, times, axis=0)), model)
    assert_same(weighted, repeated)
    assert weighted.persons == repeated.persons


@given(scores=score_tables(), model=st.sampled_from(MODELS))
@settings(max_examples=12, deadline=None)
def test_complete_data_and_the_same_with_an_empty_cell_of_no_weight_agree(
    scores: FloatArray, model: Model
) -> None:
    """One cell that is missing sends all persons down the sparse road."""
    complete = np.nan_to_num(scores)
    sparse = np.vstack([complete, complete[:1]])
    sparse[-1, 0] = np.nan
    weights = np.ones(len(sparse))
    weights[-1] = 0.0
    assert_same(fit(matrix(complete), model), fit(matrix(sparse, weights), model))
