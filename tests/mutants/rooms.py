"""Where faults are planted, and which tests judge one: those of its room, nearest first."""

import ast
import re
from functools import cache
from pathlib import Path

PLACES = (
    "app/exam/",
    "app/services/",
    "itembank/",
    "psychometrics/ability.py",
    "psychometrics/cat/",
    "psychometrics/classify.py",
    "psychometrics/domain.py",
    "psychometrics/models.py",
    "psychometrics/quadrature.py",
    "psychometrics/warm.py",
)
"""The rules, the use cases, the documents, and the numerics that carry marks."""

JUDGES = {
    "app/exam": ("tests/unit/exam", "tests/properties", "tests/services"),
    "app/services": ("tests/services", "tests/cli", "tests/api"),
    "itembank": ("tests/unit/itembank", "tests/unit/exam"),
    "psychometrics": ("tests/unit/psychometrics", "tests/properties", "tests/unit/exam"),
}
"""The folders of tests that know a room, its own first."""

MORE = 5
"""How much more the name of a function says than its module's."""


def files(root: Path) -> list[Path]:
    """Return the files in which faults are planted, by name."""
    places = [root / name for name in PLACES]
    found = [
        path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place])
    ]
    return sorted(path.relative_to(root) for path in found if path.name != "__init__.py")


def judges(root: Path, path: str, function: str) -> list[str]:
    """Return the test files that judge a fault, nearest first.

    Near is a file that imports the module or is called like it, nearer one that names the
    function and the module more often; own folders come before others.
    """
    module = path.removesuffix(".py").replace("/", ".")
    folders = next(tests for room, tests in JUDGES.items() if path.startswith(room))
    stem, called = Path(path).stem, function.rpartition(".")[2].strip("_")

    def rank(place: int, test: Path) -> tuple[bool, int, int, str]:
        text, imported = _read(root / test)
        is_near = module in imported or stem in test.stem
        mentions = len(_mentions(called, text)) * MORE + len(_mentions(stem, text))
        return not is_near, -mentions, place, str(test)

    found = [
        rank(place, test.relative_to(root))
        for place, folder in enumerate(folders)
        for test in (root / folder).rglob("test_*.py")
    ]
    return [name for *_, name in sorted(found)]


def _mentions(word: str, text: str) -> list[str]:
    return re.findall(rf"\b{re.escape(word)}\b", text) if word else []


@cache
def _read(path: Path) -> tuple[str, frozenset[str]]:
    """Return a test file's text, and the modules that it may import."""
    text = path.read_text(encoding="utf-8")
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
    return text, frozenset(names)
