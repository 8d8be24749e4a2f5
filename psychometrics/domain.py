"""The domain score: the expected share of a weighted syllabus domain that a person masters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, IntArray, frozen_floats, frozen_integers
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, probability, probability_slope
from psychometrics.roots import where_reached

_WEIGHT_TOLERANCE = 1e-9
_REACH = 40.0


@dataclass(frozen=True, slots=True, eq=False, init=False)
class DomainScale:
    """A frozen reporting scale: calibrated items in k weighted groups.

    Parameters
    ----------
    items : ItemParameters, length m
        Logistic metric, D = 1.
    group : array_like of int, shape (m,)
        The group of each item, 0 to k - 1; no group is empty.
    weights : array_like, shape (k,)
        Of the groups, at least 0, summing to 1.

    Raises
    ------
    DataError
        Shapes do not fit, a group is unknown or empty, or weights do not sum to 1.
    """

    items: ItemParameters
    group: IntArray
    weights: FloatArray

    def __init__(self, items: ItemParameters, group: npt.ArrayLike, weights: npt.ArrayLike) -> None:
        """Copy the arrays, make them read-only and check them."""
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "group", frozen_integers(group, "group"))
        object.__setattr__(self, "weights", frozen_floats(weights, "weights"))
        if self.group.size != len(self.items):
            raise DataError(f"group of {self.group.size} items, parameters of {len(self.items)}")
        total = float(self.weights.sum())
        if (self.weights < 0).any() or abs(total - 1.0) > _WEIGHT_TOLERANCE:
            raise DataError(f"weights must be at least 0 and sum to 1, their sum is {total}")
        if self.group.min(initial=0) < 0 or self.group.max(initial=0) >= self.weights.size:
            raise DataError(f"groups must be 0 to {self.weights.size - 1}")
        sizes = np.bincount(self.group, minlength=self.weights.size)
        if (sizes == 0).any():
            raise DataError(f"group {int(np.argmin(sizes))} has no item")

    @property
    def item_weights(self) -> FloatArray:
        """The weight of each item, shape (m,): its group's over the size of the group."""
        return np.asarray((self.weights / np.bincount(self.group))[self.group])


def domain_score(theta: npt.ArrayLike, scale: DomainScale) -> FloatArray:
    """Return pi(theta), the domain score.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    scale : DomainScale
        The reporting scale.

    Returns
    -------
    FloatArray, shape theta.shape
        A share between 0 and 1, rising with theta.

    Notes
    -----
    pi(theta) = sum_k w_k mean_{i in k} P_i(theta); Bock, Thissen & Zimowski (1997).
    """
    return np.asarray(probability(theta, scale.items) @ scale.item_weights)


def domain_slope(theta: npt.ArrayLike, scale: DomainScale) -> FloatArray:
    """Return the derivative of the domain score.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    scale : DomainScale
        The reporting scale.

    Returns
    -------
    FloatArray, shape theta.shape
        Share per theta unit, above 0.
    """
    return np.asarray(probability_slope(theta, scale.items) @ scale.item_weights)


def domain_error(theta: npt.ArrayLike, sem: npt.ArrayLike, scale: DomainScale) -> FloatArray:
    """Return the standard error of the domain score of an estimated theta.

    Parameters
    ----------
    theta, sem : array_like
        Estimates and their standard errors, of one shape, in theta units, finite.
    scale : DomainScale
        The reporting scale, whose parameters count as known.

    Returns
    -------
    FloatArray, shape theta.shape
        A share: the slope of the domain score at theta times sem (delta method).

    Raises
    ------
    DataError
        Shapes differ, an sem is below 0, or a value is not finite.

    Notes
    -----
    Lord (1980), ch. 6, on a change of the ability metric. The error is first-order: where the
    curve bends within one sem, near 0 and 1, it is a rough figure.
    """
    ability, error = np.asarray(theta, np.float64), np.asarray(sem, np.float64)
    if ability.shape != error.shape:
        raise DataError(f"theta and sem must have one shape, got {ability.shape}, {error.shape}")
    if not (np.isfinite(ability).all() and np.isfinite(error).all() and (error >= 0).all()):
        raise DataError(
            "an error needs a finite theta and a finite sem of at least 0; leave out others"
        )
    return np.asarray(domain_slope(ability, scale) * error)


def domain_theta(score: npt.ArrayLike, scale: DomainScale) -> FloatArray:
    """Return the theta at which the domain score is `score`.

    Parameters
    ----------
    score : array_like
        Shares, of any shape.
    scale : DomainScale
        The reporting scale.

    Returns
    -------
    FloatArray, shape score.shape
        In theta units, to the curve's own rounding.

    Raises
    ------
    DataError
        A score at or beyond an asymptote; the message says the range.
    """
    wanted = np.asarray(score, dtype=np.float64)
    low = np.min(scale.items.b - _REACH / scale.items.a)
    high = np.max(scale.items.b + _REACH / scale.items.a)
    lowest = float(scale.items.c @ scale.item_weights)
    reached = (wanted > domain_score(low, scale)) & (wanted < domain_score(high, scale))
    if not reached.all():
        first = float(np.atleast_1d(wanted)[~np.atleast_1d(reached)][0])
        raise DataError(
            f"no theta has the domain score {first}: it lies above {lowest} and below 1"
        )
    return where_reached(lambda theta: domain_score(theta, scale), wanted, low=low, high=high)
