"""Time to score a window: 18,000 persons of 45 items from a bank of 500, by every method."""

from collections.abc import Callable
from time import perf_counter
from typing import Literal

import numpy as np

from psychometrics import ItemParameters, ResponseMatrix, estimate_ability, log_probability

SEED = 20261122
PERSONS, BANK, LENGTH = 18_000, 500, 45
NODES = 61
ROUNDS = 5
METHODS: tuple[Literal["eap", "map", "ml", "wle"], ...] = ("eap", "map", "ml", "wle")


def window(*, c: float) -> tuple[ItemParameters, ResponseMatrix]:
    """Return a simulated bank and the responses of a window."""
    random = np.random.Generator(np.random.PCG64(SEED))
    items = ItemParameters(
        random.lognormal(0, 0.3, BANK), random.normal(0, 1, BANK), np.full(BANK, c)
    )
    theta = random.normal(0, 1, PERSONS)
    columns = np.argpartition(random.random((PERSONS, BANK)), LENGTH, axis=1)[:, :LENGTH]
    s = 1.0 / (1.0 + np.exp(-items.a[columns] * (theta[:, None] - items.b[columns])))
    scores = random.random(s.shape) < c + (1.0 - c) * s
    person = np.repeat(np.arange(PERSONS), LENGTH)
    return items, ResponseMatrix.from_triples(
        person, columns.ravel(), scores.ravel(), (PERSONS, BANK)
    )


def fastest(work: Callable[[], object]) -> float:
    """Return the least of a few runs, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return min(times)


def floor(items: ItemParameters, responses: ResponseMatrix) -> float:
    """Return the time of one E-step: a sparse product on 61 nodes and an exp of it."""
    nodes = np.linspace(-6.0, 6.0, NODES)
    log_p, log_q = log_probability(nodes, items)
    tables, indicators = np.vstack([log_q.T, log_p.T]), responses.indicators()
    return fastest(lambda: np.exp(np.asarray(indicators @ tables)))


def report() -> None:
    """Print the table."""
    print(f"\nAbility of {PERSONS} persons, {LENGTH} of {BANK} items each (least of {ROUNDS})")
    print(f"{'items':>6} {'method':>7} {'seconds':>8} {'x floor':>8}")
    for name, c in (("2PL", 0.0), ("3PL", 0.2)):
        items, responses = window(c=c)
        least = floor(items, responses)
        print(f"{name:>6} {'floor':>7} {least:8.3f} {1.0:8.1f}")
        for method in METHODS:
            seconds = fastest(lambda: estimate_ability(responses, items, method=method))  # noqa: B023 - called at once
            print(f"{name:>6} {method:>7} {seconds:8.3f} {seconds / least:8.1f}")
