"""Residuals, mean squares and Q3, against loops over persons."""

import numpy as np
import pytest

from psychometrics import DataError, ResponseMatrix
from psychometrics.arrays import FloatArray
from psychometrics.fit import mean_squares, q3, standardised_residuals
from psychometrics.models import probability
from tests.unit.psychometrics.fitted import (
    generator,
    make_items,
    make_responses,
    make_scores,
    weighted_and_expanded,
)

ITEMS = make_items(9, guessing=0.15)


def thetas(n: int) -> FloatArray:
    return generator(1).normal(0, 1, n)


def test_standardised_residuals_are_those_of_a_loop() -> None:
    scores, theta = make_scores(ITEMS, 40, seed=2, share=0.6), thetas(40)
    matrix = ResponseMatrix.from_scores(scores)
    found = standardised_residuals(matrix, ITEMS, theta=theta)
    p = probability(theta, ITEMS)
    slow = [
        (scores[i, j] - p[i, j]) / np.sqrt(p[i, j] * (1 - p[i, j]))
        for i, j in zip(matrix.person_of_cell().tolist(), matrix.columns.tolist(), strict=True)
    ]
    np.testing.assert_allclose(found, slow, rtol=1e-10)


def test_mean_squares_are_those_of_a_loop() -> None:
    scores, theta = make_scores(ITEMS, 80, seed=3, share=0.6), thetas(80)
    found = mean_squares(ResponseMatrix.from_scores(scores), ITEMS, theta=theta)
    for j in range(len(ITEMS)):
        there = ~np.isnan(scores[:, j])
        p = probability(theta[there], ITEMS)[:, j]
        square, variance = (scores[there, j] - p) ** 2, p * (1 - p)
        assert found.outfit[j] == pytest.approx((square / variance).mean())
        assert found.infit[j] == pytest.approx(square.sum() / variance.sum())
        assert found.persons[j] == there.sum()


def test_z_of_mean_squares_is_standard_at_true_theta() -> None:
    items = make_items(400, seed=5)
    random = generator(6)
    theta = random.normal(0, 1, 1500)
    p = probability(theta, items)
    responses = ResponseMatrix.from_scores((random.random(p.shape) < p).astype(np.float64))
    found = mean_squares(responses, items, theta=theta)
    for z in (found.z_infit, found.z_outfit):
        assert abs(z.mean()) < 0.15
        assert 0.9 < z.std() < 1.1


def test_weighted_rows_count_as_the_persons_they_stand_for() -> None:
    weighted, expanded = weighted_and_expanded(make_scores(ITEMS, 150, seed=7, share=0.7), seed=8)
    theta = thetas(150)
    repeated = np.repeat(theta, weighted.weights.astype(np.int64))
    one = mean_squares(weighted, ITEMS, theta=theta)
    other = mean_squares(expanded, ITEMS, theta=repeated)
    for name in ("infit", "outfit", "z_infit", "z_outfit", "persons"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10)
    pairs = q3(weighted, ITEMS, theta=theta, minimum=4)
    np.testing.assert_allclose(
        pairs.q3, q3(expanded, ITEMS, theta=repeated, minimum=4).q3, rtol=1e-9
    )


def test_persons_without_a_finite_theta_are_left_out() -> None:
    responses, theta = make_responses(ITEMS, 60, seed=9), thetas(60)
    theta[[3, 10]] = np.inf, np.nan
    kept = np.isfinite(theta)
    fewer = responses.take_persons(kept)
    one = mean_squares(responses, ITEMS, theta=theta)
    np.testing.assert_array_equal(one.outfit, mean_squares(fewer, ITEMS, theta=theta[kept]).outfit)
    residuals = standardised_residuals(responses, ITEMS, theta=theta)
    assert np.isnan(residuals).sum() == 2 * len(ITEMS)
    np.testing.assert_array_equal(
        q3(responses, ITEMS, theta=theta, minimum=10).q3,
        q3(fewer, ITEMS, theta=theta[kept], minimum=10).q3,
    )


def test_an_item_that_nobody_answered_has_no_mean_square_and_no_flag() -> None:
    scores = make_scores(ITEMS, 50, seed=10)
    scores[:, 4] = np.nan
    found = mean_squares(ResponseMatrix.from_scores(scores), ITEMS, theta=thetas(50))
    assert np.isnan(found.infit[4])
    assert np.isnan(found.outfit[4])
    assert not found.flagged()[4]


def test_an_item_answered_at_random_is_flagged() -> None:
    items = make_items(10, seed=11)
    random = generator(12)
    theta = random.normal(0, 1, 2000)
    p = probability(theta, items)
    scores = (random.random(p.shape) < p).astype(np.float64)
    scores[:, 2] = random.random(2000) < 0.5
    matrix = ResponseMatrix.from_scores(scores)
    assert mean_squares(matrix, items, theta=theta).flagged(0.8, 1.2).tolist() == [
        j == 2 for j in range(10)
    ]


def test_q3_is_the_correlation_over_the_persons_of_each_pair() -> None:
    scores, theta = make_scores(ITEMS, 120, seed=13, share=0.5), thetas(120)
    found = q3(ResponseMatrix.from_scores(scores), ITEMS, theta=theta, minimum=25)
    residuals = scores - probability(theta, ITEMS)
    for j in range(len(ITEMS)):
        for k in range(j):
            both = ~np.isnan(residuals[:, j] * residuals[:, k])
            assert found.persons[j, k] == found.persons[k, j] == both.sum()
            if both.sum() < 25:
                assert np.isnan(found.q3[j, k])
            else:
                slow = np.corrcoef(residuals[both, j], residuals[both, k])[0, 1]
                assert found.q3[j, k] == pytest.approx(slow, abs=1e-12)
                assert found.q3[k, j] == found.q3[j, k]
    assert np.isnan(np.diag(found.q3)).all()
    assert 0 < np.isnan(found.q3).sum() - len(ITEMS) < 70
    assert found.mean == pytest.approx(np.nanmean(found.q3))


def test_a_repeated_item_is_flagged_and_no_other_pair_is() -> None:
    items = make_items(12, seed=14)
    random = generator(15)
    theta = random.normal(0, 1, 1000)
    p = probability(theta, items)
    scores = (random.random(p.shape) < p).astype(np.float64)
    copied = random.random(1000) < 0.6
    scores[copied, 7] = scores[copied, 1]
    found = q3(ResponseMatrix.from_scores(scores), items.take(range(12)), theta=theta)
    assert found.pairs() == [(1, 7)]
    assert found.flagged.sum() == 2


def test_pairs_seen_by_few_are_not_flagged_by_chance() -> None:
    items = make_items(60, seed=16)
    responses = make_responses(items, 1500, seed=17, share=0.2)
    theta = np.zeros(1500)
    found = q3(responses, make_items(60, seed=16), theta=theta, minimum=30, threshold=0.01)
    chance = found.q3 - found.mean > 0.25
    assert chance.any()
    assert not found.flagged[chance & (found.persons < 100)].all()


def test_no_pair_seen_together_has_no_mean_and_no_flag() -> None:
    scores = make_scores(ITEMS, 30, seed=18)
    found = q3(ResponseMatrix.from_scores(scores), ITEMS, theta=thetas(30), minimum=31)
    assert np.isnan(found.mean)
    assert found.pairs() == []


@pytest.mark.parametrize(("minimum", "threshold"), [(3.0, 0.2), (100.0, 0.0)])
def test_q3_arguments_out_of_range_are_refused(minimum: float, threshold: float) -> None:
    responses = make_responses(ITEMS, 30, seed=18)
    with pytest.raises(DataError, match="minimum must be at least 4"):
        q3(responses, ITEMS, theta=thetas(30), minimum=minimum, threshold=threshold)


def test_abilities_of_other_persons_are_refused() -> None:
    with pytest.raises(DataError, match="one value a person"):
        mean_squares(make_responses(ITEMS, 30, seed=18), ITEMS, theta=thetas(29))
