"""True-score equating against root finding, its conventions and its symmetries."""

import numpy as np
import pytest
from scipy.optimize import brentq

import psychometrics as psy
from psychometrics import DataError, ItemParameters
from psychometrics.equating import equate_true_scores

X = ItemParameters([1.0, 1.4, 0.7, 1.1, 0.9], [-1.0, 0.1, 0.4, 1.2, 0.0], np.full(5, 0.2))
Y = ItemParameters([0.8, 1.2, 1.5, 1.0], [-0.5, 0.6, 0.9, 1.6], np.full(4, 0.25))


def test_equivalents_agree_with_a_root_finder() -> None:
    found = equate_true_scores(X, Y)
    assert found.score.tolist() == [0, 1, 2, 3, 4, 5]
    for score, theta, equivalent in zip(
        found.score[2:5], found.theta[2:5], found.equivalent[2:5], strict=True
    ):
        root = brentq(lambda t, s=score: float(psy.expected_score(t, X)) - s, -20, 20, xtol=1e-13)
        assert theta == pytest.approx(root, abs=1e-10)
        assert equivalent == pytest.approx(float(psy.expected_score(root, Y)), abs=1e-10)


def test_scores_within_guessing_follow_kolens_line() -> None:
    """The sums of c are 1 on both forms, so the line is y = x up to 1."""
    found = equate_true_scores(X, Y, scores=[0.0, 0.4, 1.0, 5.0])
    np.testing.assert_allclose(found.equivalent, [0.0, 0.4, 1.0, 4.0])
    assert found.theta.tolist() == [-np.inf, -np.inf, -np.inf, np.inf]


def test_the_line_of_forms_that_guess_unequally() -> None:
    easy = ItemParameters(Y.a, Y.b, np.full(4, 0.1))
    found = equate_true_scores(X, easy, scores=[0.5, 1.0, 1.0 + 1e-9])
    np.testing.assert_allclose(found.equivalent, [0.2, 0.4, 0.4], atol=1e-6)


def test_a_form_is_equivalent_to_itself() -> None:
    np.testing.assert_allclose(equate_true_scores(X, X).equivalent, np.arange(6), atol=1e-12)


def test_going_there_and_back_changes_nothing() -> None:
    there = equate_true_scores(X, Y, scores=np.linspace(0, 5, 51))
    back = equate_true_scores(Y, X, scores=np.minimum(there.equivalent, 4.0))
    np.testing.assert_allclose(back.equivalent, np.linspace(0, 5, 51), atol=1e-9)


def test_equivalents_rise_and_a_harder_form_earns_more() -> None:
    plain = ItemParameters(np.ones(20), np.linspace(-2, 2, 20), np.zeros(20))
    harder = ItemParameters(plain.a, plain.b + 0.5, plain.c)
    found = equate_true_scores(harder, plain)
    assert (np.diff(found.equivalent) > 0).all()
    assert (found.equivalent[1:-1] > found.score[1:-1]).all()
    assert found.equivalent[[0, -1]].tolist() == [0.0, 20.0]


@pytest.mark.parametrize("scores", [[-0.1], [5.1], [np.nan], [[1.0]]])
def test_scores_that_the_form_cannot_give_are_refused(scores: list[float]) -> None:
    with pytest.raises(DataError):
        equate_true_scores(X, Y, scores=scores)


def test_a_form_without_items_is_refused() -> None:
    with pytest.raises(DataError, match="no items"):
        equate_true_scores(X, X.take([]))
