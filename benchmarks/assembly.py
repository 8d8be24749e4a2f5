"""Time to choose a block: our assembler beside `scipy.optimize.milp` and catsim.

milp assembles the same paper from the same values, and both optima are compared. catsim's figure
is its selector alone: the one item of most information at a known ability, without a blueprint.
Times are the thread's processor time, since one thread does all the work and a busy machine would
count another's turns.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from time import thread_time

import numpy as np
from catsim import ItemBank
from catsim.selection import MaxInfoSelector
from scipy.optimize import Bounds, LinearConstraint, milp

from app.exam.paper.edition import edition
from app.services.bank.starter import read_starter
from itembank.parameters import provisional_parameters
from psychometrics import (
    Conditions,
    Constraints,
    ItemParameters,
    Pool,
    Quotas,
    Solver,
    Sums,
    build_pool,
    estimate,
    information,
    next_block,
    normal_quadrature,
    posterior,
    posterior_information,
)
from psychometrics.arrays import FloatArray

SEED = 20261122
SITTINGS = 100
BLOCK = 5


@dataclass(slots=True)
class Times:
    """Seconds, for each block or for some of them, and what solved the papers."""

    block: list[float] = field(default_factory=list)
    paper: list[float] = field(default_factory=list)
    milp: list[float] = field(default_factory=list)
    catsim: list[float] = field(default_factory=list)
    solvers: Counter[Solver] = field(default_factory=Counter)


def starter_pool() -> Pool:
    """Return the shipped exam's pool: 128 items, 8 criteria in 3 outcomes."""
    starter = read_starter()
    parameters = provisional_parameters(starter.items)
    pool = edition(starter.exam, starter.framework, starter.items, parameters).pool
    return build_pool(pool.items, pool.quotas, pool.prior)


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


def crossing_pool() -> Pool:
    """Return the large pool with constraints that cross the quotas, chosen so that they bind.

    Cognitive demand in three levels, five authors, the key's position of three items in ten,
    and twenty pairs of enemies among the items that are most informative at the start.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    pool = large_pool()
    demand = random.choice(3, 500, p=[0.4, 0.4, 0.2])
    author = random.choice(5, 500)
    key = np.where(random.random(500) < 0.3, random.choice(4, 500), -1)
    classes = [(demand, 3), (author, 5), (key, 4)]
    rows = Sums(
        [kind == level for kind, levels in classes for level in range(levels)],
        [14, 16, 7] + [6] * 5 + [1] * 4,
        [20, 22, 12] + [12] * 5 + [4] * 4,
    )
    best = np.argsort(-information([0.5], pool.items)[0])[:40].tolist()
    enemies = tuple(zip(best[::2], best[1::2], strict=True))
    return build_pool(pool.items, Constraints(pool.quotas, rows=rows, enemies=enemies), pool.prior)


def milp_value(values: FloatArray, constraints: Constraints, chosen: Sequence[int]) -> float:
    """Return the best paper's value by mixed-integer programming."""
    quotas, rows, count = constraints.quotas, constraints.rows, len(values)
    inside = np.zeros((len(quotas.parent), count))
    for node in range(len(quotas.parent)):
        member = quotas.leaf == node
        for child in np.flatnonzero(quotas.parent == node):
            member |= quotas.leaf == child
        inside[node] = member
    foes = np.zeros((len(constraints.enemies), count))
    for row, one in enumerate(constraints.enemies):
        foes[row, list(one)] = 1
    lower = np.zeros(count)
    lower[list(chosen)] = 1
    found = milp(
        -values,
        constraints=[
            LinearConstraint(inside, quotas.minimum, quotas.maximum),
            LinearConstraint(np.ones((1, count)), quotas.length, quotas.length),
            LinearConstraint(rows.coefficients, rows.lower, rows.upper),
            LinearConstraint(foes, -np.inf, 1),
        ],
        integrality=np.ones(count, dtype=np.int8),
        bounds=Bounds(lower, np.ones(count)),
        options={"mip_rel_gap": 0.0},
    )
    if found.fun is None:
        raise RuntimeError(f"milp found no paper: {found.message}")
    return -float(found.fun)


def measure(pool: Pool) -> Times:
    """Return times over whole sittings, ours and the peers' interleaved."""
    random = np.random.Generator(np.random.PCG64(SEED))
    bank = ItemBank(np.column_stack([pool.items.a, pool.items.b, pool.items.c]))
    times = Times()
    for sitting in range(SITTINGS):
        done: tuple[int, ...] = ()
        scores: list[int] = []
        for number in range(pool.quotas.length // BLOCK):
            given = Conditions(random.random(len(pool)))
            began = thread_time()
            block = next_block(pool, administered=done, scores=scores, conditions=given, size=BLOCK)
            times.block.append(thread_time() - began)
            times.solvers[block.solver] += 1
            weights = posterior(pool, done, scores)
            values = posterior_information(pool, weights)
            began = thread_time()
            ours = pool.assembler.assemble(values, chosen=done).value
            times.paper.append(thread_time() - began)
            if number == sitting % (pool.quotas.length // BLOCK):
                measure_peers(times, pool, bank, done, weights, ours)
            done += block.items
            scores += random.integers(0, 2, len(block.items)).tolist()
    return times


def measure_peers(  # noqa: PLR0913 - a peer is given what we were given
    times: Times,
    pool: Pool,
    bank: ItemBank,
    done: tuple[int, ...],
    weights: FloatArray,
    ours: float,
) -> None:
    """Add the peers' times for one block, and refuse another optimum than ours."""
    theta = estimate(pool, weights).theta
    began = thread_time()
    MaxInfoSelector().select(item_bank=bank, administered_items=list(done), est_theta=theta)
    times.catsim.append(thread_time() - began)
    values = posterior_information(pool, weights)
    began = thread_time()
    theirs = milp_value(values, pool.constraints, done)
    times.milp.append(thread_time() - began)
    if abs(ours - theirs) > 1e-6 * abs(theirs):
        raise AssertionError(f"the assembler's {ours} and milp's {theirs} differ")


def show(name: str, times: Times) -> None:
    """Print one bank's line."""
    kinds = {"block": times.block, "paper": times.paper, "milp": times.milp}
    middle = {kind: median(seconds) * 1000 for kind, seconds in kinds.items()}
    high = {kind: float(np.percentile(seconds, 99)) * 1000 for kind, seconds in kinds.items()}
    catsim = median(times.catsim) * 1000
    figures = " ".join(f"{middle[kind]:7.3f} {high[kind]:7.2f}" for kind in kinds)
    solved = ", ".join(f"{solver} {count}" for solver, count in times.solvers.most_common())
    print(
        f"{name:>32} {figures} {catsim:7.3f} {middle['milp'] / middle['paper']:10.0f} "
        f"{catsim / middle['block']:12.1f}  {solved}"
    )


def report() -> None:
    """Print the table."""
    print("\nA block of 5 of a paper of 45, ms: median and 99th percentile (same optimum as milp)")
    print(
        f"{'bank':>32} {'block':>15} {'paper':>15} {'milp':>15} {'catsim':>7} "
        f"{'milp/paper':>10} {'catsim/block':>12}  solved by"
    )
    show("starter, 128, nested", measure(starter_pool()))
    show("simulated, 500, nested", measure(large_pool()))
    show("simulated, 500, all constraints", measure(crossing_pool()))
