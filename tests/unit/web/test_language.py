"""A language: its messages, its plurals, its dates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from app.errors import UnknownLanguage
from app.web.words.language import ENGLISH, Language, load_language, read_language

EVENING = datetime(2026, 11, 22, 15, 20, tzinfo=UTC)


@pytest.fixture
def polish(tmp_path: Path) -> Language:
    made = Catalog(locale="pl", charset="utf-8")
    made.add(("{n} minute", "{n} minutes"), ("{n} minuta", "{n} minuty", "{n} minut"))
    made.add("{clock} on {day}", "{day}, {clock}")
    made.add("Question {number} of {length}", "Z {length} pytań: {number}")
    made.add("Sign in", "Zaloguj", flags=["fuzzy"])
    path = tmp_path / "pl.po"
    with path.open("wb") as file:
        write_po(file, made)
    return read_language(path)


def test_english_is_written_as_it_is_marked() -> None:
    assert ENGLISH.clock(EVENING) == "15:20 UTC"
    assert ENGLISH.moment(EVENING) == "15:20 UTC on Sunday 22 November 2026"
    assert ENGLISH.date_and_time(EVENING) == "15:20 UTC on 22 November 2026"
    assert ENGLISH.text("until {end}", end=EVENING) == "until 15:20 UTC on 22 November 2026"
    assert ENGLISH.text("{names:; } and {none}", names=["a", "b"], none=None) == "a; b and none"
    assert ENGLISH.text("{word:.3}", word="{n}abc") == "{n}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than a minute"), (59, "less than a minute"), (60, "1 minute"), (5399, "89 minutes")],
)
def test_a_span_is_said_in_whole_minutes(seconds: int, words: str) -> None:
    assert ENGLISH.minutes(timedelta(seconds=seconds)) == words


def test_a_catalogue_gives_order_plurals_and_names_of_days(polish: Language) -> None:
    assert polish.code == "pl"
    assert polish.text("Question {number} of {length}", number=2, length=45) == "Z 45 pytań: 2"
    spans = [polish.minutes(timedelta(minutes=n)) for n in (1, 2, 5, 22)]
    assert spans == ["1 minuta", "2 minuty", "5 minut", "22 minuty"]
    assert polish.moment(EVENING) == "niedziela 22 listopada 2026, 15:20 UTC"


def test_what_a_catalogue_lacks_or_doubts_stays_english(polish: Language) -> None:
    assert polish.text("Sign out") == "Sign out"
    assert polish.text("Sign in") == "Sign in"


def test_a_language_without_words_is_refused_with_those_there_are() -> None:
    assert load_language("en") is ENGLISH
    for code in ("xx", "", "../candidate", "candidate"):
        with pytest.raises(UnknownLanguage) as caught:
            load_language(code)
        assert caught.value.known == ("en",)
