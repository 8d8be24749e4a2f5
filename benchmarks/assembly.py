"""Time to choose a block: our exact greedy beside `scipy.optimize.milp` on the same values."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from app.exam import delivery
from app.services.item_bank import read_starter
from itembank.exams import provisional_parameters
from psychometrics import (
    Conditions,
    ItemParameters,
    Pool,
    Quotas,
    best_paper,
    build_pool,
    next_block,
    normal_quadrature,
    posterior,
    posterior_information,
)

SEED = 20261122
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One bank's medians, in milliseconds."""

    bank: str
    block: float
    greedy: float
    milp: float


def starter_pool() -> Pool:
    """Return the shipped exam's pool: 128 items, 8 criteria in 3 outcomes."""
    starter = read_starter()
    parameters = provisional_parameters(starter.items)
    return delivery.edition(starter.exam, starter.framework, starter.items, parameters).pool


def large_pool() -> Pool:
    """Return 500 simulated 2PL items under the shipped exam's quotas."""
    random = np.random.Generator(np.random.PCG64(SEED))
    small = starter_pool()
    items = ItemParameters(
        a=random.lognormal(0, 0.3, 500), b=random.normal(0, 1, 500), c=np.zeros(500)
    )
    quotas = Quotas(
        length=small.quotas.length,
        parent=small.quotas.parent,
        minimum=small.quotas.minimum,
        maximum=small.quotas.maximum,
        leaf=np.resize(np.unique(small.quotas.leaf), 500),
    )
    return build_pool(items, quotas, normal_quadrature(0.5, 1.0))


def milp_value(values: np.ndarray, quotas: Quotas, chosen: Sequence[int]) -> float:
    """Return the best paper's value by mixed-integer programming."""
    count = len(values)
    inside = np.zeros((len(quotas.parent), count))
    for node in range(len(quotas.parent)):
        member = quotas.leaf == node
        for child in np.flatnonzero(quotas.parent == node):
            member |= quotas.leaf == child
        inside[node] = member
    lower = np.zeros(count)
    lower[list(chosen)] = 1
    found = milp(
        -values,
        constraints=[
            LinearConstraint(inside, quotas.minimum, quotas.maximum),
            LinearConstraint(np.ones((1, count)), quotas.length, quotas.length),
        ],
        integrality=np.ones(count, dtype=np.int8),
        bounds=Bounds(lower, np.ones(count)),
    )
    if found.fun is None:
        raise RuntimeError(f"milp found no paper: {found.message}")
    return -float(found.fun)


def measure(name: str, pool: Pool) -> Row:
    """Return medians over blocks in the middle of papers, the three interleaved."""
    random = np.random.Generator(np.random.PCG64(SEED))
    blocks, greedy, program = [], [], []
    for turn in range(ROUNDS):
        noise = random.random(len(pool.items))
        first = next_block(pool, administered=(), scores=(), conditions=Conditions(noise), size=45)
        administered = list(first.items[: 5 * (turn % 9)])
        scores = [int(score) for score in random.integers(0, 2, len(administered))]
        values = posterior_information(pool, posterior(pool, administered, scores))
        given = Conditions(noise)
        began = perf_counter()
        next_block(pool, administered=administered, scores=scores, conditions=given, size=5)
        blocks.append((perf_counter() - began) * 1000)
        began = perf_counter()
        ours = best_paper(values, pool.quotas, chosen=administered).value
        greedy.append((perf_counter() - began) * 1000)
        began = perf_counter()
        theirs = milp_value(values, pool.quotas, administered)
        program.append((perf_counter() - began) * 1000)
        if abs(ours - theirs) > 1e-6 * abs(theirs):
            raise AssertionError(f"greedy {ours} and milp {theirs} differ")
    return Row(name, median(blocks), median(greedy), median(program))


def report() -> None:
    """Print the table."""
    print("\nAssembly of a paper of 45, per block (medians, ms; equal optimum checked each time)")
    print(f"{'bank':>16} {'block':>8} {'greedy':>8} {'milp':>8} {'milp/greedy':>12}")
    for name, pool in (("starter, 128", starter_pool()), ("simulated, 500", large_pool())):
        row = measure(name, pool)
        ratio = row.milp / row.greedy
        print(f"{row.bank:>16} {row.block:8.3f} {row.greedy:8.3f} {row.milp:8.2f} {ratio:12.0f}")
