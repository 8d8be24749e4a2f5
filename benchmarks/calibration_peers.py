"""Time to calibrate a 2PL: our EM beside girth on the same simulated responses."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from psychometrics import ItemParameters, ResponseMatrix
from psychometrics.calibration.calibrate import calibrate
from psychometrics.calibration.em import Control, Maximand, climb, sharpness
from psychometrics.calibration.girth import girth_estimates
from psychometrics.calibration.grid import chosen_grid
from psychometrics.calibration.priors import Priors
from psychometrics.calibration.start import starting_point
from psychometrics.calibration.study import prepare
from psychometrics.models import probability

SEED = 20261122
DENSE_ROUNDS = 5
GIRTH_ROUNDS = 25
"""girth's own limit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One data set: seconds of each, and how far each is from the parameters drawn."""

    name: str
    em: float
    em_with_errors: float
    girth: float
    em_rmse: tuple[float, float]
    girth_rmse: tuple[float, float]
    aim: int


def simulate(persons: int, items: int, *, shown: int) -> tuple[ResponseMatrix, ItemParameters]:
    """Draw persons who each see `shown` of the items, chosen by chance."""
    random = np.random.Generator(np.random.PCG64(SEED))
    truth = ItemParameters(
        random.lognormal(0.0, 0.3, items), random.normal(0.0, 1.0, items), np.zeros(items)
    )
    theta = random.normal(size=persons)
    order = np.argsort(random.random((persons, items)), axis=1)[:, :shown]
    seen = np.sort(order, axis=1).ravel()
    person = np.repeat(np.arange(persons), shown)
    p = probability(theta, truth)[person, seen]
    score = random.random(seen.size) < p
    return ResponseMatrix.from_triples(person, seen, score, (persons, items)), truth


def rmse(a: np.ndarray, b: np.ndarray, truth: ItemParameters) -> tuple[float, float]:
    """Return the root mean square errors of a and b."""
    return float(np.mean((a - truth.a) ** 2) ** 0.5), float(np.mean((b - truth.b) ** 2) ** 0.5)


def estimate(responses: ResponseMatrix) -> None:
    """Do what `calibrate` does up to the estimates: girth gives no standard errors."""
    study = prepare(responses, "2pl", priors=Priors(), anchors=None, groups=None)
    start = starting_point(study.portions, study.layout, study.known, groups=1)
    climb(
        Maximand(study.portions, study.layout, study.priors),
        start,
        grid=chosen_grid(*sharpness(study.portions, start)),
        fixed_grid=False,
        control=Control(max_iterations=500, tolerance=1e-4, progress=None),
    )


def measure(
    name: str, data: tuple[ResponseMatrix, ItemParameters], *, rounds: int, aim: int
) -> Row:
    """Return medians, interleaved: three runs of ours to one of girth."""
    responses, truth = data
    em = calibrate(responses)
    ours, whole, theirs = [], [], []
    for _ in range(rounds):
        for _ in range(3):
            began = perf_counter()
            estimate(responses)
            ours.append(perf_counter() - began)
            began = perf_counter()
            em = calibrate(responses)
            whole.append(perf_counter() - began)
        began = perf_counter()
        peer = girth_estimates(responses, "2pl", max_rounds=GIRTH_ROUNDS)
        theirs.append(perf_counter() - began)
    return Row(
        name,
        median(ours),
        median(whole),
        median(theirs),
        rmse(em.items.a, em.items.b, truth),
        rmse(peer.a, peer.b, truth),
        aim,
    )


def report() -> None:
    """Print the table; the window takes girth some minutes, once."""
    print("\n2PL calibration: our EM beside girth 0.8, which gives no standard errors (medians, s)")
    print(
        f"{'data':>20} {'EM':>8} {'and SE':>8} {'girth':>8} {'girth/EM':>9} {'aim':>5}"
        f"   RMSE a, b: EM; girth"
    )
    show(measure("5,000 x 45", simulate(5000, 45, shown=45), rounds=DENSE_ROUNDS, aim=40))
    print(f"{'(one run of girth on the window: about 150 to 200 s)':>60}", flush=True)
    show(measure("18,000 x 45 of 500", simulate(18_000, 500, shown=45), rounds=1, aim=400))


def show(row: Row) -> None:
    """Print one row."""
    errors = "; ".join(f"{a:.3f}, {b:.3f}" for a, b in (row.em_rmse, row.girth_rmse))
    print(
        f"{row.name:>20} {row.em:8.3f} {row.em_with_errors:8.3f} {row.girth:8.2f} "
        f"{row.girth / row.em:9.0f} {row.aim:>5}   {errors}",
        flush=True,
    )


if __name__ == "__main__":
    report()
