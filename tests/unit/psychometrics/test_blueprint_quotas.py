"""Quotas, feasibility and the best paper on cases small enough to see through."""

from itertools import combinations

import numpy as np
import pytest

from psychometrics import DataError, InfeasibleBlueprint, Quotas, best_paper, check_feasible
from tests.unit.psychometrics.papers import make_generator, make_quotas, meets_quotas

# Two criteria, 0 and 1, beneath one outcome, 2, and a criterion of its own, 3.
SMALL = Quotas(4, [2, 2, -1, -1], [1, 1, 2, 1], [2, 2, 3, 2], [0, 0, 0, 1, 1, 1, 3, 3])


def test_best_paper_takes_the_highest_values_that_fit() -> None:
    paper = best_paper([9, 8, 7, 1, 2, 3, 0.5, 0.25], SMALL)
    assert paper.items == (0, 1, 5, 6)
    assert paper.value == 20.5


def test_chosen_items_come_first_in_their_order_and_count_in_the_value() -> None:
    paper = best_paper([9, 8, 7, 1, 2, 3, 0.5, 0.25], SMALL, chosen=[7, 3])
    assert paper.items == (7, 3, 0, 1)
    assert paper.value == 18.25


def test_ties_go_to_the_lower_index() -> None:
    assert best_paper(np.ones(8), SMALL).items == (0, 1, 3, 6)


def test_items_that_are_not_available_stay_out_unless_chosen() -> None:
    available = np.array([False, True, True, True, True, True, True, True])
    assert 0 not in best_paper([9, 8, 7, 1, 2, 3, 0, 0], SMALL, available=available).items
    chosen = best_paper([9, 8, 7, 1, 2, 3, 0, 0], SMALL, chosen=[0], available=available)
    assert chosen.items == (0, 1, 5, 6)


def test_negative_values_do_not_shorten_the_paper() -> None:
    assert best_paper(-np.arange(8.0), SMALL).items == (0, 1, 3, 6)


def test_items_may_hang_on_an_inner_node() -> None:
    quotas = Quotas(3, [1, -1], [1, 2], [1, 3], [0, 0, 1, 1])
    assert best_paper([5, 4, 1, 2], quotas).items == (0, 3, 2)


def test_a_tree_without_nodes_below_the_root_takes_any_items() -> None:
    assert best_paper([1, 3, 2], Quotas(2, [-1], [0], [3], [0, 0, 0])).items == (1, 2)


def test_best_paper_equals_trying_every_paper() -> None:
    generator = make_generator(5)
    for _ in range(20):
        values = generator.normal(size=8)
        tried = [p for p in combinations(range(8), 4) if meets_quotas(p, SMALL)]
        best = max(values[list(p)].sum() for p in tried)
        assert best_paper(values, SMALL).value == pytest.approx(best, abs=1e-12)


def test_the_parent_may_be_listed_before_or_after_its_children() -> None:
    turned = Quotas(4, [-1, 0, 0, -1], [2, 1, 1, 1], [3, 2, 2, 2], [1, 1, 1, 2, 2, 2, 3, 3])
    values = [9, 8, 7, 1, 2, 3, 0.5, 0.25]
    assert best_paper(values, turned) == best_paper(values, SMALL)


@pytest.mark.parametrize(
    ("quotas", "chosen", "node", "reason"),
    [
        (SMALL, [0, 1, 2], 0, "3 items are chosen already, the maximum is 2"),
        (SMALL, [6, 7], None, ""),
        (SMALL, [0, 1, 3, 4], 2, "4 items are chosen already, the maximum is 3"),
        (Quotas(2, [-1], [2], [1], [0, 0]), [], 0, "the minimum 2 is above the maximum 1"),
        (Quotas(2, [-1], [2], [2], [0]), [], 0, "needs 2 more items"),
        (Quotas(3, [-1], [0], [2], [0, 0, 0]), [], -1, "only 2 can come"),
        (Quotas(1, [-1, -1], [1, 1], [1, 1], [0, 1]), [], -1, "ask for 2 more items"),
        (Quotas(2, [2, 2, -1], [1, 1, 0], [2, 2, 1], [0, 1]), [], 2, "maximum of 1 leaves 1"),
    ],
)
def test_an_infeasible_blueprint_names_the_node_and_the_figures(
    quotas: Quotas, chosen: list[int], node: int | None, reason: str
) -> None:
    if node is None:
        check_feasible(quotas, chosen=chosen)
        return
    with pytest.raises(InfeasibleBlueprint, match=reason) as refused:
        check_feasible(quotas, chosen=chosen)
    assert refused.value.node == node
    assert reason in refused.value.reason
    with pytest.raises(InfeasibleBlueprint):
        best_paper(np.ones(quotas.leaf.size), quotas, chosen=chosen)


def test_a_criterion_whose_items_are_all_withdrawn_is_infeasible() -> None:
    available = make_quotas().leaf != 3
    with pytest.raises(InfeasibleBlueprint, match="node 3: needs 5 more items") as refused:
        check_feasible(make_quotas(), available=available)
    assert refused.value.node == 3


@pytest.mark.parametrize(
    ("parent", "minimum", "maximum", "leaf"),
    [
        ([0], [0], [1], [0]),
        ([1, 0], [0, 0], [1, 1], [0]),
        ([5], [0], [1], [0]),
        ([-2], [0], [1], [0]),
        ([-1], [-1], [1], [0]),
        ([-1], [0], [1], [1]),
        ([-1], [0], [1], [-1]),
        ([-1, -1], [0], [1], [0]),
    ],
)
def test_a_malformed_tree_is_refused(
    parent: list[int], minimum: list[int], maximum: list[int], leaf: list[int]
) -> None:
    with pytest.raises(DataError):
        Quotas(1, parent, minimum, maximum, leaf)


@pytest.mark.parametrize("chosen", [[0, 0], [8], [-1]])
def test_chosen_items_must_exist_and_differ(chosen: list[int]) -> None:
    with pytest.raises(DataError):
        check_feasible(SMALL, chosen=chosen)


def test_values_must_be_one_finite_number_an_item() -> None:
    with pytest.raises(DataError):
        best_paper(np.ones(7), SMALL)
    with pytest.raises(DataError):
        best_paper([np.nan] * 8, SMALL)
    with pytest.raises(DataError):
        best_paper(np.ones(8), SMALL, available=np.ones(8))
