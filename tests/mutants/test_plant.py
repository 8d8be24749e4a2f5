"""The planter plants what it says, each fault once, and nothing that changes nothing."""

from pathlib import Path

from tests.mutants.plant import Fault, faults, is_a_fault
from tests.mutants.report import Verdict, place, report
from tests.mutants.rooms import JUDGES, files, judges

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """\
from dataclasses import replace

LIMIT: int = 3  # \u00e9


class Paper:
    kind: str = "a"

    def is_late(self, at: "tuple[int, ...]" = (1,)) -> bool:
        if not at or at[0] < 9 and -1.0 in at:
            note(f"{at + 1}")
            return min(at) * 2 is None
        return replace(self, one=True, two=at) if at else LIMIT
"""
TEST = "not at or at[0] < 9 and -1.0 in at"
GIVEN = "replace(self, one=True, two=at)"
EXPECTED = {
    ("constant", "3", "(4)"),
    ("constant", "9", "(10)"),
    ("constant", "1", "(2)"),
    ("constant", "0", "(1)"),
    ("constant", "2", "(3)"),
    ("constant", "1.0", "(1.5)"),
    ("constant", "True", "(False)"),
    ("condition", TEST, "(not (not at or (at[0] < 9 and -1.0 in at)))"),
    ("and, or", TEST, "(not at and (at[0] < 9 and -1.0 in at))"),
    ("and, or", "at[0] < 9 and -1.0 in at", "(at[0] < 9 or -1.0 in at)"),
    ("not, minus", "not at", "(at)"),
    ("not, minus", "-1.0", "(1.0)"),
    ("comparison", "at[0] < 9", "(at[0] <= 9)"),
    ("comparison", "-1.0 in at", "(-1.0 not in at)"),
    ("comparison", "min(at) * 2 is None", "(min(at) * 2 is not None)"),
    ("arithmetic", "min(at) * 2", "(min(at) / 2)"),
    ("twin", "min", "(max)"),
    ("left out", 'note(f"{at + 1}")', "pass"),
    ("left out", GIVEN, "(replace(self, two=at))"),
    ("left out", GIVEN, "(replace(self, one=True))"),
    ("condition", f"{GIVEN} if at else LIMIT", f"({GIVEN})"),
    ("condition", f"{GIVEN} if at else LIMIT", "(LIMIT)"),
}


def planted(folder: Path, source: str = SOURCE) -> list[Fault]:
    path = folder / "paper.py"
    path.write_text(source, encoding="utf-8")
    return faults(path, "app/paper.py")


def test_every_fault_stands_where_it_says_and_only_once(tmp_path: Path) -> None:
    found = planted(tmp_path)
    assert {(one.kind, one.before, one.after) for one in found} == EXPECTED
    assert len({one.name for one in found}) == len(found)
    for one in found:
        lines = one.planted(SOURCE.encode()).decode()
        assert is_a_fault(one, SOURCE.encode())
        assert lines.count("\n") == SOURCE.count("\n")
        assert SOURCE.encode()[slice(*one.span)].decode() == one.before


def test_what_is_compiled_to_the_same_is_no_fault(tmp_path: Path) -> None:
    source = "x = -0\n"
    [one] = [one for one in planted(tmp_path, source) if one.kind == "not, minus"]
    assert not is_a_fault(one, source.encode())


def test_the_report_counts_all_that_was_missed_and_names_it(tmp_path: Path) -> None:
    found = planted(tmp_path)
    told = [Verdict(one, one.kind != "twin", 1.0) for one in found]
    said = report(told, "--sample 9")
    assert "21 of 22 (95.5%, 95 % interval 78.2% to 99.2%) were noticed" in said
    assert f"- twin: {place(next(one for one in found if one.kind == 'twin'))}\n" in said
    assert "| left out | 3 | 3 |" in said


def test_each_room_has_faults_and_tests_that_judge_them() -> None:
    places = [str(path) for path in files(ROOT)]
    for room, folders in JUDGES.items():
        name = next(one for one in places if one.startswith(room))
        found = judges(ROOT, name, "")
        assert {*folders} >= {
            folder for folder in folders for one in found if one.startswith(folder)
        }
        assert any(one.startswith(folders[0]) for one in found)
        assert len(set(found)) == len(found)


def test_the_nearest_tests_come_first() -> None:
    first = judges(ROOT, "app/exam/award/grading.py", "grade")[:3]
    assert any(name.endswith("test_grading.py") for name in first)
