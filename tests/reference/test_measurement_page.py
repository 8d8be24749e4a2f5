"""docs/measurement.md: its example runs and prints what the page says, and its names exist."""

import contextlib
import inspect
import io
import re
from pathlib import Path

import pytest

import psychometrics as psy

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "measurement.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """Return the language and text of each fenced block, in order."""
    return FENCE.findall(PAGE.read_text(encoding="utf-8"))


def test_what_the_page_says_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks share one namespace, as the cells of a notebook."""
    monkeypatch.chdir(ROOT)
    space: dict[str, object] = {}
    found = blocks()
    examples = [at for at, (language, _) in enumerate(found) if language == "python"]
    assert examples
    for at in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(found[at][1], f"{PAGE.name}, block {at}", "exec"), space)  # noqa: S102 - the page's own code
        language, expected = found[at + 1]
        assert language == "text"
        assert printed.getvalue() == expected


def test_the_page_names_nothing_that_is_not_there() -> None:
    attributes = {
        name
        for public in psy.__all__
        if inspect.isclass(getattr(psy, public))
        for name in dir(getattr(psy, public))
    }
    named = re.findall(r"`(?:[A-Z]\w+\.)?(\w+)\(\)`", PAGE.read_text(encoding="utf-8"))
    assert set(named) <= {*psy.__all__, *attributes}


def test_every_public_function_is_on_the_page() -> None:
    """A function that is exported is documented: say on the page what it is for."""
    functions = {name for name in psy.__all__ if inspect.isfunction(getattr(psy, name))}
    text = PAGE.read_text(encoding="utf-8")
    assert {name for name in functions if f"`{name}()`" not in text} == set()


def test_the_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []
