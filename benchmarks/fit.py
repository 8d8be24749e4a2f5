"""Time of the fit statistics, beside the floor: the products and the exp of one E-step."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from scipy import sparse

from psychometrics import (
    ItemParameters,
    Quadrature,
    ResponseMatrix,
    log_probability,
    normal_quadrature,
    probability,
)
from psychometrics.fit import item_score_test, m2, mean_squares, person_fit, q3, s_x2

SEED = 20261122
ROUNDS = 5
LATENT = normal_quadrature(points=61)


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic's median, in seconds, and its floor's in the same rounds."""

    data: str
    statistic: str
    seconds: float
    floor: float


def simulated(persons: int, items: int, shown: int) -> tuple[ResponseMatrix, ItemParameters]:
    """Return a window: each person sees `shown` of the items, drawn at random."""
    random = np.random.Generator(np.random.PCG64(SEED))
    bank = ItemParameters(
        random.lognormal(0, 0.3, items), random.normal(0, 1, items), [0.0] * items
    )
    p = probability(random.normal(0, 1, persons), bank)
    scores = (random.random(p.shape) < p).astype(np.float64)
    if shown < items:
        scores[random.random(p.shape).argsort(axis=1) >= shown] = np.nan
    return ResponseMatrix.from_scores(scores), bank


def e_step(
    indicators: sparse.csr_array, items: ItemParameters, latent: Quadrature
) -> Callable[[], None]:
    """Return the bare E-step: posterior by one product and one exp, counts by another."""
    log_p, log_q = log_probability(latent.nodes, items)
    logs = np.vstack([log_q.T, log_p.T])
    log_weights = np.log(latent.weights)
    transposed = indicators.T.tocsr()

    def run() -> None:
        height = indicators @ logs
        height += log_weights
        height -= height.max(axis=1, keepdims=True)
        np.exp(height, out=height)
        height /= height.sum(axis=1, keepdims=True)
        transposed @ height

    return run


def timed(run: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    began = perf_counter()
    run()
    return perf_counter() - began


def measure(data: str, responses: ResponseMatrix, items: ItemParameters) -> list[Row]:
    """Return a row for each statistic that takes the data, floor and statistic in turn."""
    theta = np.random.Generator(np.random.PCG64(SEED + 1)).normal(0, 1, responses.shape[0])
    runs: dict[str, Callable[[], object]] = {
        "score test": lambda: item_score_test(responses, items, latent=LATENT, model="2pl"),
        "Q3": lambda: q3(responses, items, theta=theta),
        "infit, outfit": lambda: mean_squares(responses, items, theta=theta),
        "lz*": lambda: person_fit(responses, items, theta=theta),
    }
    if responses.is_complete:
        runs["S-X2"] = lambda: s_x2(responses, items, latent=LATENT, model="2pl")
        runs["M2"] = lambda: m2(responses, items, latent=LATENT, model="2pl")
    floor = e_step(responses.indicators(), items, LATENT)
    rows = []
    for name, run in runs.items():
        pairs = [(timed(run), timed(floor)) for _ in range(ROUNDS)]
        seconds, floors = (median(column) for column in zip(*pairs, strict=True))
        rows.append(Row(data, name, seconds, floors))
    return rows


def report() -> None:
    """Print the table."""
    print(f"\nFit statistics (medians of {ROUNDS}, floor = products and exp of one E-step)")
    print(f"{'data':>20} {'statistic':>14} {'seconds':>8} {'E-step':>8} {'ratio':>7}")
    for data, size in (("5,000 x 45", (5000, 45, 45)), ("18,000 x 45 of 500", (18000, 500, 45))):
        for row in measure(data, *simulated(*size)):
            print(
                f"{row.data:>20} {row.statistic:>14} {row.seconds:8.3f} {row.floor:8.4f} "
                f"{row.seconds / row.floor:7.1f}"
            )


if __name__ == "__main__":
    report()
