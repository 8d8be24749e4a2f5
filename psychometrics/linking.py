"""Linking: the line that carries one calibration's theta metric onto another's."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from psychometrics.arrays import FloatArray, frozen
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, log_probability, probability, probability_slope
from psychometrics.quadrature import Quadrature, normal_quadrature

LinkingMethod = Literal["mean-mean", "mean-sigma", "haebara", "stocking-lord"]

_TOLERANCE = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Linking:
    """theta* = slope theta + intercept: from the new metric to the base metric.

    Attributes
    ----------
    slope, intercept : float
        A (above 0) and B, in units of the base metric.
    covariance : FloatArray, shape (2, 2)
        Of (A, B); NaN where no covariances of the items were given.
    method : str
        How it was found.
    items : int
        The common items used.
    criterion : float
        The weighted mean squared difference that was minimised, per item (Haebara) or of the
        number right (Stocking-Lord); NaN for the methods of moments.
    converged : bool
        The search reached a minimum.
    """

    slope: float
    intercept: float
    covariance: FloatArray
    method: LinkingMethod
    items: int
    criterion: float
    converged: bool

    @property
    def slope_error(self) -> float:
        """The standard error of the slope."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def intercept_error(self) -> float:
        """The standard error of the intercept."""
        return float(np.sqrt(self.covariance[1, 1]))

    def carry(self, theta: npt.ArrayLike) -> FloatArray:
        """Return abilities on the base metric, same shape."""
        return np.asarray(self.slope * np.asarray(theta, dtype=np.float64) + self.intercept)


def link(  # noqa: PLR0913 - two item sets, how, on which weights, and with which errors
    new: ItemParameters,
    base: ItemParameters,
    *,
    method: LinkingMethod = "stocking-lord",
    quadrature: Quadrature | None = None,
    symmetric: bool = False,
    covariances: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> Linking:
    """Return the line from the new calibration's metric to the base calibration's.

    Parameters
    ----------
    new, base : ItemParameters, length m
        The common items, in one order, as the two calibrations have them.
    method : "mean-mean", "mean-sigma", "haebara" or "stocking-lord"
        The moments of a and b, or the curves of items or of the test.
    quadrature : Quadrature, optional
        Weights of the curves' differences, on the base metric; standard normal unless given.
    symmetric : bool
        For the curves: add the differences on the new metric (base items carried back, the same
        quadrature), so that linking base to new gives the inverse line.
    covariances : (array_like, array_like), optional
        Sampling covariances of the new and of the base items' (a, b, c): each (3 m, 3 m), item by
        item, or (m, 3, 3) when errors of different items do not go together. NaN is taken as 0.

    Returns
    -------
    Linking
        With standard errors where covariances are given.

    Raises
    ------
    DataError
        Lengths differ, there are too few items (one for mean-mean, two else), all b are equal
        for mean-sigma, or a covariance has another shape.

    Notes
    -----
    a* = a / A, b* = A b + B. Loyd & Hoover (1980), Marco (1977), Haebara (1980), Stocking & Lord
    (1983); Kolen & Brennan (2014), ch. 6. Standard errors by the delta method of Ogasawara (2000,
    2001): the derivatives of (A, B) with respect to every item parameter, at a minimum where
    residuals are of sampling size; the two calibrations are independent samples. Items of one
    calibration share its persons, whose sample mean and sd move all b and a together: with
    (m, 3, 3) blocks alone that part is missing, and the errors are too small.
    """
    _check(new, base, method)
    if method in ("mean-mean", "mean-sigma"):
        return _by_moments(new, base, method, covariances)
    grid = quadrature or normal_quadrature()
    curves = _Curves(new, base, grid, method == "stocking-lord", symmetric)
    slope, intercept = _moment_line(new, base, "mean-mean")
    start = np.array([np.log(slope), intercept])
    found = least_squares(
        curves.residuals, start, jac=curves.jacobian, xtol=_TOLERANCE, ftol=_TOLERANCE, gtol=1e-12
    )
    slope, intercept = float(np.exp(found.x[0])), float(found.x[1])
    covariance = np.full((2, 2), np.nan)
    if covariances is not None:
        covariance = _delta_method(*curves.sensitivities(slope, intercept), covariances)
    return Linking(
        slope=slope,
        intercept=intercept,
        covariance=frozen(covariance),
        method=method,
        items=len(new),
        criterion=2.0 * float(found.cost) / (2.0 if symmetric else 1.0),
        converged=bool(found.success),
    )


def rescale(items: ItemParameters, linking: Linking) -> ItemParameters:
    """Return item parameters carried to the base metric.

    Parameters
    ----------
    items : ItemParameters, length m
        On the new metric.
    linking : Linking
        From `link`.

    Returns
    -------
    ItemParameters, length m
        a / A, A b + B, c.
    """
    return _carried(items, linking.slope, linking.intercept)


def _carried(items: ItemParameters, slope: float, intercept: float) -> ItemParameters:
    return ItemParameters(items.a / slope, slope * items.b + intercept, items.c)


def _check(new: ItemParameters, base: ItemParameters, method: LinkingMethod) -> None:
    least = 1 if method == "mean-mean" else 2
    if len(new) != len(base) or len(new) < least:
        raise DataError(
            f"{method} links {least} or more common items, in one order; got {len(new)} and "
            f"{len(base)}"
        )
    if method == "mean-sigma" and min(np.ptp(new.b), np.ptp(base.b)) <= 0:
        raise DataError("mean-sigma needs common items of different difficulty")


def _moment_line(
    new: ItemParameters, base: ItemParameters, method: LinkingMethod
) -> tuple[float, float]:
    if method == "mean-sigma":
        slope = float(base.b.std() / new.b.std())
    else:
        slope = float(new.a.mean() / base.a.mean())
    return slope, float(base.b.mean() - slope * new.b.mean())


def _by_moments(
    new: ItemParameters,
    base: ItemParameters,
    method: LinkingMethod,
    covariances: tuple[npt.ArrayLike, npt.ArrayLike] | None,
) -> Linking:
    slope, intercept = _moment_line(new, base, method)
    covariance = np.full((2, 2), np.nan)
    if covariances is not None:
        covariance = _delta_method(*_moment_sensitivities(new, base, method), covariances)
    return Linking(
        slope=slope,
        intercept=intercept,
        covariance=frozen(covariance),
        method=method,
        items=len(new),
        criterion=float("nan"),
        converged=True,
    )


def _moment_sensitivities(
    new: ItemParameters, base: ItemParameters, method: LinkingMethod
) -> tuple[FloatArray, FloatArray]:
    """Return derivatives of (A, B) by the new and the base items' (a, b, c), (2, m, 3) each."""
    m = len(new)
    slope, _ = _moment_line(new, base, method)
    by_new, by_base = np.zeros((2, m, 3)), np.zeros((2, m, 3))
    if method == "mean-sigma":
        by_new[0, :, 1] = -slope * (new.b - new.b.mean()) / (m * new.b.var())
        by_base[0, :, 1] = slope * (base.b - base.b.mean()) / (m * base.b.var())
    else:
        by_new[0, :, 0] = slope / (m * new.a.mean())
        by_base[0, :, 0] = -slope / (m * base.a.mean())
    by_new[1] = -new.b.mean() * by_new[0]
    by_base[1] = -new.b.mean() * by_base[0]
    by_new[1, :, 1] -= slope / m
    by_base[1, :, 1] += 1.0 / m
    return by_new, by_base


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Weighted differences of item curves, or of their sum, as functions of (log A, B)."""

    new: ItemParameters
    base: ItemParameters
    grid: Quadrature
    of_test: bool
    symmetric: bool

    def residuals(self, line: FloatArray) -> FloatArray:
        """Return root-weighted differences, flat: base minus carried new, then the way back."""
        slope, intercept = float(np.exp(line[0])), float(line[1])
        carried = _carried(self.new, slope, intercept)
        parts = [self._gather(self._curve(self.base) - self._curve(carried))]
        if self.symmetric:
            back = _carried(self.base, 1.0 / slope, -intercept / slope)
            parts.append(self._gather(self._curve(self.new) - self._curve(back)))
        return np.concatenate([part.ravel() for part in parts])

    def jacobian(self, line: FloatArray) -> FloatArray:
        """Return derivatives of the residuals by log A and B, shape (residuals, 2)."""
        slope, intercept = float(np.exp(line[0])), float(line[1])
        parts = self._by_line(slope, intercept)
        return np.concatenate([self._gather(part).reshape(-1, 2) for part in parts])

    def _by_line(self, slope: float, intercept: float) -> list[FloatArray]:
        """Return derivatives of each item's difference by log A and B, (q, m, 2) a part."""
        nodes = self.grid.nodes[:, np.newaxis]
        carried = _carried(self.new, slope, intercept)
        # P*(theta) = P((theta - B) / A): its slope tells both derivatives.
        steep = probability_slope(self.grid.nodes, carried)
        parts = [np.stack([steep * (nodes - intercept), steep], axis=2)]
        if self.symmetric:
            back = _carried(self.base, 1.0 / slope, -intercept / slope)
            steep = probability_slope(self.grid.nodes, back)
            parts.append(-np.stack([steep * nodes, steep / slope], axis=2))
        return parts

    def _curve(self, items: ItemParameters) -> FloatArray:
        return probability(self.grid.nodes, items)

    def _gather(self, values: FloatArray) -> FloatArray:
        """Weight by node, and add up (test) or average in squares (items), over axis 1."""
        root = np.sqrt(self.grid.weights).reshape(-1, *[1] * (values.ndim - 1))
        if self.of_test:
            return np.asarray((root * values).sum(axis=1, keepdims=True))
        return np.asarray(root * values / np.sqrt(values.shape[1]))

    def sensitivities(self, slope: float, intercept: float) -> tuple[FloatArray, FloatArray]:
        """Return derivatives of (A, B) by the new and the base items, (2, m, 3) each."""
        line = np.array([np.log(slope), intercept])
        jacobian = self.jacobian(line)
        curvature = np.linalg.inv(jacobian.T @ jacobian)
        scale = np.array([slope, 1.0])[:, np.newaxis, np.newaxis]
        carried = _carried(self.new, slope, intercept)
        parts = self._by_line(slope, intercept)
        by_base = self._pull(parts[0], _by_parameters(self.grid.nodes, self.base))
        by_new = -self._pull(parts[0], _by_parameters(self.grid.nodes, carried)) * [
            1.0 / slope,
            slope,
            1.0,
        ]
        if self.symmetric:
            back = _carried(self.base, 1.0 / slope, -intercept / slope)
            by_new += self._pull(parts[1], _by_parameters(self.grid.nodes, self.new))
            by_base -= self._pull(parts[1], _by_parameters(self.grid.nodes, back)) * [
                slope,
                1.0 / slope,
                1.0,
            ]
        by_new, by_base = (np.einsum("ij,jmk->imk", curvature, by) for by in (by_new, by_base))
        return -scale * by_new, -scale * by_base

    def _pull(self, by_line: FloatArray, by_parameters: FloatArray) -> FloatArray:
        """Return J'R: derivatives of the normal equations by each item's parameters, (2, m, 3)."""
        weights = self.grid.weights
        if self.of_test:
            whole = by_line.sum(axis=1)
            return np.asarray(np.einsum("q,qi,qmk->imk", weights, whole, by_parameters))
        pulled = np.einsum("q,qmi,qmk->imk", weights, by_line, by_parameters)
        return np.asarray(pulled / by_line.shape[1])


def _by_parameters(theta: FloatArray, items: ItemParameters) -> FloatArray:
    """Return dP/d(a, b, c), shape (q, m, 3)."""
    steep = probability_slope(theta, items)
    distance = theta[:, np.newaxis] - items.b
    wrong = np.exp(log_probability(theta, items)[1]) / (1.0 - items.c)
    return np.stack([steep * distance / items.a, -steep, wrong], axis=2)


def _delta_method(
    by_new: FloatArray, by_base: FloatArray, covariances: tuple[npt.ArrayLike, npt.ArrayLike]
) -> FloatArray:
    parts = zip((by_new, by_base), covariances, strict=True)
    return np.asarray(sum(_quadratic_form(by, given) for by, given in parts))


def _quadratic_form(by_items: FloatArray, covariance: npt.ArrayLike) -> FloatArray:
    """Return G C G', of G (2, m, 3) and C (m, 3, 3) or (3 m, 3 m)."""
    m = by_items.shape[1]
    given = np.nan_to_num(np.asarray(covariance, dtype=np.float64), nan=0.0)
    if given.shape == (m, 3, 3):
        return np.asarray(np.einsum("imk,mkl,jml->ij", by_items, given, by_items))
    if given.shape != (3 * m, 3 * m):
        raise DataError(
            f"a covariance of {m} items is ({m}, 3, 3) or ({3 * m}, {3 * m}), got {given.shape}"
        )
    flat = by_items.reshape(2, 3 * m)
    return np.asarray(flat @ given @ flat.T)
