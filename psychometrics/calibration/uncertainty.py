"""Standard errors: the inverse of the information, told item by item and group by group."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen
from psychometrics.calibration.em import Maximand, Place
from psychometrics.calibration.grid import Grid
from psychometrics.calibration.information import observed_information
from psychometrics.calibration.missing import Coordinates
from psychometrics.calibration.penalty import penalty
from psychometrics.calibration.result import JointCovariance, StandardErrors
from psychometrics.calibration.space import Layout, Point, Slope

_FIXED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What the curvature of the objective says of the estimates.

    Parameters
    ----------
    items : FloatArray, shape (m, 3, 3)
        Covariance of (a, d, logit c) of each item; NaN where fixed.
    slope_and_latent : FloatArray, shape (1 + 2 k, 1 + 2 k)
        Covariance of the common slope (0 unless there is one), the k means and the k sds; 0
        where fixed.
    joint : FloatArray, shape (s, s), or None
        Covariance of all that was estimated, its lower triangle; None without a maximum.
    index : IntArray, shape (m, 3)
        Where (a, d, logit c) of each item stand in it; -1 where fixed.
    is_maximum : bool
        The curvature is that of a maximum; if not, everything else is NaN.
    """

    items: FloatArray
    slope_and_latent: FloatArray
    joint: FloatArray | None
    index: IntArray
    is_maximum: bool


def uncertainty(problem: Maximand, place: Place, *, grid: Grid, diverged: BoolArray) -> Uncertainty:
    """Return the covariance of the estimates at a maximum.

    Parameters
    ----------
    problem : Maximand
        What was maximised.
    place : Place
        Where it was found to be greatest, with its E-step.
    grid : Grid
        Standardised nodes.
    diverged : BoolArray, shape (m,)
        Items without a finite estimate: taken as fixed where they stand.

    Returns
    -------
    Uncertainty
        From the inverse over all items and groups together.
    """
    layout, point = problem.layout, place.point
    information = observed_information(
        problem.portions, point, grid=grid, layout=layout, found=place.found
    )
    coordinates = Coordinates.of(layout)
    if problem.priors:
        size = coordinates.parts
        curvature = penalty(problem.priors, point, layout).curvature[:, :size, :size]
        coordinates.add_blocks(information, -curvature)
    moving = _moving(coordinates, layout, diverged)
    covariance = _inverse(information[np.ix_(moving, moving)])
    if covariance is None:
        size, groups = point.a.size, point.mean.size
        return Uncertainty(
            np.full((size, 3, 3), np.nan),
            np.full((1 + 2 * groups,) * 2, np.nan),
            None,
            np.full((size, 3), _FIXED),
            is_maximum=False,
        )
    return _told(covariance, coordinates, layout, moving=moving, size=point.a.size)


def _moving(coordinates: Coordinates, layout: Layout, diverged: BoolArray) -> IntArray:
    """Return the coordinates that were estimated, among all."""
    moving = np.ones(coordinates.size, dtype=np.bool_)
    moving[coordinates.of_items()[diverged[layout.free]].ravel()] = False
    if coordinates.together:
        moving[0] = not diverged[layout.free].all()
    if layout.slope is Slope.FIXED:
        moving[: coordinates.slopes] = False
    moving[coordinates.means] = layout.free_mean
    moving[coordinates.sds] = layout.free_sd
    return np.flatnonzero(moving)


def _inverse(information: FloatArray) -> FloatArray | None:
    """Return the inverse of a positive definite matrix, or None of another.

    Only its lower triangle is filled in.
    """
    if not information.size:
        return information
    diagonal = np.diagonal(information)
    if not np.isfinite(information).all() or (diagonal <= 0).any():
        return None
    scale = 1.0 / np.sqrt(diagonal)
    scaled = np.asfortranarray(information * scale * scale[:, np.newaxis])
    factor, failed = lapack.dpotrf(scaled, lower=1, overwrite_a=1)
    if failed:
        return None
    inverse, failed = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed:
        return None
    inverse *= scale
    inverse *= scale[:, np.newaxis]
    return np.asarray(inverse)


def _told(
    covariance: FloatArray, coordinates: Coordinates, layout: Layout, *, moving: IntArray, size: int
) -> Uncertainty:
    place = np.full(coordinates.size, _FIXED)
    place[moving] = np.arange(moving.size)
    index = np.full((size, 3), _FIXED)
    index[layout.free, : coordinates.parts] = place[coordinates.of_items()]
    slope = place[:1] if coordinates.together else np.array([_FIXED])
    shared = np.concatenate([slope, place[coordinates.means], place[coordinates.sds]])
    return Uncertainty(
        items=_picked(covariance, index, np.nan),
        slope_and_latent=_picked(covariance, shared[np.newaxis], 0.0)[0],
        joint=covariance,
        index=index,
        is_maximum=True,
    )


def _picked(covariance: FloatArray, index: IntArray, missing: float) -> FloatArray:
    """Return blocks of a matrix of which the lower triangle is known, shape (k, p, p)."""
    if not covariance.size:
        return np.full((*index.shape, index.shape[-1]), missing)
    one, other = index[:, :, np.newaxis], index[:, np.newaxis, :]
    found = covariance[np.maximum(one, other), np.minimum(one, other)]
    fixed = index == _FIXED
    found[fixed[:, :, np.newaxis] | fixed[:, np.newaxis, :]] = missing
    return np.asarray(found)


def reported_by_inner(point: Point) -> FloatArray:
    """Return the derivatives of (a, b, c) by (a, d, logit c), with b = -d / a: shape (m, 3, 3)."""
    a, d, c = point.a, point.d, point.c
    by = np.zeros((a.size, 3, 3))
    by[:, 0, 0] = 1.0
    by[:, 1, 0], by[:, 1, 1] = d / a**2, -1.0 / a
    by[:, 2, 2] = c * (1.0 - c)
    return by


def joint_covariance(doubt: Uncertainty, point: Point, *, rasch: bool) -> JointCovariance | None:
    """Return the covariance of all items at once; the Rasch model fixes the slopes."""
    if doubt.joint is None or not doubt.joint.size:
        return None
    index = doubt.index.copy()
    if rasch:
        index[:, 0] = _FIXED
    return JointCovariance(frozen(doubt.joint), frozen(index), frozen(reported_by_inner(point)))


def by_reported(items: FloatArray, point: Point) -> FloatArray:
    """Return the covariance of (a, b, c) from that of (a, d, logit c), shape (m, 3, 3).

    Parameters
    ----------
    items : FloatArray, shape (m, 3, 3)
        Of (a, d, logit c); NaN where fixed.
    point : Point
        The estimates.

    Returns
    -------
    FloatArray, shape (m, 3, 3)
        By the delta method with b = -d / a; NaN where fixed.
    """
    by = reported_by_inner(point)
    fixed = np.isnan(np.diagonal(items, axis1=1, axis2=2))
    found = by @ np.nan_to_num(items) @ by.transpose(0, 2, 1)
    found[fixed[:, :, np.newaxis] | fixed[:, np.newaxis, :]] = np.nan
    return np.asarray(found)


def standard_errors(items: FloatArray, reported: FloatArray, point: Point) -> StandardErrors:
    """Return the roots of the variances, in both metrics."""
    inner = np.sqrt(np.diagonal(items, axis1=1, axis2=2))
    outer = np.sqrt(np.diagonal(reported, axis1=1, axis2=2))
    return StandardErrors(
        a=frozen(outer[:, 0].copy()),
        b=frozen(outer[:, 1].copy()),
        c=frozen(outer[:, 2].copy()),
        d=frozen(inner[:, 1].copy()),
        log_a=frozen(inner[:, 0] / point.a),
        logit_c=frozen(inner[:, 2].copy()),
    )
