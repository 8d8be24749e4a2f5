"""Likelihood-ratio DIF with purified anchors."""

import numpy as np
import pytest

from psychometrics.arrays import FloatArray
from psychometrics.calibration import calibrate
from psychometrics.dif import benjamini_hochberg, likelihood_ratio_dif
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix


def draw(
    n: int = 1200, m: int = 8, *, shift: FloatArray | None = None, impact: float = 0.5
) -> tuple[ResponseMatrix, list[str]]:
    """The group b is less able by `impact`; its items are harder by `shift`."""
    generator = np.random.Generator(np.random.PCG64(11))
    focal = np.arange(n) % 2
    theta = generator.normal(size=n) - impact * focal
    b = np.linspace(-1, 1, m) + focal[:, np.newaxis] * (np.zeros(m) if shift is None else shift)
    scores = generator.random((n, m)) < 1 / (1 + np.exp(-1.3 * (theta[:, np.newaxis] - b)))
    labels = [f"item {j}" for j in range(m)]
    responses = ResponseMatrix.from_scores(scores.astype(np.float64), items=labels)
    return responses, np.where(focal == 1, "b", "a").tolist()


SHIFT = np.array([0.0, 0.0, 0.9, 0.0, 0.0, -0.9, 0.0, 0.0])


def test_items_with_dif_are_found_and_leave_the_anchors() -> None:
    studied = ["item 0", "item 2", "item 5"]
    result = likelihood_ratio_dif(*draw(2000, shift=SHIFT), studied=studied)
    assert {"item 2", "item 5"}.isdisjoint(result.anchors)
    assert result.p_value[2] < 1e-4
    assert result.p_value[5] < 1e-4
    assert result.degrees == 2
    assert result.settled
    assert result.rounds >= 2
    assert (result.b_focal - result.b_reference)[2] == pytest.approx(0.9, abs=0.3)
    assert (result.b_focal - result.b_reference)[5] == pytest.approx(-0.9, abs=0.3)
    assert result.latent.groups == ("a", "b")
    assert result.latent.mean[1] == pytest.approx(-0.5, abs=0.2)
    assert (result.adjusted >= result.p_value)[[0, 2, 5]].all()


def test_the_statistic_is_twice_the_difference_of_two_calibrations() -> None:
    responses, groups = draw(800, 5)
    result = likelihood_ratio_dif(responses, groups, model="rasch", studied=["item 1"])
    common = calibrate(responses, "rasch", groups=groups)
    scores = responses.dense_scores()
    focal = np.array(groups) == "b"
    apart = np.column_stack(
        [
            np.delete(scores, 1, axis=1),
            *(np.where(side, scores[:, 1], np.nan) for side in (focal, ~focal)),
        ]
    )
    free = calibrate(
        ResponseMatrix.from_scores(apart), "rasch", groups=groups, quadrature=common.quadrature
    )
    expected = 2 * (free.log_likelihood - common.log_likelihood)
    assert result.degrees == 1
    assert result.chi_square[1] == pytest.approx(expected, abs=1e-3)


def test_only_studied_items_are_tested_and_the_reason_is_told() -> None:
    responses, groups = draw(600, 5)
    told: list[tuple[int, int, int]] = []
    result = likelihood_ratio_dif(
        responses,
        groups,
        model="1pl",
        studied=["item 3"],
        progress=lambda *steps: told.append(steps),
    )
    assert np.flatnonzero(~np.isnan(result.p_value)).tolist() == [3]
    assert [name for name, _ in result.not_tested] == ["item 0", "item 1", "item 2", "item 4"]
    assert told[0] == (1, 1, 1)


def test_an_item_that_one_group_answers_alike_is_not_tested() -> None:
    responses, groups = draw(600, 5)
    scores = responses.dense_scores()
    scores[np.array(groups) == "b", 4] = 1.0
    result = likelihood_ratio_dif(ResponseMatrix.from_scores(scores), groups, model="rasch")
    assert np.flatnonzero(np.isnan(result.p_value)).tolist() == [4]
    [(label, reason)] = result.not_tested
    assert label == "4"
    assert "answered it alike" in reason
    without = likelihood_ratio_dif(responses.take_items([0, 1, 2, 3]), groups, model="rasch")
    np.testing.assert_allclose(result.chi_square[:4], without.chi_square, atol=1e-6)


def test_which_group_is_focal_does_not_change_the_test() -> None:
    responses, groups = draw(600, 5)
    studied = ["item 1", "item 3"]
    first = likelihood_ratio_dif(responses, groups, studied=studied, max_rounds=1)
    second = likelihood_ratio_dif(responses, groups, studied=studied, focal="a", max_rounds=1)
    assert second.reference == second.latent.groups[0] == "b"
    np.testing.assert_allclose(first.chi_square, second.chi_square, atol=0.01)


def test_unknown_items_are_refused() -> None:
    responses, groups = draw(100, 4)
    with pytest.raises(DataError, match="no item 'item 9'"):
        likelihood_ratio_dif(responses, groups, studied=["item 9"])


def test_without_any_anchor_there_is_no_test() -> None:
    shift = np.array([1.0, -1.0])
    with pytest.raises(DataError, match="no anchor"):
        likelihood_ratio_dif(*draw(2000, 2, shift=shift, impact=0.0), model="rasch")


def test_adjusted_p_values_are_the_step_up_procedure() -> None:
    # Of p (sorted .01 .02 .03 .04): p m / rank, least from above.
    adjusted = benjamini_hochberg([0.04, 0.01, np.nan, 0.03, 0.02])
    np.testing.assert_allclose(adjusted, [0.04, 0.04, np.nan, 0.04, 0.04])
    np.testing.assert_allclose(benjamini_hochberg([0.5, 0.001]), [0.5, 0.002])
    assert benjamini_hochberg([]).size == 0
