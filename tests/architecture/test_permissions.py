"""Closed world: whoever acts is asked whether they may, in the service itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "app" / "services"


def with_actor() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(SERVICES.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
                if "actor" in names:
                    yield f"{path.parent.name}.{path.stem}.{node.name}", node


def asks(function: ast.FunctionDef) -> bool:
    """Say whether it calls require(actor, Act...), or a service with actor=actor first of all."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name == "require":
            return True
        if any(one.arg == "actor" for one in call.keywords) and name != "note":
            return True
    return False


FOUND = dict(with_actor())


@pytest.mark.parametrize("name", FOUND)
def test_a_service_that_is_told_who_acts_asks_whether_they_may(name: str) -> None:
    assert asks(FOUND[name])


def test_there_are_such_services() -> None:
    assert len(FOUND) > 30
