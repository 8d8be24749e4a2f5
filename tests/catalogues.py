"""Catalogues for tests: the template, a made-up language of it, and what is wrong with one."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from app.web.words.language import HERE, Language, read_language

TEMPLATE = HERE / "candidate.pot"
# A fact in braces, a value after a percent sign, a tag.
FIELD = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?\w+[^>]*>")


def read_catalogue(path: Path) -> Catalog:
    """Return a catalogue as it stands in its file."""
    with path.open("rb") as file:
        return read_po(file)


def messages(catalogue: Catalog) -> list[Message]:
    """Return the messages of a catalogue, without its header."""
    return [one for one in catalogue if one.id]


def forms(message: Message) -> tuple[str, ...]:
    """Return what a message says in English: one form, or one for each number."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    """Return what a message says in its catalogue's language."""
    told = message.string or ""
    return (told,) if isinstance(told, str) else tuple(told)


def make_pseudo_language(folder: Path) -> Language:
    """Return a language in which each message stands in double brackets."""
    made = Catalog(locale="da", charset="utf-8")
    for message in messages(read_catalogue(TEMPLATE)):
        wrapped = tuple(f"[[{one}]]" for one in forms(message))
        made.add(message.id, wrapped if isinstance(message.id, tuple) else wrapped[0])
    path = folder / "da.po"
    with path.open("wb") as file:
        write_po(file, made)
    return read_language(path)


def faults(catalogue: Catalog) -> Iterator[str]:
    """Yield what is missing in a catalogue, and what it says with other fields or tags."""
    for wanted in messages(read_catalogue(TEMPLATE)):
        found = catalogue.get(forms(wanted)[0])
        if found is None or found.fuzzy or not all(translations(found)):
            yield f"not translated: {forms(wanted)[0]}"
            continue
        allowed = {mark for one in forms(wanted) for mark in marks(one)}
        if any(not set(marks(one)) <= allowed for one in translations(found)):
            yield f"other fields or tags: {forms(wanted)[0]}"
        elif set(marks(forms(wanted)[-1])) - set(marks(translations(found)[-1])):
            yield f"a field or a tag is lost: {forms(wanted)[0]}"


def marks(text: str) -> list[str]:
    """Return the fields and tags of a text."""
    braces = [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name]
    return [*braces, *FIELD.findall(text), *TAG.findall(text)]
