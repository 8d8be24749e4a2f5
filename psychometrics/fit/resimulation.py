"""The reference distribution of any statistic under the fitted model and the real selection."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix

Statistic = Callable[[ResponseMatrix], npt.ArrayLike]
Simulate = Callable[[np.random.Generator], ResponseMatrix]


@dataclass(frozen=True, slots=True, eq=False)
class ResimulatedNull:
    """A statistic beside its values on simulated windows.

    Attributes
    ----------
    observed : FloatArray, shape s
        The statistic on the responses at hand.
    simulated : FloatArray, shape (replications, *s)
        The statistic on each simulated matrix.
    p : FloatArray, shape s
        (1 + simulated values at least as large) / (1 + simulated values); NaN where the
        observed value is, or where no simulated value is a number.
    """

    observed: FloatArray
    simulated: FloatArray
    p: FloatArray


def resimulated_null(
    statistic: Statistic,
    responses: ResponseMatrix,
    *,
    simulate: Simulate,
    generator: np.random.Generator,
    replications: int = 99,
) -> ResimulatedNull:
    """Return a statistic with p-values from windows simulated through the real selection.

    Parameters
    ----------
    statistic : callable
        Takes a ResponseMatrix; returns a number or an array of a fixed shape s, large where the
        model misfits. It calibrates anew inside if its p-values shall allow for calibration.
    responses : ResponseMatrix, shape (n, m)
        The responses at hand.
    simulate : callable
        Takes a generator; returns a matrix of the same items as the model would give it:
        abilities from the latent distribution, items by the selection that was used, scores
        from the fitted parameters.
    generator : numpy.random.Generator
        Each replication has a child of its own, so that the same seed gives the same bits
        however much `simulate` draws.
    replications : int
        At least 19, with which 0.05 is the smallest p there is.

    Returns
    -------
    ResimulatedNull
        Arrays of shape s, and the simulated values.

    Raises
    ------
    DataError
        Too few replications, or the statistic changes its shape.

    Notes
    -----
    A parametric bootstrap: Davison & Hinkley (1997), ch. 4. It holds whatever the selection,
    exposure control and stopping rule, which no chi-squared table does.
    """
    if replications < 19:
        raise DataError(f"replications must be at least 19, got {replications}")
    observed = np.asarray(statistic(responses), dtype=np.float64)
    simulated = np.empty((replications, *observed.shape))
    for turn, child in enumerate(generator.spawn(replications)):
        value = np.asarray(statistic(simulate(child)), dtype=np.float64)
        if value.shape != observed.shape:
            raise DataError(
                f"the statistic has shape {observed.shape} on the data and {value.shape} on a "
                f"simulated matrix: keep all items, and say NaN for those without a value"
            )
        simulated[turn] = value
    held = (~np.isnan(simulated)).sum(axis=0)
    larger = (simulated >= observed).sum(axis=0)
    p = np.where(np.isnan(observed) | (held == 0), np.nan, (1.0 + larger) / (1.0 + held))
    return ResimulatedNull(frozen(observed.copy()), frozen(simulated), frozen(np.asarray(p)))
