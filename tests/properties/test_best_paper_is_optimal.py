"""The greedy equals the mixed-integer optimum, and refuses exactly what has none."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from psychometrics import InfeasibleBlueprint, Quotas, best_paper, check_feasible
from tests.unit.psychometrics.papers import make_generator, meets_quotas


@dataclass(frozen=True)
class Instance:
    quotas: Quotas
    values: npt.NDArray[np.float64]
    chosen: list[int]
    available: npt.NDArray[np.bool_]


def membership(quotas: Quotas) -> npt.NDArray[np.float64]:
    """Ones where an item lies beneath a node, walking up the parents."""
    beneath = np.zeros((quotas.parent.size, quotas.leaf.size))
    for item, leaf in enumerate(quotas.leaf.tolist()):
        node = leaf
        while node != -1:
            beneath[node, item] = 1
            node = int(quotas.parent[node])
    return beneath


def make_instance(seed: int) -> Instance:
    """One to three levels in shuffled order, tight quotas around a random paper."""
    generator = make_generator(seed)
    nodes, m = int(generator.integers(1, 13)), int(generator.integers(6, 50))
    depth = np.zeros(nodes, int)
    parent = np.full(nodes, -1)
    for node in range(1, nodes):
        above = int(generator.integers(-1, node))
        if above >= 0 and depth[above] < 2:
            parent[node], depth[node] = above, depth[above] + 1
    names = generator.permutation(nodes)
    shuffled = np.full(nodes, -1)
    shuffled[names] = np.where(parent >= 0, names[parent], -1)
    leaf = generator.integers(0, nodes, m)
    length = int(generator.integers(1, max(2, m // 2)))

    draft = Quotas(length, shuffled, np.zeros(nodes, int), np.full(nodes, m), leaf)
    paper = generator.choice(m, length, replace=False)
    counts = membership(draft)[:, paper].sum(axis=1).astype(int)
    slack = generator.integers(-1 if seed % 5 == 0 else 0, 3, (2, nodes))
    minimum, maximum = np.maximum(counts - slack[0], 0), np.maximum(counts + slack[1], 0)
    known = generator.choice(paper, int(generator.integers(0, length + 1)), replace=False)
    chosen = known if seed % 3 == 0 else known[:0]
    if seed % 7 == 0:
        chosen = generator.choice(m, int(generator.integers(0, length + 1)), replace=False)
    available = generator.random(m) < (0.8 if seed % 2 else 1.1)
    values = generator.normal(size=m)
    quotas = Quotas(length, shuffled, minimum, maximum, leaf)
    return Instance(quotas, values, chosen.tolist(), available)


def optimum(instance: Instance) -> float | None:
    quotas, m = instance.quotas, instance.values.size
    lower, upper = np.zeros(m), instance.available.astype(float)
    lower[instance.chosen] = upper[instance.chosen] = 1
    rows = np.vstack([membership(quotas), np.ones(m)])
    limits = LinearConstraint(
        rows, np.append(quotas.minimum, quotas.length), np.append(quotas.maximum, quotas.length)
    )
    solved = milp(
        -instance.values,
        constraints=limits,
        bounds=Bounds(lower, upper),
        integrality=np.ones(m, np.int64),
        options={"mip_rel_gap": 0.0},
    )
    assert solved.status in (0, 2)
    return -float(solved.fun) if solved.status == 0 else None


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_greedy_equals_milp(start: int) -> None:
    feasible = 0
    for seed in range(start, start + 100):
        instance = make_instance(seed)
        best = optimum(instance)
        given = {"chosen": instance.chosen, "available": instance.available}
        if best is None:
            with pytest.raises(InfeasibleBlueprint):
                check_feasible(instance.quotas, **given)  # type: ignore[arg-type]  # one dict for two calls
            with pytest.raises(InfeasibleBlueprint):
                best_paper(instance.values, instance.quotas, **given)  # type: ignore[arg-type]
            continue
        feasible += 1
        paper = best_paper(instance.values, instance.quotas, **given)  # type: ignore[arg-type]
        assert meets_quotas(paper.items, instance.quotas), seed
        assert paper.items[: len(instance.chosen)] == tuple(instance.chosen)
        assert paper.value == pytest.approx(best, abs=1e-7), seed
    # The instances are of both kinds, or the test would prove half of what it says.
    assert 20 < feasible < 98
