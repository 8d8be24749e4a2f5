"""Coefficients alpha and omega of a covariance matrix."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from psychometrics.arrays import FloatArray
from psychometrics.errors import DataError

_GRADIENT_TOLERANCE = 1e-10


def coefficient_alpha(covariance: npt.ArrayLike) -> float:
    """Return Cronbach's alpha.

    Parameters
    ----------
    covariance : array_like, shape (m, m)
        Of the items' scores; m at least 2, and their sum varies.

    Returns
    -------
    float
        At most 1; it can be below 0.

    Raises
    ------
    DataError
        Not such a matrix.

    Notes
    -----
    m / (m - 1) (1 - sum of variances / variance of the sum); Cronbach (1951).
    """
    matrix = _covariance(covariance, least=2)
    m = len(matrix)
    return float(m / (m - 1) * (1.0 - np.trace(matrix) / matrix.sum()))


def coefficient_omega(covariance: npt.ArrayLike) -> float | None:
    """Return McDonald's omega (total) of a one-factor fit.

    Parameters
    ----------
    covariance : array_like, shape (m, m)
        Of the items' scores; m at least 3, and their sum varies.

    Returns
    -------
    float or None
        Between 0 and 1; None when the fit has a unique variance below 0 (a Heywood case) or no
        common factor.

    Raises
    ------
    DataError
        Not such a matrix.

    Notes
    -----
    (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances), McDonald (1999), ch.
    6, with the loadings that minimise the squared residuals off the diagonal (minres: Harman
    & Jones, 1966) of the covariances. Of scores 0 and 1 this is the reliability of the number
    right under a linear factor model; no distribution is assumed, as maximum likelihood or
    tetrachoric correlations would. The solution is unique up to sign; the search starts from the
    first principal factor.
    """
    matrix = _covariance(covariance, least=3)
    loadings = minimal_residual_loadings(matrix)
    unique = np.diag(matrix) - loadings**2
    common = float(loadings.sum()) ** 2
    slack = 1e-9 * float(np.trace(matrix))
    if (unique < -slack).any() or common <= slack:
        return None
    return common / (common + float(unique.sum()))


def minimal_residual_loadings(covariance: FloatArray) -> FloatArray:
    """Return one-factor loadings by unweighted least squares off the diagonal.

    Parameters
    ----------
    covariance : FloatArray, shape (m, m)
        Symmetric, m at least 3.

    Returns
    -------
    FloatArray, shape (m,)
        In the units of the scores; their sum is at least 0.
    """
    off = covariance - np.diag(np.diag(covariance))
    scale = float(np.trace(covariance)) / len(covariance)
    off = off / scale

    def objective(loadings: FloatArray) -> tuple[float, FloatArray]:
        residual = off - np.outer(loadings, loadings)
        np.fill_diagonal(residual, 0.0)
        return 0.25 * float((residual**2).sum()), -residual @ loadings

    value, vector = np.linalg.eigh(off)
    start = np.sqrt(max(float(value[-1]), 0.0)) * vector[:, -1]
    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"gtol": _GRADIENT_TOLERANCE, "ftol": 1e-16, "maxiter": 2000, "maxfun": 4000},
    )
    loadings = np.asarray(found.x * np.sqrt(scale))
    return -loadings if loadings.sum() < 0 else loadings


def _covariance(covariance: npt.ArrayLike, *, least: int) -> FloatArray:
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < least:
        raise DataError(f"a covariance matrix of {least} items or more, got {matrix.shape}")
    if not np.isfinite(matrix).all() or matrix.sum() <= 0:
        raise DataError("a covariance matrix must be finite, and the sum of the items must vary")
    return matrix
