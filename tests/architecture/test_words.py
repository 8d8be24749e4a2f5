"""What is said to people: every error has its sentence, every language all of its messages."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

import app.errors
from app.errors import ExamError
from app.web.problems import problem
from app.web.words.en import CANDIDATE, SENTENCES, STAFF, Counted, Sentence
from app.web.words.language import HERE, codes
from tests.architecture.test_closed_world import ROOT, classes, sample
from tests.catalogues import (
    TEMPLATE,
    faults,
    forms,
    make_pseudo_language,
    messages,
    read_catalogue,
)

# Where a candidate's request is decided; what is raised here is read by candidates.
ROOMS = (
    "app/exam/sitting",
    "app/services/people/throttle.py",
    "app/services/sitting",
    "app/web/candidate",
)
# Named there, and never said to a candidate: the board's extensions, and what the pages word for
# themselves.
NOT_SAID = {
    "ClockNotStarted",
    "ExtensionOutOfRange",
    "ExtensionTooShort",
    "HandedInAlready",
    "Invalid",
    "NewEndPast",
    "NotFound",
}
# The classes that take a sentence as it is.
FREE = {"Forbidden", "Invalid", "Refused"}


def texts(sentence: Sentence) -> tuple[str, ...]:
    match sentence:
        case Counted(one, many, _):
            return one, many
        case str(text):
            return (text,)


def extracted(folder: Path) -> Path:
    """Return what `make words` would write now."""
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    options = next(line for line in lines.splitlines() if line.startswith("WORDS := "))
    command = [str(Path(sys.executable).with_name("pybabel")), "-q", "extract"]
    target = folder / "candidate.pot"
    subprocess.run(
        [*command, *options.removeprefix("WORDS := ").split(), "-o", str(target), "."],
        cwd=ROOT,
        check=True,
    )
    return target


def raised(path: Path) -> Iterator[str]:
    """Yield the errors of ours that a module names, other than in its imports."""
    ours = {kind.__name__ for kind in classes(app.errors)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and node.id in ours:
            yield node.id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FREE, f"{path}: a sentence that has no class"


def test_every_error_has_one_sentence() -> None:
    assert set(SENTENCES) == set(classes(app.errors))
    assert CANDIDATE.keys().isdisjoint(STAFF)


@pytest.mark.parametrize("kind", classes(app.errors), ids=lambda kind: kind.__name__)
def test_every_fact_that_a_sentence_names_is_one_of_its_error(kind: type[ExamError]) -> None:
    facts, sentence = vars(sample(kind)), SENTENCES[kind]
    named = {name for text in texts(sentence) for _, name, _, _ in Formatter().parse(text) if name}
    assert named <= facts.keys()
    if isinstance(sentence, Counted):
        assert isinstance(facts[sentence.fact], int)


def test_what_a_candidate_can_meet_is_in_the_catalogue() -> None:
    listed = {form for one in messages(read_catalogue(TEMPLATE)) for form in forms(one)}
    for kind, sentence in CANDIDATE.items():
        assert set(texts(sentence)) <= listed, kind
        assert problem(sample(kind)).title in listed, kind
    paths = [path for room in ROOMS for path in [ROOT / room, *(ROOT / room).glob("*.py")]]
    names = {name for path in paths if path.suffix == ".py" for name in raised(path)}
    said = {kind.__name__ for kind in CANDIDATE} | {"ExamError"}
    assert names - said == NOT_SAID


def test_the_template_of_catalogues_is_up_to_date(tmp_path: Path) -> None:
    now = extracted(tmp_path).read_text(encoding="utf-8")
    assert now == TEMPLATE.read_text(encoding="utf-8"), "run `make words`"


def test_every_language_says_everything() -> None:
    for code in codes():
        if code != "en":
            assert list(faults(read_catalogue(HERE / f"{code}.po"))) == []


def test_a_catalogue_that_lacks_something_is_found_out(tmp_path: Path) -> None:
    make_pseudo_language(tmp_path)
    whole = read_catalogue(tmp_path / "da.po")
    assert list(faults(whole)) == []
    assert len(list(faults(Catalog()))) == len(messages(read_catalogue(TEMPLATE)))
    for form, told in (
        ("Sign in", ""),
        ("Question {number} of {length}", "Frage {number}"),
        ("Question {number} of {length}", "Frage {number} von {length} {name}"),
        ("To pass takes %(threshold)s.", "Zum Bestehen braucht man %(mark)s."),
        ("You have <strong>%(minutes)s</strong>.", "Sie haben <b>%(minutes)s</b>."),
    ):
        broken = read_catalogue(tmp_path / "da.po")
        broken.add(form, told)
        broken[form].string = told
        assert len(list(faults(broken))) == 1, told
