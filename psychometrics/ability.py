"""Ability from scored responses: EAP, MAP, maximum likelihood, Warm's weighted likelihood."""

from dataclasses import dataclass
from typing import Literal, assert_never, get_args

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.errors import DataError
from psychometrics.mode import Modes, find_modes, posterior_reach
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import Code, ResponseMatrix, response_codes
from psychometrics.warm import Objective

WLE_BOUNDS = (-8.0, 8.0)
STANDARD_NORMAL = (0.0, 1.0)

_ANYWHERE = (-np.inf, np.inf)
_GRID_CELLS = 60_000
# Nodes per narrowest posterior sd, and per logit of the steepest item: see `_nodes`.
_NODES_PER_SD = 1.2
_NODES_PER_LOGIT = 1.5
# How far, in natural logs, the grid follows a posterior down.
_DECLINE = 28.0


Method = Literal["eap", "map", "ml", "wle"]


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Ability:
    """Estimates for n persons.

    Parameters
    ----------
    theta : array_like, shape (n,)
        In theta units; -inf or inf where a likelihood has no finite maximum (ML alone).
    sem : array_like, shape (n,)
        Standard error of measurement, in theta units; inf where theta is infinite.
    at_bound : array_like of bool, shape (n,), optional
        True where theta is an end of the interval searched, and so no mode.

    Raises
    ------
    DataError
        Lengths differ, or NaN among the values.
    """

    theta: FloatArray
    sem: FloatArray
    at_bound: BoolArray

    def __init__(
        self, theta: npt.ArrayLike, sem: npt.ArrayLike, at_bound: npt.ArrayLike | None = None
    ) -> None:
        """Copy the arrays, make them read-only and check them."""
        estimates, errors = np.array(theta, dtype=np.float64), np.array(sem, dtype=np.float64)
        ends = np.zeros(estimates.shape, np.bool_) if at_bound is None else np.array(at_bound)
        if estimates.ndim != 1 or not estimates.shape == errors.shape == ends.shape:
            shapes = f"{estimates.shape}, {errors.shape} and {ends.shape}"
            raise DataError(f"theta, sem and at_bound must have one length, got {shapes}")
        if np.isnan(estimates).any() or np.isnan(errors).any():
            raise DataError("theta and sem must be numbers, or infinite; one is NaN")
        object.__setattr__(self, "theta", frozen(estimates))
        object.__setattr__(self, "sem", frozen(errors))
        object.__setattr__(self, "at_bound", frozen(ends.astype(np.bool_)))

    @property
    def finite(self) -> BoolArray:
        """Say whose theta is finite, shape (n,)."""
        return np.isfinite(self.theta)


def estimate_ability(
    responses: ResponseMatrix | npt.ArrayLike,
    items: ItemParameters,
    *,
    method: Method = "eap",
    prior: Quadrature | tuple[float, float] = STANDARD_NORMAL,
    bounds: tuple[float, float] | None = None,
) -> Ability:
    """Return theta and its standard error for each person.

    Parameters
    ----------
    responses : ResponseMatrix or array_like of int, shape (n, m)
        Scored responses; an array holds codes, with omissions scored (NOT_PRESENTED adds
        nothing). What a row weighs changes nothing here.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    method : "eap", "map", "ml" or "wle"
        Posterior mean; posterior mode; maximum likelihood; Warm's weighted likelihood, which has
        no prior and is finite for all-right and all-wrong patterns.
    prior : (mean, sd) or Quadrature
        Of theta, for "eap" and "map". A (mean, sd) is a normal distribution, and "eap" takes as
        many nodes as the responses need. A Quadrature is used as it is by "eap", so its nodes
        must be dense enough for the longest paper; "map" takes the normal distribution with its
        mean and sd.
    bounds : (float, float), optional
        The interval searched, in theta units, for "ml" (everywhere unless given) and "wle"
        (-8 to 8). An estimate at an end is marked in `at_bound`.

    Returns
    -------
    Ability
        theta (n,), sem (n,), at_bound (n,). Without bounds, "ml" gives inf (all right) or -inf
        (all wrong, and with c > 0 any pattern that nobody explains better than a person who
        guesses everything), with sem inf. A person without responses has the prior's mean and
        sd ("eap", "map").

    Raises
    ------
    DataError
        The shape is not (n, m), an omission is not scored, the bounds do not rise, the prior is
        no distribution, or "ml" or "wle" is asked of a person without responses.

    Notes
    -----
    Standard errors. EAP: the posterior sd (Bock & Mislevy, 1982). MAP: 1 / sqrt(J + 1 / sd^2),
    and ML: 1 / sqrt(J), J the observed information (minus the second derivative of the
    log-likelihood) at the estimate, as in mirt; for c = 0 it is the test information. WLE:
    1 / sqrt(test information) at the estimate, Warm's (1989) asymptotic error; mirt gives
    the curvature of the weighted likelihood instead, smaller or larger by a term of order 1 / m.

    With c > 0 a likelihood, weighted or not, can have several modes. They are all looked for, on
    a grid over the bounds ("ml" without bounds: the line, and its limits at infinity), and the
    highest is given. With several modes near in height the sem of any one of them says too
    little; marks are better reported on Rasch or 2PL items.

    Warm (1989) corrects the score function by J / (2 I). For c = 0 that is the derivative of
    log sqrt(I); for c > 0 the two differ, and sqrt(I) (Jeffreys' prior, as in mirt) is kept,
    being a likelihood whose modes can be compared.
    """
    if method not in get_args(Method):
        raise DataError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    matrix = _scored(responses, items)
    objective = Objective()
    match method:
        case "eap":
            return _expected_a_posteriori(matrix, items, prior)
        case "map":
            mean, sd = _moments(prior)
            objective = Objective(precision=sd**-2, mean=mean)
            return _at_modes(find_modes(matrix, items, objective, bounds=_ANYWHERE))
        case "ml":
            limits = _ANYWHERE if bounds is None else _rising(bounds)
        case "wle":
            objective = Objective(weighted=True)
            limits = WLE_BOUNDS if bounds is None else _rising(bounds)
        case _:
            assert_never(method)
    _refuse_empty(matrix, method)
    return _at_modes(find_modes(matrix, items, objective, bounds=limits))


def _at_modes(found: Modes) -> Ability:
    with np.errstate(divide="ignore"):
        return Ability(found.theta, 1.0 / np.sqrt(found.information), found.at_bound)


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    lower, upper = bounds
    if not -np.inf < lower < upper < np.inf:
        raise DataError(f"bounds must be finite and rise, got {bounds}")
    return float(lower), float(upper)


def _scored(responses: ResponseMatrix | npt.ArrayLike, items: ItemParameters) -> ResponseMatrix:
    if isinstance(responses, ResponseMatrix):
        matrix = responses
    else:
        codes = response_codes(responses, ndim=2)
        unscored = (codes == Code.OMITTED) | (codes == Code.NOT_REACHED)
        if unscored.any():
            person, item = np.argwhere(unscored)[0]
            raise DataError(
                f"person {person}, item {item}: score omissions first (score_omissions)"
            )
        matrix = ResponseMatrix.from_codes(codes)
    if matrix.shape[1] != len(items):
        raise DataError(f"responses to {matrix.shape[1]} items, parameters of {len(items)}")
    return matrix


def _refuse_empty(responses: ResponseMatrix, method: str) -> None:
    empty = np.flatnonzero(np.diff(responses.starts) == 0)
    if empty.size:
        raise DataError(
            f"person {responses.persons[empty[0]]} was presented no item ({empty.size} such): "
            f"leave them out (take_persons), or give them the prior (eap, map); {method} has none"
        )


def _moments(prior: Quadrature | tuple[float, float]) -> tuple[float, float]:
    if isinstance(prior, Quadrature):
        mean = float(prior.weights @ prior.nodes)
        sd = float(np.sqrt(prior.weights @ (prior.nodes - mean) ** 2))
    else:
        mean, sd = (float(value) for value in prior)
    if not (np.isfinite(mean) and 0 < sd < np.inf):
        raise DataError(f"a prior needs a finite mean and an sd above 0, got {mean} and {sd}")
    return mean, sd


def _expected_a_posteriori(
    responses: ResponseMatrix, items: ItemParameters, prior: Quadrature | tuple[float, float]
) -> Ability:
    if isinstance(prior, Quadrature):
        nodes = prior.nodes
        with np.errstate(divide="ignore"):
            log_prior = np.log(prior.weights)
    else:
        mean, sd = _moments(prior)
        nodes = _nodes(responses, items, mean, sd)
        log_prior = -0.5 * ((nodes - mean) / sd) ** 2
    log_p, log_q = log_probability(nodes, items)
    tables = np.vstack([log_q.T, log_p.T])
    indicators = responses.indicators()
    n = len(responses.persons)
    theta, variance = np.empty(n), np.empty(n)
    many = max(_GRID_CELLS // nodes.size, 1)
    for begin in range(0, n, many):
        block = slice(begin, begin + many)
        posterior = indicators[block] @ tables + log_prior
        # The highest node becomes 1, so nothing that counts can underflow.
        posterior -= posterior.max(axis=1, keepdims=True)
        np.exp(posterior, out=posterior)
        total = posterior.sum(axis=1)
        theta[block] = posterior @ nodes / total
        deviations = nodes - theta[block, np.newaxis]
        variance[block] = np.einsum("ij,ij,ij->i", posterior, deviations, deviations) / total
    return Ability(theta, np.sqrt(variance))


def _nodes(responses: ResponseMatrix, items: ItemParameters, mean: float, sd: float) -> FloatArray:
    """Return evenly spaced nodes that hold every person's posterior, dense enough for each.

    The information of an item never passes a^2 / 4, which bounds the precision of the narrowest
    posterior; the sum over nodes h apart errs by about exp(-2 (pi sd / h)^2) of a normal density
    of that sd, and by about exp(-2 pi^2 / (a h)) for the poles of a logistic of slope a.
    """
    cell = 0.25 * items.a[responses.columns] ** 2
    ends = np.concatenate([[0.0], np.cumsum(cell)])[responses.starts]
    precision = float(np.diff(ends).max(initial=0.0)) + sd**-2
    steepest = float(items.a.max(initial=0.0))
    step = 1.0 / max(_NODES_PER_SD * np.sqrt(precision), _NODES_PER_LOGIT * steepest)
    low, high = posterior_reach(items, mean=mean, precision=sd**-2, decline=_DECLINE)
    return np.linspace(low, high, int(np.ceil((high - low) / step)) + 1)
