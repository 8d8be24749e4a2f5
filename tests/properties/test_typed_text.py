"""Invariants of typed text over all of Unicode."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.errors import Invalid
from app.exam.people import typed
from itembank.text import comparable, draws, trimmed, unseen_in

LETTERS = st.characters(exclude_categories=["Cs"])
HIDDEN = st.characters(categories=["Cf", "Cc", "Co", "Cn", "Zl", "Zp"])
BLANK = st.characters(categories=["Zs", "Zl", "Zp", "Cc", "Mn", "Me"])
# Latin, so that nothing that stands beside them needs a joiner or a selector.
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x24F, categories=["L", "N"]))
DRAWN_FORMATS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"


@given(st.text(BLANK))
def test_blanks_controls_and_marks_alone_draw_nothing(text: str) -> None:
    assert not draws(text)
    with pytest.raises(Invalid):
        typed.reason(text)


@given(WORDS, HIDDEN, WORDS)
def test_no_letter_of_a_hidden_kind_is_taken_inside(before: str, hidden: str, after: str) -> None:
    assume(before and after)
    assume(hidden not in DRAWN_FORMATS and ord(hidden) not in (0x110BD, 0x110CD))
    assert list(unseen_in(before + hidden + after)) == [hidden]
    for read in (typed.person_name, typed.membership_number, typed.label):
        with pytest.raises(Invalid):
            read(before + hidden + after)


@given(st.text(LETTERS))
def test_what_is_taken_is_what_was_typed_and_is_taken_again(text: str) -> None:
    for read in (typed.reason, typed.person_name, typed.membership_number, typed.label):
        try:
            taken = read(text)
        except Invalid:
            continue
        assert taken == trimmed(text)
        assert taken in text
        assert read(taken) == taken
        assert read(f"\ufeff {taken}\u00a0\t\u200b") == taken


@given(st.text(LETTERS))
def test_a_comparison_is_its_own_and_the_same_for_all_forms_of_a_text(text: str) -> None:
    # What has no meaning yet may get any in a later Unicode: it is refused, not compared.
    assume(not any(unicodedata.category(one) == "Cn" for one in text))
    for compare in (comparable, typed.number_key):
        key = compare(text)
        assert compare(key) == key
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert compare(unicodedata.normalize(form, text)) == key


@given(st.text(LETTERS), st.characters(categories=["Pd", "Zs"]), st.text(LETTERS))
def test_no_dash_and_no_space_makes_another_number(before: str, between: str, after: str) -> None:
    # A mark that follows a letter or a dash is composed with it or not.
    assume(not after or unicodedata.combining(unicodedata.normalize("NFKD", after)[0]) == 0)
    assume(unicodedata.normalize("NFC", before[-1:] + after[:1]) == before[-1:] + after[:1])
    assert typed.number_key(before + between + after) == typed.number_key(before + after)


@given(st.text(LETTERS))
def test_a_key_fits_and_holds_no_space(text: str) -> None:
    key = typed.number_key(text)
    assert len(key) <= typed.MOST_NUMBER
    assert not any(one.isspace() for one in key)
