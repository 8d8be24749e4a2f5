"""Prior densities of item parameters, each in the metric of its own parameter."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from psychometrics.arrays import FloatArray
from psychometrics.errors import DataError

_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)

Numbers = float | npt.ArrayLike


@dataclass(frozen=True, slots=True)
class Bend:
    """A log density with its first and second derivative, item by item.

    Parameters
    ----------
    value, slope, curvature : FloatArray, shape (m,)
        In the coordinate that the maker of the Bend names.
    """

    value: FloatArray
    slope: FloatArray
    curvature: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LogNormal:
    """A lognormal density of a: log a is normal.

    Parameters
    ----------
    mean, sd : float or array_like, shape (m,)
        Of log a; sd above 0. An array is one prior an item.

    Raises
    ------
    DataError
        A number that is not finite, or an sd that is not above 0.
    """

    mean: Numbers = 0.0
    sd: Numbers = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        _check_scale(self.mean, self.sd, "LogNormal")

    def over_a(self, a: FloatArray) -> Bend:
        """Return the log density of a and its derivatives by a, shape (m,)."""
        mean, variance = np.asarray(self.mean), np.asarray(self.sd) ** 2
        log_a = np.log(a)
        gap = (log_a - mean) / variance
        value = -0.5 * gap * (log_a - mean) - np.log(self.sd) - log_a - _LOG_ROOT_TWO_PI
        curvature = (1.0 + gap - 1.0 / variance) / a**2
        return Bend(value, -(1.0 + gap) / a, curvature)

    def __str__(self) -> str:
        """Return the name with its numbers."""
        return f"LogNormal({_spoken(self.mean)}, {_spoken(self.sd)}) on a"


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """A normal density of b.

    Parameters
    ----------
    mean, sd : float or array_like, shape (m,)
        Of b, in theta units; sd above 0. An array is one prior an item.

    Raises
    ------
    DataError
        A number that is not finite, or an sd that is not above 0.
    """

    mean: Numbers = 0.0
    sd: Numbers = 2.0

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        _check_scale(self.mean, self.sd, "Normal")

    def over_b(self, b: FloatArray) -> Bend:
        """Return the log density of b and its derivatives by b, shape (m,)."""
        variance = np.asarray(self.sd) ** 2
        gap = b - np.asarray(self.mean)
        value = -0.5 * gap**2 / variance - np.log(self.sd) - _LOG_ROOT_TWO_PI
        return Bend(value, -gap / variance, np.broadcast_to(-1.0 / variance, b.shape))

    def __str__(self) -> str:
        """Return the name with its numbers."""
        return f"Normal({_spoken(self.mean)}, {_spoken(self.sd)}) on b"


@dataclass(frozen=True, slots=True, eq=False)
class Beta:
    """A beta density of c itself, not of logit c.

    Parameters
    ----------
    alpha, beta : float or array_like, shape (m,)
        Both above 0; the mode is (alpha - 1) / (alpha + beta - 2).

    Raises
    ------
    DataError
        A number that is not finite or not above 0.
    """

    alpha: Numbers
    beta: Numbers

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        _check_scale(0.0, self.alpha, "Beta")
        _check_scale(0.0, self.beta, "Beta")

    def over_logit(self, logit: FloatArray) -> Bend:
        """Return the log density of c and its derivatives by logit c, shape (m,).

        The density is of c and its slope by c is (alpha - 1) / c - (beta - 1) / (1 - c); by
        the chain rule that is multiplied by dc / dlogit = c (1 - c).
        """
        more, less = np.asarray(self.alpha) - 1.0, np.asarray(self.beta) - 1.0
        log_c, log_rest = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
        c, rest = np.exp(log_c), np.exp(log_rest)
        value = more * log_c + less * log_rest - betaln(more + 1.0, less + 1.0)
        return Bend(value, more * rest - less * c, -(more + less) * c * rest)

    def __str__(self) -> str:
        """Return the name with its numbers."""
        return f"Beta({_spoken(self.alpha)}, {_spoken(self.beta)}) on c"


@dataclass(frozen=True, slots=True, eq=False)
class LogitNormal:
    """A normal density of logit c.

    Parameters
    ----------
    mean, sd : float or array_like, shape (m,)
        Of logit c; sd above 0. An array is one prior an item.

    Raises
    ------
    DataError
        A number that is not finite, or an sd that is not above 0.
    """

    mean: Numbers = -1.386
    sd: Numbers = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        _check_scale(self.mean, self.sd, "LogitNormal")

    def over_logit(self, logit: FloatArray) -> Bend:
        """Return the log density of logit c and its derivatives by it, shape (m,)."""
        return Normal(self.mean, self.sd).over_b(logit)

    def __str__(self) -> str:
        """Return the name with its numbers."""
        return f"LogitNormal({_spoken(self.mean)}, {_spoken(self.sd)}) on c"


@dataclass(frozen=True, slots=True, eq=False)
class Priors:
    """What is believed of item parameters beforehand; None is no belief.

    Parameters
    ----------
    a : LogNormal, optional
        On the discrimination. The log density added is that of a, not of log a. The 1PL's one
        slope takes it once, and needs a single number for each of its parameters; the Rasch
        model has no slope and does not use it.
    b : Normal, optional
        On the difficulty, in the units of theta.
    c : Beta or LogitNormal, optional
        On the lower asymptote of the 3PL; other models do not use it.

    Notes
    -----
    Each density counts in the metric in which it is named: LogNormal of a, Normal of b, Beta
    of c, LogitNormal of logit c. The mode depends on that choice; it is mirt's.
    """

    a: LogNormal | None = None
    b: Normal | None = None
    c: Beta | LogitNormal | None = None

    def __str__(self) -> str:
        """Return the densities by name, or "none"."""
        return "; ".join(str(each) for each in (self.a, self.b, self.c) if each) or "none"


def taken(
    prior: LogNormal | Normal | Beta | LogitNormal, index: npt.NDArray[np.int64], size: int
) -> LogNormal | Normal | Beta | LogitNormal:
    """Return the prior of the items at `index` among `size`; single numbers stay single."""
    first, second = (prior.alpha, prior.beta) if isinstance(prior, Beta) else (prior.mean, prior.sd)
    return type(prior)(_taken(first, index, size), _taken(second, index, size))


def _taken(values: Numbers, index: npt.NDArray[np.int64], size: int) -> Numbers:
    given = np.asarray(values, dtype=np.float64)
    if not given.ndim:
        return float(given)
    if given.shape != (size,):
        raise DataError(f"a prior an item needs {size} numbers, got shape {given.shape}")
    return given[index]


def _check_scale(location: Numbers, scale: Numbers, name: str) -> None:
    where, spread = np.asarray(location, np.float64), np.asarray(scale, np.float64)
    if not (np.isfinite(where).all() and np.isfinite(spread).all() and (spread > 0).all()):
        raise DataError(f"{name} needs finite numbers, its scale above 0")


def _spoken(values: Numbers) -> str:
    given = np.asarray(values, dtype=np.float64)
    if not given.ndim:
        return f"{float(given):g}"
    return f"{given.size} values {given.min():g} to {given.max():g}"


DEFAULT_GUESSING = LogitNormal(-1.386, 0.5)
"""On c wherever a 3PL is calibrated without a prior on c: mode 0.2, 95 % from .09 to .40."""

WINDOW_PRIORS = Priors(LogNormal(0.0, 0.5), Normal(0.0, 2.0), DEFAULT_GUESSING)
"""Weak priors for a window's data: 95 % of a from .38 to 2.7, of b from -4 to 4."""
