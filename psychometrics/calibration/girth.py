"""The one door to girth: what it estimates soundly, checked before and completed after.

girth is loaded when it is first asked: it brings scipy.stats along, which takes longer to import
than all of ours, and nobody but a cross-check wants it.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.calibration.em import Ascent, Control, Maximand, Place, climb, sharpness, visit
from psychometrics.calibration.grid import Grid, chosen_grid
from psychometrics.calibration.presentation import presentation_by_chance
from psychometrics.calibration.priors import WINDOW_PRIORS, Priors
from psychometrics.calibration.result import Anchors, Calibration, Model
from psychometrics.calibration.space import Point
from psychometrics.calibration.start import starting_point
from psychometrics.calibration.study import Study, prepare
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

MOST_RESPONSES = 500
"""Of one person. girth multiplies probabilities and tries slopes far too steep on its way, at
which 600 responses can underflow to 0 in a double."""
SLOPES_SEARCHED = {"2pl": (0.2, 5.0), "1pl": (0.25, 10.0), "rasch": (0.25, 10.0)}
"""Where girth looks for a."""
DIFFICULTIES_SEARCHED = 6.0
"""girth looks for b within this distance of 0."""
SETTLED = 0.02
"""The longest way in a that may be left, in its standard errors. Runs that came to rest leave
below 0.005, complete or half missing, and runs cut off after three rounds 0.02 to 0.7."""
_SLOPE_MARGIN, _DIFFICULTY_MARGIN = 0.01, 0.5
"""This near to an end is at it; b is looked up in a table and stops short of its end."""
_GUARD = Control(max_iterations=100, tolerance=0.01, progress=None)


@dataclass(frozen=True, slots=True, eq=False)
class GirthEstimates:
    """What girth says of m items, theta ~ N(0, 1).

    Attributes
    ----------
    a, b : FloatArray, shape (m,)
        Logistic metric, D = 1; the 1PL's one a is repeated.
    """

    a: FloatArray
    b: FloatArray


def check_request(
    model: Model, priors: Priors | None, anchors: Anchors | None, *, grouped: bool, adaptive: bool
) -> None:
    """Refuse what girth does not do, or does wrongly.

    Parameters
    ----------
    model : Model
        rasch, 1pl or 2pl.
    priors, anchors
        None, or without content.
    grouped : bool
        Persons have groups.
    adaptive : bool
        Items were selected by earlier answers.

    Raises
    ------
    DataError
        With the way out.
    """
    asked = {
        "a 3PL (its own fails under numpy 2)": model == "3pl",
        "priors": priors is not None and str(priors) != "none",
        "anchors": anchors is not None and bool(anchors.labels),
        "groups": grouped,
    }
    for what, wanted in asked.items():
        if wanted:
            raise DataError(f"girth is not served with {what}: use engine='em'")
    if adaptive:
        raise DataError(
            "girth solves each b from the raw share of right answers, which adaptive selection "
            "draws towards one half, so its estimates would be wrong: use engine='em'"
        )


def climb_with_girth(study: Study, model: Model, *, grid: Grid | None, control: Control) -> Ascent:
    """Return girth's estimates as the place where an ascent came to rest.

    Parameters
    ----------
    study : Study
        Without constant items, which girth gives a wrong sign; one group, no anchors.
    model : Model
        rasch, 1pl or 2pl; the first two are girth's 1PL.
    grid : Grid, optional
        Where the log-likelihood is taken; chosen by the estimates unless given.
    control : Control
        Rounds at most; the tolerance is girth's own, 0.001 in a.

    Returns
    -------
    Ascent
        One E-step of ours at girth's estimates. `converged` says that no more than `SETTLED` is
        left to go by girth's criterion, and no estimate lies at an end of what girth searches.

    Raises
    ------
    DataError
        Presentation that depends on ability, too many responses, parts of persons, or
        arithmetic that failed.
    """
    _check_responses(study.responses)
    estimates = girth_estimates(study.responses, model, max_rounds=control.max_iterations)
    problem = Maximand(study.portions, study.layout, study.priors)
    no_c = np.zeros(estimates.a.size)
    point = Point(
        a=estimates.a, d=-estimates.a * estimates.b, c=no_c, mean=np.zeros(1), sd=np.ones(1)
    )
    used = grid or chosen_grid(*sharpness(study.portions, point))
    place = visit(problem, point, used)
    if control.progress is not None:
        control.progress(1, place.objective)
    rest = step_left(place, used, common=model != "2pl") <= SETTLED
    edge = _at_edge(estimates.a, estimates.b, model)
    return Ascent(
        problem, control, used, place, trace=[place.objective], converged=rest and not edge.any()
    )


def signed_by_girth(calibration: Calibration) -> Calibration:
    """Return the calibration as girth's, with the items named that girth could not reach.

    Parameters
    ----------
    calibration : Calibration
        Told of an ascent by `climb_with_girth`.

    Returns
    -------
    Calibration
        `diverged_items` are those at an end of what girth searches.
    """
    sd = float(calibration.latent.sd[0])
    edge = _at_edge(calibration.items.a * sd, calibration.items.b / sd, calibration.model)
    names = tuple(calibration.labels[j] for j in np.flatnonzero(edge).tolist())
    return replace(calibration, engine="girth", diverged_items=names)


def girth_estimates(responses: ResponseMatrix, model: Model, *, max_rounds: int) -> GirthEstimates:
    """Return girth's estimates and nothing else that it says.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        No constant item; what is missing is missing by chance; whole weights.
    model : Model
        rasch or 1pl: girth's 1PL; 2pl.
    max_rounds : int
        Of the 2PL.

    Returns
    -------
    GirthEstimates, length m
        On girth's 41 Gauss-Legendre nodes from -4.5 to 4.5.

    Raises
    ------
    DataError
        girth divided by zero or found no number.

    Notes
    -----
    For each trial value of a girth takes the b at which the model's share of right answers
    equals the raw share among the item's takers, and maximises the marginal likelihood over a
    alone. Where all took all, or by chance, that is close to marginal maximum likelihood.
    """
    import girth  # noqa: PLC0415 - one of the two doors that load late; the reason is atop

    table = _table(responses, girth.INVALID_RESPONSE)
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise", under="ignore"):
            found = (
                girth.twopl_mml(table, {"max_iteration": max_rounds})
                if model == "2pl"
                else girth.onepl_mml(table)
            )
    except FloatingPointError as error:
        raise DataError(f"girth failed on these data ({error}): use engine='em'") from error
    b = np.asarray(found["Difficulty"], dtype=np.float64).reshape(-1)
    a = np.broadcast_to(np.asarray(found["Discrimination"], dtype=np.float64), b.shape).copy()
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise DataError("girth found no finite estimates on these data: use engine='em'")
    return GirthEstimates(frozen(a), frozen(b))


def step_left(place: Place, grid: Grid, *, common: bool) -> float:
    """Return the longest way in a still to go to the maximum of girth's criterion.

    Parameters
    ----------
    place : Place
        Estimates with their E-step: one group, theta ~ N(0, 1), no lower asymptotes.
    grid : Grid
        Its nodes.
    common : bool
        One a for all items.

    Returns
    -------
    float
        In standard errors of a: a Newton step with the information of complete data, which is
        short of the whole way by the share of information that is missing.

    Notes
    -----
    girth gives no sign of convergence, and being no maximum of the likelihood its estimates
    cannot be judged by the gradient alone. It moves along the curve on which the marginal share
    of right answers stays as observed, where dd/da = -sum(w P Q theta) / sum(w P Q), so at rest
    the derivative of the log-likelihood along that curve is 0.
    """
    a, d, found = place.point.a, place.point.d, place.found
    p = expit(a[:, np.newaxis] * found.theta + d[:, np.newaxis])
    spread = p * (1.0 - p)
    weights = np.exp(grid.log_weights)
    turn = -(spread @ (weights * found.theta)) / (spread @ weights)
    expected = found.persons * p
    slope_a = found.moments[:, 1] - expected @ found.theta
    slope_d = found.moments[:, 0] - expected.sum(axis=1)
    gradient = slope_a + turn * slope_d
    lever = found.theta + turn[:, np.newaxis]
    information = (found.persons * spread * lever**2).sum(axis=1)
    if common:
        return float(abs(gradient.sum()) / information.sum() ** 0.5)
    return float(np.max(np.abs(gradient) / np.sqrt(information)))


def _at_edge(a: FloatArray, b: FloatArray, model: Model) -> BoolArray:
    low, high = SLOPES_SEARCHED[model]
    inside = (a > low + _SLOPE_MARGIN) & (a < high - _SLOPE_MARGIN)
    return np.asarray(~(inside & (np.abs(b) < DIFFICULTIES_SEARCHED - _DIFFICULTY_MARGIN)))


def _check_responses(responses: ResponseMatrix) -> None:
    most = int(np.diff(responses.starts).max(initial=0))
    if most > MOST_RESPONSES:
        raise DataError(
            f"girth underflows beyond {MOST_RESPONSES} responses a person, here {most}: "
            f"use engine='em'"
        )
    if (responses.weights != np.round(responses.weights)).any():
        raise DataError("girth counts whole persons: give whole weights, or use engine='em'")
    if not responses.is_complete:
        _check_presentation(responses)


def _check_presentation(responses: ResponseMatrix) -> None:
    """Refuse incomplete data whose missing responses are not missing by chance.

    Our EM judges, since its estimates hold under adaptive selection; weak priors keep items
    seen by few in place.
    """
    study = prepare(responses, "2pl", priors=WINDOW_PRIORS, anchors=None, groups=None)
    start = starting_point(study.portions, study.layout, study.known, groups=1)
    ascent = climb(
        Maximand(study.portions, study.layout, study.priors),
        start,
        grid=chosen_grid(*sharpness(study.portions, start)),
        fixed_grid=True,
        control=_GUARD,
    )
    point = ascent.place.point
    items = ItemParameters(point.a, -point.d / point.a, point.c)
    found = presentation_by_chance(study.responses, items, prior=ascent.grid.quadrature)
    if found.depends:
        raise DataError(
            f"what was presented depends on ability, as in an adaptive test: EAP and mean "
            f"difficulty presented correlate {found.correlation:.2f} (z = "
            f"{found.correlation_z:.1f}), takers of item {found.item} lie {found.shift:+.2f} from "
            f"the mean (z = {found.shift_z:.1f}). girth needs data missing by chance: "
            f"use engine='em'"
        )


def _table(responses: ResponseMatrix, missing: int) -> npt.NDArray[np.int64]:
    """Return items x persons, whole numbers, missing ones tagged: what girth reads."""
    n, m = responses.shape
    table = np.full((m, n), missing, dtype=np.int64)
    table[responses.columns, responses.person_of_cell()] = responses.scores
    repeats = responses.weights.astype(np.int64)
    return table if (repeats == 1).all() else np.repeat(table, repeats, axis=1)
