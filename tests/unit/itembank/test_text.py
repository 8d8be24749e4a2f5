"""The least that any text must be."""

import json
from pathlib import Path

import pytest

from itembank.errors import UnreadableDocument
from itembank.exams import ExamDefinition
from itembank.text import comparable, draws, mixed, storable, trimmed, unfit, unseen_in

BLANKS = ("\u2800", "\u3164", "\uffa0", "\u115f", "\u1160", "\u200d", "\u200c", "\u200b", "\ufeff")
MORE_BLANKS = (
    "\u00ad",
    "\u034f",
    "\u2060",
    "\ufe0f",
    "\U000e0100",
    "\U000e0041",
    "\u180e",
    "\u17b4",
)
SPELT_WITH_JOINERS = (
    "می\u200cخ",  # Persian
    "क्\u200dष",  # Devanagari
    "ශ්\u200dරී",  # Sinhala
    "കുമാര്\u200d",  # Malayalam, where a word may end with one
    "👩🏽\u200d🎓",
    "❤\ufe0f\u200d🔥",
    "辻\U000e0100",  # a Japanese family name in the form its bearers write
)


@pytest.mark.parametrize("blank", BLANKS + MORE_BLANKS, ids=ascii)
def test_what_draws_nothing_is_seen_not_to(blank: str) -> None:
    for text in (blank, blank * 3, f" {blank} "):
        assert not draws(text)
    assert list(unseen_in(f"A{blank}b")) == [blank]


@pytest.mark.parametrize("text", ["\u0301", " \u0301", "\u0301a", "", "   ", "\u00a0"], ids=ascii)
def test_a_mark_alone_and_spaces_draw_nothing(text: str) -> None:
    assert not draws(text)


@pytest.mark.parametrize("text", SPELT_WITH_JOINERS, ids=ascii)
def test_joiners_and_selectors_are_part_of_text_that_is_spelt_with_them(text: str) -> None:
    assert list(unseen_in(text)) == []
    assert draws(text)
    assert trimmed(text) == text


@pytest.mark.parametrize("bad", ["\x00", "\x85", "\u202e", "\u2066", "\ue000", "\ufffe", "\ud800"])
def test_controls_and_letters_without_a_meaning_are_not_seen(bad: str) -> None:
    assert list(unseen_in(f"a{bad}b")) == [bad]


def test_what_spreadsheets_copy_is_taken_from_the_ends_alone() -> None:
    copied = "\u00a0\t\r\n\ufeff\u200b\u00ad\u200e\u202a"
    assert trimmed(f"{copied}Ada\u00a0Osei\u202c\u200f{copied}") == "Ada\u00a0Osei"
    assert trimmed(copied) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e\u0301", "\u00c9"),
        ("\ufb01", "FI"),
        ("\uff21\uff11", "a1"),
        ("ß", "SS"),
        ("a\u200db", "AB"),
        ("\u1e9e", "ss"),
    ],
)
def test_texts_are_compared_by_what_they_mean(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_a_control_character_is_no_slip_of_typing() -> None:
    assert comparable("a\x00b") != comparable("ab")


def test_letters_of_alphabets_that_look_alike_are_told() -> None:
    assert mixed("M\u0410") == ("M", "\u0410")
    assert mixed("\u0391\u0392\u0393") is None
    assert mixed("東京A1") is None


def test_no_page_and_no_database_gets_control_characters() -> None:
    assert storable("a\x00\x1b\x9fb\n\tc\ud800") == "ab\n\tc"


def test_the_place_of_each_text_that_cannot_be_seen_is_told() -> None:
    document = {"a": "two\nlines", "b": [{"c": "\u2800"}, {"c": "x\u200by"}], "d": 1, "e": None}
    assert [place for place, _ in unfit(document)] == ["b.0.c", "b.1.c"]


def test_a_document_from_outside_with_unseen_text_is_refused(tmp_path: Path) -> None:
    shipped = Path("itembank/data/cim-l6-smm/exam.json")
    exam = json.loads(shipped.read_text(encoding="utf-8"))
    path = tmp_path / "exam.json"
    path.write_text(json.dumps({**exam, "title": "\u2800"}), encoding="utf-8")
    with pytest.raises(UnreadableDocument, match=r"title: .*BRAILLE PATTERN BLANK"):
        ExamDefinition.read(path)
    assert ExamDefinition.read(shipped).title == exam["title"]
