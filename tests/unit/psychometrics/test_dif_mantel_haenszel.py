"""Mantel-Haenszel DIF and matching."""

import numpy as np
import pytest

from psychometrics.dif import ets_classes, mantel_haenszel, match
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix
from psychometrics.strata import quantile_groups

# Admissions to Berkeley in 1973 (Bickel, Hammel & O'Connell, 1975): six departments, admitted
# and rejected, men then women. R's mantelhaen.test(UCBAdmissions) prints the expected numbers.
BERKELEY = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
)


def berkeley() -> tuple[ResponseMatrix, list[str], list[float]]:
    department, sex, outcome = np.indices(BERKELEY.shape).reshape(3, -1)
    responses = ResponseMatrix.from_scores(1.0 - outcome[:, np.newaxis], weights=BERKELEY.ravel())
    return responses, np.where(sex == 1, "women", "men").tolist(), department.tolist()


def draw(n: int = 1000, m: int = 12, *, shift: float = 0.0) -> tuple[ResponseMatrix, list[str]]:
    """Item 0 is harder for the group b by `shift`."""
    generator = np.random.Generator(np.random.PCG64(3))
    focal = np.arange(n) % 2
    b = np.linspace(-1, 1, m) + shift * focal[:, np.newaxis] * (np.arange(m) == 0)
    chance = 1 / (1 + np.exp(b - generator.normal(size=n)[:, np.newaxis]))
    scores = (generator.random((n, m)) < chance).astype(np.float64)
    return ResponseMatrix.from_scores(scores), np.where(focal == 1, "b", "a").tolist()


def test_it_agrees_with_r_on_published_tables() -> None:
    responses, sex, department = berkeley()
    result = mantel_haenszel(responses, sex, department, strata=1000)
    assert result.matched.reference == "men"
    assert result.chi_square[0] == pytest.approx(1.4269, abs=5e-5)
    assert result.p_value[0] == pytest.approx(0.2323, abs=5e-5)
    assert result.odds_ratio[0] == pytest.approx(0.9046968, abs=5e-8)
    limits = np.exp(
        (-result.delta[0] + np.array([-1.959964, 1.959964]) * result.delta_error[0]) / 2.35
    )
    np.testing.assert_allclose(limits, [0.7719074, 1.0603298], atol=1e-6)
    assert result.ets == ("A",)


def test_without_continuity_correction_the_chi_square_is_larger() -> None:
    responses, sex, department = berkeley()
    corrected = mantel_haenszel(responses, sex, department, strata=1000)
    plain = mantel_haenszel(responses, sex, department, strata=1000, continuity=False)
    assert plain.chi_square[0] > corrected.chi_square[0]


def test_an_item_harder_for_the_focal_group_has_a_negative_delta() -> None:
    responses, groups = draw(shift=1.0)
    result = mantel_haenszel(responses, groups)
    assert result.matched.variable == "total score"
    assert result.delta[0] < -1.5
    assert result.ets[0] == "C"
    swapped = mantel_haenszel(responses, groups, focal="a")
    np.testing.assert_allclose(swapped.delta, -result.delta)
    np.testing.assert_allclose(swapped.chi_square, result.chi_square)


def test_weighted_rows_equal_repeated_rows() -> None:
    responses, groups = draw(200, 4)
    weights = np.arange(200) % 4
    heavy = ResponseMatrix.from_scores(responses.dense_scores(), weights=weights)
    rows = np.repeat(np.arange(200), weights)
    weighted = mantel_haenszel(heavy, groups)
    expanded = mantel_haenszel(
        responses.take_items([0, 1, 2, 3]).take_persons(rows), [groups[i] for i in rows]
    )
    np.testing.assert_allclose(weighted.delta, expanded.delta)
    np.testing.assert_allclose(weighted.chi_square, expanded.chi_square)


def test_the_order_of_persons_and_items_changes_nothing() -> None:
    responses, groups = draw(300, 5)
    generator = np.random.Generator(np.random.PCG64(8))
    persons, items = generator.permutation(300), generator.permutation(5)
    moved = responses.take_persons(persons).take_items(items)
    first, second = (
        mantel_haenszel(responses, groups),
        mantel_haenszel(moved, [groups[i] for i in persons]),
    )
    np.testing.assert_allclose(second.delta, first.delta[items])


def test_ets_classes_follow_size_and_significance() -> None:
    delta = [0.9, 1.2, 1.2, -1.6, 1.6, -2.5, np.nan]
    error = [0.1, 0.2, 0.9, 0.2, 0.5, 0.3, np.nan]
    p_value = [1e-9, 1e-4, 0.2, 1e-4, 1e-3, 1e-9, np.nan]
    assert ets_classes(delta, error, p_value) == ("A", "B", "A", "C", "B", "C", "")
    with pytest.raises(DataError, match="one length"):
        ets_classes([1.0], [1.0, 2.0], [0.1])


def test_nothing_to_compare_is_nan_and_a_one_sided_table_has_no_delta() -> None:
    scores = [[1, 1], [1, 0], [1, 0], [1, 1]]
    result = mantel_haenszel(ResponseMatrix.from_scores(scores), ["a", "a", "b", "b"], [0, 0, 0, 0])
    assert np.isnan(result.chi_square[0])
    assert np.isnan(result.delta[0])
    assert result.ets[0] == ""
    apart = [[1], [1], [0], [0]]
    result = mantel_haenszel(ResponseMatrix.from_scores(apart), ["a", "a", "b", "b"], [0, 0, 0, 0])
    assert result.odds_ratio[0] == np.inf
    assert np.isnan(result.delta[0])
    assert result.chi_square[0] > 0


def test_incomplete_data_ask_for_a_matching_variable() -> None:
    responses = ResponseMatrix.from_scores(np.array([[1, np.nan], [0, 1], [1, 1], [0, 0]]))
    with pytest.raises(DataError, match="give matching, such as the EAP"):
        match(responses, ["a", "a", "b", "b"])
    assert match(responses, ["a", "a", "b", "b"], [0, 0, 1, 1], strata=2).strata == 2


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (["a", "a", "a", "a"], "of 1 groups"),
        (["a", "b", "c", "a"], "two groups at a time"),
        (["a", "b"], "got 2 labels"),
    ],
)
def test_other_than_two_groups_are_refused(groups: list[str], words: str) -> None:
    responses = ResponseMatrix.from_scores([[1], [0], [1], [0]])
    with pytest.raises(DataError, match=words):
        match(responses, groups)


def test_an_unknown_focal_group_and_unequal_matching_are_refused() -> None:
    responses = ResponseMatrix.from_scores([[1], [0]])
    with pytest.raises(DataError, match="is none of"):
        match(responses, ["a", "b"], focal="c")
    with pytest.raises(DataError, match="one finite number"):
        match(responses, ["a", "b"], [1.0])


def test_quantile_groups_keep_ties_together_and_honour_weights() -> None:
    assert quantile_groups([3, 1, 2, 4], groups=2).tolist() == [1, 0, 0, 1]
    assert quantile_groups([1, 1, 1, 1], groups=4).tolist() == [2, 2, 2, 2]
    assert quantile_groups([1, 2, 3], groups=2, weights=[6, 1, 1]).tolist() == [0, 1, 1]
    assert quantile_groups([1, 2, 8, 9], groups=2, within=[0, 0, 1, 1]).tolist() == [0, 1, 0, 1]
    assert quantile_groups([], groups=3).size == 0
    with pytest.raises(DataError, match="finite"):
        quantile_groups([np.nan], groups=2)
    with pytest.raises(DataError, match="one length"):
        quantile_groups([1.0], groups=2, weights=[1.0, 2.0])


def test_the_items_of_a_sparse_matrix_are_compared_over_their_own_persons() -> None:
    responses, groups = draw(400, 6)
    theta = np.linspace(-2, 2, 400)
    scores = responses.dense_scores()
    scores[:200, 3] = np.nan
    sparse = mantel_haenszel(ResponseMatrix.from_scores(scores), groups, theta, strata=10)
    alone = mantel_haenszel(responses, groups, theta, strata=10)
    half = mantel_haenszel(
        responses.take_persons(np.arange(200, 400)), groups[200:], theta[200:], strata=5
    )
    np.testing.assert_allclose(np.delete(sparse.delta, 3), np.delete(alone.delta, 3))
    assert sparse.delta[3] == pytest.approx(half.delta[3])
