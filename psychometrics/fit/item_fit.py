"""S-X2: observed and expected proportions right at each sum score, on complete data."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from psychometrics.arrays import FloatArray, frozen
from psychometrics.calibration.result import Model
from psychometrics.errors import DataError
from psychometrics.fit.inputs import OWN_PARAMETERS, check_items, check_model
from psychometrics.models import ItemParameters, probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

_LEAST_EXPECTED = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SumScoreFit:
    """S-X2 of m items.

    Attributes
    ----------
    statistic : FloatArray, shape (m,)
        S-X2; NaN where no degree of freedom is left.
    df : FloatArray, shape (m,)
        Degrees of freedom: score groups after merging, less the parameters estimated.
    p : FloatArray, shape (m,)
        Upper tail of chi-squared; NaN where the statistic is.
    rmsea : FloatArray, shape (m,)
        sqrt(max(S-X2 / df - 1, 0) / (N - 1)); NaN where the statistic is.
    """

    statistic: FloatArray
    df: FloatArray
    p: FloatArray
    rmsea: FloatArray


def s_x2(
    responses: ResponseMatrix, items: ItemParameters, *, latent: Quadrature, model: Model
) -> SumScoreFit:
    """Return Orlando and Thissen's S-X2 of each item.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Complete: every person answered every item. Row weights count persons.
    items : ItemParameters, length m
        Estimated from these responses; D = 1.
    latent : Quadrature, length q
        The latent distribution.
    model : Model
        What was estimated: the degrees of freedom are the score groups less one parameter an
        item ("rasch" and "1pl"), two ("2pl") or three ("3pl").

    Returns
    -------
    SumScoreFit
        Arrays of length m.

    Raises
    ------
    DataError
        The data are not complete, or the parameters do not fit the data or the model.

    Notes
    -----
    Orlando & Thissen (2000, 2003). The expected proportion right at sum score k is
    ∫ P_j f_(-j)(k - 1) / ∫ f(k), f by the recursion of Lord & Wingersky (1984). The recursion
    without item j only ever adds items (halves of the others, then quarters, and so on): taking
    an item out of the whole, which is quicker, cancels and loses all digits where P_j is near
    1/2. Scores with one person, then those with an expected count below 1 are merged with
    a neighbour, as mirt 1.45 does.

    mirt takes two parameters off the Rasch model and the 1PL, for b and for the latent sd or
    the common a. That one parameter is shared by all items, and each item's own is b alone:
    with one taken off, p is uniform where the model is true (its mean was .50 over 1,200 items
    of 1,500 persons; .46 with two).
    """
    check_items(responses, items)
    check_model(items, model)
    if not responses.is_complete:
        raise DataError(
            "S-X2 compares persons of one sum score, so every person must have answered every "
            "item: use item_score_test, which takes sparse and adaptive data"
        )
    persons, right = _observed(responses)
    expected = _expected_proportions(items, latent) * persons
    estimated = OWN_PARAMETERS[model]
    tables = [
        _merged(np.array([persons - right[j], right[j]]), np.array([persons - row, row]))
        for j, row in enumerate(expected)
    ]
    statistic = np.array([((o - e) ** 2 / e).sum() for o, e in tables])
    df = np.array([float(o.shape[1] - estimated) for o, _ in tables])
    tested = df > 0
    statistic[~tested] = np.nan
    df = np.maximum(df, 0.0)
    size = float(responses.weights.sum())
    p, rmsea = np.full_like(df, np.nan), np.full_like(df, np.nan)
    p[tested] = chdtrc(df[tested], statistic[tested])
    excess = np.maximum(statistic[tested] / df[tested] - 1.0, 0.0)
    rmsea[tested] = np.sqrt(excess / (size - 1.0))
    return SumScoreFit(frozen(statistic), frozen(df), frozen(p), frozen(rmsea))


def _observed(responses: ResponseMatrix) -> tuple[FloatArray, FloatArray]:
    """Return persons (m - 1,) and right answers (m, m - 1) at the sum scores 1 to m - 1."""
    n, m = responses.shape
    scores = responses.scores.reshape(n, m).astype(np.float64)
    total = scores.sum(axis=1).astype(np.int64)
    at = np.zeros((m + 1, n))
    at[total, np.arange(n)] = responses.weights
    return at.sum(axis=1)[1:m], (at @ scores)[1:m].T


def _expected_proportions(items: ItemParameters, latent: Quadrature) -> FloatArray:
    """Return the expected proportion right, shape (m, m - 1), at the sum scores 1 to m - 1."""
    p = probability(latent.nodes, items).T
    m = len(items)
    joint = np.zeros((m, m))

    def descend(first: int, end: int, others: FloatArray) -> None:
        if end - first == 1:
            joint[first] = others @ (latent.weights * p[first])
            return
        middle = (first + end) // 2
        descend(first, middle, _with_items(others, p[middle:end]))
        descend(middle, end, _with_items(others, p[first:middle]))

    nobody = np.ones((1, len(latent)))
    descend(0, m, nobody)
    whole = _with_items(nobody, p)[1:m] @ latent.weights
    reached = whole > 0
    return np.divide(joint[:, : m - 1], whole, out=np.zeros((m, m - 1)), where=reached)


def _with_items(distribution: FloatArray, p: FloatArray) -> FloatArray:
    """Return the sum-score distribution (scores, q) after adding the items of p (items, q)."""
    for right in p:
        grown = np.zeros((len(distribution) + 1, right.size))
        grown[:-1] = distribution * (1.0 - right)
        grown[1:] += distribution * right
        distribution = grown
    return distribution


def _merged(observed: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the tables (2, score groups) after merging scores that are too thin."""
    there = observed.sum(axis=0) > 0
    groups = np.stack([observed[:, there], expected[:, there]])
    groups = _without_single_persons(groups)
    thin = _thin(groups)
    while thin.any() and groups.shape[2] > 1:
        at = int(np.argmax(thin))
        groups = _join(groups, at, _neighbour(groups, at))
        thin = _thin(groups)
    kept = (groups[1] > 0).all(axis=0)
    return groups[0][:, kept], groups[1][:, kept]


def _thin(groups: FloatArray) -> FloatArray:
    return np.asarray((groups[1] < _LEAST_EXPECTED).any(axis=0))


def _without_single_persons(groups: FloatArray) -> FloatArray:
    """Merge each score with one person into the next, and the last into the one before."""
    at = 0
    while at < groups.shape[2] - 1:
        if groups[0][:, at].sum() <= 1.0:
            groups = _join(groups, at, at + 1)
        else:
            at += 1
    if groups.shape[2] > 1 and groups[0][:, -1].sum() <= 1.0:
        groups = _join(groups, groups.shape[2] - 1, groups.shape[2] - 2)
    return groups


def _neighbour(groups: FloatArray, at: int) -> int:
    """Return the neighbour with fewer persons, the lower of two equals."""
    if at == 0:
        return 1
    if at == groups.shape[2] - 1:
        return at - 1
    persons = groups[0].sum(axis=0)
    return at - 1 if persons[at - 1] <= persons[at + 1] else at + 1


def _join(groups: FloatArray, at: int, into: int) -> FloatArray:
    groups[:, :, into] += groups[:, :, at]
    return np.delete(groups, at, axis=2)
