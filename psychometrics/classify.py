"""How well cut scores classify: accuracy and consistency (Rudner; Lee), per cut and overall."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from psychometrics.arrays import FloatArray, IntArray, frozen, frozen_floats
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, expected_score, log_probability


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """What to expect of k cuts, which make k + 1 categories numbered from the lowest.

    Attributes
    ----------
    accuracy : float
        Probability that a person's observed category is their true one.
    consistency : float
        Probability that two independent, parallel sittings agree on the category.
    kappa : float
        Consistency beyond chance: (consistency - chance) / (1 - chance); NaN if chance is 1.
    false_positive, false_negative : FloatArray, shape (k,)
        Probability of being placed above each cut but belonging below it, and the reverse.
    cut_accuracy, cut_consistency, cut_kappa : FloatArray, shape (k,)
        The same three figures for each cut alone, as if it were the only one.
    table : FloatArray, shape (k + 1, k + 1)
        Joint probabilities, true category in rows, observed in columns; they sum to 1.
    """

    accuracy: float
    consistency: float
    kappa: float
    false_positive: FloatArray
    false_negative: FloatArray
    cut_accuracy: FloatArray
    cut_consistency: FloatArray
    cut_kappa: FloatArray
    table: FloatArray


def classify_by_theta(
    theta: npt.ArrayLike,
    sem: npt.ArrayLike,
    cuts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
) -> Classification:
    """Return accuracy and consistency of cuts on theta: the case of an adaptive exam.

    Parameters
    ----------
    theta, sem : array_like, shape (n,)
        Either estimates with their standard errors (the P-method: over persons), or nodes of a
        latent distribution with the SEM that the exam has there (the D-method); theta units.
    cuts : array_like, shape (k,)
        On theta, rising strictly. A theta at a cut is above it.
    weights : array_like, shape (n,), optional
        How many persons each stands for, or the weights of the nodes; equal unless given.

    Returns
    -------
    Classification
        Of k cuts.

    Raises
    ------
    DataError
        Shapes that do not fit, a value that is not finite, an sem not above 0, cuts that do not
        rise, or weights below 0 or all 0.

    Notes
    -----
    Rudner (2001, 2005): an observed theta is normal about the true one with the given sem. The
    P-method takes the estimate for the true theta of somebody like this person. As estimates
    spread more widely than theta (ML, WLE) or less (EAP), prefer the D-method where the latent
    distribution and the SEM along it are known. Consistency: two independent draws.
    """
    ability, error = frozen_floats(theta, "theta"), frozen_floats(sem, "sem")
    limits = _rising(cuts)
    if ability.shape != error.shape or (error <= 0).any():
        raise DataError("theta and sem must have one length, and every sem be above 0")
    above = ndtr((ability[:, np.newaxis] - limits) / error[:, np.newaxis])
    return _summary(_shares(above), np.searchsorted(limits, ability, side="right"), weights)


def classify_by_number_correct(
    theta: npt.ArrayLike,
    items: ItemParameters,
    cuts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
) -> Classification:
    """Return accuracy and consistency of cuts on the number of right answers to a fixed form.

    Parameters
    ----------
    theta : array_like, shape (n,)
        Nodes of a latent distribution (the D-method) or estimates of persons (the P-method).
    items : ItemParameters, length m
        The items of the form; logistic metric, D = 1.
    cuts : array_like, shape (k,)
        In items, rising strictly. A score at a cut is above it.
    weights : array_like, shape (n,), optional
        Weights of the nodes, or how many persons each stands for; equal unless given.

    Returns
    -------
    Classification
        Of k cuts.

    Raises
    ------
    DataError
        A theta that is not finite, cuts that do not rise, or weights below 0 or all 0.

    Notes
    -----
    Lee (2010): given theta the number right is compound binomial (Lord & Wingersky, 1984), the
    true category is that of the expected score.
    """
    ability = frozen_floats(theta, "theta")
    limits = _rising(cuts)
    distribution = number_correct_distribution(ability, items)
    scores = np.arange(len(items) + 1)
    above = distribution @ (scores[:, np.newaxis] >= limits).astype(np.float64)
    true = np.searchsorted(limits, expected_score(ability, items), side="right")
    return _summary(_shares(above), true, weights)


def number_correct_distribution(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the distribution of the number of right answers at each theta.

    Parameters
    ----------
    theta : array_like, shape (n,)
        In theta units.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape (n, m + 1)
        Probabilities of 0 to m right; each row sums to 1.

    Notes
    -----
    Lord & Wingersky (1984): one item after the other, all theta at once; sums of products of
    probabilities, so no term cancels.
    """
    log_p, log_q = log_probability(frozen_floats(theta, "theta"), items)
    p, q = np.exp(log_p), np.exp(log_q)
    n, m = p.shape
    distribution = np.zeros((m + 1, n))
    distribution[0] = 1.0
    for j in range(m):
        right = distribution[: j + 1] * p[:, j]
        distribution[: j + 1] *= q[:, j]
        distribution[1 : j + 2] += right
    return distribution.T.copy()


def _rising(cuts: npt.ArrayLike) -> FloatArray:
    limits = frozen_floats(cuts, "cuts")
    if not limits.size or (np.diff(limits) <= 0).any():
        raise DataError("cuts must be at least one number, rising strictly")
    return limits


def _shares(above: FloatArray) -> FloatArray:
    """Return the probability of each category from those of lying above each cut."""
    n = len(above)
    return -np.diff(np.hstack([np.ones((n, 1)), above, np.zeros((n, 1))]), axis=1)


def _summary(shares: FloatArray, true: IntArray, weights: npt.ArrayLike | None) -> Classification:
    n, categories = shares.shape
    heavy = np.ones(n) if weights is None else frozen_floats(weights, "weights")
    if not n or heavy.shape != (n,) or (heavy < 0).any() or not heavy.sum() > 0:
        raise DataError("weights must be one number of at least 0 a theta, not all 0")
    heavy = heavy / heavy.sum()
    table = (heavy[:, np.newaxis] * (true[:, np.newaxis] == np.arange(categories))).T @ shares
    cuts = np.arange(1, categories)
    above = 1.0 - np.cumsum(shares, axis=1)[:, :-1]
    belongs = true[:, np.newaxis] >= cuts
    positive = heavy @ np.where(belongs, 0.0, above)
    negative = heavy @ np.where(belongs, 1.0 - above, 0.0)
    consistency = float(heavy @ (shares**2).sum(axis=1))
    cut_consistency = heavy @ (above**2 + (1.0 - above) ** 2)
    passing = heavy @ above
    chance = passing**2 + (1.0 - passing) ** 2
    return Classification(
        accuracy=float(np.trace(table)),
        consistency=consistency,
        kappa=float(_kappa(np.array(consistency), np.array(((heavy @ shares) ** 2).sum()))),
        false_positive=frozen(positive),
        false_negative=frozen(negative),
        cut_accuracy=frozen(1.0 - positive - negative),
        cut_consistency=frozen(cut_consistency),
        cut_kappa=frozen(_kappa(cut_consistency, chance)),
        table=frozen(table),
    )


def _kappa(agreement: FloatArray, chance: FloatArray) -> FloatArray:
    room = 1.0 - chance
    return np.divide(agreement - chance, room, out=np.full_like(room, np.nan), where=room > 0)
