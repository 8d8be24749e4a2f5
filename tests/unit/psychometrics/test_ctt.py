"""Classical item statistics and reliability."""

import numpy as np
import pytest

from psychometrics.classical import classical_statistics, coefficient_alpha, coefficient_omega
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, probability
from psychometrics.responses import ResponseMatrix

ITEM_STATISTICS = ("p", "sd", "point_biserial", "point_biserial_rest", "alpha_if_removed")


def draw(n: int, m: int, *, seed: int = 1, missing: float = 0.0) -> ResponseMatrix:
    generator = np.random.Generator(np.random.PCG64(seed))
    items = ItemParameters(np.full(m, 1.2), np.linspace(-1.5, 1.5, m), np.zeros(m))
    chance = probability(generator.normal(size=n), items)
    scores = (generator.random((n, m)) < chance).astype(np.float64)
    scores[generator.random((n, m)) < missing] = np.nan
    return ResponseMatrix.from_scores(scores)


def test_statistics_of_complete_data_are_their_definitions() -> None:
    responses = draw(200, 6)
    scores = responses.dense_scores()
    result = classical_statistics(responses)
    total = scores.sum(axis=1)
    np.testing.assert_allclose(result.p, scores.mean(axis=0))
    np.testing.assert_allclose(result.sd, scores.std(axis=0, ddof=1))
    for j in range(6):
        rest = np.delete(scores, j, axis=1)
        alpha = 5 / 4 * (1 - rest.var(axis=0, ddof=1).sum() / rest.sum(axis=1).var(ddof=1))
        corrected = np.corrcoef(scores[:, j], total - scores[:, j])[0, 1]
        assert result.point_biserial[j] == pytest.approx(np.corrcoef(scores[:, j], total)[0, 1])
        assert result.point_biserial_rest[j] == pytest.approx(corrected)
        assert result.alpha_if_removed[j] == pytest.approx(alpha)
    assert result.alpha is not None
    assert result.alpha == pytest.approx(coefficient_alpha(np.cov(scores.T)))
    assert result.score_mean == pytest.approx(total.mean())
    assert result.sem == pytest.approx(total.std(ddof=1) * np.sqrt(1 - result.alpha))
    assert result.withheld == ()


def test_weighted_rows_equal_repeated_rows() -> None:
    patterns, row = draw(300, 5).distinct()
    repeated = ResponseMatrix.from_scores(patterns.dense_scores()[row])
    weighted, expanded = classical_statistics(patterns), classical_statistics(repeated)
    for name in (*ITEM_STATISTICS, "persons"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(expanded, name), rtol=1e-10)
    assert weighted.alpha == pytest.approx(expanded.alpha, rel=1e-10)
    assert weighted.omega == pytest.approx(expanded.omega, rel=1e-6)


def test_incomplete_data_use_the_share_right_of_the_other_items() -> None:
    responses = draw(300, 8, missing=0.3)
    scores = responses.dense_scores()
    result = classical_statistics(responses)
    others = np.delete(scores, 2, axis=1)
    seen = ~np.isnan(scores[:, 2]) & (~np.isnan(others)).any(axis=1)
    rest = np.nanmean(others[seen], axis=1)
    assert result.persons[2] == np.sum(~np.isnan(scores[:, 2]))
    assert result.p[2] == pytest.approx(np.nanmean(scores[:, 2]))
    expected = np.corrcoef(scores[seen, 2], rest)[0, 1]
    assert result.point_biserial_rest[2] == pytest.approx(expected)
    assert result.alpha is result.omega is result.sem is None
    assert np.isnan(result.alpha_if_removed).all()
    assert {each.statistic for each in result.withheld} == {
        *("alpha_if_removed", "score_mean", "score_sd", "alpha", "omega", "sem")
    }
    assert all("different items" in each.reason for each in result.withheld)


def test_of_adaptive_data_nothing_but_counts_is_given_with_the_reason() -> None:
    result = classical_statistics(draw(100, 5, missing=0.4), adaptive=True)
    for name in ITEM_STATISTICS:
        assert np.isnan(getattr(result, name)).all()
    assert result.alpha is result.omega is result.sem is result.score_mean is None
    assert result.persons.sum() > 0
    assert len(result.withheld) == 10
    assert all("nearly constant by design" in each.reason for each in result.withheld)


def test_items_that_all_answer_alike_have_no_correlation() -> None:
    scores = draw(50, 4).dense_scores()
    scores[:, 1] = 1.0
    result = classical_statistics(ResponseMatrix.from_scores(scores))
    assert result.p[1] == 1.0
    assert np.isnan(result.point_biserial_rest[1])
    assert np.isfinite(np.delete(result.point_biserial_rest, 1)).all()


@pytest.mark.parametrize("scores", [[[1, 0, 1]], [[1], [0]], [[1, 1, 1], [1, 1, 1]]])
def test_what_cannot_be_estimated_is_withheld_in_words(scores: list[list[int]]) -> None:
    result = classical_statistics(ResponseMatrix.from_scores(scores))
    assert result.alpha is result.omega is result.sem is None
    assert {"alpha", "omega", "sem"} <= {each.statistic for each in result.withheld}


def test_an_item_presented_to_nobody_is_nan() -> None:
    result = classical_statistics(ResponseMatrix.from_scores([[1, np.nan, 0], [0, np.nan, 1]]))
    assert result.persons[1] == 0
    assert np.isnan(result.p[1])


def test_omega_recovers_a_congeneric_population() -> None:
    loadings = np.array([0.1, 0.2, 0.35, 0.4, 0.25])
    unique = np.array([0.2, 0.15, 0.1, 0.05, 0.18])
    covariance = np.outer(loadings, loadings) + np.diag(unique)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert coefficient_omega(covariance) == pytest.approx(expected, abs=1e-8)
    assert coefficient_alpha(covariance) < expected


def test_omega_equals_alpha_when_items_are_tau_equivalent() -> None:
    covariance = np.full((6, 6), 0.05) + np.diag([0.2, 0.1, 0.15, 0.18, 0.12, 0.2])
    assert coefficient_omega(covariance) == pytest.approx(coefficient_alpha(covariance), abs=1e-9)


def test_omega_of_an_improper_solution_is_withheld() -> None:
    covariance = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.2], [0.9, 0.2, 1.0]])
    assert coefficient_omega(covariance) is None


def test_reliability_refuses_what_is_no_covariance() -> None:
    with pytest.raises(DataError, match="covariance matrix of 3 items"):
        coefficient_omega(np.eye(2))
    with pytest.raises(DataError, match="must vary"):
        coefficient_alpha(np.zeros((2, 2)))
    with pytest.raises(DataError, match="at least one person"):
        classical_statistics(ResponseMatrix.from_scores(np.zeros((0, 3))))
