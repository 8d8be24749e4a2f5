"""What an import brings along, and the doors that load late."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "itembank", "psychometrics", "migrations")

# Each door says why in its module.
LATE = {
    "app/cli/entrance.py": ["a module by its name"],
    "psychometrics/calibration/girth.py": ["girth"],
}

# scipy.stats takes longer to import than all of ours; girth brings it along.
HEAVY = {"girth", "scipy.stats", "pandas", "matplotlib"}


HELP = """
import sys
from app.cli import main
sys.argv[1:] = ["--help"]
try:
    main()
except SystemExit:
    print()
"""


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    told = f"{code}\nimport sys; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def late_imports(tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports inside its functions, or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import):
                    yield from (alias.name for alias in inner.names)
                elif isinstance(inner, ast.ImportFrom):
                    yield str(inner.module)
                elif isinstance(inner, ast.Call) and called(inner) in {
                    "import_module",
                    "__import__",
                }:
                    yield "a module by its name"


def called(call: ast.Call) -> str:
    """Return the last name of what is called."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_only_the_doors_load_late() -> None:
    found = {}
    for room in ROOMS:
        for path in ROOT.glob(f"{room}/**/*.py"):
            late = sorted(set(late_imports(ast.parse(path.read_text(encoding="utf-8")))))
            if late:
                found[path.relative_to(ROOT).as_posix()] = late
    assert found == LATE


@pytest.mark.parametrize("module", ["app.main", "app.cli", "psychometrics"])
def test_an_import_brings_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") & HEAVY == set()


def test_help_loads_no_command() -> None:
    rooms = {name for name in loaded_by(HELP) if name.split(".")[0] in ROOMS}
    assert rooms == {"app", "app.cli", "app.cli.entrance", "app.cli.table"}


def test_no_password_is_hashed_by_an_import() -> None:
    code = """
import argon2
def refuse(self, password, **more):
    raise AssertionError("hashed")
argon2.PasswordHasher.hash = refuse
import app.main
"""
    assert "app.main" in loaded_by(code)
