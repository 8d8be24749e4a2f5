import pytest
from pydantic import ValidationError

from app.services.bank.starter import read_starter
from itembank.blueprint.blueprint import Blueprint, leaf, quotas, unknown_codes
from tests.factories import make_blueprint, make_framework, make_item


def test_shares_that_do_not_add_up_to_the_paper_are_refused_with_both_figures() -> None:
    with pytest.raises(ValidationError, match="add up to 5 items, but the paper has 6"):
        Blueprint(items=6, criteria={"1.1": 3, "1.2": 2}, outcomes={})


RANGES = ("outcomes", "topics", "demands", "authors", "key_positions")


@pytest.mark.parametrize("span", [(3, 2), (-1, 2)])
@pytest.mark.parametrize("field", [*RANGES, "words", "seconds"])
def test_a_range_that_is_none_is_refused_at_its_field(field: str, span: tuple[int, int]) -> None:
    value = {"A": span} if field in RANGES else span
    faults = refused(**{field: value})
    assert [place[0] for place, _ in faults] == [field]
    assert "is not a range: give the least first" in faults[0][1]


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"key_positions": {"I": (0, 1)}}, "key_positions", "'G' or 'H'"),
        ({"enemies": [["I-1"]]}, "enemies", "enemies are two items or more"),
        ({"enemies": [["I-1", "I-1"]]}, "enemies", "I-1 is named twice"),
        ({"enemies": [["I-1", "I-2"], ["I-2", "I-1"]]}, "enemies", "I-2, I-1 is given twice"),
        ({"required": ["I-1", "I-1"]}, "required", "I-1 is named twice"),
        ({"required": [f"I-{n}" for n in range(9)]}, "required", "9 items are required, but"),
        ({"excluded": ["I-1", "I-1"]}, "excluded", "I-1 is named twice"),
        (
            {"required": ["I-1"], "excluded": ["I-1"]},
            "excluded",
            "I-1 is both required and excluded: decide which",
        ),
        ({"stimuli": {"items": (0, 2), "sets": (0, 1)}}, "stimuli", "has at least 1 item"),
        ({"stimuli": {"items": (2, 1), "sets": (0, 1)}}, "stimuli", "2 to 1 is not a range"),
        ({"pretest": {"slots": 0, "items": ["I-1"]}}, "pretest", "greater than or equal to 1"),
        ({"pretest": {"slots": 1, "items": []}}, "pretest", "at least 1 item"),
        ({"pretest": {"slots": 2, "items": ["I-1"]}}, "pretest", "2 slots for 1 items on trial"),
        ({"pretest": {"slots": 1, "items": ["I-1", "I-1"]}}, "pretest", "I-1 is named twice"),
        (
            {"pretest": {"slots": 1, "items": ["I-1"]}, "required": ["I-1"]},
            "pretest",
            "I-1 is both required on every paper and on trial",
        ),
        (
            {"pretest": {"slots": 1, "items": ["I-1"]}, "excluded": ["I-1"]},
            "pretest",
            "I-1 is both excluded and on trial",
        ),
        (
            {"pretest": {"slots": 1, "items": ["I-1"]}, "enemies": [["I-1", "I-2"]]},
            "pretest",
            "I-1 is both in a set of enemies and on trial",
        ),
    ],
    ids=str,
)
def test_what_contradicts_itself_is_refused_at_its_field_in_plain_words(
    fields: dict[str, object], place: str, words: str
) -> None:
    faults = refused(**fields)
    assert [where[0] for where, _ in faults] == [place]
    assert words in faults[0][1]


def test_every_contradiction_is_told_at_once() -> None:
    fields: dict[str, object] = {"required": ["I-1"], "excluded": ["I-1"], "items": 9}
    assert [where[0] for where, _ in refused(**fields)] == ["criteria", "excluded"]


def refused(**fields: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    return [(fault["loc"], fault["msg"]) for fault in caught.value.errors()]


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


def test_a_topic_with_a_range_nests_beneath_its_criterion_and_takes_its_items() -> None:
    blueprint = make_blueprint(topics={"1.1.1": (1, 2)})
    items = (
        make_item("I-1"),
        make_item("I-2", topic="1.1.2"),
        make_item("I-3", criterion="2.1", topic="1.1.1"),
    )
    leaves = [leaf(blueprint, make_framework(), item) for item in items]
    assert leaves == ["1.1.1", "1.1", "2.1"]
    tree = quotas(blueprint, make_framework(), ["1.1.1", "1.1"])
    assert tree.parent.tolist() == [-1, -1, 0, 0, 1, 2]
    assert (tree.minimum[5], tree.maximum[5]) == (1, 2)
    assert tree.leaf.tolist() == [5, 2]


def test_codes_that_the_framework_lacks_or_has_as_another_kind_are_found() -> None:
    blueprint = make_blueprint(
        {"1": 4, "1.1": 3, "7.7": 1},
        outcomes={"1.2": (0, 8), "2": (0, 8)},
        topics={"1.1.1": (0, 1), "1.1": (0, 1)},
        demands={"understand": (0, 8), "explain": (0, 8)},
    )
    assert unknown_codes(blueprint, make_framework()) == [
        ("outcomes", "1.2"),
        ("criteria", "1"),
        ("criteria", "7.7"),
        ("topics", "1.1"),
        ("demands", "explain"),
    ]


def test_the_shipped_blueprint_is_that_of_the_issue() -> None:
    blueprint = read_starter().exam.blueprint
    assert list(blueprint.criteria.values()) == [6, 6, 6, 6, 6, 5, 5, 5]
    assert dict(blueprint.outcomes) == {"1": (17, 19), "2": (16, 18), "3": (9, 11)}
    assert (blueprint.items, blueprint.tolerance) == (45, 1)
