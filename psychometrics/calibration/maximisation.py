"""The M-step: a few Fisher-scoring steps over all items at once, and the latent moments."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from psychometrics.arrays import FloatArray
from psychometrics.calibration.expectation import Expectation
from psychometrics.calibration.penalty import A, FreePriors, penalty
from psychometrics.calibration.space import (
    A_BOUNDS,
    D_BOUND,
    LOGIT_C_BOUNDS,
    SD_BOUNDS,
    Layout,
    Point,
    Slope,
)

_STEPS = 2
_GUESSING_STEPS = 3
_REACH = np.array([0.7, 2.0, 1.5])
"""The longest step in a (as a share of a), d and logit c."""
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Slope and expected curvature of the free items' part of the objective.

    Parameters
    ----------
    gradient : FloatArray, shape (f, p)
        By (a, d) or (a, d, logit c).
    information : FloatArray, shape (f, p, p)
        Fisher's, of the complete data.
    """

    gradient: FloatArray
    information: FloatArray


def logistic_scores(found: Expectation, point: Point, layout: Layout) -> Scores:
    """Return the scores by (a, d) where no item has a lower asymptote."""
    theta, free = found.theta, layout.free
    moments, persons = found.moments[free], found.persons
    persons = persons if len(persons) == 1 else persons[free]
    p = expit(point.a[free, np.newaxis] * theta + point.d[free, np.newaxis])
    powers = np.column_stack([theta * theta, theta, np.ones_like(theta)])
    expected = p * persons
    by = expected @ powers[:, 1:]
    gradient = moments[:, ::-1] - by
    expected *= 1.0 - p
    weight = expected @ powers
    return Scores(gradient, weight[:, [[0, 1], [1, 2]]])


def guessing_scores(found: Expectation, point: Point, layout: Layout) -> Scores:
    """Return the scores by (a, d, logit c).

    Notes
    -----
    With s = expit(a theta + d): dP/dd = (1 - c) s (1 - s), dP/dlogit c = c (1 - c) (1 - s) and
    P Q = P (1 - c) (1 - s), so that both derivatives over P Q are s / P and c / P.
    """
    if found.right is None:
        raise AssertionError("an E-step with asymptotes counts right answers at the nodes")
    theta, free = found.theta, layout.free
    persons = found.persons if len(found.persons) == 1 else found.persons[free]
    c = point.c[free, np.newaxis]
    s = expit(point.a[free, np.newaxis] * theta + point.d[free, np.newaxis])
    p = c + (1.0 - c) * s
    residual = (found.right[free] - persons * p) / p
    variance = persons * (1.0 - c) * (1.0 - s) / p
    by = np.stack([s * theta, s, np.broadcast_to(c, s.shape)], axis=1)
    if not layout.guessing:
        by = by[:, :2]
    gradient = np.einsum("fpq,fq->fp", by, residual)
    information = (by * variance[:, np.newaxis, :]) @ by.transpose(0, 2, 1)
    return Scores(gradient, information)


def maximise(found: Expectation, point: Point, *, layout: Layout, priors: FreePriors) -> Point:
    """Return the M-step: the point that the expectations point to.

    Parameters
    ----------
    found : Expectation
        Of the E-step at `point`.
    point : Point
        Where the steps begin.
    layout : Layout
        What is free.
    priors : FreePriors
        Of the free items.

    Returns
    -------
    Point
        Nearer to the maximum of the expected log-posterior; fixed values as they were.
    """
    now = point
    if layout.free.size:
        for _ in range(_GUESSING_STEPS if layout.guessing else _STEPS):
            now = _scoring_step(found, now, layout, priors)
    return _latent_step(found, now, layout)


def _scoring_step(found: Expectation, point: Point, layout: Layout, priors: FreePriors) -> Point:
    score = guessing_scores if found.right is not None else logistic_scores
    scores = score(found, point, layout)
    gradient, information = scores.gradient, scores.information
    if priors:
        size = gradient.shape[1]
        term = penalty(priors, point, layout)
        gradient = gradient + term.gradient[:, :size]
        information = information + term.damping[:, :size, :size]
    match layout.slope:
        case Slope.FREE:
            step = _solve(information, gradient)
        case Slope.COMMON:
            step = _common_slope_step(information, gradient)
        case Slope.FIXED:
            step = np.zeros_like(gradient)
            step[:, 1] = gradient[:, 1] / np.maximum(information[:, 1, 1], _RIDGE)
    return _moved(point, step, layout)


def _solve(information: FloatArray, gradient: FloatArray) -> FloatArray:
    size = gradient.shape[1]
    trace = np.trace(information, axis1=1, axis2=2)[:, np.newaxis]
    ridge = (_RIDGE * trace + np.finfo(np.float64).tiny)[..., np.newaxis] * np.eye(size)
    return np.asarray(np.linalg.solve(information + ridge, gradient[..., np.newaxis])[..., 0])


def _common_slope_step(information: FloatArray, gradient: FloatArray) -> FloatArray:
    own = np.maximum(information[:, 1, 1], _RIDGE)
    ratio = information[:, 0, 1] / own
    curvature = float((information[:, 0, 0] - ratio * information[:, 0, 1]).sum())
    slope = float((gradient[:, 0] - ratio * gradient[:, 1]).sum()) / max(curvature, _RIDGE)
    return np.column_stack(
        [np.full(len(own), slope), (gradient[:, 1] - information[:, 0, 1] * slope) / own]
    )


def _moved(point: Point, step: FloatArray, layout: Layout) -> Point:
    free = layout.free
    a, d = point.a[free], point.d[free]
    reach = np.tile(_REACH[: step.shape[1]], (free.size, 1))
    reach[:, A] *= a
    share = np.minimum(1.0, (reach / np.maximum(np.abs(step), _RIDGE)).min(axis=1))
    if layout.slope is Slope.COMMON:
        share[:] = share.min()
    step = step * share[:, np.newaxis]
    new_a, new_d, new_c = point.a.copy(), point.d.copy(), point.c.copy()
    new_a[free] = np.clip(a + step[:, 0], *A_BOUNDS)
    new_d[free] = np.clip(d + step[:, 1], -D_BOUND, D_BOUND)
    if layout.guessing:
        new_c[free] = expit(np.clip(logit(point.c[free]) + step[:, 2], *LOGIT_C_BOUNDS))
    return replace(point, a=new_a, d=new_d, c=new_c)


def _latent_step(found: Expectation, point: Point, layout: Layout) -> Point:
    if not (layout.free_mean.any() or layout.free_sd.any()):
        return point
    theta = found.theta.reshape(found.members.shape)
    count = found.members.sum(axis=1)
    mean = np.where(layout.free_mean, (found.members * theta).sum(axis=1) / count, point.mean)
    spread = (found.members * (theta - mean[:, np.newaxis]) ** 2).sum(axis=1) / count
    sd = np.where(layout.free_sd, np.sqrt(spread).clip(*SD_BOUNDS), point.sd)
    return replace(point, mean=mean, sd=sd)
