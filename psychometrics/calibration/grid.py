"""The nodes over which theta is integrated out: how far they reach and how dense they lie."""

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.quadrature import Quadrature, normal_quadrature


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Standardised nodes, mean 0 and sd 1, ready for log space.

    Parameters
    ----------
    quadrature : Quadrature, length q
        Standardised.
    nodes, log_weights : FloatArray, shape (q,)
        Those of weight above 0.
    """

    quadrature: Quadrature
    nodes: FloatArray
    log_weights: FloatArray


def as_grid(quadrature: Quadrature) -> Grid:
    """Return the quadrature's nodes of weight above 0, with their log weights."""
    used = quadrature.weights > 0
    return Grid(quadrature, quadrature.nodes[used], np.log(quadrature.weights[used]))


def normal_grid(points: int, width: float) -> Grid:
    """Return a standard normal distribution on even nodes from -width to width."""
    return as_grid(normal_quadrature(points=points, width=width))


_WIDTH = 6.0
_DECAY = np.log(1e6)
"""How far the error of the trapezoid rule is to fall, as a natural log."""
_POINTS = (21, 1201)


def chosen_grid(information: float, slope: float) -> Grid:
    """Return nodes dense enough for posteriors of this information and items of this slope.

    Parameters
    ----------
    information : float
        The most that one person's items tell, per squared standardised theta unit.
    slope : float
        The steepest item's, per standardised theta unit.

    Returns
    -------
    Grid
        Standard normal, reaching 6 sd to either side.

    Notes
    -----
    The trapezoid rule with spacing h errs by about exp(-2 pi^2 s^2 / h^2) on a normal posterior
    with sd s, and by exp(-2 pi (pi / a) / h) on a logistic curve, whose nearest pole is pi / a
    away from the real axis; Trefethen & Weideman (2014). Both are taken down to 1e-6, and the
    calibration checks what came of it on the log-likelihood itself.
    """
    sd = 1.0 / np.sqrt(1.0 + information)
    spacing = min(np.pi * sd * np.sqrt(2.0 / _DECAY), 2.0 * np.pi**2 / (slope * _DECAY))
    points = int(np.clip(2 * np.ceil(_WIDTH / spacing) + 1, *_POINTS))
    return normal_grid(points, _WIDTH)


def between(grid: Grid) -> Grid:
    """Return nodes midway between those of an even grid, for checking it."""
    middle = 0.5 * (grid.nodes[1:] + grid.nodes[:-1])
    density = np.exp(-0.5 * middle**2)
    return as_grid(Quadrature(middle, density / density.sum()))


def refined(grid: Grid, *, denser: bool, wider: bool) -> Grid | None:
    """Return half the spacing, half as far again, or both; None at the finest there is."""
    width, gaps = float(grid.nodes[-1]), len(grid.nodes) - 1
    gaps = 2 * gaps if denser else gaps
    if wider:
        width, gaps = 1.5 * width, int(np.ceil(0.75 * gaps)) * 2
    return normal_grid(gaps + 1, width) if gaps < _POINTS[1] else None
