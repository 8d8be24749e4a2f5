"""A small syllabus to assemble papers from: eight criteria in three outcomes, 45 items."""

from collections.abc import Sequence

import numpy as np

from psychometrics import ItemParameters, Pool, Quotas, build_pool, normal_quadrature

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
