"""M2: fit of the whole model to the univariate and bivariate margins of complete data."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, qr, solve_triangular
from scipy.optimize import brentq
from scipy.special import chdtrc, chndtr

from psychometrics.arrays import FloatArray
from psychometrics.calibration.result import Model
from psychometrics.errors import DataError
from psychometrics.fit.inputs import OWN_PARAMETERS, check_items, check_model
from psychometrics.models import ItemParameters, probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Limited-information fit of a model.

    Attributes
    ----------
    statistic : float
        M2.
    df : int
        m (m + 1) / 2 margins less the parameters estimated.
    p : float
        Upper tail of chi-squared.
    rmsea, rmsea_low, rmsea_high : float
        RMSEA2 and its 90 % interval.
    srmsr : float
        Root mean square of observed less implied correlations of pairs of items.
    """

    statistic: float
    df: int
    p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmsr: float


def m2(
    responses: ResponseMatrix, items: ItemParameters, *, latent: Quadrature, model: Model
) -> ModelFit:
    """Return M2, RMSEA2 and SRMSR.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Complete: every person answered every item. Row weights count persons.
    items : ItemParameters, length m
        Estimated from these responses; D = 1.
    latent : Quadrature, length q
        The latent distribution.
    model : Model
        What was estimated: b and a common a (or the latent sd), b and a, or b, a and c.

    Returns
    -------
    ModelFit
        Of the whole matrix.

    Raises
    ------
    DataError
        The data are not complete, no degree of freedom is left, a margin is degenerate, or the
        parameters do not fit the data or the model.

    Notes
    -----
    Maydeu-Olivares & Joe (2005, 2006). With e the s = m (m + 1) / 2 observed less expected
    margins, Xi the covariance of sqrt(N) e and Delta the derivatives of the margins,
    M2 = N e' C e, where C = K (K' Xi K)^-1 K' and K spans the complement of Delta. Here
    Xi = L L' and M2 is N times the squared length of L^-1 e outside the span of L^-1 Delta.
    Items are independent at each node, so Xi needs no four-way table: it is the covariance
    between nodes plus, for each item that two margins share, P Q times what they do not share.
    Memory is s x s: 8 MiB for 45 items, 200 MiB for 100.
    """
    check_items(responses, items)
    check_model(items, model)
    if not responses.is_complete:
        raise DataError("M2 needs complete data: every person must have answered every item")
    m = len(items)
    degrees = m * (m + 1) // 2 - _parameter_count(m, model)
    if degrees <= 0:
        raise DataError(f"M2 has no degree of freedom: {m} items are too few for the {model}")
    observed, size = _observed_margins(responses)
    p = probability(latent.nodes, items)
    first, second = np.triu_indices(m, 1)
    margins = np.hstack([p, p[:, first] * p[:, second]])
    expected = latent.weights @ margins
    covariance = _margin_covariance(p, margins, latent.weights)
    slopes = _margin_slopes(items, latent, model)
    statistic = size * _distance_outside(observed - expected, covariance, slopes)
    low, high = _rmsea_interval(statistic, degrees, size)
    return ModelFit(
        statistic=statistic,
        df=degrees,
        p=float(chdtrc(degrees, statistic)),
        rmsea=float(np.sqrt(max(statistic / degrees - 1.0, 0.0) / (size - 1.0))),
        rmsea_low=low,
        rmsea_high=high,
        srmsr=float(
            np.sqrt(np.mean((_correlations(observed, m) - _correlations(expected, m)) ** 2))
        ),
    )


def _parameter_count(m: int, model: Model) -> int:
    shared = 1 if OWN_PARAMETERS[model] == 1 else 0
    return m * OWN_PARAMETERS[model] + shared


def _observed_margins(responses: ResponseMatrix) -> tuple[FloatArray, float]:
    n, m = responses.shape
    scores = responses.scores.reshape(n, m).astype(np.float64)
    size = float(responses.weights.sum())
    both = (scores * responses.weights[:, np.newaxis]).T @ scores / size
    if ((np.diag(both) == 0) | (np.diag(both) == 1)).any():
        raise DataError("M2 needs items that some answered rightly and some wrongly")
    return np.concatenate([np.diag(both), both[np.triu_indices(m, 1)]]), size


def _margin_covariance(p: FloatArray, margins: FloatArray, weights: FloatArray) -> FloatArray:
    """Return Xi, shape (s, s), from P (q, m) and the margins at each node (q, s)."""
    m = p.shape[1]
    centred = margins - weights @ margins
    covariance = (centred * weights[:, np.newaxis]).T @ centred
    spread = p * (1.0 - p)
    first, second = np.triu_indices(m, 1)
    pair = np.empty((m, m), dtype=np.int64)
    pair[first, second] = pair[second, first] = m + np.arange(first.size)
    np.fill_diagonal(pair, np.arange(m))
    for item in range(m):
        # The margins with this item: alone, and with each other item.
        rest = p.copy()
        rest[:, item] = 1.0
        shared = (rest * (weights * spread[:, item])[:, np.newaxis]).T @ rest
        covariance[np.ix_(pair[item], pair[item])] += shared
    both = weights @ (spread[:, first] * spread[:, second])
    covariance[pair[first, second], pair[first, second]] += both
    return covariance


def _margin_slopes(items: ItemParameters, latent: Quadrature, model: Model) -> FloatArray:
    """Return Delta, shape (s, parameters), up to the scale of its columns."""
    p = probability(latent.nodes, items)
    logistic = (p - items.c) / (1.0 - items.c)
    by_d = (1.0 - items.c) * logistic * (1.0 - logistic)
    by_a = by_d * latent.nodes[:, np.newaxis]
    match model:
        case "rasch" | "1pl":
            common = _spread_over_margins(by_a, p, latent.weights).sum(axis=1, keepdims=True)
            return np.hstack([_spread_over_margins(by_d, p, latent.weights), common])
        case "2pl":
            kinds = [by_d, by_a]
        case "3pl":
            kinds = [by_d, by_a, 1.0 - logistic]
    return np.hstack([_spread_over_margins(kind, p, latent.weights) for kind in kinds])


def _spread_over_margins(slope: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the derivatives of all margins by one parameter of each item, shape (s, m)."""
    m = p.shape[1]
    first, second = np.triu_indices(m, 1)
    weighted = slope * weights[:, np.newaxis]
    with_other = weighted.T @ p
    pairs = np.zeros((first.size, m))
    row = np.arange(first.size)
    pairs[row, first] = with_other[first, second]
    pairs[row, second] = with_other[second, first]
    return np.vstack([np.diag(weighted.sum(axis=0)), pairs])


def _distance_outside(errors: FloatArray, covariance: FloatArray, slopes: FloatArray) -> float:
    scale = 1.0 / np.sqrt(np.diag(covariance))
    try:
        root = cholesky(covariance * np.outer(scale, scale), lower=True, overwrite_a=True)
    except np.linalg.LinAlgError as exc:
        raise DataError(
            "M2: the margins' covariance is singular; leave out degenerate items"
        ) from exc
    whitened = solve_triangular(
        root, np.column_stack([errors, slopes]) * scale[:, np.newaxis], lower=True
    )
    directions = whitened[:, 1:] / np.linalg.norm(whitened[:, 1:], axis=0)
    basis = qr(directions, mode="economic", overwrite_a=True)[0]
    outside = whitened[:, 0] - basis @ (basis.T @ whitened[:, 0])
    return float(outside @ outside)


def _correlations(margins: FloatArray, m: int) -> FloatArray:
    first, second = np.triu_indices(m, 1)
    mean = margins[:m]
    sd = np.sqrt(mean * (1.0 - mean))
    return np.asarray((margins[m:] - mean[first] * mean[second]) / (sd[first] * sd[second]))


def _rmsea_interval(statistic: float, degrees: int, size: float) -> tuple[float, float]:
    """Return the 90 % interval of RMSEA2 from the noncentral chi-squared."""
    ends = [
        np.sqrt(_noncentrality(statistic, degrees, below) / (degrees * (size - 1.0)))
        for below in (1.0 - _TAIL, _TAIL)
    ]
    return float(ends[0]), float(ends[1])


def _noncentrality(statistic: float, degrees: int, below: float) -> float:
    """Return the noncentrality at which the statistic has `below` of the distribution below it."""
    if chndtr(statistic, degrees, 0.0) <= below:
        return 0.0
    reach = max(statistic, 1.0)
    while chndtr(statistic, degrees, reach) > below:
        reach *= 2.0
    return float(brentq(lambda at: chndtr(statistic, degrees, at) - below, 0.0, reach))
