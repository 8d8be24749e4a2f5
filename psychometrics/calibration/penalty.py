"""The priors as a term of the objective: its value, gradient and curvature by (a, d, logit c)."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.special import logit

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.priors import Beta, LogitNormal, LogNormal, Normal, Priors, taken
from psychometrics.calibration.space import Layout, Point, Slope
from psychometrics.errors import DataError

A, D, LOGIT_C = 0, 1, 2
"""Places of an item's coordinates."""


@dataclass(frozen=True, slots=True, eq=False)
class Penalty:
    """Log prior densities of f free items and their derivatives.

    Parameters
    ----------
    value : float
        The sum of the log densities.
    gradient : FloatArray, shape (f, 3)
        By (a, d, logit c) of each item.
    curvature : FloatArray, shape (f, 3, 3)
        Second derivatives.
    damping : FloatArray, shape (f, 3, 3)
        A positive semi-definite stand-in for -curvature, for steps.
    """

    value: float
    gradient: FloatArray
    curvature: FloatArray
    damping: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class FreePriors:
    """The priors that a layout uses, cut to its free items."""

    a: LogNormal | None
    b: Normal | None
    c: Beta | LogitNormal | None

    def __bool__(self) -> bool:
        """Say whether any is used."""
        return any(each is not None for each in (self.a, self.b, self.c))


def for_layout(priors: Priors, layout: Layout, *, index: IntArray, items: int) -> FreePriors:
    """Return the priors of some items, without those the model has no use for.

    Parameters
    ----------
    priors : Priors
        Of `items` items, where they are given one by one.
    layout : Layout
        Of the model.
    index : IntArray, shape (f,)
        The items wanted: free and kept.
    items : int
        How many there are in all.

    Returns
    -------
    FreePriors
        Of f items.

    Raises
    ------
    DataError
        A prior an item of another length, or several numbers for the one slope of the 1PL.
    """
    a = None if priors.a is None else cast(LogNormal, taken(priors.a, index, items))
    if layout.slope is Slope.COMMON and a is not None and (np.ndim(a.mean) or np.ndim(a.sd)):
        raise DataError("the 1PL has one slope: give its LogNormal single numbers")
    return FreePriors(
        a=None if layout.slope is Slope.FIXED or layout.unit_slope_b else a,
        b=None if priors.b is None else cast(Normal, taken(priors.b, index, items)),
        c=None
        if priors.c is None or not layout.guessing
        else cast("Beta | LogitNormal", taken(priors.c, index, items)),
    )


def penalty(priors: FreePriors, point: Point, layout: Layout) -> Penalty:
    """Return the log prior density at a point.

    Parameters
    ----------
    priors : FreePriors
        Of the layout's free items.
    point : Point
        Of all items.
    layout : Layout
        Says which are free, and what b is.

    Returns
    -------
    Penalty
        Of the f free items. A common slope's prior is told with the first of them.
    """
    size = layout.free.size
    a, d = point.a[layout.free], point.d[layout.free]
    value, gradient = 0.0, np.zeros((size, 3))
    curvature, damping = np.zeros((size, 3, 3)), np.zeros((size, 3, 3))
    if priors.a is not None:
        heard = 1 if layout.slope is Slope.COMMON else size
        bend = priors.a.over_a(a[:heard])
        value += float(bend.value.sum())
        gradient[:heard, A] += bend.slope
        curvature[:heard, A, A] += bend.curvature
        damping[:heard, A, A] += 1.0 / (np.asarray(priors.a.sd) * a[:heard]) ** 2
    if priors.b is not None:
        scale = np.ones_like(a) if layout.unit_slope_b else a
        b = -d / scale
        bend = priors.b.over_b(b)
        value += float(bend.value.sum())
        by = np.zeros((size, 3))
        by[:, D] = -1.0 / scale
        if not layout.unit_slope_b:
            by[:, A] = -b / a
        gradient += bend.slope[:, np.newaxis] * by
        outer = by[:, :, np.newaxis] * by[:, np.newaxis, :]
        damping -= bend.curvature[:, np.newaxis, np.newaxis] * outer
        curvature += bend.curvature[:, np.newaxis, np.newaxis] * outer
        if not layout.unit_slope_b:
            curvature[:, A, A] += bend.slope * 2.0 * b / a**2
            curvature[:, A, D] += bend.slope / a**2
            curvature[:, D, A] += bend.slope / a**2
    if priors.c is not None:
        bend = priors.c.over_logit(logit(point.c[layout.free]))
        value += float(bend.value.sum())
        gradient[:, LOGIT_C] += bend.slope
        curvature[:, LOGIT_C, LOGIT_C] += bend.curvature
        damping[:, LOGIT_C, LOGIT_C] -= bend.curvature
    return Penalty(value, gradient, curvature, damping)
