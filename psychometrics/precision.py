"""Precision: conditional standard errors of measurement, and reliability."""

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.domain import DomainScale, domain_slope
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, log_probability, test_information
from psychometrics.quadrature import Quadrature


def theta_sem(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the conditional SEM of theta estimated by maximum (weighted) likelihood.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        The items of the paper; logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape
        In theta units: 1 / sqrt(test information); inf where there is none.

    Notes
    -----
    Lord (1980), ch. 5: asymptotic in the number of items.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / np.sqrt(test_information(theta, items)))


def number_correct_sem(theta: npt.ArrayLike, items: ItemParameters) -> FloatArray:
    """Return the conditional SEM of the number of right answers.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        The items of the paper; logistic metric, D = 1.

    Returns
    -------
    FloatArray, shape theta.shape
        In items: sqrt(sum P Q), the sd of the number right of a person of this theta.

    Notes
    -----
    Lord (1980), ch. 4; Kolen, Zeng & Hanson (1996).
    """
    log_p, log_q = log_probability(theta, items)
    return np.asarray(np.sqrt(np.exp(log_p + log_q).sum(axis=-1)))


def domain_sem(theta: npt.ArrayLike, items: ItemParameters, *, scale: DomainScale) -> FloatArray:
    """Return the conditional SEM of the domain score of theta estimated from a paper.

    Parameters
    ----------
    theta : array_like
        Abilities, of any shape.
    items : ItemParameters, length m
        The items of the paper; logistic metric, D = 1.
    scale : DomainScale
        The reporting scale.

    Returns
    -------
    FloatArray, shape theta.shape
        A share: the slope of the domain score times `theta_sem` (delta method).
    """
    return np.asarray(domain_slope(theta, scale) * theta_sem(theta, items))


def marginal_reliability(
    sem: npt.ArrayLike, variance: float, *, weights: npt.ArrayLike | None = None
) -> float:
    """Return 1 - (mean squared error) / (variance of theta): how reliable scores were.

    Parameters
    ----------
    sem : array_like, shape (n,)
        Of each person's estimate, in theta units: posterior sds, or errors of ML or WLE.
    variance : float
        Of theta among the persons (the latent variance of a calibration), above 0. With errors
        of ML or WLE, whose estimates spread by their error too, the variance of the estimates
        gives the classical separation form instead.
    weights : array_like, shape (n,), optional
        How many persons each stands for.

    Returns
    -------
    float
        At most 1; below 0 where errors outgrow the spread.

    Raises
    ------
    DataError
        Nobody, an sem that is not finite (leave out infinite estimates), or a variance not
        above 0.

    Notes
    -----
    Green, Bock, Humphreys, Linn & Reckase (1984).
    """
    errors, heavy = _weighted(sem, weights)
    if not 0 < variance < np.inf:
        raise DataError(f"the variance of theta must be above 0, got {variance}")
    return 1.0 - float(heavy @ errors**2) / variance


def empirical_reliability(
    theta: npt.ArrayLike, sem: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> float:
    """Return var(EAP) / (var(EAP) + mean posterior variance).

    Parameters
    ----------
    theta, sem : array_like, shape (n,)
        Posterior means and posterior sds, in theta units; n at least 2.
    weights : array_like, shape (n,), optional
        How many persons each stands for.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    DataError
        Lengths differ, fewer than two persons, a value that is not finite, or nothing varies.

    Notes
    -----
    Du Toit (2003), for EAP scores (as in mirt's `empirical_rxx`): the sum estimates the
    variance of theta, as posterior means spread less than theta by the posterior variance. The
    variance divides by the sum of the weights less 1.
    """
    errors, heavy = _weighted(sem, weights)
    scores = frozen_floats(theta, "theta")
    total = scores.size if weights is None else float(np.sum(np.asarray(weights, np.float64)))
    if scores.shape != errors.shape or total <= 1:
        raise DataError("theta and sem must have one length, of two persons or more")
    mean = float(heavy @ scores)
    variance = float(heavy @ (scores - mean) ** 2) * total / (total - 1.0)
    whole = variance + float(heavy @ errors**2)
    if whole <= 0:
        raise DataError("neither estimates nor errors vary: no reliability is defined")
    return variance / whole


def form_reliability(items: ItemParameters, latent: Quadrature) -> float:
    """Return the reliability of a fixed form, from its test information.

    Parameters
    ----------
    items : ItemParameters, length m
        The items of the form; logistic metric, D = 1.
    latent : Quadrature
        The distribution of theta; of an sd above 0.

    Returns
    -------
    float
        The mean over theta of I / (I + 1 / variance), between 0 and 1: one less the mean
        posterior variance over the variance of theta, where 1 / (I + 1 / variance) stands for
        the posterior variance.

    Raises
    ------
    DataError
        The latent distribution has no spread.

    Notes
    -----
    Thissen & Wainer (2001), ch. 3; mirt's `marginal_rxx`.
    """
    mean = float(latent.weights @ latent.nodes)
    variance = float(latent.weights @ (latent.nodes - mean) ** 2)
    if variance <= 0:
        raise DataError("the latent distribution has no spread: no reliability is defined")
    each = variance * test_information(latent.nodes, items)
    return float(latent.weights @ (each / (each + 1.0)))


def _weighted(sem: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Return the errors and the weights as shares of the whole."""
    errors = frozen_floats(sem, "sem")
    heavy = np.ones(errors.size) if weights is None else frozen_floats(weights, "weights")
    if heavy.shape != errors.shape or (heavy < 0).any() or not heavy.sum() > 0:
        raise DataError("weights must be one number of at least 0 a person, not all 0")
    if (errors < 0).any():
        raise DataError("sem must be at least 0")
    return errors, heavy / heavy.sum()
