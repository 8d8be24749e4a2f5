"""True-score equating: number-correct marks on one form as marks on another, through theta."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen, frozen_floats
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, expected_score, theta_of_expected_score


@dataclass(frozen=True, slots=True, eq=False)
class EquatedScores:
    """Number-correct scores on form X and their equivalents on form Y, each shape (k,).

    Attributes
    ----------
    score : FloatArray
        On form X, in items.
    theta : FloatArray
        Where the expected score on X is `score`; -inf at or below the sum of X's c, inf at the
        full score.
    equivalent : FloatArray
        On form Y, in items, unrounded.
    """

    score: FloatArray
    theta: FloatArray
    equivalent: FloatArray


def equate_true_scores(
    form_x: ItemParameters, form_y: ItemParameters, *, scores: npt.ArrayLike | None = None
) -> EquatedScores:
    """Return the scores on form Y equivalent to scores on form X.

    Parameters
    ----------
    form_x, form_y : ItemParameters
        Two forms calibrated on (or linked to) one scale; D = 1.
    scores : array_like, shape (k,), optional
        Scores on X from 0 to its length, in items; every whole number unless given.

    Returns
    -------
    EquatedScores, length k
        Rising with score.

    Raises
    ------
    DataError
        A form has no items, or a score lies outside 0 to the length of X.

    Notes
    -----
    Lord (1980), ch. 13; Kolen & Brennan (2014), ch. 6. A true score on X above the
    sum of its c has one theta, and the equivalent is the true score on Y at that theta. Scores
    that nobody's true score can be follow Kolen's (1981) convention: 0 stands for 0, the full
    score for the full score, and between 0 and the sum of c the rule is linear,
    y = x (sum of Y's c) / (sum of X's c). Applied to observed scores, as it always is, the
    method treats them as true scores.
    """
    if not len(form_x) or not len(form_y):
        raise DataError("a form has no items")
    wanted = np.arange(len(form_x) + 1.0) if scores is None else frozen_floats(scores, "scores")
    if wanted.size and (wanted.min() < 0 or wanted.max() > len(form_x)):
        raise DataError(f"scores on form X lie from 0 to {len(form_x)}")
    guessing = float(form_x.c.sum())
    theta = np.where(wanted <= guessing, -np.inf, np.inf)
    inner = (wanted > guessing) & (wanted < len(form_x))
    theta[inner] = theta_of_expected_score(wanted[inner], form_x)
    equivalent = np.full(wanted.size, float(len(form_y)))
    equivalent[inner] = expected_score(theta[inner], form_y)
    low = theta == -np.inf
    # Without guessing on X the only score this low is 0.
    ratio = float(form_y.c.sum()) / guessing if guessing else 0.0
    equivalent[low] = wanted[low] * ratio
    return EquatedScores(frozen(wanted.copy()), frozen(theta), frozen(equivalent))
