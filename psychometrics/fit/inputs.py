"""What the fit statistics share: the checks of their arguments, and the posterior of theta."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from psychometrics.arrays import BoolArray, FloatArray
from psychometrics.calibration.result import Model
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

OWN_PARAMETERS: dict[Model, int] = {"rasch": 1, "1pl": 1, "2pl": 2, "3pl": 3}
"""How many parameters each item has to itself; the common a or the latent sd is not counted."""


def check_items(responses: ResponseMatrix, items: ItemParameters) -> None:
    """Refuse parameters that are not those of the matrix's items, and a matrix of nobody."""
    if responses.shape[1] != len(items):
        raise DataError(
            f"responses to {responses.shape[1]} items, parameters of {len(items)}: "
            f"take the calibrated items first (take_items)"
        )
    if not responses.weights.sum() > 0:
        raise DataError("fit needs persons: the matrix has none, or all of weight 0")


def check_model(items: ItemParameters, model: Model) -> None:
    """Refuse parameters that the model cannot have given."""
    if model not in OWN_PARAMETERS:
        raise DataError(f"model must be one of {', '.join(OWN_PARAMETERS)}, got {model!r}")
    if model != "3pl" and items.c.any():
        raise DataError(f"items with c above 0 are no {model}: say model='3pl'")
    if model in ("rasch", "1pl") and np.ptp(items.a) > 1e-6 * items.a.max():
        raise DataError(f"items whose a differ are no {model}: say model='2pl'")


def check_theta(responses: ResponseMatrix, theta: npt.ArrayLike) -> FloatArray:
    """Return the abilities as an array of length n; infinite and NaN ones are let through."""
    ability = np.asarray(theta, dtype=np.float64)
    if ability.shape != (responses.shape[0],):
        raise DataError(f"theta must be one value a person, got shape {ability.shape}")
    return ability


def posterior(
    responses: ResponseMatrix, items: ItemParameters, latent: Quadrature
) -> tuple[FloatArray, FloatArray]:
    """Return each person's posterior and log marginal likelihood.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    latent : Quadrature, length q
        The latent distribution.

    Returns
    -------
    posterior : FloatArray, shape (n, q)
        Rows sum to 1.
    log_likelihood : FloatArray, shape (n,)
        Natural log, of one person of each row.
    """
    log_p, log_q = log_probability(latent.nodes, items)
    log_weights = np.full(len(latent), -np.inf)
    np.log(latent.weights, out=log_weights, where=latent.weights > 0)
    height = np.asarray(responses.indicators() @ np.vstack([log_q.T, log_p.T]))
    height += log_weights
    peak = height.max(axis=1, keepdims=True)
    height -= peak
    np.exp(height, out=height)
    total = height.sum(axis=1, keepdims=True)
    height /= total
    return height, (np.log(total) + peak)[:, 0]


def cell_probabilities(
    responses: ResponseMatrix, items: ItemParameters, theta: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return P, Q and dP/dtheta of each cell at its person's theta, each shape (k,)."""
    a, c = items.a[responses.columns], items.c[responses.columns]
    logit = a * (theta[responses.person_of_cell()] - items.b[responses.columns])
    right, wrong = expit(logit), expit(-logit)
    return c + (1.0 - c) * right, (1.0 - c) * wrong, (1.0 - c) * a * right * wrong


def persons_with_theta(
    responses: ResponseMatrix, theta: FloatArray
) -> tuple[ResponseMatrix, FloatArray, BoolArray]:
    """Return the persons whose theta is finite and the mask that says who they are."""
    finite = np.isfinite(theta)
    if finite.all():
        return responses, theta, finite
    return responses.take_persons(finite), theta[finite], finite
