"""The assembler's papers are worth what mixed-integer programming finds, under every constraint."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from psychometrics import (
    Assembler,
    Constraints,
    InfeasibleBlueprint,
    LinkedSets,
    Quotas,
    Solver,
    Sums,
    best_paper,
    is_feasible,
)
from psychometrics.arrays import FloatArray, IntArray
from tests.unit.psychometrics.papers import make_generator, meets_everything, optimum_by_milp

TREE = [4, 4, 5, 5, -1, -1]


@dataclass(frozen=True)
class Instance:
    constraints: Constraints
    values: FloatArray


def make_sets(generator: np.random.Generator, m: int) -> tuple[tuple[int, ...], ...]:
    """Up to four linked sets of two to four items, without an item in common."""
    names = generator.permutation(m).tolist()
    count = int(generator.integers(0, 5))
    return tuple(tuple(names[4 * k : 4 * k + int(generator.integers(2, 5))]) for k in range(count))


def draw_paper(
    generator: np.random.Generator, m: int, sets: tuple[tuple[int, ...], ...]
) -> list[int]:
    """Some items of some sets, and as many others as make a paper."""
    paper: list[int] = []
    for one in sets:
        if generator.random() < 0.5:
            paper += one[: int(generator.integers(1, len(one) + 1))]
    loose = np.setdiff1d(np.arange(m), [item for one in sets for item in one])
    others = generator.choice(loose, int(generator.integers(4, 12)), replace=False)
    return [*paper, *map(int, others)]


def make_quotas(generator: np.random.Generator, leaf: IntArray, paper: list[int]) -> Quotas:
    counts = np.bincount(leaf[paper], minlength=6)
    counts[4:] = counts[:2].sum(), counts[2:4].sum()
    slack = generator.integers(0, 3, (2, 6))
    return Quotas(len(paper), TREE, np.maximum(counts - slack[0], 0), counts + slack[1], leaf)


def make_rows(generator: np.random.Generator, m: int, paper: list[int]) -> Sums:
    """Classes that cross the tree, and in one instance of three words with limits that bind."""
    classes = generator.integers(0, 4, m)
    coefficients = np.vstack(
        [*(classes == k for k in range(4)), generator.integers(20, 120, m)]
    ).astype(float)
    sums = coefficients[:, paper].sum(axis=1)
    words = 20 if generator.random() < 1 / 3 else np.inf
    slack = np.array([1, 1, 1, 1, words]) * (1 + generator.integers(0, 3, (2, 5)))
    return Sums(coefficients, sums - slack[0], sums + slack[1])


def make_enemies(
    generator: np.random.Generator, m: int, paper: list[int]
) -> tuple[tuple[int, ...], ...]:
    drawn = (generator.choice(m, int(generator.integers(2, 5)), replace=False) for _ in range(6))
    return tuple(tuple(one.tolist()) for one in drawn if np.isin(one, paper).sum() <= 1)


def make_linked(sets: tuple[tuple[int, ...], ...], paper: list[int]) -> LinkedSets:
    held = [len(set(one) & set(paper)) for one in sets]
    used = sum(count > 0 for count in held)
    least = [min(count, 2) if count else 2 for count in held]
    most = [max(count, 2) for count in held]
    return LinkedSets(
        sets,
        np.array(least, np.int64),
        np.array(most, np.int64),
        fewest=max(used - 1, 0),
        most=used,
    )


def make_instance(seed: int) -> Instance:
    """Limits of every kind around a paper that meets them, and values in up to three tiers."""
    generator = make_generator(seed)
    m = int(generator.integers(30, 80))
    leaf = generator.integers(0, 4, m)
    sets = make_sets(generator, m)
    paper = draw_paper(generator, m, sets)
    allowed = generator.random(m) < 0.9
    allowed[paper] = True
    constraints = Constraints(
        make_quotas(generator, leaf, paper),
        rows=make_rows(generator, m, paper),
        enemies=make_enemies(generator, m, paper),
        required=tuple(paper[: int(generator.integers(0, 3))]),
        allowed=allowed,
        sets=make_linked(sets, paper),
    )
    tier = (generator.random(m) < 0.2) * (seed % 3)
    return Instance(constraints, generator.random(m) - tier * (len(paper) + 1.0))


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_the_assembler_equals_milp(start: int) -> None:
    solvers: Counter[Solver] = Counter()
    for seed in range(start, start + 100):
        instance = make_instance(seed)
        paper = Assembler(instance.constraints).assemble(instance.values)
        best = optimum_by_milp(instance.values, instance.constraints)
        assert meets_everything(paper.items, instance.constraints), seed
        assert paper.value == pytest.approx(best, rel=1e-9, abs=1e-9), seed
        assert paper.gap == 0.0
        solvers[paper.solver] += 1
    assert min(solvers[Solver.LINEAR], solvers[Solver.INTEGER]) > 5, solvers
    assert not solvers.keys() - {Solver.GREEDY, Solver.LINEAR, Solver.INTEGER}


def test_the_assembler_equals_milp_with_part_of_the_paper_administered() -> None:
    for seed in range(100):
        instance = make_instance(seed)
        whole = Assembler(instance.constraints)
        first = whole.assemble(instance.values).items
        generator = make_generator(seed)
        done = generator.permutation(first)[: int(generator.integers(1, len(first)))].tolist()
        values = generator.random(len(instance.values))
        paper = whole.assemble(values, chosen=done)
        best = optimum_by_milp(values, instance.constraints, chosen=done)
        assert paper.items[: len(done)] == tuple(done)
        assert meets_everything(paper.items, instance.constraints), seed
        assert paper.value == pytest.approx(best, rel=1e-9), seed


def test_with_enemies_alone_the_greedy_is_exact() -> None:
    parted = 0
    for seed in range(300):
        instance = make_instance(seed)
        whole = instance.constraints
        apart = Constraints(
            whole.quotas, enemies=whole.enemies, required=whole.required, allowed=whole.allowed
        )
        generator = make_generator(seed)
        done = generator.permutation(Assembler(apart).assemble(instance.values).items)
        done = done[: int(generator.integers(0, 6))]
        values = generator.random(len(instance.values))
        paper = Assembler(apart).assemble(values, chosen=done.tolist())
        assert meets_everything(paper.items, apart), seed
        best = optimum_by_milp(values, apart, chosen=done.tolist())
        assert paper.value == pytest.approx(best, rel=1e-9), seed
        assert (paper.solver, paper.gap) == (Solver.GREEDY, 0.0)
        together = Constraints(whole.quotas, required=whole.required, allowed=whole.allowed)
        parted += Assembler(together).assemble(values, chosen=done.tolist()).value > paper.value
    assert parted > 50, parted


def test_what_has_no_paper_by_milp_has_none_by_is_feasible() -> None:
    found = Counter[bool]()
    for seed in range(100):
        instance = make_instance(seed)
        available = make_generator(seed).random(len(instance.values)) < 0.8
        exists = optimum_by_milp(instance.values, instance.constraints, available=available)
        assert is_feasible(instance.constraints, available=available) == (exists is not None), seed
        found[exists is not None] += 1
    assert min(found.values()) > 10, found


def test_under_nested_quotas_greedy_linear_and_integer_programming_agree() -> None:
    for seed in range(60):
        instance = make_instance(seed)
        quotas = instance.constraints.quotas
        greedy = best_paper(instance.values, quotas).value
        for whole in (False, True):
            program = optimum_by_milp(instance.values, Constraints(quotas), whole=whole)
            assert greedy == pytest.approx(program, rel=1e-9, abs=1e-9), seed
        # A row that any paper meets sends the same problem past the greedy's own path.
        m = len(instance.values)
        loose = Constraints(quotas, rows=Sums(np.ones((1, m)), [0.0], [float(m)]))
        assert Assembler(loose).assemble(instance.values).value == pytest.approx(greedy)


def test_a_solver_that_has_worked_before_gives_the_paper_that_a_fresh_one_gives() -> None:
    instance = make_instance(7)
    constraints, m = instance.constraints, len(instance.values)
    warm, generator = Assembler(constraints), make_generator(1)
    # Values on a coarse grid have many best papers: which one must not depend on the past.
    drawn = [np.rint(generator.random(m) * 4) for _ in range(60)]
    fresh = [Assembler(constraints).assemble(values).items for values in drawn]
    for turn in generator.permutation(np.tile(np.arange(60), 3)).tolist():
        assert warm.assemble(drawn[turn]).items == fresh[turn]


def test_the_quotas_that_nest_are_never_relaxed() -> None:
    instance = make_instance(3)
    with pytest.raises(InfeasibleBlueprint):
        Assembler(instance.constraints).assemble(
            instance.values, available=np.zeros(len(instance.values), np.bool_)
        )
