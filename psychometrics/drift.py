"""Anchor drift: common items whose parameters moved, and the linking without them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.errors import DataError
from psychometrics.linking import Linking, LinkingMethod, link, rescale
from psychometrics.models import ItemParameters, probability
from psychometrics.quadrature import Quadrature, normal_quadrature

# The interquartile range of a normal distribution is 1.349 sd.
_SD_OF_IQR = 0.74
# Smaller spreads are rounding: of parameters that agree to six decimals nothing has drifted.
_LEAST_SPREAD = 1e-6
_LEAST_KEPT = 3

Covariances = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True, eq=False)
class RobustZ:
    """Robust z of m common items.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    z_a, z_b : FloatArray, shape (m,)
        Of log a (new over base) and of b (base minus carried new).
    drifted : BoolArray, shape (m,)
        Either is beyond the critical value.
    linking : Linking
        From the items that did not drift.
    """

    labels: tuple[str, ...]
    z_a: FloatArray
    z_b: FloatArray
    drifted: BoolArray
    linking: Linking

    @property
    def drifted_labels(self) -> tuple[str, ...]:
        """The items that drifted, in order."""
        return _named(self.labels, self.drifted)


@dataclass(frozen=True, slots=True, eq=False)
class DSquare:
    """d2 of m common items.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    d_square : FloatArray, shape (m,)
        Weighted mean squared difference of the item's two curves, in squared probability, under
        the final linking.
    z : FloatArray, shape (m,)
        How far its root lies above the median of the items kept, in robust sd.
    drifted : BoolArray, shape (m,)
        The items removed.
    removed : tuple of str
        The same by label, in the order of removal.
    linking : Linking
        From the items that did not drift.
    """

    labels: tuple[str, ...]
    d_square: FloatArray
    z: FloatArray
    drifted: BoolArray
    removed: tuple[str, ...]
    linking: Linking

    @property
    def drifted_labels(self) -> tuple[str, ...]:
        """The items that drifted, in order."""
        return _named(self.labels, self.drifted)


def robust_z(  # noqa: PLR0913 - two item sets, a limit, and what the final linking takes
    new: ItemParameters,
    base: ItemParameters,
    *,
    labels: Sequence[str] | None = None,
    critical: float = 1.645,
    method: LinkingMethod = "stocking-lord",
    covariances: Covariances | None = None,
) -> RobustZ:
    """Return which common items drifted by robust z, and the linking from the others.

    Parameters
    ----------
    new, base : ItemParameters, length m
        The common items, in one order.
    labels : sequence of str, optional
        Their names; positions as text unless given.
    critical : float
        Limit of |z|, above 0. At 1.645 about one sound item in ten is let go for each of a and b;
        2.7 lets go about one in a hundred.
    method, covariances
        As in `link`, for the items that did not drift.

    Returns
    -------
    RobustZ
        Statistics of all items.

    Raises
    ------
    DataError
        Lengths differ, or fewer than three items would be left.

    Notes
    -----
    Huynh & Meyer (2010): z = (x - median) / (0.74 IQR), of x = log a_new - log a_base. The slope
    from the items that hold is the geometric mean of their ratios; then the same z of
    x = b_base - slope b_new. It knows nothing of standard errors: it finds what stands out
    from the other items.
    """
    names = _labels(labels, new, base)
    if critical <= 0:
        raise DataError(f"critical must be above 0, got {critical}")
    ratio = np.log(new.a) - np.log(base.a)
    z_a = _robust(ratio)
    steady = np.abs(z_a) <= critical
    _enough(steady)
    slope = float(np.exp(ratio[steady].mean()))
    z_b = _robust(base.b - slope * new.b)
    kept = steady & (np.abs(z_b) <= critical)
    _enough(kept)
    linking = link(
        new.take(kept),
        base.take(kept),
        method=method,
        covariances=_covariances_of(covariances, kept),
    )
    return RobustZ(names, frozen(z_a), frozen(z_b), frozen(~kept), linking)


def d_square(  # noqa: PLR0913 - two item sets, two limits, and what the linking takes
    new: ItemParameters,
    base: ItemParameters,
    *,
    labels: Sequence[str] | None = None,
    critical: float = 3.0,
    least: float = 0.02,
    method: LinkingMethod = "stocking-lord",
    quadrature: Quadrature | None = None,
    covariances: Covariances | None = None,
) -> DSquare:
    """Return which common items drifted by the distance of their curves, and the linking without.

    Parameters
    ----------
    new, base : ItemParameters, length m
        The common items, in one order.
    labels : sequence of str, optional
        Their names; positions as text unless given.
    critical : float
        Robust sds above the median at which an item is removed, above 0.
    least : float
        Root of d2, in probability, below which no item is removed, at least 0.
    method, covariances
        As in `link`.
    quadrature : Quadrature, optional
        Weights, on the base metric; standard normal unless given.

    Returns
    -------
    DSquare
        Statistics of all items, under the linking of those that are left.

    Raises
    ------
    DataError
        Lengths differ, or fewer than three items would be left.

    Notes
    -----
    Wells, Hambleton, Kirkpatrick & Meng (2014): sum over theta of weight times the squared
    difference of the base curve and the carried new one. The rule of removal is ours: link,
    take away the one item whose root d2 stands out most, link again, until none does, since
    one drifted item bends the linking that judges the others.
    """
    names = _labels(labels, new, base)
    if critical <= 0 or least < 0:
        raise DataError("critical must be above 0, and least at least 0")
    grid = quadrature or normal_quadrature()
    kept = np.ones(len(new), dtype=bool)
    removed: list[int] = []
    while True:
        _enough(kept)
        linking = link(
            new.take(kept),
            base.take(kept),
            method=method,
            quadrature=grid,
            covariances=_covariances_of(covariances, kept),
        )
        distance = _distance(rescale(new, linking), base, grid)
        root = np.sqrt(distance)
        z = _robust(root, among=kept)
        out = kept & (z > critical) & (root > least)
        if not out.any():
            break
        worst = int(np.argmax(np.where(out, root, -1.0)))
        kept[worst] = False
        removed.append(worst)
    return DSquare(
        names, frozen(distance), frozen(z), frozen(~kept), tuple(names[j] for j in removed), linking
    )


def _distance(carried: ItemParameters, base: ItemParameters, grid: Quadrature) -> FloatArray:
    gap = probability(grid.nodes, base) - probability(grid.nodes, carried)
    return np.asarray(grid.weights @ gap**2)


def _robust(values: FloatArray, *, among: BoolArray | None = None) -> FloatArray:
    """Return deviations from the median, over 0.74 IQR, of and by the values `among` them."""
    held = values if among is None else values[among]
    low, middle, high = np.percentile(held, [25, 50, 75])
    return np.asarray((values - middle) / max(_SD_OF_IQR * (high - low), _LEAST_SPREAD))


def _labels(
    labels: Sequence[str] | None, new: ItemParameters, base: ItemParameters
) -> tuple[str, ...]:
    names = tuple(str(k) for k in range(len(new))) if labels is None else tuple(labels)
    if not len(names) == len(new) == len(base):
        lengths = f"{len(names)}, {len(new)} and {len(base)}"
        raise DataError(f"labels, new and base must be of the same items, got {lengths}")
    _enough(np.ones(len(new), dtype=bool))
    return names


def _enough(kept: BoolArray) -> None:
    if int(kept.sum()) < _LEAST_KEPT:
        raise DataError(
            f"only {int(kept.sum())} common items are left without drift, and {_LEAST_KEPT} are "
            f"needed: the two calibrations cannot be linked by these items"
        )


def _named(labels: tuple[str, ...], chosen: BoolArray) -> tuple[str, ...]:
    return tuple(labels[int(j)] for j in np.flatnonzero(chosen))


def _covariances_of(covariances: Covariances | None, kept: BoolArray) -> Covariances | None:
    if covariances is None:
        return None
    return _part(covariances[0], kept), _part(covariances[1], kept)


def _part(covariance: npt.ArrayLike, kept: BoolArray) -> FloatArray:
    given = np.asarray(covariance, dtype=np.float64)
    chosen = np.flatnonzero(kept)
    if given.ndim == 3 and len(given) == kept.size:
        return np.asarray(given[chosen])
    if given.shape != (3 * kept.size, 3 * kept.size):
        raise DataError(f"a covariance of {kept.size} items cannot be of shape {given.shape}")
    rows = (3 * chosen[:, np.newaxis] + np.arange(3)).ravel()
    return np.asarray(given[np.ix_(rows, rows)])
