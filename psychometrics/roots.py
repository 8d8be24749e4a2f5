"""Where a rising curve reaches a value."""

from collections.abc import Callable

import numpy as np
from scipy.optimize.elementwise import find_root

from psychometrics.arrays import FloatArray


def where_reached(
    curve: Callable[[FloatArray], FloatArray], value: FloatArray, *, low: float, high: float
) -> FloatArray:
    """Return where a rising curve reaches each value.

    Parameters
    ----------
    curve : callable
        Takes an array of any shape and returns the curve's value at each number in it.
    value : FloatArray
        Of any shape; the curve reaches each between `low` and `high`.
    low, high : float
        Where to look, in the units of what the curve takes.

    Returns
    -------
    FloatArray, shape value.shape
        In the units of what the curve takes.

    Notes
    -----
    Chandrupatla (1997), at the tolerances of `scipy.optimize.elementwise.find_root`: four units
    in the last place.
    """

    def gap(at: FloatArray, wanted: FloatArray) -> FloatArray:
        return curve(at) - wanted

    return np.asarray(find_root(gap, (low, high), args=(value,)).x)
