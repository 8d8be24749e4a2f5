"""Logistic regression DIF."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_expit

from psychometrics.arrays import FloatArray
from psychometrics.dif import logistic_dif
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix


def draw(
    n: int = 1500, m: int = 10, *, shift: float = 0.0, factor: float = 1.0
) -> tuple[ResponseMatrix, list[str], FloatArray]:
    """Item 0 is harder by `shift`, and `factor` times as steep, for the group b."""
    generator = np.random.Generator(np.random.PCG64(5))
    theta = generator.normal(size=n)
    focal = (np.arange(n) % 2)[:, np.newaxis]
    first = np.arange(m) == 0
    logit = theta[:, np.newaxis] - np.linspace(-1, 1, m) * ~first - shift * focal * first
    logit = np.where(focal * first == 1, factor * logit, logit)
    scores = generator.random((n, m)) < 1 / (1 + np.exp(-logit))
    groups = np.where(focal[:, 0] == 1, "b", "a").tolist()
    return ResponseMatrix.from_scores(scores.astype(np.float64)), groups, theta


def greatest(x: FloatArray, right: FloatArray) -> float:
    signs = np.where(right > 0, 1.0, -1.0)

    def loss(slopes: FloatArray) -> float:
        return -float(log_expit(signs * (x @ slopes)).sum())

    return -float(minimize(loss, np.zeros(x.shape[1]), method="BFGS", options={"gtol": 1e-6}).fun)


@pytest.mark.parametrize("degree", [1, 3])
def test_it_agrees_with_a_general_optimiser(degree: int) -> None:
    responses, groups, theta = draw(400, 3)
    result = logistic_dif(responses, groups, theta, degree=degree)
    group = np.array(groups) == "b"
    x = np.column_stack([*(theta**k for k in range(degree + 1)), group, group * theta])
    right = responses.dense_scores()[:, 1]
    values = [greatest(x[:, : degree + k], right) for k in (1, 2, 3)]
    assert result.uniform.chi_square[1] == pytest.approx(2 * (values[1] - values[0]), abs=1e-5)
    assert result.non_uniform.chi_square[1] == pytest.approx(2 * (values[2] - values[1]), abs=1e-5)
    assert result.both.chi_square[1] == pytest.approx(2 * (values[2] - values[0]), abs=1e-5)
    p = right.mean()
    null = 400 * (p * np.log(p) + (1 - p) * np.log(1 - p))
    r_square = [(1 - np.exp((null - v) / 200)) / (1 - np.exp(null / 200)) for v in values]
    assert result.both.r_square_change[1] == pytest.approx(r_square[2] - r_square[0], abs=1e-7)


def test_uniform_dif_is_found_with_its_sign() -> None:
    result = logistic_dif(*draw(shift=0.8)[:2])
    assert result.uniform.p_value[0] < 1e-4
    assert result.group_effect[0] < -0.5
    assert result.group_effect[0] / result.group_error[0] < -4
    assert (result.uniform.p_value[1:] > 0.001).all()


def test_non_uniform_dif_is_found() -> None:
    responses, groups, theta = draw(4000, factor=3.0)
    result = logistic_dif(responses, groups, theta)
    assert result.non_uniform.p_value[0] < 1e-6
    assert result.non_uniform.degrees == 1
    assert result.both.degrees == 2
    assert (result.non_uniform.p_value[1:] > 0.001).all()


def test_classes_go_by_significance_and_size() -> None:
    responses, groups, theta = draw(4000, shift=1.5)
    result = logistic_dif(responses, groups, theta)
    assert result.both.r_square_change[0] > 0.07
    assert result.jodoin_gierl[0] == "C"
    assert set(result.jodoin_gierl[1:]) == {"A"}


def test_the_scale_of_the_matching_variable_does_not_matter() -> None:
    responses, groups, theta = draw(300, 4)
    first = logistic_dif(responses, groups, theta)
    second = logistic_dif(responses, groups, 500 + 100 * theta)
    np.testing.assert_allclose(first.both.chi_square, second.both.chi_square, atol=1e-6)


def test_weighted_rows_equal_repeated_rows() -> None:
    responses, groups, theta = draw(300, 4)
    weights = np.arange(300) % 3
    heavy = ResponseMatrix.from_scores(responses.dense_scores(), weights=weights)
    rows = np.repeat(np.arange(300), weights)
    weighted = logistic_dif(heavy, groups, theta)
    expanded = logistic_dif(responses.take_persons(rows), [groups[i] for i in rows], theta[rows])
    np.testing.assert_allclose(weighted.both.chi_square, expanded.both.chi_square, atol=1e-7)
    np.testing.assert_allclose(weighted.group_error, expanded.group_error)


def test_an_item_is_fitted_over_the_persons_presented_it() -> None:
    responses, groups, theta = draw(600, 4)
    scores = responses.dense_scores()
    scores[:300, 2] = np.nan
    sparse = logistic_dif(ResponseMatrix.from_scores(scores), groups, theta)
    half = logistic_dif(responses.take_persons(np.arange(300, 600)), groups[300:], theta[300:])
    assert sparse.both.chi_square[2] == pytest.approx(half.both.chi_square[2], abs=1e-7)


def test_answers_that_the_groups_separate_have_no_test() -> None:
    responses, groups, theta = draw(200, 4)
    scores = responses.dense_scores()
    scores[:, 0] = 1.0
    scores[:, 1] = np.array(groups) == "b"
    scores[:, 2] = theta > 0
    result = logistic_dif(ResponseMatrix.from_scores(scores), groups, theta)
    assert np.isnan(result.both.chi_square[:3]).all()
    assert np.isnan(result.group_effect[:3]).all()
    assert result.jodoin_gierl[:3] == ("", "", "")
    assert np.isfinite(result.both.chi_square[3])


def test_an_item_presented_to_nobody_has_no_test() -> None:
    responses, groups, theta = draw(100, 3)
    scores = responses.dense_scores()
    scores[:, 1] = np.nan
    result = logistic_dif(ResponseMatrix.from_scores(scores), groups, theta)
    assert np.isnan(result.both.p_value).tolist() == [False, True, False]


def test_another_degree_is_refused() -> None:
    responses, groups, theta = draw(20, 2)
    with pytest.raises(DataError, match="degree"):
        logistic_dif(responses, groups, theta, degree=0)
