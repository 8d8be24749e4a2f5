"""Closed worlds: what is there is declared, and what is declared is there."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

import app.errors
import itembank.errors
import psychometrics
import psychometrics.errors
from app.errors import ExamError
from app.settings import Settings
from app.web.problems import problem
from tests.factories import AT

ROOT = Path(__file__).parents[2]
ROOMS = (app.errors, itembank.errors, psychometrics.errors)
# A branch of the tree: its lines, its name, and what it says.
BRANCH = re.compile(r"^(?P<lines>[│├└─ ]*)(?P<name>[A-Z]\w+)(?:\s{2,}(?P<words>\S.*))?$")


def classes(module: ModuleType) -> list[type[Exception]]:
    """Return the error classes that a module defines, in its order."""
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Exception)
        and value.__module__ == module.__name__
    ]


FACTS: dict[object, object] = {
    str: "some words",
    str | None: None,
    int: 1,
    bool: True,
    datetime: AT,
    Sequence[str]: ("a reason",),
    Iterable[str]: ("a reason",),
}


def sample(kind: type[Exception]) -> ExamError:
    """Return an error of a kind, made of facts of the types that it asks for."""
    asked = inspect.get_annotations(kind.__init__)
    given = {name: FACTS[fact] for name, fact in asked.items() if name != "return"}
    error = kind(**given)
    assert isinstance(error, ExamError)
    return error


@pytest.mark.parametrize("kind", classes(app.errors), ids=lambda kind: kind.__name__)
def test_every_error_has_a_problem_type_of_its_own_family(kind: type[ExamError]) -> None:
    found = problem(sample(kind))
    assert 400 <= found.status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", found.kind)
    assert found.title
    if kind is not ExamError:
        assert found.kind != problem(sample(ExamError)).kind


def test_every_problem_type_means_one_thing() -> None:
    meanings: dict[str, set[tuple[int, str]]] = {}
    for kind in classes(app.errors):
        found = problem(sample(kind))
        meanings.setdefault(found.kind, set()).add((found.status, found.title))
    assert [kind for kind, told in meanings.items() if len(told) > 1] == []


def drawn(module: ModuleType) -> Iterator[tuple[str, str | None]]:
    """Yield each class of the tree atop a module with the class it hangs from."""
    above: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        found = BRANCH.match(line)
        if found is None or (not found["lines"] and found["words"]):
            continue
        depth = len(found["lines"]) // 4
        del above[depth:]
        if not above and depth:
            continue
        yield found["name"], above[-1] if above else None
        above.append(found["name"])


@pytest.mark.parametrize("module", ROOMS, ids=lambda module: module.__name__)
def test_the_tree_atop_an_errors_module_is_the_tree_of_its_classes(module: ModuleType) -> None:
    real = {
        kind.__name__: None if kind.__base__ is Exception else kind.__base__.__name__
        for kind in classes(module)
        if kind.__base__ is not None
    }
    assert dict(drawn(module)) == real
    roots = [name for name, base in real.items() if base is None]
    assert len(roots) == 1


def documented() -> dict[str, tuple[str, str]]:
    """Return the rows of the settings page: variable to default and meaning."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(ADEPT_\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return {name: (default.strip("`"), meaning) for name, default, meaning in rows}


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert set(documented()) == {f"ADEPT_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_the_documented_default_of_a_setting_is_its_default(name: str) -> None:
    default, meaning = documented()[f"ADEPT_{name.upper()}"]
    wanted = str(Settings.model_fields[name].default) or "empty"
    assert default == wanted
    assert len(meaning) > 15


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_public_name_of_psychometrics_is_exported_on_purpose() -> None:
    public = {
        name
        for name, value in vars(psychometrics).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(psychometrics.__all__)
    # Their order is ruff's (RUF022).
    assert len(psychometrics.__all__) == len(public)


def test_nobody_outside_reaches_past_the_door_of_psychometrics() -> None:
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("itembank/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("psycho"):
                assert node.module == "psychometrics", path


def test_every_module_says_in_one_line_what_lives_there() -> None:
    for room in ("app", "itembank", "psychometrics"):
        for path in ROOT.glob(f"{room}/**/*.py"):
            words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            assert words, path


def test_no_module_passes_the_wall_of_600_lines() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for room in ("app", "itembank", "psychometrics")
        for path in ROOT.glob(f"{room}/**/*.py")
    }
    assert {name: size for name, size in sizes.items() if size > 600} == {}


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-1000:]
