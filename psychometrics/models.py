"""The logistic item response model (Rasch, 2PL, 3PL): probability, information, their sums."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.errors import DataError
from psychometrics.roots import where_reached

# The logits beyond the outermost item at which a curve counts as having met its asymptote.
_REACH = 40.0


@dataclass(frozen=True, slots=True, eq=False, init=False)
class ItemParameters:
    """Parameters of m items in the logistic metric, D = 1.

    Parameters
    ----------
    a : array_like, shape (m,)
        Discrimination, per theta unit, above 0; all 1 is the Rasch model.
    b : array_like, shape (m,)
        Difficulty, in theta units.
    c : array_like, shape (m,)
        Lower asymptote, 0 <= c < 1; all 0 is the 2PL.

    Raises
    ------
    DataError
        Lengths differ, or a value is not finite or out of its range.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray

    def __init__(self, a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike) -> None:
        """Copy the arrays, make them read-only and check them."""
        for name, values in (("a", a), ("b", b), ("c", c)):
            object.__setattr__(self, name, frozen_floats(values, name))
        if not self.a.shape == self.b.shape == self.c.shape:
            shapes = f"{self.a.shape}, {self.b.shape}, {self.c.shape}"
            raise DataError(f"a, b and c must have one length, got {shapes}")
        if (self.a <= 0).any():
            raise DataError(f"a must be above 0: item {int(np.argmax(self.a <= 0))}")
        outside = (self.c < 0) | (self.c >= 1)
        if outside.any():
            raise DataError(f"c must be at least 0 and below 1: item {int(np.argmax(outside))}")

    def __len__(self) -> int:
        """Return m, the number of items."""
        return self.a.size

    def take(self, index: npt.ArrayLike) -> Self:
        """Return the items at `index`, in its order.

        Parameters
        ----------
        index : array_like of int or bool, one-dimensional
            Positions, or a mask of length m.

        Returns
        -------
        ItemParameters
            A copy.
        """
        chosen = np.asarray(index)
        if not chosen.size:
            chosen = chosen.astype(np.int64)
        return type(self)(self.a[chosen], self.b[chosen], self.c[chosen])


def log_probability(theta: npt.ArrayLike, items: ItemParameters) -> tuple[FloatArray, FloatArray]:
    """Return the natural logs of the probabilities of a right and of a wrong answer.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    log_p, log_q : FloatArray, shape theta.shape + (m,)
        Both are finite wherever a (theta - b) is.

    Notes
    -----
    P = c + (1 - c) / (1 + exp(-a (theta - b))); Birnbaum (1968).
    """
    logit = _logit(theta, items)
    log_q = np.log1p(-items.c) + log_expit(-logit)
    log_p = log_expit(logit)
    if items.c.any():
        with np.errstate(divide="ignore"):
            log_p = np.logaddexp(np.log(items.c), np.log1p(-items.c) + log_p)
    return log_p, log_q


def probability(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the probability of a right answer.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape + (m,)
        Rises with theta from c to 1.
    """
    return np.exp(log_probability(theta, items)[0])


def probability_slope(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return dP/dtheta.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape + (m,)
        Per theta unit: (1 - c) a s (1 - s), s the logistic function of a (theta - b).
    """
    logit = _logit(theta, items)
    return (1.0 - items.c) * items.a * np.exp(log_expit(logit) + log_expit(-logit))


def information(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the Fisher information of each item.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape + (m,)
        Per squared theta unit: P'^2 / (P Q).

    Notes
    -----
    Lord (1980), eq. 5-9. Taken as (1 - c) a^2 s^2 (1 - s) / P in log space, where neither
    P nor Q can round to 0 beneath a fraction line.
    """
    logit = _logit(theta, items)
    log_p, log_q = log_probability(theta, items)
    return np.exp(2.0 * np.log(items.a) + 2.0 * log_expit(logit) + log_q - log_p)


def peak_information(items: ItemParameters) -> FloatArray:
    """Return the most information that each item gives at any theta.

    Parameters
    ----------
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape (m,)
        Per squared theta unit; a^2 / 4 where c is 0.

    Notes
    -----
    Birnbaum (1968), eq. 20.4.23; Lord (1980), eq. 10-4.
    """
    c = items.c
    shape = 1.0 - 20.0 * c - 8.0 * c**2 + (1.0 + 8.0 * c) ** 1.5
    return np.asarray(items.a**2 * shape / (8.0 * (1.0 - c) ** 2))


def test_information(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the information of all items together (TIF).

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape
        Per squared theta unit.
    """
    return np.asarray(information(theta, items).sum(axis=-1))


def expected_score(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the expected number of right answers (the test characteristic curve).

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape
        In items.
    """
    return np.asarray(probability(theta, items).sum(axis=-1))


def theta_of_expected_score(score: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the theta at which the expected number of right answers is `score`.

    Parameters
    ----------
    score : array_like
        In items, of any shape; above the sum of c and below m.
    items : ItemParameters, length m
        Logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape score.shape
        In theta units, to the curve's own rounding: the inverse of the test characteristic curve.

    Raises
    ------
    DataError
        A score at or beyond an asymptote; the message says the range.
    """
    wanted = np.asarray(score, dtype=np.float64)
    lowest, highest = float(items.c.sum()), len(items)
    outside = ~((wanted > lowest) & (wanted < highest))
    if outside.any():
        raise DataError(
            f"no theta has the expected score {float(wanted[outside][0])}: "
            f"it lies above {lowest:g} (the sum of c) and below {highest}"
        )
    low, high = np.min(items.b - _REACH / items.a), np.max(items.b + _REACH / items.a)
    return where_reached(lambda theta: expected_score(theta, items), wanted, low=low, high=high)


def _logit(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    ability = np.asarray(theta, dtype=np.float64)
    return np.asarray(items.a * (ability[..., np.newaxis] - items.b))
