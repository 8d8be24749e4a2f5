"""Person fit: lz, and lz* with its correction for an estimated theta."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from psychometrics.arrays import FloatArray, frozen
from psychometrics.fit.inputs import (
    cell_probabilities,
    check_items,
    check_theta,
    persons_with_theta,
)
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PersonFit:
    """Person fit of n persons; low values are unlikely patterns. NaN where it cannot be told.

    Attributes
    ----------
    lz : FloatArray, shape (n,)
        The standardised log-likelihood, as if theta were known: too narrow at an estimate.
    lz_star : FloatArray, shape (n,)
        The same corrected for the estimation of theta: near N(0, 1) where the person fits.
    p : FloatArray, shape (n,)
        Lower tail of the normal at lz_star.
    """

    lz: FloatArray
    lz_star: FloatArray
    p: FloatArray


def person_fit(
    responses: ResponseMatrix, items: ItemParameters, *, theta: npt.ArrayLike
) -> PersonFit:
    """Return lz and lz* of each person.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses; sparse data will do. Row weights do not matter: rows are persons.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    theta : array_like, shape (n,)
        Estimates from these responses: ML, WLE, MAP or EAP, in theta units.

    Returns
    -------
    PersonFit
        Arrays of length n; NaN for a theta that is not finite, and where the items leave
        nothing to compare (no item, one item, or log-odds proportional to their weights).

    Raises
    ------
    DataError
        Lengths differ.

    Notes
    -----
    lz: Drasgow, Levine & Williams (1985), (l - E l) / sqrt(var l). lz*: Snijders (2001), with
    W = sum (y - P) w, w = log(P / Q), r = P' / (P Q), c = sum P' w / sum P' r and
    w~ = w - c r: lz* = (W + c r0) / sqrt(sum w~^2 P Q). Snijders' r0 is what closes the
    estimating equation r0 + sum r (y - P) = 0: 0 for ML, I' / (2 I) for WLE,
    (mean - theta) / sd^2 for MAP with a normal prior (Magis, Raiche & Beland 2012). Here it is
    taken from that equation, so W + c r0 = sum (y - P) w~, which is the textbook value for each
    of these and serves EAP, whose r0 has no closed form, to the same order.

    The normal is an approximation for long papers. On adaptive data P is near 1/2: w is near 0,
    the statistic has little to work with and says little, as Nering (1997) and van
    Krimpen-Stoop & Meijer (1999) found; simulate its reference distribution before acting on it.
    """
    check_items(responses, items)
    known, ability, finite = persons_with_theta(responses, check_theta(responses, theta))
    p, q, slope = cell_probabilities(known, items, ability)
    person = known.person_of_cell()
    n = known.shape[0]

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(person, weights=values, minlength=n).astype(np.float64)

    residual = np.where(known.scores == 1, q, -p)
    log_odds = np.log(p) - np.log(q)
    pull = slope / (p * q)
    information = total(slope * pull)
    share = np.divide(total(slope * log_odds), information, out=np.zeros(n), where=information > 0)
    corrected = log_odds - share[person] * pull
    plain_variance = total(p * q * log_odds**2)
    variance = total(p * q * corrected**2)
    star = _standardised(total(residual * corrected), variance, plain_variance)
    lz = _standardised(total(residual * log_odds), plain_variance, plain_variance)
    return PersonFit(
        lz=_spread(lz, finite), lz_star=_spread(star, finite), p=_spread(ndtr(star), finite)
    )


def _standardised(value: FloatArray, variance: FloatArray, whole: FloatArray) -> FloatArray:
    told = (whole > 0) & (variance > _NEGLIGIBLE * whole)
    root = np.sqrt(np.where(told, variance, 1.0))
    return np.where(told, value / root, np.nan)


def _spread(values: FloatArray, finite: npt.NDArray[np.bool_]) -> FloatArray:
    whole = np.full(finite.size, np.nan)
    whole[finite] = values
    return frozen(whole)
