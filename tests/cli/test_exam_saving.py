"""An exam is shown, changed in a file, and saved as its next version."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Adept

EXAM = "cim-l6-smm"


def change(
    adept: Adept, path: Path, *, exposure: dict[str, str] | None = None, **blueprint: object
) -> Path:
    """Write the newest version of the exam to a file, with parts of it changed."""
    shown: dict[str, Any] = adept.done("exam", "show", EXAM)
    shown["exam"]["blueprint"] |= blueprint
    shown["exam"]["exposure"] = exposure or shown["exam"]["exposure"]
    path.write_text(json.dumps(shown), encoding="utf-8")
    return path


def test_what_is_shown_can_be_changed_and_saved_as_the_next_version(
    adept_on_each: Adept, tmp_path: Path
) -> None:
    adept = adept_on_each
    adept.done("exam", "check")
    adept.done("staff", "add", "ivo@x.org", "--role", "psychometrician")
    path = change(adept, tmp_path / "exam.json", excluded=["SMM-1.1-06"])
    made = adept.done("exam", "save", str(path), "--next", "--by", "ivo@x.org", "--reason", "r")
    assert (made["exam"], made["version"], made["provisional"]) == (EXAM, 2, True)
    assert made["changes"] == ["Added: SMM-1.1-06 on no paper"]
    plain = adept.run("exam", "show", EXAM).stdout
    assert "version 2" in plain
    assert "- SMM-1.1-06 on no paper" in plain
    assert [one["version"] for one in adept.done("exam", "list")] == [1, 2]


def test_a_file_that_is_not_the_next_version_is_refused(adept: Adept, tmp_path: Path) -> None:
    path = change(adept, tmp_path / "exam.json", tolerance=2)
    said = adept.refused("exam", "save", str(path))
    assert "the next is 2" in said
    assert adept.run("exam", "save", str(path), "--next").exit_code == 0
    assert "the next is 3" in adept.refused("exam", "save", str(path))


def test_warnings_are_printed_and_an_impossible_exam_is_refused(
    adept: Adept, tmp_path: Path
) -> None:
    names = [f"SMM-1.1-{number:02}" for number in range(1, 12)]
    path = change(adept, tmp_path / "exam.json", exposure={"rule": "none"}, excluded=names)
    saved = adept.run("exam", "save", str(path), "--next")
    assert saved.exit_code == 0, saved.output
    assert "Take care: " in saved.stdout
    assert adept.done("exam", "check", EXAM)["warnings"]
    assert "Take care, cim-l6-smm: " in adept.run("exam", "check", EXAM).stdout
    path = change(adept, tmp_path / "exam.json", excluded=names, required=names[:1])
    assert names[0] in adept.refused("exam", "save", str(path), "--next")


@pytest.mark.parametrize(
    ("text", "said"), [("no", "not JSON"), ("[]", "cannot be read"), ("{}", "Field required")]
)
def test_a_file_that_is_no_exam_is_refused(
    adept: Adept, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "exam.json"
    path.write_text(text, encoding="utf-8")
    assert said in adept.refused("exam", "save", str(path))
    assert "No such file" in adept.refused("exam", "save", str(tmp_path / "none.json"))


def test_who_may_not_save_exams_is_refused(adept: Adept, tmp_path: Path) -> None:
    adept.done("staff", "add", "ann@x.org", "--role", "author")
    path = change(adept, tmp_path / "exam.json", tolerance=2)
    assert "may not save exams" in adept.refused("exam", "save", str(path), "--by", "ann@x.org")
    assert "nobody@x.org" in adept.refused("exam", "save", str(path), "--by", "nobody@x.org")
