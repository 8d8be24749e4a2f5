"""Nodes and weights: a distribution of theta on a grid."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.errors import DataError

_WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Quadrature:
    """A distribution of theta on q nodes.

    Parameters
    ----------
    nodes : array_like, shape (q,)
        In theta units, strictly rising.
    weights : array_like, shape (q,)
        Probabilities, at least 0, summing to 1.

    Raises
    ------
    DataError
        Lengths differ, there are no nodes, nodes do not rise, or weights are no distribution.
    """

    nodes: FloatArray
    weights: FloatArray

    def __init__(self, nodes: npt.ArrayLike, weights: npt.ArrayLike) -> None:
        """Copy the arrays, make them read-only and check them."""
        object.__setattr__(self, "nodes", frozen_floats(nodes, "nodes"))
        object.__setattr__(self, "weights", frozen_floats(weights, "weights"))
        if not self.nodes.size or self.nodes.shape != self.weights.shape:
            shapes = f"{self.nodes.shape} and {self.weights.shape}"
            raise DataError(f"nodes and weights must have one length above 0, got {shapes}")
        if (np.diff(self.nodes) <= 0).any():
            raise DataError("nodes must rise strictly")
        total = float(self.weights.sum())
        if (self.weights < 0).any() or abs(total - 1.0) > _WEIGHT_TOLERANCE:
            raise DataError(f"weights must be at least 0 and sum to 1, their sum is {total}")

    def __len__(self) -> int:
        """Return q, the number of nodes."""
        return self.nodes.size


def normal_quadrature(
    mean: float = 0.0, sd: float = 1.0, *, points: int = 61, width: float = 6.0
) -> Quadrature:
    """Return a normal distribution on evenly spaced nodes.

    Parameters
    ----------
    mean, sd : float
        Of the distribution, in theta units; sd above 0.
    points : int
        The number of nodes q, at least 2.
    width : float
        How far the nodes reach to either side of the mean, in standard deviations, above 0.

    Returns
    -------
    Quadrature, length q
        Weights proportional to the normal density at the nodes.

    Raises
    ------
    DataError
        An argument out of its range.
    """
    if not (np.isfinite(mean) and 0 < sd < np.inf and 0 < width < np.inf) or points < 2:
        raise DataError(f"no quadrature with mean={mean}, sd={sd}, points={points}, width={width}")
    deviates = np.linspace(-width, width, points)
    density = np.exp(-0.5 * deviates**2)
    return Quadrature(mean + sd * deviates, density / density.sum())
