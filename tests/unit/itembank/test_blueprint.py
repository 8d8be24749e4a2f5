import pytest
from pydantic import ValidationError

from app.services.item_bank import read_starter
from itembank.blueprint import Blueprint, node_name, quotas, unknown_codes
from tests.factories import make_blueprint, make_framework


def test_shares_that_do_not_add_up_to_the_paper_are_refused_with_both_figures() -> None:
    with pytest.raises(ValidationError, match="add up to 5 items, but the paper has 6"):
        Blueprint(items=6, criteria={"1.1": 3, "1.2": 2}, outcomes={})


@pytest.mark.parametrize("span", [(3, 2), (-1, 2)])
def test_an_outcome_whose_range_is_none_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match=r"outcome 1: .* is not a range"):
        make_blueprint(outcomes={"1": span})


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        make_blueprint({"1.1": 9, "1.2": -1})


def test_weights_are_the_shares_of_the_paper() -> None:
    assert make_blueprint().weights() == {"1.1": 3 / 8, "1.2": 3 / 8, "2.1": 2 / 8}


@pytest.mark.parametrize(
    ("code", "limits"), [("1.1", (2, 4)), ("2.1", (1, 3)), ("1", (5, 6)), ("2", (2, 3))]
)
def test_limits_are_the_share_within_the_tolerance_and_the_outcome_range(
    code: str, limits: tuple[int, int]
) -> None:
    assert make_blueprint().limits(code) == limits


def test_a_tolerance_never_makes_a_limit_negative() -> None:
    blueprint = make_blueprint({"1.1": 1, "1.2": 0, "2.1": 7}, outcomes={}, tolerance=2)
    assert [blueprint.limits(code) for code in ("1.1", "1.2")] == [(0, 3), (0, 2)]


def test_the_quota_tree_has_outcomes_above_criteria() -> None:
    tree = quotas(make_blueprint(), make_framework(), ["2.1", "1.1", "1.1"])
    assert tree.length == 8
    assert tree.parent.tolist() == [-1, -1, 0, 0, 1]
    assert tree.minimum.tolist() == [5, 2, 2, 2, 1]
    assert tree.maximum.tolist() == [6, 3, 4, 4, 3]
    assert tree.leaf.tolist() == [4, 2, 2]


def test_a_criterion_whose_outcome_has_no_quota_hangs_from_the_paper() -> None:
    tree = quotas(make_blueprint(outcomes={"1": (5, 6)}), make_framework(), ["2.1"])
    assert tree.parent.tolist() == [-1, 0, 0, -1]


def test_nodes_are_named_for_people() -> None:
    names = [node_name(make_blueprint(), make_framework(), node) for node in (-1, 0, 4)]
    assert names == [
        "the whole paper (8 items)",
        "outcome 1 (Outcome one; 5 to 6 items)",
        "criterion 2.1 (Criterion two one; 1 to 3 items)",
    ]


def test_codes_that_the_framework_lacks_or_has_as_another_kind_are_found() -> None:
    blueprint = make_blueprint({"1": 4, "1.1": 3, "7.7": 1}, outcomes={"1.2": (0, 8), "2": (0, 8)})
    assert unknown_codes(blueprint, make_framework()) == ["1.2", "1", "7.7"]


def test_the_shipped_blueprint_is_that_of_the_issue() -> None:
    blueprint = read_starter().exam.blueprint
    assert list(blueprint.criteria.values()) == [6, 6, 6, 6, 6, 5, 5, 5]
    assert dict(blueprint.outcomes) == {"1": (17, 19), "2": (16, 18), "3": (9, 11)}
    assert (blueprint.items, blueprint.tolerance) == (45, 1)
