"""p-values of many items at once."""

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray


def benjamini_hochberg(p_value: npt.ArrayLike) -> FloatArray:
    """Return p-values adjusted for the false discovery rate.

    Parameters
    ----------
    p_value : array_like, shape (m,)
        NaN where there is no test; it takes no part.

    Returns
    -------
    FloatArray, shape (m,)
        The least rate at which each test is found; NaN where there is none.

    Notes
    -----
    Benjamini & Hochberg (1995), the step-up procedure. `scipy.stats.false_discovery_control` is
    the same without NaN; to import scipy.stats takes 0.25 s of CPU, as long as all else here.
    """
    given = np.asarray(p_value, dtype=np.float64)
    tests = np.flatnonzero(~np.isnan(given))
    order = tests[np.argsort(-given[tests], kind="stable")]
    rank = np.arange(order.size, 0, -1)
    adjusted = np.full(given.shape, np.nan)
    adjusted[order] = np.minimum.accumulate(np.minimum(given[order] * order.size / rank, 1.0))
    return adjusted
