"""Residuals at estimated abilities: standardised, and their mean squares (infit, outfit)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.fit.inputs import (
    cell_probabilities,
    check_items,
    check_theta,
    persons_with_theta,
)
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

_LARGEST_SPREAD = 2.0**0.5


@dataclass(frozen=True, slots=True, eq=False)
class MeanSquares:
    """Infit and outfit of m items: flags, not tests.

    Attributes
    ----------
    infit, outfit : FloatArray, shape (m,)
        Mean squared residuals, 1 where the item fits: weighted by information, and not weighted.
        NaN where nobody with a finite theta answered.
    z_infit, z_outfit : FloatArray, shape (m,)
        The same on a scale that is near N(0, 1) for true theta (Wilson and Hilferty).
    persons : FloatArray, shape (m,)
        Persons counted, row weights included.
    """

    infit: FloatArray
    outfit: FloatArray
    z_infit: FloatArray
    z_outfit: FloatArray
    persons: FloatArray

    def flagged(self, low: float = 0.7, high: float = 1.3) -> BoolArray:
        """Say whose infit or outfit lies outside the range, shape (m,).

        The range of Wright & Linacre (1994) for multiple choice; 0.8 to 1.2 where stakes are
        high. Residuals at estimated theta run below 1, the more so the fewer the items.
        """
        inside = (self.infit >= low) & (self.infit <= high)
        return (self.persons > 0) & ~(inside & (self.outfit >= low) & (self.outfit <= high))


def standardised_residuals(
    responses: ResponseMatrix, items: ItemParameters, *, theta: npt.ArrayLike
) -> FloatArray:
    """Return (score - P) / sqrt(P Q) of each cell.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses in k cells.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    theta : array_like, shape (n,)
        Estimated abilities, in theta units.

    Returns
    -------
    FloatArray, shape (k,)
        In the order of `responses.columns`; NaN for a person whose theta is not finite.

    Raises
    ------
    DataError
        Lengths differ.
    """
    check_items(responses, items)
    ability = check_theta(responses, theta)
    known, finite_theta, finite = persons_with_theta(responses, ability)
    p, q, _ = cell_probabilities(known, items, finite_theta)
    residuals = np.full(responses.columns.size, np.nan)
    residuals[finite[responses.person_of_cell()]] = _residual(known, p, q)
    return frozen(residuals)


def _residual(responses: ResponseMatrix, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return sqrt(Q / P) for a right and -sqrt(P / Q) for a wrong answer: nothing cancels."""
    return np.where(responses.scores == 1, np.sqrt(q / p), -np.sqrt(p / q))


def mean_squares(
    responses: ResponseMatrix, items: ItemParameters, *, theta: npt.ArrayLike
) -> MeanSquares:
    """Return the infit and outfit of each item.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses; sparse data will do. Row weights count persons.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    theta : array_like, shape (n,)
        Estimated abilities, in theta units. Persons whose theta is not finite are left out.

    Returns
    -------
    MeanSquares
        Arrays of length m.

    Raises
    ------
    DataError
        Lengths differ.

    Notes
    -----
    Wright & Masters (1982), ch. 5. Infit = sum (y - P)^2 / sum P Q, outfit = mean of
    (y - P)^2 / (P Q); z = (MS^(1/3) - 1) 3 / s + s / 3, s the model's standard deviation of the
    mean square, at most sqrt(2). On adaptive data P lies near 1/2, where every squared residual
    is near 1/4: both values are then near 1 whatever the item does (see item_score_test).
    """
    check_items(responses, items)
    known, ability, _ = persons_with_theta(responses, check_theta(responses, theta))
    p, q, _ = cell_probabilities(known, items, ability)
    variance = p * q
    squares = _residual(known, p, q) ** 2
    weights = known.weights[known.person_of_cell()]

    def total(values: FloatArray) -> FloatArray:
        sums = np.bincount(known.columns, weights=weights * values, minlength=len(items))
        return sums.astype(np.float64)

    persons = total(np.ones_like(p))
    information = total(variance)
    outfit = _ratio(total(squares), persons)
    infit = _ratio(total(variance * squares), information)
    # Fourth moment: E (y - P)^4 = P Q (1 - 3 P Q).
    outfit_variance = _ratio(total((1.0 - 3.0 * variance) / variance) - persons, persons**2)
    infit_variance = _ratio(total(variance * (1.0 - 4.0 * variance)), information**2)
    return MeanSquares(
        infit=frozen(infit),
        outfit=frozen(outfit),
        z_infit=frozen(_normalised(infit, infit_variance)),
        z_outfit=frozen(_normalised(outfit, outfit_variance)),
        persons=frozen(persons),
    )


def _ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    return np.divide(over, under, out=np.full_like(under, np.nan), where=under > 0)


def _normalised(mean_square: FloatArray, variance: FloatArray) -> FloatArray:
    spread = np.minimum(np.sqrt(np.maximum(variance, 0.0)), _LARGEST_SPREAD)
    return (np.cbrt(mean_square) - 1.0) * _ratio(np.full_like(spread, 3.0), spread) + spread / 3.0
