"""The resimulated reference distribution: its p-values, and that the same seed gives the same."""

import numpy as np
import pytest

from psychometrics import DataError, ResponseMatrix, normal_quadrature
from psychometrics.arrays import FloatArray
from psychometrics.fit import item_score_test, resimulated_null
from psychometrics.models import probability
from tests.unit.psychometrics.fitted import generator, make_items

ITEMS = make_items(6)


def window(random: np.random.Generator) -> ResponseMatrix:
    """Return 100 persons who each see 4 of 6 items."""
    theta = random.normal(0, 1, 100)
    scores = (random.random((100, 6)) < probability(theta, ITEMS)).astype(np.float64)
    scores[random.random((100, 6)).argsort(axis=1) >= 4] = np.nan
    return ResponseMatrix.from_scores(scores)


def shares(responses: ResponseMatrix) -> FloatArray:
    return np.asarray(np.nanmean(responses.dense_scores(), axis=0))


def test_p_is_the_share_of_windows_that_reach_the_observed_value() -> None:
    observed = window(generator(1))
    found = resimulated_null(
        shares, observed, simulate=window, generator=generator(2), replications=39
    )
    np.testing.assert_array_equal(found.observed, shares(observed))
    assert found.simulated.shape == (39, 6)
    larger = (found.simulated >= found.observed).sum(axis=0)
    np.testing.assert_allclose(found.p, (1 + larger) / 40)


def test_the_same_seed_gives_the_same_bits() -> None:
    observed = window(generator(1))
    one, other = (
        resimulated_null(shares, observed, simulate=window, generator=generator(3), replications=19)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.simulated, other.simulated)


def test_score_tests_can_be_resimulated() -> None:
    latent = normal_quadrature(points=21)

    def statistic(responses: ResponseMatrix) -> FloatArray:
        return item_score_test(responses, ITEMS, latent=latent, model="2pl").statistic

    observed = window(generator(4))
    found = resimulated_null(
        statistic, observed, simulate=window, generator=generator(5), replications=99
    )
    table = item_score_test(observed, ITEMS, latent=latent, model="2pl").p
    np.testing.assert_allclose(found.p, table, atol=0.2)


def test_values_that_are_not_numbers_are_left_out_of_the_count() -> None:
    def statistic(responses: ResponseMatrix) -> FloatArray:
        share = shares(responses)
        return np.array([np.nan, share[0], np.nan if share[1] > 0.5 else share[1]])

    observed = window(generator(6))
    found = resimulated_null(
        statistic, observed, simulate=window, generator=generator(7), replications=19
    )
    assert np.isnan(found.p[0])
    assert 0.05 <= found.p[1] <= 1


def test_a_statistic_that_changes_its_shape_is_refused() -> None:
    sizes = iter((3, 2))

    def statistic(responses: ResponseMatrix) -> FloatArray:
        del responses
        return np.zeros(next(sizes))

    with pytest.raises(DataError, match="keep all items"):
        resimulated_null(statistic, window(generator(8)), simulate=window, generator=generator(9))


def test_too_few_replications_are_refused() -> None:
    with pytest.raises(DataError, match="at least 19"):
        resimulated_null(
            shares,
            window(generator(8)),
            simulate=window,
            generator=generator(9),
            replications=18,
        )
