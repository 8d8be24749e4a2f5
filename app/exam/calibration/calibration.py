"""From a window's responses to a calibration run: estimates, fit, keys, drift, and what to look at.

First run    free: latent N(0, 1), each item's b centred on its rating.
Later runs   free, linked to the reporting scale, drifted anchors dropped, anchored on the rest.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.errors import (
    NotCalibratable,
)
from app.exam.calibration.anchoring import Anchoring, anchor_on
from app.exam.calibration.collected import Collected
from app.exam.calibration.findings import gather, item_rows
from app.exam.paper.edition import Edition
from app.progress import Progress
from itembank.calibration import (
    DECIMALS,
    CalibrationRun,
    InformationPoint,
    RunOptions,
    Value,
    rounded,
)
from itembank.exams import AdaptivePaper
from itembank.scale import FrozenScale
from psychometrics import (
    Ability,
    Anchors,
    Calibration,
    DataError,
    ItemParameters,
    LogNormal,
    Normal,
    Priors,
    calibrate,
    empirical_reliability,
    test_information,
)

STEEPNESS_SPREAD = 0.5
RATING_ERROR = 1.0
"""The sd of b around what a rating says: weak, since judges err by about half a logit or more."""


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What is asked of a calibration."""

    model: Literal["rasch", "1pl", "2pl"] = "2pl"
    engine: Literal["em", "girth"] = "em"
    anchors: Literal["scale", "free"] = "scale"
    max_iterations: int = 500
    tolerance: float = 1e-4


@dataclass(frozen=True, slots=True)
class Sources:
    """What a calibration starts from: responses, what is believed, and the scale if any."""

    collected: Collected
    edition: Edition
    scale: FrozenScale | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What names a run and says who made it, when, and with which versions."""

    id: str
    window: str
    made_at: str
    by: str
    versions: dict[str, str]


def calibrate_responses(
    sources: Sources, request: CalibrationRequest, *, origin: Origin, progress: Progress
) -> CalibrationRun:
    """Return the run; raise Refused where the data cannot be calibrated as asked."""
    try:
        return _run(sources, request, origin=origin, progress=progress)
    except DataError as exc:
        raise NotCalibratable(str(exc)) from exc


def _run(
    sources: Sources, request: CalibrationRequest, *, origin: Origin, progress: Progress
) -> CalibrationRun:
    collected, edition = sources.collected, sources.edition
    scale = sources.scale if request.anchors == "scale" else None
    final, anchoring = _free(sources, request, progress=progress), None
    if scale is not None:
        anchoring = anchor_on(scale, final, collected)
        priors = _priors(request, _believed(sources, request, is_anchored=True))
        final = _calibrate(sources, request, priors, anchoring, progress=progress)
    evidence = gather(collected, final, anchoring)
    latent = final.latent
    return CalibrationRun(
        id=origin.id,
        window=origin.window,
        exam=edition.exam.code,
        exam_version=edition.exam.version,
        made_at=origin.made_at,
        by=origin.by,
        input_hash=collected.hash,
        options=RunOptions(
            model=request.model,
            engine=request.engine,
            anchors=request.anchors,
            priors=str(final.priors),
            quadrature_points=len(final.quadrature),
            max_iterations=request.max_iterations,
            tolerance=request.tolerance,
        ),
        versions=origin.versions,
        seed=None,
        persons=len(collected.choices.responses.persons),
        responses=len(collected.cells),
        latent_mean=_value(float(latent.mean[0]), float(latent.mean_error[0])),
        latent_sd=_value(float(latent.sd[0]), float(latent.sd_error[0])),
        log_likelihood=round(final.log_likelihood, DECIMALS),
        log_posterior=round(final.log_posterior, DECIMALS),
        aic=round(final.aic, DECIMALS),
        bic=round(final.bic, DECIMALS),
        parameter_count=final.parameter_count,
        iterations=final.iterations,
        converged=final.converged,
        trace=tuple(round(float(value), DECIMALS) for value in final.trace),
        reliability=_reliability(evidence.ability),
        scale=None if scale is None else scale.number,
        linking=None if anchoring is None else anchoring.linking,
        drift=() if anchoring is None else anchoring.drift,
        information=_information(final),
        items=item_rows(collected, edition, evidence),
    )


def _free(sources: Sources, request: CalibrationRequest, *, progress: Progress) -> Calibration:
    """Return a calibration without anchors, its priors moved to where the persons are.

    Ability has mean 0 by definition, and how far from that the ratings' own origin lies is not
    known beforehand: priors on b that insisted on the declared mean would move the origin. So
    the persons are first placed among the items as they are judged, by the marginal likelihood.
    """
    centre = _believed(sources, request, is_anchored=False)
    if request.engine == "em":
        judged = ItemParameters(np.ones(centre.size), centre, np.zeros(centre.size))
        anchors = Anchors(sources.collected.labels, judged)
        found = calibrate(sources.collected.choices.responses, "2pl", anchors=anchors)
        centre = centre - found.latent.mean[0]
    return _calibrate(sources, request, _priors(request, centre), None, progress=progress)


def _calibrate(
    sources: Sources,
    request: CalibrationRequest,
    priors: Priors | None,
    anchoring: Anchoring | None,
    *,
    progress: Progress,
) -> Calibration:
    return calibrate(
        sources.collected.choices.responses,
        request.model,
        engine=request.engine,
        priors=priors,
        anchors=None if anchoring is None else anchoring.anchors,
        max_iterations=request.max_iterations,
        tolerance=request.tolerance,
        progress=lambda done, _: progress(done, request.max_iterations),
        adaptive=isinstance(sources.edition.exam.paper, AdaptivePaper),
    )


def _believed(
    sources: Sources, request: CalibrationRequest, *, is_anchored: bool
) -> NDArray[np.float64]:
    """Return what is believed of each item's b, in the metric of the run.

    A free run has mean ability 0 (and sd 1, but for the Rasch model), so beliefs are carried
    there by the declared ability distribution; an item nobody has judged is put at its mean.
    """
    edition = sources.edition
    start = edition.parameters.prior or edition.exam.prior
    mean = 0.0 if is_anchored else start.mean
    sd = 1.0 if is_anchored or request.model == "rasch" else start.sd
    known = edition.parameters.items
    items = sources.collected.items
    b = [known[item.id].b if item.id in known else mean for item in items]
    return np.asarray((np.array(b) - mean) / sd)


def _priors(request: CalibrationRequest, centre: NDArray[np.float64]) -> Priors | None:
    """Return weak priors, b around `centre`; girth takes none."""
    if request.engine == "girth":
        return None
    return Priors(a=LogNormal(0.0, STEEPNESS_SPREAD), b=Normal(centre, RATING_ERROR))


def _information(found: Calibration) -> tuple[InformationPoint, ...]:
    mean, sd = float(found.latent.mean[0]), float(found.latent.sd[0])
    theta = np.round(mean + sd * np.linspace(-4.0, 4.0, 33), 3)
    values = test_information(theta, found.items)
    return tuple(
        InformationPoint(theta=float(at), information=round(float(value), DECIMALS))
        for at, value in zip(theta, values, strict=True)
    )


def _reliability(ability: Ability) -> float | None:
    if len(ability.theta) <= 1:
        return None
    return rounded(empirical_reliability(ability.theta, ability.sem))


def _value(value: float, error: float) -> Value:
    return Value(value=round(value, DECIMALS), error=rounded(error))
