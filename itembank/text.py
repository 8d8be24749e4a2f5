"""What any text must be that somebody types or writes: the one rule, whatever it is for."""

from collections.abc import Iterator, Mapping
from unicodedata import category, combining, name, normalize

# An id that a document gives, and one that may begin with a digit too: a window's, a program's.
IDENTIFIER = r"[A-Za-z][A-Za-z0-9._-]{0,63}"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"

# Spreadsheets, mail and phones copy these along before and after what was meant.
_BLANKS = "\t\n\v\f\r\x85"
_COPIED = frozenset(f"{_BLANKS}\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
)
# Letters and signs by their category that draw nothing: fillers, blanks, silent vowels.
_NOTHING = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00013441\U00013442\U00016fe4\U0001d159"
)
# Arabic, Syriac and Kaithi signs that are drawn, though their category says format.
_DRAWN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_SELECTORS = (range(0x180B, 0x180E), range(0x180F, 0x1810), range(0xFE00, 0xFE10))
_MORE_SELECTORS = range(0xE0100, 0xE01F0)
_VIRAMA = 9
# Scripts without case, and marks: there a joiner between two letters changes how they are drawn.
_JOINED = frozenset({"Lo", "Mn", "Mc"})
_VARIED = frozenset({"Lo", "So", "Sm", "Po"})
# Their letters are drawn alike often enough for a whole word to look like another.
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def trimmed(text: str) -> str:
    """Return a text without the blanks and the unseen marks that were copied around it."""
    first, last = 0, len(text)
    while first < last and _is_copied(text[first]):
        first += 1
    while last > first and _is_copied(text[last - 1]):
        last -= 1
    return text[first:last]


def storable(text: str) -> str:
    """Return a text without what no database and no page may hold: control characters."""
    return "".join(one for one in text if one in "\t\n\r" or category(one) not in {"Cc", "Cs"})


def is_unseen(letter: str) -> bool:
    """Say whether a letter draws nothing, whatever stands beside it."""
    kind = category(letter)
    if kind == "Cf":
        return letter not in _DRAWN
    return kind in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} or letter in _NOTHING or _varies(letter)


def unseen_in(text: str) -> Iterator[str]:
    """Yield what draws nothing where it stands.

    Joiners are drawn between the letters of scripts that are not spelt without them, and between
    pictures; selectors choose how the sign before them is drawn.
    """
    for place, letter in enumerate(text):
        before, after = text[place - 1] if place else "", text[place + 1 : place + 2]
        if is_unseen(letter) and not _is_needed(letter, before, after):
            yield letter


def draws(text: str) -> bool:
    """Say whether a text shows anything, and begins with what can stand alone."""
    first = next((one for one in text if not category(one).startswith("Z")), "")
    return bool(first) and category(first)[0] != "M" and not all(map(_is_blank, text))


def comparable(text: str) -> str:
    """Return a text as it is compared: NFKC, without case, and without what draws nothing.

    A letter that has a meaning keeps its comparison in every later Unicode; one without a meaning
    yet is refused by whoever takes text.
    """
    whole = normalize("NFKD", normalize("NFKD", text).casefold())
    return normalize("NFKC", "".join(one for one in whole if not _is_skipped(one)))


def mixed(text: str) -> tuple[str, str] | None:
    """Return two letters of a text that are of alphabets which look alike; None if it has one."""
    first = ""
    for letter in filter(_alphabet, normalize("NFKC", text)):
        if first and _alphabet(letter) != _alphabet(first):
            return first, letter
        first = first or letter
    return None


def spelt(letter: str) -> str:
    """Return the name of a letter, or its number if it has none: how to tell what is not seen."""
    return name(letter, f"U+{ord(letter):04X}")


def unfit(content: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of each text in a document that draws nothing, or holds what does not.

    Line ends and tabs are part of a document's text.
    """
    match content:
        case str():
            unseen = next((one for one in unseen_in(content) if one not in "\t\n\r"), None)
            if unseen is not None:
                yield place, f"it holds a character that is not seen ({spelt(unseen)})"
            elif content and not draws(content):
                yield place, "nothing of it can be seen"
        case Mapping():
            for key, value in content.items():
                yield from unfit(value, f"{place}.{key}" if place else str(key))
        case list() | tuple():
            for number, value in enumerate(content):
                yield from unfit(value, f"{place}.{number}" if place else str(number))


def _is_copied(letter: str) -> bool:
    return letter in _COPIED or category(letter).startswith("Z")


def _is_blank(letter: str) -> bool:
    return is_unseen(letter) or category(letter)[0] in "MZ"


def _is_skipped(letter: str) -> bool:
    """Say whether a letter plays no part in a comparison; a control character is no typing slip."""
    if category(letter) == "Cf":
        return letter not in _DRAWN
    return category(letter) in {"Zl", "Zp"} or letter in _NOTHING or _varies(letter)


def _varies(letter: str) -> bool:
    number = ord(letter)
    return number in _MORE_SELECTORS or any(number in selectors for selectors in _SELECTORS)


def _is_needed(letter: str, before: str, after: str) -> bool:
    if not before or (is_unseen(before) and not _varies(before)):
        return False
    if letter in (_ZWNJ, _ZWJ):
        return _joins(letter, before, after)
    return _varies(letter) and category(before) in _VARIED


def _joins(letter: str, before: str, after: str) -> bool:
    if combining(before) == _VIRAMA:
        return True  # a letter that ends a word may be written so
    if not after or is_unseen(after):
        return False
    if category(before) in _JOINED and category(after) in _JOINED:
        return True
    pictured = category(before) in {"So", "Sk"} or _varies(before)
    return letter == _ZWJ and pictured and category(after) == "So"


def _alphabet(letter: str) -> str:
    if category(letter) not in {"Lu", "Ll", "Lt", "Lo"}:
        return ""
    found = name(letter, "").partition(" ")[0]
    return found if found in _ALIKE else ""
