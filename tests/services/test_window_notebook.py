"""docs/window_notebook.py on a small window: it prints what it says, and names a wrong key."""

import ast
import csv
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

import psychometrics as psy
from app.services.calibration.calibrate import COLUMNS

NOTEBOOK = Path(__file__).parents[2] / "docs" / "window_notebook.py"
PERSONS, BANK, LENGTH = 120, 30, 20
MISKEYED = "1.2-07"
LOST = "1.2-29"
OPTIONS = ("a", "b", "c", "d")


def label(item: int) -> str:
    return f"1.{1 + item % 2}-{item:02d}"


def write_window(path: Path) -> None:
    """Write sittings of 20 of 30 items.

    Of item 7 the right option is b and the key a; the key of item 29 is one that nobody chose.
    """
    chance = np.random.Generator(np.random.PCG64(7))
    items = psy.ItemParameters(np.full(BANK, 1.5), np.linspace(-1.5, 1.5, BANK), np.zeros(BANK))
    p = psy.probability(chance.normal(size=PERSONS), items)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for person in range(PERSONS):
            for item in chance.permutation(BANK)[:LENGTH].tolist():
                knows = chance.random() < p[person, item]
                right = "b" if label(item) == MISKEYED else "a"
                key = "e" if label(item) == LOST else "a"
                wrong = [option for option in OPTIONS if option != right]
                option = right if knows else str(chance.choice([*wrong, ""]))
                table.writerow(
                    (f"s{person:03d}", label(item), 1, label(item)[:3], option, int(option == key))
                )


def test_it_runs_on_a_window_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_window(tmp_path / "window.csv")
    monkeypatch.setattr(sys, "argv", [NOTEBOOK.name, str(tmp_path / "window.csv")])
    space = runpy.run_path(str(NOTEBOOK), run_name="__main__")
    printed = capsys.readouterr().out
    for said in (
        "120 persons, 30 items, 2400 responses",
        f"Items that nobody got right: {LOST} v1",
        "alpha withheld: in adaptively collected data",
        "Converged: True",
        "priors: LogNormal(0, 0.5) on a; Normal(0, 2) on b",
    ):
        assert said in printed
    # A row for every item, every scoring method and every theta.
    assert len(re.findall(r"^ +1\.\d-\d\d v1( +-?\d+\.?\d*){7}$", printed, re.MULTILINE)) == BANK
    assert len(re.findall(r"^ +(?:EAP|WLE)( +-?\d+\.\d\d){3}$", printed, re.MULTILINE)) == 2
    assert len(re.findall(r"^ +-?\d\.0 +\d+\.\d\d +\d\.\d\d  1\.", printed, re.MULTILINE)) == 7
    found = [float(value) for value in re.findall(r"reliability of EAP (\d\.\d+)", printed)]
    assert found == pytest.approx([0.8, 0.8], abs=0.1)
    # The item with the wrong key is named, and no other key is called wrong.
    beaten = re.findall(r"^(\S+) v1, option (\w): distractor beats key", printed, re.MULTILINE)
    assert beaten == [(MISKEYED, "b")]
    assert np.isfinite(space["wle"].theta).all()


def test_it_imports_the_library_alone() -> None:
    tree = ast.parse(NOTEBOOK.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {alias.name for node in imports for alias in node.names} == {
        "Path",
        "csv",
        "numpy",
        "psychometrics",
        "sys",
    }
