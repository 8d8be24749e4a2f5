"""Pretest: which items on trial a person's responses would calibrate best."""

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters

SD_LOG_A = 0.5
"""How far the discriminations of a bank spread, as `calibrate` takes them for a window."""
SD_B = 1.0
"""How far a judged difficulty is off, as `calibrate` takes it for a window."""


def calibration_need(
    items: ItemParameters,
    counts_by_group: npt.ArrayLike,
    group_thetas: npt.ArrayLike,
    theta: float,
) -> FloatArray:
    """Return how much a response at `theta` would add to what is known of each item.

    Parameters
    ----------
    items : ItemParameters, length k
        Items on trial, at what is believed of them so far. c is left out: what is gained is
        gained for (a, b).
    counts_by_group : array_like, shape (g, k)
        Persons of each group of ability who have been given each item.
    group_thetas : array_like, shape (g,)
        The typical theta of each group.
    theta : float
        The newest estimate of the person who waits for an item.

    Returns
    -------
    FloatArray, shape (k,)
        The gain in the log determinant of the information about (a, b), above 0: the item of
        the highest is where one more response shrinks the joint error of a and b most.

    Raises
    ------
    DataError
        Shapes do not fit, a count is below 0, or a theta is not finite.

    Notes
    -----
    The D-optimal design of a calibration: Berger (1992); chosen for each person in turn as van
    der Linden & Ren (2015). Information about (log a, b) and about (a, b) give the same gain.
    What is believed before the first response (`SD_LOG_A`, `SD_B`) keeps the determinant above
    0 and decides among items that nobody has met: at first near b, where b is learnt, later to
    either side of it, where a is.
    """
    counts = frozen_floats(counts_by_group, "counts_by_group", ndim=2)
    thetas = frozen_floats(group_thetas, "group_thetas")
    if counts.shape != (len(thetas), len(items)):
        raise DataError(
            f"counts of shape {counts.shape} for {len(thetas)} groups and {len(items)} items"
        )
    if (counts < 0).any() or not np.isfinite(theta):
        raise DataError("a count is at least 0, and theta is finite")
    known = np.einsum("gk,gkij->kij", counts, _information(thetas, items))
    known[:, 0, 0] += SD_LOG_A**-2
    known[:, 1, 1] += SD_B**-2
    more = known + _information(np.array([theta]), items)[0]
    return np.asarray(np.linalg.slogdet(more)[1] - np.linalg.slogdet(known)[1])


def _information(theta: FloatArray, items: ItemParameters) -> FloatArray:
    """Return the 2PL's information about (log a, b) from a response, shape (t, k, 2, 2)."""
    logit = items.a * (theta[:, np.newaxis] - items.b)
    slope = np.stack([logit, np.broadcast_to(-items.a, logit.shape)], axis=-1)
    variance = 0.25 / np.cosh(0.5 * logit) ** 2
    return np.asarray(np.einsum("tk,tki,tkj->tkij", variance, slope, slope))
