"""Every kind of constraint tells, and no state of a sitting leaves it without a paper."""

import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from psychometrics import (
    Assembler,
    Constraints,
    DataError,
    InfeasibleBlueprint,
    LinkedSets,
    Paper,
    Quotas,
    Solver,
    Sums,
    is_feasible,
)
from psychometrics.arrays import FloatArray
from tests.unit.psychometrics.papers import (
    LENGTH,
    make_generator,
    make_quotas,
    meets_everything,
    meets_quotas,
    optimum_by_milp,
)

# Two criteria of six items; a paper has two of each, or three and one.
QUOTAS = Quotas(4, [-1, -1], [1, 1], [3, 3], [0] * 6 + [1] * 6)
VALUES = [12, 11, 10, 3, 2, 1, 9, 8, 7, 6, 5, 4]
PAIR = LinkedSets(((3, 4, 9),), [2], [3], fewest=1)


def row(items: Sequence[int], lower: float, upper: float) -> Sums:
    coefficients = np.zeros((1, 12))
    coefficients[0, list(items)] = 1
    return Sums(coefficients, [lower], [upper])


def assemble(constraints: Constraints, **given: object) -> Paper:
    return Assembler(constraints).assemble(VALUES, **given)  # type: ignore[arg-type]  # as keywords


def test_with_nested_quotas_alone_the_paper_is_the_greedys() -> None:
    paper = assemble(Constraints(QUOTAS))
    assert paper.items == (0, 1, 2, 6)
    assert (paper.value, paper.solver, paper.gap) == (42.0, Solver.GREEDY, 0.0)


@pytest.mark.parametrize(
    ("constraints", "items"),
    [
        (Constraints(QUOTAS, enemies=((0, 1),)), (0, 2, 6, 7)),
        (Constraints(QUOTAS, enemies=((0, 1, 2, 6),)), (0, 7, 8, 9)),
        (Constraints(QUOTAS, required=(5,)), (0, 1, 6, 5)),
        (Constraints(QUOTAS, allowed=np.arange(12) != 0), (1, 2, 6, 7)),
        (Constraints(QUOTAS, rows=row([0, 1, 6, 7], 0, 1)), (0, 2, 8, 9)),
        (Constraints(QUOTAS, rows=row([4, 5, 11], 2, 2)), (0, 1, 11, 4)),
        (Constraints(QUOTAS, rows=Sums([np.arange(12.0) ** 2], [90], [91])), (1, 2, 6, 7)),
        (Constraints(QUOTAS, sets=PAIR), (0, 1, 9, 3)),
        (Constraints(QUOTAS, sets=LinkedSets(((0, 3), (1, 6)), [2, 2], [2, 2])), (1, 2, 6, 7)),
        (Constraints(QUOTAS, sets=LinkedSets(((0, 1, 2),), [1], [2])), (0, 1, 6, 7)),
        (Constraints(QUOTAS, sets=LinkedSets(((0,), (1,), (2,)), [1] * 3, [1] * 3, most=1)), None),
    ],
    ids=lambda given: "" if isinstance(given, tuple) else None,
)
def test_each_kind_of_constraint_changes_the_paper(
    constraints: Constraints, items: tuple[int, ...] | None
) -> None:
    paper = assemble(constraints)
    best = optimum_by_milp(np.array(VALUES, np.float64), constraints)
    assert meets_everything(paper.items, constraints)
    assert paper.value == best
    assert paper.items == (items or (0, 6, 7, 8))
    assert set(paper.items) != {0, 1, 2, 6}


def test_a_paper_that_happens_to_meet_everything_is_the_greedys() -> None:
    constraints = Constraints(QUOTAS, enemies=((0, 6, 7),), rows=row([3, 4, 5], 0, 4))
    assert assemble(constraints).solver is Solver.LINEAR
    assert assemble(Constraints(QUOTAS, enemies=((3, 4),))).solver is Solver.GREEDY


def test_the_enemy_of_an_administered_item_does_not_come() -> None:
    paper = assemble(Constraints(QUOTAS, enemies=((0, 5), (6, 7))), chosen=[5])
    assert paper.items == (5, 1, 2, 6)


def test_what_is_held_beyond_the_coefficients_moves_the_limits_of_a_row() -> None:
    constraints = Constraints(QUOTAS, rows=row([0, 1, 2], 0, 3))
    assert assemble(constraints).items == (0, 1, 2, 6)
    assert assemble(constraints, held=[2.0]).items == (0, 6, 7, 8)


def test_two_administered_enemies_are_let_be_and_a_third_is_not() -> None:
    constraints = Constraints(QUOTAS, enemies=((0, 3, 6),))
    paper = assemble(constraints, chosen=[0, 3])
    assert paper.items == (0, 3, 1, 7)
    assert paper.solver is not Solver.RELAXED


def test_a_row_that_the_administered_items_have_passed_is_let_be() -> None:
    constraints = Constraints(QUOTAS, rows=row([3, 4, 0], 0, 1))
    assert assemble(constraints, chosen=[3, 4]).items == (3, 4, 1, 6)


def test_sets_that_the_administered_items_have_broken_are_let_be() -> None:
    sets = LinkedSets(((0, 1, 2), (6, 7)), [1, 2], [1, 2], most=1)
    paper = assemble(Constraints(QUOTAS, sets=sets), chosen=[1, 2])
    assert paper.items == (1, 2, 8, 9)
    broken = assemble(Constraints(QUOTAS, sets=sets), chosen=[1, 6])
    assert broken.items == (1, 6, 7, 8)


def test_where_no_paper_meets_everything_the_least_is_violated_and_the_paper_says_so() -> None:
    constraints = Constraints(QUOTAS, rows=row([4, 5], 2, 2), enemies=((3, 11),))
    paper = assemble(constraints, chosen=[0, 1], available=np.arange(12) != 4)
    assert paper.items == (0, 1, 6, 5)
    assert paper.solver is Solver.RELAXED
    assert meets_quotas(paper.items, QUOTAS)


def test_a_required_item_that_was_withdrawn_does_not_come_and_the_paper_says_so() -> None:
    constraints = Constraints(QUOTAS, required=(5, 11))
    paper = assemble(constraints, available=np.arange(12) != 5)
    assert paper.items == (0, 1, 2, 11)
    assert paper.solver is Solver.RELAXED
    assert assemble(constraints).solver is Solver.GREEDY


def test_required_items_that_no_longer_fit_the_quotas_stay_out() -> None:
    paper = assemble(Constraints(QUOTAS, required=(5, 4, 11)), chosen=[0, 1])
    assert paper.items == (0, 1, 11, 5)
    assert paper.solver is Solver.RELAXED


def test_the_quotas_that_nest_are_not_relaxed() -> None:
    constraints = Constraints(QUOTAS, enemies=((0, 1),))
    with pytest.raises(InfeasibleBlueprint):
        assemble(constraints, chosen=[0, 1, 2, 3])
    with pytest.raises(InfeasibleBlueprint):
        assemble(constraints, available=np.arange(12) < 6)


@pytest.mark.parametrize(
    "given",
    [
        {"held": [1.0]},
        {"chosen": [0, 0]},
        {"chosen": [12]},
        {"available": np.ones(3, np.bool_)},
        {"earlier": [12]},
    ],
)
def test_input_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(DataError):
        assemble(Constraints(QUOTAS, enemies=((0, 1),)), **given)


def test_values_must_be_one_finite_number_an_item() -> None:
    with pytest.raises(DataError):
        Assembler(Constraints(QUOTAS)).assemble([1.0])
    with pytest.raises(DataError):
        Assembler(Constraints(QUOTAS)).assemble([np.inf] * 12)


# The row is met by any paper; with it the search over greedy papers does not settle it.
HARD = Constraints(
    QUOTAS, enemies=((0, 1), (1, 2), (0, 2)), rows=Sums(np.ones((1, 12)), [0.0], [12.0])
)


def test_without_time_the_earlier_paper_is_handed_out_with_its_gap() -> None:
    paper = assemble(HARD, earlier=(11, 0, 7, 8), chosen=[11], seconds=0.0)
    assert paper.items == (11, 0, 7, 8)
    assert paper.solver is Solver.EARLIER
    assert paper.value < 4 + 12 + 9 + 8 <= paper.bound
    assert paper.gap == pytest.approx((paper.bound - paper.value) / paper.value)


def test_without_time_and_without_an_earlier_paper_some_paper_that_meets_all_is_handed_out() -> (
    None
):
    for chosen in ([], [11], [11, 5]):
        paper = assemble(HARD, chosen=chosen, seconds=0.0)
        assert paper.items[: len(chosen)] == tuple(chosen)
        assert meets_everything(paper.items, HARD)
        assert paper.solver is Solver.EARLIER
        assert paper.gap > 0


def test_an_earlier_paper_that_no_longer_holds_is_not_handed_out() -> None:
    gone = np.arange(12) != 9
    paper = assemble(HARD, earlier=(11, 0, 8, 9), chosen=[11], available=gone, seconds=0.0)
    assert 9 not in paper.items
    assert meets_everything(paper.items, HARD)


def test_without_time_a_paper_that_the_greedy_settles_is_still_the_best() -> None:
    paper = assemble(Constraints(QUOTAS, enemies=((3, 4),)), seconds=0.0)
    assert (paper.solver, paper.gap) == (Solver.GREEDY, 0.0)


def narrow_words(seed: int) -> tuple[Constraints, FloatArray]:
    """45 items whose words must make one sum almost exactly: long work for any solver."""
    generator = make_generator(seed)
    words = generator.integers(200, 2000, 128).astype(float)
    some = Assembler(Constraints(make_quotas())).assemble(generator.random(128)).items
    total = words[list(some)].sum()
    rows = Sums([words], [total - 20], [total + 20])
    return Constraints(make_quotas(), rows=rows), generator.random(128)


def test_when_time_runs_out_the_best_paper_so_far_comes_with_an_honest_bound() -> None:
    constraints, values = narrow_words(5)
    assembler = Assembler(constraints)
    best = assembler.assemble(values, seconds=2.0)
    for seconds in (1e-4, 0.01, 0.05):
        paper = assembler.assemble(values, seconds=seconds)
        assert meets_everything(paper.items, constraints)
        assert paper.value <= paper.bound
        assert best.value <= paper.bound + 1e-9
    assert assembler.assemble(values, seconds=1e-4).gap > 0


def test_a_long_search_ends_with_the_paper_that_milp_finds() -> None:
    for seed in range(4):
        constraints, values = narrow_words(seed)
        paper = Assembler(constraints).assemble(values)
        assert meets_everything(paper.items, constraints)
        assert paper.value == pytest.approx(optimum_by_milp(values, constraints), rel=1e-9)
        assert (paper.solver, paper.gap) == (Solver.INTEGER, 0.0)


def crossing_constraints() -> Constraints:
    """128 items with classes across the criteria, and enemies among them."""
    generator = make_generator(4)
    kind = generator.integers(0, 3, 128)
    rows = Sums(np.array([kind == k for k in range(3)], np.float64), [12] * 3, [18] * 3)
    enemies = tuple(tuple(generator.choice(128, 2, replace=False).tolist()) for _ in range(20))
    return Constraints(make_quotas(), rows=rows, enemies=enemies)


def test_threads_that_share_an_assembler_get_the_papers_that_one_thread_gets() -> None:
    constraints = crossing_constraints()
    drawn = make_generator(2).random((40, 128))
    alone = [Assembler(constraints).assemble(values).items for values in drawn]
    shared = Assembler(constraints)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda values: shared.assemble(values).items, drawn))
    assert together == alone


def test_an_assembler_travels_to_another_process() -> None:
    assembler = Assembler(crossing_constraints())
    values = make_generator(3).random(128)
    again: Assembler = pickle.loads(pickle.dumps(assembler))  # noqa: S301 - our own bytes
    assert again.assemble(values) == assembler.assemble(values)


def test_lower_tiers_are_kept_apart_by_crossing_constraints_too() -> None:
    constraints = crossing_constraints()
    generator = make_generator(6)
    tier = (generator.random(128) < 0.7).astype(int) * generator.integers(1, 3, 128)
    values = np.rint(generator.random(128) * 1e9) - tier * 1e9 * (LENGTH + 1)
    paper = Assembler(constraints).assemble(values)
    fewest = optimum_by_milp(-tier.astype(float), constraints)
    assert fewest is not None
    assert tier[list(paper.items)].sum() == pytest.approx(-fewest)


def test_feasibility_counts_every_kind_of_constraint() -> None:
    assert is_feasible(Constraints(QUOTAS))
    assert is_feasible(Constraints(QUOTAS, enemies=(tuple(range(9)),)))
    assert not is_feasible(Constraints(QUOTAS, enemies=(tuple(range(10)),)))
    assert not is_feasible(Constraints(QUOTAS, required=(0, 1, 2, 3)))
    assert not is_feasible(Constraints(QUOTAS, required=(0,), allowed=np.arange(12) > 0))
    assert not is_feasible(Constraints(QUOTAS, required=(0, 1), enemies=((0, 1),)))
    assert not is_feasible(Constraints(QUOTAS, enemies=((0, 1),)), chosen=[0, 1])
    assert is_feasible(Constraints(QUOTAS, enemies=((0, 1),)), chosen=[0])
    assert not is_feasible(Constraints(QUOTAS, rows=row([0, 1], 2, 2)), available=np.arange(12) > 0)
    assert not is_feasible(Constraints(QUOTAS, sets=LinkedSets(((0, 1),), [3], [3], fewest=1)))
