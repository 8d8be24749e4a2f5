"""calibrate(): from responses to item parameters, in one call."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from psychometrics.arrays import FloatArray, frozen
from psychometrics.calibration.em import Ascent, Control, Maximand, climb, sharpness
from psychometrics.calibration.girth import check_request, climb_with_girth, signed_by_girth
from psychometrics.calibration.grid import as_grid, chosen_grid
from psychometrics.calibration.priors import DEFAULT_GUESSING, Priors
from psychometrics.calibration.result import (
    Anchors,
    Calibration,
    Engine,
    Latent,
    Model,
)
from psychometrics.calibration.space import Point, Slope, at_bound, in_theta_of_slope
from psychometrics.calibration.start import starting_point
from psychometrics.calibration.study import Study, prepare
from psychometrics.calibration.uncertainty import (
    Uncertainty,
    by_reported,
    joint_covariance,
    standard_errors,
    uncertainty,
)
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

_STANDARD = 0.02
"""How far a standardised quadrature may be from mean 0 and sd 1."""


def calibrate(  # noqa: PLR0913 - one call says all that a calibration depends on
    responses: ResponseMatrix,
    model: Model = "2pl",
    *,
    engine: Engine = "em",
    priors: Priors | None = None,
    anchors: Anchors | None = None,
    groups: Sequence[str] | None = None,
    quadrature: Quadrature | None = None,
    max_iterations: int = 500,
    tolerance: float = 1e-4,
    progress: Callable[[int, float], None] | None = None,
    adaptive: bool = False,
) -> Calibration:
    """Return item parameters by marginal maximum likelihood, or the mode under priors.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Its row weights count.
    model : "rasch", "1pl", "2pl" or "3pl"
        Rasch: a = 1, latent variance free. 1PL: one a, latent N(0, 1). The same fit, told twice.
    engine : "em" or "girth"
        Our own, or girth behind its adapter for a cross-check on complete data.
    priors : Priors, optional
        None is pure maximum likelihood, but for the 3PL's c, which always has a prior.
    anchors : Anchors, optional
        Items held exactly; all latent means and sds are then free.
    groups : sequence of str, length n, optional
        Each person's group. The first in sorted order is the reference, N(0, 1), unless anchors
        fix the metric; the others' means and sds are free.
    quadrature : Quadrature, optional
        Standardised nodes; a group's are its mean + sd * nodes. Chosen by the data unless given.
    max_iterations : int
        E-steps at most.
    tolerance : float
        The longest step of a coordinate (log a, d, logit c, mean, log sd) that counts as rest.
    progress : callable, optional
        Told each E-step's number and the log-posterior.
    adaptive : bool
        Items were selected by earlier answers. The likelihood ignores that rightly when every
        answer that drove the selection is in it, so that "em" needs no other treatment; the
        girth engine refuses such data.

    Returns
    -------
    Calibration
        Items and persons that took no part are named in it.

    Raises
    ------
    DataError
        Nothing is left to calibrate; anchors that the matrix does not have, or that contradict
        the model; groups that do not fit; a quadrature that is not standardised.

    Notes
    -----
    Bock & Aitkin (1981); Mislevy (1986) for priors; Baker & Kim (2004), ch. 6; anchors with the
    prior updated in every step as in Kim (2006), MWU-MEM. Standard errors by Louis (1982).
    """
    _check(responses, model, tolerance, max_iterations)
    if engine == "girth":
        check_request(model, priors, anchors, grouped=groups is not None, adaptive=adaptive)
    elif engine != "em":
        raise DataError(f"engine must be 'em' or 'girth', got {engine!r}")
    used = priors or Priors()
    if model == "3pl" and used.c is None:
        used = replace(used, c=DEFAULT_GUESSING)
    study = prepare(responses, model, priors=used, anchors=anchors, groups=groups)
    problem = Maximand(study.portions, study.layout, study.priors)
    start = starting_point(study.portions, study.layout, study.known, groups=len(study.groups))
    grid = chosen_grid(*sharpness(study.portions, start))
    if quadrature is not None:
        grid = as_grid(_standardised(quadrature))
    control = Control(max_iterations, tolerance, progress)
    if engine == "girth":
        fixed = grid if quadrature is not None else None
        found = climb_with_girth(study, model, grid=fixed, control=control)
        return signed_by_girth(_told(found, study, model, priors=used))
    ascent = climb(problem, start, grid=grid, fixed_grid=quadrature is not None, control=control)
    return _told(ascent, study, model, priors=used)


def _check(responses: object, model: str, tolerance: float, max_iterations: int) -> None:
    """Refuse what types would have refused, where nobody checked types."""
    if not isinstance(responses, ResponseMatrix):
        raise DataError(
            "responses must be a ResponseMatrix: make one with ResponseMatrix.from_scores(array)"
        )
    if model not in get_args(Model):
        raise DataError(f"model must be one of {', '.join(get_args(Model))}, got {model!r}")
    if not tolerance > 0 or max_iterations < 1:
        raise DataError("tolerance must be above 0, and max_iterations at least 1")


def _standardised(quadrature: Quadrature) -> Quadrature:
    mean = float(quadrature.weights @ quadrature.nodes)
    sd = float(np.sqrt(quadrature.weights @ (quadrature.nodes - mean) ** 2))
    if abs(mean) > _STANDARD or abs(sd - 1.0) > _STANDARD:
        raise DataError(
            f"the quadrature must be standardised, its mean is {mean:.3f} and its sd {sd:.3f}: "
            f"each group's nodes are made from it as mean + sd * nodes"
        )
    return quadrature


def _told(ascent: Ascent, study: Study, model: Model, *, priors: Priors) -> Calibration:
    layout, responses = study.layout, study.responses
    place = ascent.place
    diverged = at_bound(place.point, layout)
    doubt = uncertainty(ascent.problem, place, grid=ascent.grid, diverged=diverged)
    point, spread = place.point, _latent_errors(doubt, place.point, rasch=False)
    told = doubt.items.copy()
    if model == "rasch":
        told[:, 0, :] = told[:, :, 0] = np.nan
        if layout.slope is Slope.COMMON:
            point = in_theta_of_slope(place.point)
            spread = _latent_errors(doubt, place.point, rasch=True)
    reported = by_reported(told, point)
    known = study.known
    return Calibration(
        model=model,
        engine="em",
        labels=responses.items,
        items=ItemParameters(
            point.a, np.where(known.mask, known.items.b, -point.d / point.a), point.c
        ),
        standard_errors=standard_errors(told, reported, point),
        covariance=frozen(reported),
        latent=Latent(study.groups, frozen(point.mean), frozen(point.sd), *spread),
        log_likelihood=place.found.log_likelihood,
        log_posterior=place.objective,
        parameter_count=layout.parameter_count,
        persons=float(responses.weights.sum()),
        iterations=ascent.iterations,
        trace=frozen(np.array(ascent.trace)),
        converged=ascent.converged and doubt.is_maximum and not diverged.any(),
        diverged_items=tuple(np.array(responses.items)[diverged].tolist()),
        left_out_items=study.left_out_items,
        left_out_persons=study.left_out_persons,
        priors=priors,
        quadrature=ascent.grid.quadrature,
        joint=joint_covariance(doubt, point, rasch=model == "rasch"),
    )


def _latent_errors(
    doubt: Uncertainty, point: Point, *, rasch: bool
) -> tuple[FloatArray, FloatArray]:
    """Return standard errors of means and sds; times the common slope for the Rasch metric."""
    groups = point.mean.size
    by = np.eye(1 + 2 * groups)[1:]
    if rasch:
        by = by * point.a[0]
        by[:, 0] = np.concatenate([point.mean, point.sd])
    variance = np.einsum("ij,jk,ik->i", by, doubt.slope_and_latent, by)
    errors = np.sqrt(np.where(variance > 0, variance, np.nan))
    return frozen(errors[:groups].copy()), frozen(errors[groups:].copy())
