"""Q3: correlation of two items' residuals, over the persons who answered both."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import ndtri

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.errors import DataError
from psychometrics.fit.inputs import (
    cell_probabilities,
    check_items,
    check_theta,
    persons_with_theta,
)
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

_CHANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """Q3 of every pair of m items: a flag, not a test.

    Attributes
    ----------
    q3 : FloatArray, shape (m, m)
        Symmetric; NaN on the diagonal and for pairs seen together by too few.
    persons : FloatArray, shape (m, m)
        Persons who answered both items, row weights counted.
    mean : float
        The mean of q3 over the pairs that have one; below 0 by construction.
    flagged : BoolArray, shape (m, m)
        Pairs whose q3 is above the mean by more than the threshold, and by more than chance.
    """

    q3: FloatArray
    persons: FloatArray
    mean: float
    flagged: BoolArray

    def pairs(self) -> list[tuple[int, int]]:
        """Return the flagged pairs (first < second), the largest q3 first."""
        first, second = np.nonzero(np.triu(self.flagged, 1))
        order = np.argsort(-self.q3[first, second], kind="stable")
        return list(zip(first[order].tolist(), second[order].tolist(), strict=True))


def q3(
    responses: ResponseMatrix,
    items: ItemParameters,
    *,
    theta: npt.ArrayLike,
    minimum: float = 100.0,
    threshold: float = 0.2,
) -> Dependence:
    """Return Yen's Q3 and the pairs that look locally dependent.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses; sparse data will do. Row weights count persons.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    theta : array_like, shape (n,)
        Estimated abilities, in theta units. Persons whose theta is not finite are left out.
    minimum : float
        The fewest persons who answered both items for the pair to count, at least 4. With 100
        the standard error of a q3 is about 0.1.
    threshold : float
        How far above the mean a flagged q3 lies, above 0.

    Returns
    -------
    Dependence
        Arrays of shape (m, m).

    Raises
    ------
    DataError
        Lengths differ, or an argument is out of its range.

    Notes
    -----
    Yen (1984); the threshold is that of Christensen, Makransky & Horton (2017), who measure it
    from the mean because q3 is about -1 / (m - 1) where items are independent. A bank has many
    pairs, and those of a sparse window were seen by few: so the excess must also pass the
    normal quantile at 0.05 / pairs of its standard error 1 / sqrt(persons - 3). The products
    are sparse: nothing of n x m is made.
    """
    check_items(responses, items)
    if not minimum >= 4 or not threshold > 0:
        raise DataError("minimum must be at least 4 persons, and threshold above 0")
    known, ability, _ = persons_with_theta(responses, check_theta(responses, theta))
    correlation, persons = _correlations(known, _residuals(known, items, ability))
    correlation[persons < minimum] = np.nan
    np.fill_diagonal(correlation, np.nan)
    held = ~np.isnan(correlation)
    mean = float(correlation[held].mean()) if held.any() else float("nan")
    flagged = np.zeros(correlation.shape, dtype=np.bool_)
    if held.any():
        quantile = float(ndtri(1.0 - _CHANCE / (held.sum() / 2)))
        least = np.maximum(threshold, quantile / np.sqrt(np.maximum(persons, minimum) - 3.0))
        flagged[held] = (correlation - mean)[held] > least[held]
    return Dependence(frozen(correlation), frozen(persons), mean, frozen(flagged))


def _residuals(responses: ResponseMatrix, items: ItemParameters, theta: FloatArray) -> FloatArray:
    p, q, _ = cell_probabilities(responses, items, theta)
    return np.where(responses.scores == 1, q, -p)


def _correlations(
    responses: ResponseMatrix, residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the weighted correlations over the persons of each pair, and their number (m, m)."""
    weights = responses.weights[responses.person_of_cell()]
    # A sparse product spends its time on finding cells, so each does two sums in one pass,
    # as real and imaginary part.
    shown = _matrix(responses, np.ones(residuals.size))
    counted = _matrix(responses, weights * (1.0 + 1j * residuals**2))
    number = (counted.T.tocsr() @ shown).toarray()
    left = _matrix(responses, weights * residuals)
    moment = (left.T.tocsr() @ _matrix(responses, 1.0 + 1j * residuals)).toarray()
    persons, square = np.ascontiguousarray(number.real), number.imag
    total, cross = moment.real, moment.imag
    size = np.maximum(persons, 1.0)
    covariance = cross - total * total.T / size
    spread = np.maximum(square - total**2 / size, 0.0)
    scale = np.sqrt(spread * spread.T)
    correlation = np.full(persons.shape, np.nan)
    np.divide(covariance, scale, out=correlation, where=scale > 0)
    return correlation, persons


def _matrix(responses: ResponseMatrix, values: npt.ArrayLike) -> sparse.csr_array[np.complex128]:
    cells = np.asarray(values, dtype=np.complex128)
    places = (responses.columns.astype(np.int32), responses.starts.astype(np.int32))
    return sparse.csr_array((cells, *places), shape=responses.shape)
