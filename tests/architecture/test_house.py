"""The house's own rules: what the repository must hold, and what it must never hold."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.machine import cannot_run

ROOT = Path(__file__).parents[2]
CONSTRAINT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9][A-Za-z0-9.]*)")

# Each is put together from two halves, so that this file does not hold what it looks for.
BOUND = {
    "a package index": "pypi"
    + r"\.org/simple|files\.python"
    + r"hosted\.org|--(extra-)?index"
    + "-url",
    "a local package": "--find" + "-links|@ file" + ":/",
    "a path of one machine": r"(?<![\w.])(/ro"
    + r"ot|/work/(main|shared)|/home/\w+|/Us"
    + r"ers/\w+)/",
    "a tracker's number": r"(?i)\b(iss" + r"ue|tick" + r"et|pull requ" + r"est)s? #?[0-9]",
}


def repository_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        cannot_run("no git checkout, so no list of what belongs to the repository")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def constraints() -> dict[str, str]:
    matches = map(CONSTRAINT.fullmatch, (ROOT / "constraints.txt").read_text().splitlines())
    return {normal(match["name"]): match["version"] for match in matches if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("what", BOUND)
def test_no_file_is_bound_to_one_machine_or_tracker(what: str) -> None:
    pattern = re.compile(BOUND[what].encode())
    found = [str(path) for path in repository_files() if pattern.search(path.read_bytes())]
    assert found == [], f"{what} is named in these files"


def test_every_constraint_is_one_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert lines
    assert [line for line in lines if not CONSTRAINT.fullmatch(line)] == []


def test_every_dependency_of_the_project_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in wanted}
    assert names - constraints().keys() == set()


def test_what_builds_is_pinned_as_what_is_tested() -> None:
    (builder,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    name, _, version = builder.partition("==")
    assert constraints()[normal(name)] == version


def test_make_alone_lists_every_target_with_its_help() -> None:
    make = shutil.which("make")
    if make is None:
        cannot_run("no make")
    phony = re.search(r"^\.PHONY: help (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    printed = subprocess.run(
        [make, "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = re.findall(r"^  make ([a-z-]+) +\S.*$", printed, re.MULTILINE)
    assert listed == phony[1].split()


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert names
    assert [name[:5] for name in names] == [f"{n:04}-" for n in range(1, len(names) + 1)]


DECISION = re.compile(
    r"# (?P<number>[0-9]+)\. [^\n]+\n\n\*\*Context\.\*\* .+\n\n\*\*Choice\.\*\*.+"
    r"\n\n\*\*Price\.\*\*.+\n\n\*\*What would change our mind\.\*\* .+",
    re.DOTALL,
)


def test_decisions_have_one_shape_and_fill_one_page_at_most() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        shape = DECISION.fullmatch(text)
        assert shape is not None, f"{path.name}: context, choice, price, what would change our mind"
        assert shape["number"] == str(int(path.name[:4])), path.name
        assert len(text.splitlines()) <= 60, path.name
