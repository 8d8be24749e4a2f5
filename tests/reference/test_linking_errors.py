"""Standard errors of linking constants against their spread over simulated calibrations."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from psychometrics.arrays import FloatArray
from psychometrics.calibration import Calibration, calibrate
from psychometrics.linking import LinkingMethod, link
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

SLOPE, INTERCEPT = 1.2, 0.5
REPLICATIONS, PERSONS, ITEMS = 200, 1000, 12
# The sd of 200 draws is known to 5 %.
TOLERANCE = 0.10


@dataclass(frozen=True)
class Study:
    new: tuple[Calibration, ...]
    base: tuple[Calibration, ...]


@cache
def study() -> Study:
    """Calibrations of the same items by persons N(0, 1) and by persons N(0.5, 1.2)."""
    chance = np.random.Generator(np.random.PCG64(20))
    a, b = np.exp(chance.normal(0.0, 0.3, ITEMS)), chance.normal(0.3, 1.0, ITEMS)

    def one(mean: float, sd: float) -> Calibration:
        theta = mean + sd * chance.normal(size=PERSONS)
        p = expit(a * (theta[:, np.newaxis] - b))
        scores = (chance.random(p.shape) < p).astype(np.float64)
        return calibrate(ResponseMatrix.from_scores(scores), "2pl")

    base = tuple(one(0.0, 1.0) for _ in range(REPLICATIONS))
    return Study(tuple(one(INTERCEPT, SLOPE) for _ in range(REPLICATIONS)), base)


def parameters(fits: tuple[Calibration, ...]) -> FloatArray:
    rows = [np.stack([fit.items.a, fit.items.b, fit.items.c], axis=1).ravel() for fit in fits]
    return np.stack(rows)


def centre(fits: tuple[Calibration, ...]) -> ItemParameters:
    mean = parameters(fits).mean(axis=0).reshape(ITEMS, 3)
    return ItemParameters(mean[:, 0], mean[:, 1], mean[:, 2])


def lines(method: LinkingMethod) -> FloatArray:
    made = study()
    found = [
        link(new.items, base.items, method=method)
        for new, base in zip(made.new, made.base, strict=True)
    ]
    return np.array([[each.slope, each.intercept] for each in found])


@pytest.mark.slow
@pytest.mark.parametrize("method", ["mean-mean", "mean-sigma", "haebara", "stocking-lord"])
def test_the_delta_method_agrees_with_the_spread_over_replications(method: LinkingMethod) -> None:
    made, drawn = study(), lines(method)
    whole = (np.cov(parameters(made.new).T), np.cov(parameters(made.base).T))
    found = link(centre(made.new), centre(made.base), method=method, covariances=whole)
    assert drawn.mean(axis=0) == pytest.approx([SLOPE, INTERCEPT], abs=0.03)
    assert found.slope_error == pytest.approx(drawn[:, 0].std(ddof=1), rel=TOLERANCE)
    assert found.intercept_error == pytest.approx(drawn[:, 1].std(ddof=1), rel=TOLERANCE)


@pytest.mark.slow
def test_blocks_of_single_items_understate_the_error_of_the_intercept() -> None:
    made, drawn = study(), lines("stocking-lord")
    errors = [
        link(new.items, base.items, covariances=(new.covariance, base.covariance)).intercept_error
        for new, base in zip(made.new[:50], made.base[:50], strict=True)
    ]
    assert np.mean(errors) < 0.8 * drawn[:, 1].std(ddof=1)
