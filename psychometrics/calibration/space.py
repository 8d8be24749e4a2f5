"""The space a calibration searches: what is free, a point in it, and its flat coordinates."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy.special import expit, logit

from psychometrics.arrays import BoolArray, FloatArray, IntArray

A_BOUNDS = (1e-3, 50.0)
"""Slopes searched: an estimate at either end has no finite maximum."""
D_BOUND = 50.0
"""Intercepts searched lie within this distance of 0."""
LOGIT_C_BOUNDS = (-12.0, 4.0)
"""Logits of c searched."""
SD_BOUNDS = (1e-2, 50.0)
"""Latent standard deviations searched."""


class Slope(Enum):
    """How the slopes of the free items are estimated."""

    FREE = "one an item"
    COMMON = "one for all"
    FIXED = "all 1"


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What is free.

    Parameters
    ----------
    slope : Slope
        Of the free items.
    guessing : bool
        Free items have a lower asymptote to estimate.
    asymptotes : bool
        Some item, free or anchored, can have c above 0: the response function is not logistic.
    free : IntArray, shape (f,)
        Positions of the items that are estimated.
    free_mean, free_sd : BoolArray, shape (k,)
        Which parameters of the k latent distributions are estimated.
    unit_slope_b : bool
        Priors speak of b = -d: the Rasch metric.
    """

    slope: Slope
    guessing: bool
    asymptotes: bool
    free: IntArray
    free_mean: BoolArray
    free_sd: BoolArray
    unit_slope_b: bool

    @property
    def parameter_count(self) -> int:
        """The number of free parameters."""
        slopes = {Slope.FREE: self.free.size, Slope.COMMON: min(1, self.free.size), Slope.FIXED: 0}
        return int(
            slopes[self.slope]
            + self.free.size * (2 if self.guessing else 1)
            + self.free_mean.sum()
            + self.free_sd.sum()
        )


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Values of all parameters, fixed ones included.

    Parameters
    ----------
    a, d, c : FloatArray, shape (m,)
        Slope, intercept and lower asymptote: P = c + (1 - c) / (1 + exp(-(a theta + d))).
    mean, sd : FloatArray, shape (k,)
        Of the latent distributions.
    """

    a: FloatArray
    d: FloatArray
    c: FloatArray
    mean: FloatArray
    sd: FloatArray


def pack(point: Point, layout: Layout) -> FloatArray:
    """Return the free coordinates in one row: log a, d, logit c, means, log sds."""
    free = layout.free
    slopes = {Slope.FREE: free, Slope.COMMON: free[:1], Slope.FIXED: free[:0]}[layout.slope]
    return np.concatenate(
        [
            np.log(point.a[slopes]),
            point.d[free],
            logit(point.c[free]) if layout.guessing else point.c[:0],
            point.mean[layout.free_mean],
            np.log(point.sd[layout.free_sd]),
        ]
    )


def unpack(row: FloatArray, layout: Layout, like: Point) -> Point:
    """Return the point with these free coordinates, brought within the bounds of the search.

    Parameters
    ----------
    row : FloatArray
        As made by `pack`.
    layout : Layout
        What is free.
    like : Point
        Where the fixed values come from.

    Returns
    -------
    Point
        New arrays.
    """
    free = layout.free
    a, d, c, mean, sd = (each.copy() for each in (like.a, like.d, like.c, like.mean, like.sd))
    counts = {Slope.FREE: free.size, Slope.COMMON: min(1, free.size), Slope.FIXED: 0}
    sizes = [
        counts[layout.slope],
        free.size,
        free.size if layout.guessing else 0,
        int(layout.free_mean.sum()),
    ]
    log_a, new_d, logit_c, new_mean, log_sd = np.split(row, np.cumsum(sizes))
    if layout.slope is not Slope.FIXED and free.size:
        a[free] = np.exp(np.clip(log_a, *np.log(A_BOUNDS)))
    d[free] = np.clip(new_d, -D_BOUND, D_BOUND)
    if layout.guessing:
        c[free] = expit(np.clip(logit_c, *LOGIT_C_BOUNDS))
    mean[layout.free_mean] = new_mean
    sd[layout.free_sd] = np.exp(np.clip(log_sd, *np.log(SD_BOUNDS)))
    return Point(a, d, c, mean, sd)


def at_bound(point: Point, layout: Layout) -> BoolArray:
    """Say of each item whether it is free and stands at a bound of the search, shape (m,)."""
    inside = (
        (point.a > A_BOUNDS[0] * 1.001)
        & (point.a < A_BOUNDS[1] * 0.999)
        & (np.abs(point.d) < D_BOUND * 0.999)
    )
    free = np.zeros(point.a.size, dtype=np.bool_)
    free[layout.free] = True
    return np.asarray(free & ~inside)


def in_theta_of_slope(point: Point) -> Point:
    """Return the same model with slopes of 1: the 1PL with one slope told as a Rasch model."""
    slope = float(point.a[0])
    return replace(
        point,
        a=np.ones_like(point.a),
        mean=point.mean * slope,
        sd=point.sd * slope,
    )
