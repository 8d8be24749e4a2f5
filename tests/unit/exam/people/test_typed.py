"""What people type is read by one rule, and said in the same words."""

from collections.abc import Callable

import pytest

from app.errors import CodeMissing, CodeUnreadable, Invalid
from app.exam.people import typed
from tests.refusals import refuses

READERS: dict[str, tuple[Callable[[str], str], int]] = {
    "reason": (typed.reason, 500),
    "name": (typed.person_name, 200),
    "membership_number": (typed.membership_number, 64),
    "title": (typed.label, 200),
}
# Spellings of the number M-1, as people type it and as programs copy it.
SAME = [
    *("M-1", "m-1", "M1", "M 1", "M - 1", "M\u00a01", "M\u20111", "M\u20131", "M\u20141"),
    *("M\u22121", "M\u20431", "M\u200d1", "M\u00ad-1", "\uff2d\uff0d\uff11"),
    *("\u041c-1", "\u039c-1"),  # in Cyrillic and in Greek
]


@pytest.mark.parametrize("field", READERS)
def test_a_text_is_as_long_as_it_may_be_and_never_cut(field: str) -> None:
    read, most = READERS[field]
    assert read("x" * most) == "x" * most
    assert read(f" {'x' * most}\u00a0") == "x" * most
    with refuses(Invalid, match=f"of 1 to {most} characters") as refused:
        read("x" * (most + 1))
    assert refused.value.field == field


@pytest.mark.parametrize("field", READERS)
@pytest.mark.parametrize("blank", ["", " ", "\u2800", "\u200d", "\u3164", "\u0301", "\ufe0f"])
def test_what_shows_nothing_is_refused(field: str, blank: str) -> None:
    with pytest.raises(Invalid) as refused:
        READERS[field][0](blank)
    assert refused.value.field == field


@pytest.mark.parametrize("field", READERS)
@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x85", "\u202e", "\u200b", "\u2028", "\ud800"])
def test_an_unseen_character_inside_is_named(field: str, bad: str) -> None:
    with refuses(Invalid, match=r"This one holds"):
        READERS[field][0](f"a{bad}b")


def test_a_reason_may_have_lines_and_is_kept_as_typed() -> None:
    text = "The power failed.\r\n\tRoom 3, \ufb01rst floor; e\u0301"
    assert typed.reason(f"\ufeff{text}\n") == text
    for read in (typed.person_name, typed.label, typed.membership_number):
        with refuses(Invalid, match="one line"):
            read("a\nb")


def test_a_reason_that_is_asked_for_may_be_left_out_only_where_it_is_optional() -> None:
    assert typed.optional_reason(" \u200b") is None
    with refuses(Invalid, match="Give the reason; it becomes part of the record"):
        typed.reason(" \u200b")


@pytest.mark.parametrize("other", SAME, ids=ascii)
def test_one_number_has_one_key_however_it_is_spelt(other: str) -> None:
    assert typed.number_key(other) == "m1"


@pytest.mark.parametrize("other", ["M-2", "N-1", "M.1", "M/1", "M-1-1", "M1\x00"])
def test_other_numbers_have_other_keys(other: str) -> None:
    assert typed.number_key(other) != "m1"


def test_letters_of_two_alphabets_in_one_number_or_word_are_told() -> None:
    with refuses(Invalid, match="'\u0410' is CYRILLIC CAPITAL LETTER A"):
        typed.membership_number("M\u0410-1")
    with refuses(Invalid, match="one alphabet"):
        typed.person_name("\u0410da Osei")
    assert typed.person_name("\u041e\u043b\u044c\u0433\u0430 Smith")
    assert typed.membership_number("\u041c\u0410-1")


@pytest.mark.parametrize("number", ["---", "\u2013", "- -"])
def test_a_number_has_letters_or_digits(number: str) -> None:
    with refuses(Invalid, match="letters or digits"):
        typed.membership_number(number)


def test_a_number_whose_comparison_is_too_long_is_refused_and_still_has_a_key() -> None:
    grown = "\ufdfa" * 6
    with refuses(Invalid, match="1 to 64"):
        typed.membership_number(grown)
    assert len(typed.number_key(grown)) == 64


def test_a_spelling_at_a_sign_in_is_refused_only_where_it_can_be_nobodys() -> None:
    kinds = (CodeMissing, CodeUnreadable)
    assert typed.spelling(" 7kq2 9dxm\u200b ", *kinds, most=64) == "7kq2 9dxm"
    for wrong, kind in (
        ("\ufeff", CodeMissing),
        ("a\x00", CodeUnreadable),
        ("x" * 65, CodeUnreadable),
    ):
        with pytest.raises(kind):
            typed.spelling(wrong, *kinds, most=64)


@pytest.mark.parametrize("address", ["", "ann", "a b@x.org", "ann\u200b@x.org", "a@" + "x" * 199])
def test_an_email_address_is_one_word_with_an_at(address: str) -> None:
    with refuses(Invalid, match="email address") as refused:
        typed.email(address)
    assert refused.value.field == "email"
    assert typed.email("\u00a0Ann@X.org\t") == "ann@x.org"
