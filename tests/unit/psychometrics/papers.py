"""A small syllabus to assemble papers from: eight criteria in three outcomes, 45 items."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from psychometrics import (
    Constraints,
    ItemParameters,
    Pool,
    Quotas,
    build_pool,
    normal_quadrature,
)
from psychometrics.arrays import BoolArray, FloatArray

LENGTH = 45
CRITERIA = [6, 6, 6, 6, 6, 5, 5, 5]
PARENT = [8, 8, 8, 9, 9, 9, 10, 10, -1, -1, -1]
MINIMUM = [count - 1 for count in CRITERIA] + [17, 16, 9]
MAXIMUM = [count + 1 for count in CRITERIA] + [19, 18, 11]


def make_generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def make_quotas(*, per_criterion: int = 16) -> Quotas:
    leaf = np.repeat(np.arange(8), per_criterion)
    return Quotas(LENGTH, np.array(PARENT), np.array(MINIMUM), np.array(MAXIMUM), leaf)


def make_pool(*, per_criterion: int = 16, seed: int = 1) -> Pool:
    """Rasch items with provisional difficulties from ratings of .40 to .85 right."""
    rating = make_generator(seed).uniform(0.40, 0.85, 8 * per_criterion)
    items = ItemParameters(
        np.ones(rating.size), -np.log(rating / (1 - rating)), np.zeros(rating.size)
    )
    return build_pool(items, make_quotas(per_criterion=per_criterion), normal_quadrature(0.5, 1.0))


def meets_quotas(items: Sequence[int], quotas: Quotas) -> bool:
    """Count beneath each node, without the package's own bookkeeping."""
    parent = quotas.parent.tolist()
    counts = np.zeros(len(parent), np.int64)
    for item in items:
        node = int(quotas.leaf[item])
        while node != -1:
            counts[node] += 1
            node = parent[node]
    inside = (counts >= quotas.minimum) & (counts <= quotas.maximum)
    return len(set(items)) == len(items) == quotas.length and bool(inside.all())


def meets_everything(items: Sequence[int], constraints: Constraints) -> bool:
    """Count every kind of constraint, without the package's own bookkeeping."""
    on, rows, sets = set(items), constraints.rows, constraints.sets
    sums = rows.coefficients[:, sorted(on)].sum(axis=1)
    used = [(len(on & set(one)), number) for number, one in enumerate(sets.members)]
    used = [(count, number) for count, number in used if count]
    return (
        meets_quotas(items, constraints.quotas)
        and bool(((sums >= rows.lower - 1e-7) & (sums <= rows.upper + 1e-7)).all())
        and all(len(on & set(one)) <= 1 for one in constraints.enemies)
        and set(constraints.required) <= on
        and bool(constraints.allowed[sorted(on)].all())
        and all(sets.minimum[n] <= count <= sets.maximum[n] for count, n in used)
        and sets.fewest <= len(used) <= sets.most
    )


def optimum_by_milp(
    values: FloatArray,
    constraints: Constraints,
    *,
    chosen: Sequence[int] = (),
    available: BoolArray | None = None,
    whole: bool = True,
) -> float | None:
    """Return the best paper's value by scipy, from a model of its own; None if there is none."""
    quotas, sets = constraints.quotas, constraints.sets
    m, s = quotas.leaf.size, len(sets)
    limits = [LinearConstraint(_wide(np.ones((1, m)), s), quotas.length, quotas.length)]
    for node in range(quotas.parent.size):
        beneath = np.array([node in _path(int(leaf), quotas) for leaf in quotas.leaf], float)
        low, high = quotas.minimum[node], quotas.maximum[node]
        limits.append(LinearConstraint(_wide(beneath[None], s), low, high))
    if len(constraints.rows):
        rows = constraints.rows
        limits.append(LinearConstraint(_wide(rows.coefficients, s), rows.lower, rows.upper))
    limits += [LinearConstraint(_wide(_ones(m, one), s), 0, 1) for one in constraints.enemies]
    for number, one in enumerate(sets.members):
        least, most = _wide(_ones(m, one), s), _wide(_ones(m, one), s)
        least[0, m + number], most[0, m + number] = -sets.minimum[number], -sets.maximum[number]
        limits += [LinearConstraint(least, 0, np.inf), LinearConstraint(most, -np.inf, 0)]
    used = np.concatenate([np.zeros(m), np.ones(s)])[None]
    limits.append(LinearConstraint(used, sets.fewest if s else -np.inf, sets.most if s else np.inf))
    may = constraints.allowed & (True if available is None else available)
    upper = np.concatenate([may.astype(float), np.ones(s)])
    upper[list(chosen)] = 1
    lower = np.zeros(m + s)
    lower[[*chosen, *constraints.required]] = 1
    if (lower > upper).any():
        return None
    solved = milp(
        np.concatenate([-values, np.zeros(s)]),
        constraints=limits,
        bounds=Bounds(lower, upper),
        integrality=np.full(m + s, int(whole)),
        options={"mip_rel_gap": 0.0},
    )
    assert solved.status in (0, 2), solved.message
    return -float(solved.fun) if solved.status == 0 else None


def _wide(rows: FloatArray, sets: int) -> FloatArray:
    return np.pad(rows, ((0, 0), (0, sets)))


def _ones(m: int, items: Sequence[int]) -> FloatArray:
    row = np.zeros((1, m))
    row[0, list(items)] = 1
    return row


def _path(leaf: int, quotas: Quotas) -> list[int]:
    path = [leaf]
    while (above := int(quotas.parent[path[-1]])) != -1:
        path.append(above)
    return path
