"""`adept simulate`: figures for machines, tables for people, and a file with charts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Adept

PROMISED = {
    "exam",
    "candidates",
    "seconds",
    "blueprint_violations",
    "max_exposure",
    "mean_overlap",
    "theta_bias",
    "theta_rmse",
    "mark_rmse",
    "grade_accuracy",
    "grade_consistency",
    "conditional_sem",
}
FEW = ("simulate", "--exam", "cim-l6-smm", "--candidates", "100", "--no-comparisons")


def test_the_figures_that_were_promised_are_there(adept: Adept) -> None:
    report = adept.done(*FEW)
    assert report.keys() >= PROMISED
    assert (report["exam"], report["candidates"]) == ("cim-l6-smm", 100)
    assert report["blueprint_violations"] == 0
    assert 3 < report["mark_rmse"] < 9
    assert 0.2 < report["theta_rmse"] < 0.6
    assert 0 < report["mean_overlap"] < report["max_exposure"] <= 1
    assert {"theta", "mark", "theta_sem", "mark_sem", "persons"} <= report["conditional_sem"][
        0
    ].keys()
    again = adept.done(*FEW)
    assert {**again, "seconds": 0} == {**report, "seconds": 0}


def test_people_read_tables(adept: Adept) -> None:
    made = adept.run(*FEW)
    assert made.exit_code == 0
    for words in (
        "PROVISIONAL",
        "Precision along the scale",
        "Precision at the cut scores",
        "Distinction",
        "Exposure by ability",
        "Items in the bank / items needed",
        "met in every paper",
        "--html FILE and --json show all",
    ):
        assert words in made.stdout


def test_the_file_needs_nothing_else(adept: Adept, tmp_path: Path) -> None:
    file = tmp_path / "preflight.html"
    report = adept.done(*FEW, "--html", str(file))
    text = file.read_text("utf-8")
    assert "<script" not in text
    assert "url(" not in text
    assert not re.search(r"\s(src|href)=", text)
    drawings = re.findall(r"<svg viewBox.*?</svg>", text, re.DOTALL)
    assert len(drawings) == 3
    for drawing in drawings:
        tree = ElementTree.fromstring(drawing)  # noqa: S314 - our own file
        assert tree.find("title") is not None
        assert tree.find("desc") is not None
    assert f"{report['max_exposure']:.1%}".replace("%", " %").replace(".0 %", " %") in text
    assert len(re.findall(r">SMM-\d\.\d-\d\d\b", text)) == 128
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--exam", "nothing", "--candidates", "100"), "There is no exam 'nothing'"),
        (("--exam", "cim-l6-smm", "--candidates", "99"), "between 100 and 200,000"),
        (("--exam", "cim-l6-smm", "--candidates", "200001"), "between 100 and 200,000"),
        (("--exam", "cim-l6-smm", "--seed", "-1"), "a seed from 0"),
        (("--exam", "cim-l6-smm", "--html", "/no/such/folder/a.html"), "a folder that exists"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_the_reason(
    adept: Adept, words: tuple[str, ...], said: str
) -> None:
    assert said in adept.refused("simulate", *words)


def children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return {int(one) for one in found.split()}


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_however_it_is_ended_no_process_is_left(adept: Adept, ending: signal.Signals) -> None:
    program = [sys.executable, "-c", "from app.cli import main; main()"]
    words = ["simulate", "--exam", "cim-l6-smm", "--candidates", "200000", "--no-comparisons"]
    environment = {name: value for name, value in adept.environment.items() if value is not None}
    running = subprocess.Popen(
        [*program, *words, "--json"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    limit = time.monotonic() + 60
    while not (mine := children(running.pid)) and time.monotonic() < limit:
        time.sleep(0.1)
    assert mine
    running.send_signal(ending)
    said = running.communicate(timeout=60)
    while any(Path(f"/proc/{one}").exists() for one in mine) and time.monotonic() < limit + 60:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{one}").exists() for one in mine)
    if ending is signal.SIGINT:
        assert running.returncode == 130
        assert "Stopped." in said[1]
        assert json.loads(said[0] or "null") is None
