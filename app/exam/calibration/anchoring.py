"""Anchoring a later run on the reporting scale: which of its items have drifted, and the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import (
    TooFewCommonItems,
    TooManyDrifted,
)
from app.exam.calibration.collected import Collected
from itembank.calibration import DECIMALS, DriftRow, rounded
from itembank.parameters import LinkingConstants
from itembank.scale import FrozenScale
from psychometrics import (
    Anchors,
    Calibration,
    ItemParameters,
    Linking,
    d_square,
    link,
    robust_z,
)

FEWEST = 5
CRITICAL_Z = 2.7
"""Robust z beyond which an anchor is let go: about one sound item in a hundred."""


@dataclass(frozen=True, slots=True)
class Anchoring:
    """The anchors that hold, what was found of all, and the line from the free run to the scale."""

    anchors: Anchors
    drift: tuple[DriftRow, ...]
    linking: LinkingConstants


def anchor_on(scale: FrozenScale, free: Calibration, collected: Collected) -> Anchoring:
    """Return the scale's items that survive the drift check against a free calibration."""
    version = {
        label: item.version for label, item in zip(collected.labels, collected.items, strict=True)
    }
    common = [
        label
        for label in free.labels
        if label in scale.items and scale.items[label].version == version[label]
    ]
    if len(common) < FEWEST:
        raise TooFewCommonItems(len(common), scale.number, FEWEST)
    place = [free.labels.index(label) for label in common]
    new, base = free.items.take(place), scale_parameters(scale, common)
    z = robust_z(new, base, labels=common, critical=CRITICAL_Z)
    d2 = d_square(new, base, labels=common, quadrature=free.latent_quadrature())
    drifted = z.drifted | d2.drifted
    kept = np.flatnonzero(~drifted)
    if len(kept) < FEWEST:
        raise TooManyDrifted(int(drifted.sum()), len(common), scale.number)
    line = link(
        new.take(kept),
        base.take(kept),
        # The scale is what it is: only the free run errs, and its items err together.
        covariances=(_joint(free, [place[at] for at in kept]), np.zeros((3 * len(kept),) * 2)),
    )
    rows = tuple(
        DriftRow(
            item=label,
            robust_z_a=rounded(z.z_a[at]),
            robust_z_b=rounded(z.z_b[at]),
            d2=rounded(d2.d_square[at]),
            drifted=bool(drifted[at]),
        )
        for at, label in enumerate(common)
    )
    return Anchoring(
        anchors=Anchors(tuple(common[at] for at in kept), base.take(kept)),
        drift=rows,
        linking=_constants(line),
    )


def _joint(free: Calibration, place: list[int]) -> NDArray[np.float64]:
    """Return the covariance of all the items' (a, b, c) together, item by item."""
    rows = np.concatenate([[3 * at, 3 * at + 1, 3 * at + 2] for at in place])
    return np.asarray(free.joint_covariance()[np.ix_(rows, rows)])


def scale_parameters(scale: FrozenScale, names: list[str]) -> ItemParameters:
    """Return the frozen parameters of items of the scale, in their order."""
    rows = [scale.items[name] for name in names]
    return ItemParameters([r.a for r in rows], [r.b for r in rows], [r.c for r in rows])


def _constants(line: Linking) -> LinkingConstants:
    return LinkingConstants(
        method=f"{line.method} of a free calibration to the reporting scale, {line.items} items",
        slope=round(line.slope, DECIMALS),
        intercept=round(line.intercept, DECIMALS),
        slope_error=round(line.slope_error, DECIMALS),
        intercept_error=round(line.intercept_error, DECIMALS),
    )
