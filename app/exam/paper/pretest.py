"""Pretest: which items on trial a sitting should have next, by what calibration still lacks."""

import numpy as np
from numpy.typing import NDArray

from app.exam.paper.edition import Edition
from app.exam.sitting.sitting import Sitting
from itembank.items.item import ItemId
from psychometrics import ExposureCounts, calibration_need

DECIMALS = 9


def rank_trial_items(
    edition: Edition,
    sitting: Sitting,
    counts: ExposureCounts,
    theta: float,
    uniforms: NDArray[np.float64],
) -> tuple[ItemId, ...]:
    """Return the items on trial as they are wanted from a candidate at this theta.

    `counts` and `uniforms` are of all items of the edition. What the candidate has not seen in an
    earlier sitting comes first, then what calibration lacks most; chance decides between equals.
    """
    trial = np.flatnonzero(edition.trial)
    if not trial.size:
        return ()
    seen = dict(sitting.seen_before)
    names = [ItemId(edition.items[at].id) for at in trial]
    times = np.array([seen.get(name, 0) for name in names], dtype=np.intp)
    need = calibration_need(
        edition.parameters.arrays(names), counts.held[:, trial], edition.group_thetas, theta
    )
    # Rounded, so that items of one need are equal on every machine.
    order = np.lexsort((uniforms[trial], -need.round(DECIMALS), times))
    return tuple(names[int(at)] for at in order)
