"""How near marks and item parameters come to a simulated truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.exam.award.award import award_of
from app.exam.award.grading import Graded
from app.exam.paper.edition import Edition
from app.services.preflight.simulation import Metric, Person, Truth
from psychometrics import ItemParameters

Pair = tuple[Person, Graded]


@dataclass(frozen=True, slots=True)
class Precision:
    """How near the marks come to the simulated truth."""

    sittings: int
    theta_rmse: float
    theta_bias: float
    mark_rmse: float
    mark_bias: float
    grades_agree: float
    passes_agree: float


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near item parameters come to the simulated truth, on the scale they are on.

    A correlation needs items that differ.
    """

    b_rmse: float
    b_bias: float
    b_correlation: float | None
    log_a_rmse: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """The same items by their ratings, and by their calibration."""

    items: int
    ratings: Closeness
    calibrated: Closeness


def precision(
    edition: Edition, truth: Truth, pairs: Sequence[Pair], *, metric: Metric
) -> Precision:
    """Compare results with true marks on the edition's own scale, which `metric` places."""
    scheme = edition.exam.scheme
    given = [one.result for _, one in pairs]
    able = np.array([person.theta for person, _ in pairs])
    true_marks = truth.marks(edition, able)
    theta = np.array([one.theta for one in given]) - metric.abilities(able)
    mark = np.array([float(one.exact_mark) for one in given]) - true_marks
    passing = {one.code for one in scheme.outcomes if one.passes}
    true = [award_of(scheme, Decimal(one)).outcome for one in true_marks.tolist()]
    grades = [(one.award.outcome, other) for one, other in zip(given, true, strict=True)]
    agree = [mine == other for mine, other in grades]
    passes = [(mine in passing) == (other in passing) for mine, other in grades]
    return Precision(
        sittings=len(pairs),
        theta_rmse=_rmse(theta),
        theta_bias=_mean(theta),
        mark_rmse=_rmse(mark),
        mark_bias=_mean(mark),
        grades_agree=_mean(np.array(agree, np.float64)),
        passes_agree=_mean(np.array(passes, np.float64)),
    )


def closeness(given: ItemParameters, true: ItemParameters) -> Closeness:
    """Compare parameters with the true ones, item by item; both are on one scale."""
    b = given.b - true.b
    differ = min(np.ptp(given.b), np.ptp(true.b)) > 0
    return Closeness(
        b_rmse=_rmse(b),
        b_bias=_mean(b),
        b_correlation=round(float(np.corrcoef(given.b, true.b)[0, 1]), 4) if differ else None,
        log_a_rmse=_rmse(np.log(given.a) - np.log(true.a)),
    )


def _rmse(errors: NDArray[np.float64]) -> float:
    return round(float(np.sqrt((errors**2).mean())), 4)


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 4)
