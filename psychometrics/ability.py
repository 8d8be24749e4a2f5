"""Ability from scored responses: expected a posteriori, and Warm's weighted likelihood."""

from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import Code, response_codes
from psychometrics.warm import weighted_likelihood


@dataclass(frozen=True, slots=True, eq=False)
class Ability:
    """Estimates for n persons.

    Parameters
    ----------
    theta : array_like, shape (n,)
        In theta units.
    sem : array_like, shape (n,)
        Standard error of measurement, in theta units: the posterior standard deviation (EAP),
        or 1 / sqrt(test information) at the estimate (WLE).
    """

    theta: FloatArray
    sem: FloatArray

    def __post_init__(self) -> None:
        """Copy the arrays and make them read-only."""
        object.__setattr__(self, "theta", frozen_floats(self.theta, "theta"))
        object.__setattr__(self, "sem", frozen_floats(self.sem, "sem"))


def estimate_ability(
    responses: npt.ArrayLike,
    items: ItemParameters,
    *,
    method: Literal["eap", "wle"],
    prior: Quadrature | None = None,
    bounds: tuple[float, float] = (-8.0, 8.0),
) -> Ability:
    """Return theta and its standard error for each person.

    Parameters
    ----------
    responses : array_like of int, shape (n, m)
        Codes. NOT_PRESENTED adds nothing; omissions have been scored.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    method : "eap" or "wle"
        Posterior mean under `prior`, or weighted likelihood, which has no prior and is finite
        for all-right and all-wrong patterns.
    prior : Quadrature, optional
        For "eap" alone; standard normal on 61 nodes unless given.
    bounds : (float, float)
        For "wle" alone: the interval searched, in theta units. A weighted likelihood that is
        highest at an end gives that end.

    Returns
    -------
    Ability
        theta (n,), sem (n,).

    Raises
    ------
    DataError
        The shape is not (n, m), an omission is not scored, a person was presented no item, or
        the bounds do not rise.

    Notes
    -----
    Bock & Mislevy (1982) for EAP, taken in log space, so that no number of items underflows.
    Warm (1989) for WLE; see `psychometrics.warm`.
    """
    codes = _scored(responses, items)
    match method:
        case "eap":
            theta, sem = _expected_a_posteriori(codes, items, prior or normal_quadrature())
        case "wle":
            theta, sem = weighted_likelihood(
                codes == Code.RIGHT, codes != Code.NOT_PRESENTED, items, bounds=bounds
            )
        case _:
            assert_never(method)
    return Ability(theta, sem)


def _scored(responses: npt.ArrayLike, items: ItemParameters) -> npt.NDArray[np.int8]:
    codes = response_codes(responses, ndim=2)
    if codes.shape[1] != len(items):
        raise DataError(f"responses to {codes.shape[1]} items, parameters of {len(items)}")
    unscored = (codes == Code.OMITTED) | (codes == Code.NOT_REACHED)
    if unscored.any():
        person, item = np.argwhere(unscored)[0]
        raise DataError(f"person {person}, item {item}: score omissions first (score_omissions)")
    empty = (codes == Code.NOT_PRESENTED).all(axis=1)
    if empty.any():
        raise DataError(f"person {int(np.argmax(empty))} was presented no item")
    return codes


def _expected_a_posteriori(
    codes: npt.NDArray[np.int8], items: ItemParameters, prior: Quadrature
) -> tuple[FloatArray, FloatArray]:
    log_p, log_q = log_probability(prior.nodes, items)
    right = (codes == Code.RIGHT).astype(np.float64)
    wrong = (codes == Code.WRONG).astype(np.float64)
    with np.errstate(divide="ignore"):
        log_prior = np.log(prior.weights)
    log_posterior = right @ log_p.T + wrong @ log_q.T + log_prior
    log_posterior -= logsumexp(log_posterior, axis=1, keepdims=True)
    posterior = np.exp(log_posterior)
    theta = posterior @ prior.nodes
    deviations = prior.nodes - theta[:, np.newaxis]
    return theta, np.sqrt((posterior * deviations**2).sum(axis=1))
