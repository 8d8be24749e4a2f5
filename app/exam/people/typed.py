"""What people type: reasons, names, membership numbers, labels. Each is read here, and once.

What is kept is what was typed, without what was copied around it. Lengths and letters that do not
fit are refused, never cut or dropped.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NewType
from unicodedata import category, normalize

from app.errors import Invalid
from itembank.text import comparable, draws, is_unseen, mixed, spelt, trimmed, unseen_in

Reason = NewType("Reason", str)
PersonName = NewType("PersonName", str)
MembershipNumber = NewType("MembershipNumber", str)
Label = NewType("Label", str)

MOST_REASON = 500
MOST_NAME = 200
MOST_NUMBER = 64
MOST_LABEL = 200
MOST_EMAIL = 200
MOST_CODE = 64
MOST_SPELLING = 200  # of a number at a sign-in: with spaces, dashes and letters in their parts

LINES = frozenset("\t\n\r")
# Signs that are typed for a dash, though their category says otherwise: bullet, minus, swung dash.
_DASHES = frozenset("\u02d7\u2043\u2053\u2212\u2796")
# Letters of other alphabets, without case, and the Latin ones that they look like, at least as
# capitals. After Unicode's confusables; it is part of every key that is kept, so it never changes.
_ALPHABETS = (
    ("ѕіјавекмнорстухьгѡѵүһҽӏԁԍԛԝꙇ", "sijabekmhopctyxbrwvyheidgqwi"),
    ("ϳαβεζηικμνορτυχγσϝϻᴦ", "jabezhikmnoptyxyofmr"),
    ("ստօագզհոռցք", "usowqqhnngf"),
    ("ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏳᏴᎱ", "drtiyajewmhyghzbrwsvslcpkdgbr"),
    ("ⲅⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭⳑ", "rhikmnopctyxl"),
    ("ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpddtgkjczfmnlsrvhwxyaeiou"),  # noqa: RUF001 - they are meant
)
_LOOK_ALIKE = str.maketrans({a: b for pair in _ALPHABETS for a, b in zip(*pair, strict=True)})
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a text is for: its name in words, its length at most, and whether it may have lines."""

    what: str
    most: int
    has_lines: bool = False

    def read(self, field: str, typed: str) -> str:
        """Return a text without what was copied around it; raise Invalid if it cannot be one."""
        text = trimmed(typed)
        if not 1 <= len(text) <= self.most:
            raise Invalid(field, self.length())
        allowed = LINES if self.has_lines else frozenset()
        self.require_seen(field, (one for one in unseen_in(text) if one not in allowed))
        if not draws(text):
            raise Invalid(field, f"Give a {self.what} {self.wanted()}.")
        return text

    def require_seen(self, field: str, unseen: Iterable[str]) -> None:
        """Raise Invalid if there is a letter that is not seen."""
        for letter in unseen:
            told = f"This one holds {spelt(letter)}."
            raise Invalid(field, f"Give a {self.what} {self.wanted()}. {told}")

    def length(self) -> str:
        """Return the words for a text that is empty or too long."""
        return f"Give a {self.what} of 1 to {self.most} characters."

    def wanted(self) -> str:
        """Return what the letters of the text must be."""
        if self.has_lines:
            return "of visible text, without control characters or marks that are not seen"
        return (
            "of one line of visible text, without tabs, control characters or marks that change "
            "the direction of writing or are not seen"
        )


REASON = Kind("reason", MOST_REASON, has_lines=True)
PERSON_NAME = Kind("name", MOST_NAME)
NUMBER = Kind("membership number", MOST_NUMBER)
LABEL = Kind("title", MOST_LABEL)
EMAIL = Kind("email address", MOST_EMAIL)


def reason(typed: str, field: str = "reason") -> Reason:
    """Return why something is done; raise Invalid. It becomes part of the record."""
    if not trimmed(typed):
        raise Invalid(field, "Give the reason; it becomes part of the record.")
    return Reason(REASON.read(field, typed))


def optional_reason(typed: str, field: str = "reason") -> Reason | None:
    """Return why something is done, if anything was typed; raise Invalid."""
    return reason(typed, field) if trimmed(typed) else None


def person_name(typed: str, field: str = "name") -> PersonName:
    """Return a person's name; raise Invalid. Each of its words is in one alphabet."""
    name = PERSON_NAME.read(field, typed)
    for word in _WORD.findall(name):
        _require_one_alphabet(field, "a word of a name", word)
    return PersonName(name)


def membership_number(typed: str, field: str = "membership_number") -> MembershipNumber:
    """Return a membership number; raise Invalid. It is in one alphabet, without joiners."""
    number = NUMBER.read(field, typed)
    NUMBER.require_seen(field, filter(is_unseen, number))
    _require_one_alphabet(field, "a membership number", number)
    key = _compared(number)
    if not key:
        raise Invalid(field, "Give a membership number with letters or digits.")
    if len(key) > MOST_NUMBER:
        raise Invalid(field, NUMBER.length())
    return MembershipNumber(number)


def label(typed: str, field: str = "title") -> Label:
    """Return what people read on something, such as a window's title; raise Invalid."""
    return Label(LABEL.read(field, typed))


def number_key(typed: str) -> str:
    """Return what membership numbers are compared by; the same for all that people mean alike.

    Case, inner spaces, dashes of any kind, forms of one letter, marks that are not seen and letters
    of another alphabet that look like Latin ones make no difference. No text is refused: who was
    registered under rules of their time is found by what they were given. A key that is longer
    than a number can be now is kept as its hash.
    """
    key = _compared(typed)
    return key if len(key) <= MOST_NUMBER else sha256(key.encode()).hexdigest()


def email(typed: str, field: str = "email") -> str:
    """Return an email address as it is kept and compared, in lower case; raise Invalid."""
    address = EMAIL.read(field, typed)
    EMAIL.require_seen(field, (one for one in address if is_unseen(one) or one.isspace()))
    if "@" not in address:
        raise Invalid(field, "Give an email address.")
    return address.lower()


def spelling(typed: str, missing: type[Invalid], unreadable: type[Invalid], *, most: int) -> str:
    """Return a number or a code that is typed to sign in, to be compared; raise one of the two.

    However it is spelt it may be right: only what can be nobody's is refused.
    """
    text = trimmed(typed)
    if not text:
        raise missing
    if len(text) > most or any(category(one) in {"Cc", "Cs"} for one in text):
        raise unreadable
    return text


def _compared(typed: str) -> str:
    whole = normalize("NFKD", comparable(typed)).translate(_LOOK_ALIKE)
    return normalize("NFKC", "".join(one for one in whole if not _is_between(one)))


def _is_between(letter: str) -> bool:
    return letter.isspace() or category(letter) == "Pd" or letter in _DASHES


def _require_one_alphabet(field: str, what: str, text: str) -> None:
    letters = mixed(text)
    if letters is not None:
        found = " and ".join(f"'{one}' is {spelt(one)}" for one in letters)
        raise Invalid(field, f"Type all letters of {what} in one alphabet: in '{text}', {found}.")
