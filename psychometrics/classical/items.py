"""Classical item statistics: p-values, point-biserials, alpha, omega, standard error."""

from dataclasses import dataclass, replace

import numpy as np

from psychometrics.arrays import FloatArray, frozen
from psychometrics.classical.reliability import coefficient_alpha, coefficient_omega
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix

ADAPTIVE = (
    "withheld: in adaptively collected data each person's number right is nearly constant by "
    "design, so it orders neither persons nor items; use item parameters, and trace the "
    "distractors over EAP"
)
INCOMPLETE = (
    "withheld: persons were presented different items, so number-right scores have no one "
    "variance; use the marginal or empirical reliability of ability"
)
FEW_ITEMS = "withheld: it needs more items"
NO_VARIANCE = "withheld: every person has the same score"
NO_FACTOR = (
    "withheld: the one-factor fit has no proper solution (a unique variance below 0, or no "
    "common factor)"
)
_ITEM_STATISTICS = ("p", "sd", "point_biserial", "point_biserial_rest", "alpha_if_removed")
_TEST_STATISTICS = ("score_mean", "score_sd", "alpha", "omega", "sem")


@dataclass(frozen=True, slots=True, eq=False)
class Withheld:
    """A statistic that is not given, and why.

    Attributes
    ----------
    statistic : str
        The attribute of `Classical` that is None or NaN.
    reason : str
        A sentence.
    """

    statistic: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Classical:
    """Classical statistics of m items and of their sum.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    persons : FloatArray, shape (m,)
        How many were presented each item, weights counted.
    p : FloatArray, shape (m,)
        Share right among them.
    sd : FloatArray, shape (m,)
        Standard deviation of the item's score (divisor persons - 1).
    point_biserial : FloatArray, shape (m,)
        Correlation of the item with the score that contains it.
    point_biserial_rest : FloatArray, shape (m,)
        The same with the score on the other items: corrected for the item.
    alpha_if_removed : FloatArray, shape (m,)
        Alpha of the other items.
    score_mean, score_sd : float or None
        Of the number right (complete data).
    alpha, omega : float or None
        Reliability of the number right (complete data).
    sem : float or None
        Standard error of measurement of the number right, in items: sd sqrt(1 - alpha).
    withheld : tuple of Withheld
        Each statistic that is None or NaN throughout, with the reason. A single NaN in an array
        belongs to an item that everyone answered alike, or that too few were presented.
    """

    labels: tuple[str, ...]
    persons: FloatArray
    p: FloatArray
    sd: FloatArray
    point_biserial: FloatArray
    point_biserial_rest: FloatArray
    alpha_if_removed: FloatArray
    score_mean: float | None
    score_sd: float | None
    alpha: float | None
    omega: float | None
    sem: float | None
    withheld: tuple[Withheld, ...]


def classical_statistics(responses: ResponseMatrix, *, adaptive: bool = False) -> Classical:
    """Return classical item statistics.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Omissions have been scored. A row counts as often as its weight says.
    adaptive : bool
        The items were chosen by the answers. Then nothing but counts is given, and the result
        says why.

    Returns
    -------
    Classical
        On complete data all of it. On incomplete data (items missing at random) p is taken over
        the persons who were presented the item, point-biserials with the share right of the
        items that each person was presented, and alpha, omega, score mean, sd and standard
        error are withheld.

    Raises
    ------
    DataError
        There is no person or no item.

    Notes
    -----
    Lord & Novick (1968), ch. 15 (point-biserial, corrected for the item); Cronbach (1951);
    McDonald (1999), ch. 6 (omega). On complete data the share right is the number right over a
    constant, so both definitions of a point-biserial are one.
    """
    if not all(responses.shape):
        raise DataError("classical statistics need at least one person and one item")
    if adaptive:
        return _withhold_all(responses)
    if responses.is_complete:
        return _of_complete(responses)
    return _of_incomplete(responses)


def _withhold_all(responses: ResponseMatrix) -> Classical:
    withheld = [Withheld(name, ADAPTIVE) for name in (*_ITEM_STATISTICS, *_TEST_STATISTICS)]
    nothing = frozen(np.full(len(responses.items), np.nan))
    return Classical(
        labels=responses.items,
        persons=frozen(_sums(responses, np.ones(responses.columns.size))),
        p=nothing,
        sd=nothing,
        point_biserial=nothing,
        point_biserial_rest=nothing,
        alpha_if_removed=nothing,
        score_mean=None,
        score_sd=None,
        alpha=None,
        omega=None,
        sem=None,
        withheld=tuple(withheld),
    )


def _of_incomplete(responses: ResponseMatrix) -> Classical:
    statistics = _ItemStatistics.of(responses)
    names = ("alpha_if_removed", *_TEST_STATISTICS)
    return Classical(
        labels=responses.items,
        persons=frozen(statistics.persons),
        p=frozen(statistics.p),
        sd=frozen(statistics.sd),
        point_biserial=frozen(statistics.point_biserial),
        point_biserial_rest=frozen(statistics.rest),
        alpha_if_removed=frozen(np.full(len(responses.items), np.nan)),
        score_mean=None,
        score_sd=None,
        alpha=None,
        omega=None,
        sem=None,
        withheld=tuple(Withheld(name, INCOMPLETE) for name in names),
    )


def _of_complete(responses: ResponseMatrix) -> Classical:
    of_items = _of_incomplete(responses)
    covariance = score_covariance(responses)
    m, variance = len(responses.items), float(covariance.sum())
    spread = bool(variance > 0)
    alpha = coefficient_alpha(covariance) if m > 1 and spread else None
    omega = coefficient_omega(covariance) if m > 2 and spread else None
    reasons = {
        "score_sd": None if np.isfinite(variance) else NO_VARIANCE,
        "alpha": None if alpha is not None else (NO_VARIANCE if m > 1 else FEW_ITEMS),
        "omega": None if omega is not None else _why_no_omega(m, spread=spread),
        "sem": None if alpha is not None else "withheld: it needs alpha",
        "alpha_if_removed": None if m > 2 else FEW_ITEMS,
    }
    return replace(
        of_items,
        alpha_if_removed=frozen(_alpha_without(covariance)),
        score_mean=float(of_items.p.sum()),
        score_sd=float(np.sqrt(variance)) if np.isfinite(variance) else None,
        alpha=alpha,
        omega=omega,
        sem=None if alpha is None else float(np.sqrt(variance * (1.0 - alpha))),
        withheld=tuple(Withheld(name, why) for name, why in reasons.items() if why),
    )


def _why_no_omega(m: int, *, spread: bool) -> str:
    if m < 3:
        return FEW_ITEMS
    return NO_FACTOR if spread else NO_VARIANCE


def score_covariance(responses: ResponseMatrix) -> FloatArray:
    """Return the covariance matrix of the items' scores, complete data.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Complete.

    Returns
    -------
    FloatArray, shape (m, m)
        Divisor: sum of weights - 1; NaN when that is not above 0.

    Raises
    ------
    DataError
        The data are incomplete.
    """
    if not responses.is_complete:
        raise DataError("a covariance of scores needs every person to be presented every item")
    scores = responses.scores.reshape(responses.shape).astype(np.float64)
    weights = responses.weights
    total = float(weights.sum())
    if total <= 1:
        return np.full((scores.shape[1],) * 2, np.nan)
    centred = scores - weights @ scores / total
    return np.asarray(centred.T @ (weights[:, np.newaxis] * centred) / (total - 1.0))


def _alpha_without(covariance: FloatArray) -> FloatArray:
    """Return alpha of the other items, for each item; NaN where they do not vary."""
    m = len(covariance)
    if m < 3:
        return np.full(m, np.nan)
    own = np.diag(covariance)
    variance = covariance.sum() - 2.0 * covariance.sum(axis=0) + own
    varies = variance > 1e-12 * max(float(covariance.sum()), 1e-300)
    share = np.divide(own.sum() - own, variance, out=np.full(m, np.nan), where=varies)
    return np.asarray((m - 1) / (m - 2) * (1.0 - share))


@dataclass(frozen=True, slots=True, eq=False)
class _ItemStatistics:
    persons: FloatArray
    p: FloatArray
    sd: FloatArray
    point_biserial: FloatArray
    rest: FloatArray

    @classmethod
    def of(cls, responses: ResponseMatrix) -> "_ItemStatistics":
        score = responses.scores.astype(np.float64)
        person = responses.person_of_cell()
        n = len(responses.persons)
        right = np.bincount(person, weights=score, minlength=n)[person]
        shown = np.diff(responses.starts)[person].astype(np.float64)
        persons = _sums(responses, np.ones(score.size))
        p = _ratio(_sums(responses, score), persons)
        # Who was presented nothing else has no rest score.
        others = shown > 1
        rest = np.divide(right - score, shown - 1.0, out=np.zeros(score.size), where=others)
        return cls(
            persons=persons,
            p=p,
            sd=np.sqrt(_ratio(persons * p * (1.0 - p), persons - 1.0)),
            point_biserial=item_correlation(responses, right / shown),
            rest=item_correlation(responses, rest, used=others.astype(np.float64)),
        )


def item_correlation(
    responses: ResponseMatrix, score: FloatArray, *, used: FloatArray | None = None
) -> FloatArray:
    """Return the correlation of each item with a score given cell by cell.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m), of k cells
        Weights are honoured.
    score : FloatArray, shape (k,)
        Of the cell's person, any unit.
    used : FloatArray, shape (k,), optional
        A factor on the weight of each cell; 0 leaves it out.

    Returns
    -------
    FloatArray, shape (m,)
        NaN where either does not vary.
    """
    factor = np.ones(score.size) if used is None else used
    item = responses.columns
    persons = _sums(responses, factor)
    right = responses.scores.astype(np.float64)
    deviation = right - _ratio(_sums(responses, factor * right), persons)[item]
    departure = score - _ratio(_sums(responses, factor * score), persons)[item]
    # A mean over nobody is NaN; such cells carry no weight and must not spoil a sum.
    deviation, departure = np.nan_to_num(deviation), np.nan_to_num(departure)
    covariance = _sums(responses, factor * deviation * departure)
    square = _sums(responses, factor * deviation**2) * _sums(responses, factor * departure**2)
    square[square < 1e-24 * np.maximum(persons, 1.0) ** 2] = 0.0
    return _ratio(covariance, np.sqrt(square))


def _sums(responses: ResponseMatrix, values: FloatArray) -> FloatArray:
    weights = responses.weights[responses.person_of_cell()]
    summed = np.bincount(
        responses.columns, weights=weights * values, minlength=len(responses.items)
    )
    return summed.astype(np.float64)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    nothing = np.full(np.shape(above), np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > 0))
