"""An answer meets a key in one place: nowhere else does code compare with a key."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCORER = "itembank/items/interaction.py"
SOURCES = [
    path
    for room in ("app", "itembank", "psychometrics")
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.relative_to(ROOT).as_posix() != SCORER
]
# What else is called a key: of a constraint, of a column, of a request; and the row of an item's
# key in a table of its options, beside which every option is described.
OTHER_KEYS = {
    "app/exam/definition/changes.py": 1,
    "app/services/people/replies.py": 1,
    "app/store/people/replies.py": 1,
    "app/web/board/desk/tables.py": 1,
    "itembank/definition/constraints.py": 2,
    "itembank/definition/feasibility.py": 2,
    "psychometrics/classical/distractors.py": 1,
}
# Who reads an item's key, and for what: to place it among options, to name its row in a table of
# options, to simulate somebody who knows it.
READERS = {
    "app/demo/simulated_window.py": 1,
    "app/exam/calibration/collected.py": 1,
    "itembank/items/checks.py": 1,
}
SEARCHES = {"index", "count", "remove", "find"}


def comparisons(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what compares something with an attribute `key`, or looks for one."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                if any(holds_a_key(one) for one in (node.left, *node.comparators)):
                    yield node
            case ast.Call(func=ast.Attribute(attr=name)) if name in SEARCHES:
                if any(holds_a_key(one) for one in node.args):
                    yield node
            case ast.MatchValue() if holds_a_key(node.value):
                yield node


def holds_a_key(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "key" for one in ast.walk(node))


def test_only_the_interaction_compares_an_answer_with_a_key() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): count
        for path in SOURCES
        if (count := len(list(comparisons(ast.parse(path.read_text(encoding="utf-8"))))))
    }
    assert found == OTHER_KEYS


def test_who_reads_the_key_of_an_item_is_known() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): count
        for path in SOURCES
        if (count := len(list(key_reads(ast.parse(path.read_text(encoding="utf-8"))))))
    }
    assert found == READERS


def key_reads(tree: ast.AST) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="key", value=ast.Attribute(attr="interaction")):
                yield node
            case ast.Attribute(attr="key", value=ast.Name(id="asked" | "interaction")):
                yield node


@pytest.mark.parametrize(
    "line",
    [
        "answer.option == edition.item(name).interaction.key",
        "item.interaction.key in response",
        "(item.interaction.key,) != answer.response",
        "options.index(OptionId(item.interaction.key))",
        "next(one for one in options if one.id == item.key)",
    ],
)
def test_a_comparison_with_a_key_is_seen(line: str) -> None:
    assert len(list(comparisons(ast.parse(line)))) == 1
