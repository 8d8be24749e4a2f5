"""ItemVersion, the one document of an item, and CandidateItem, the part a candidate may see."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NewType, Self

from pydantic import Field, TypeAdapter, ValidationError, ValidationInfo, model_validator

from itembank.document import Document, Identifier, Text, canonical, why
from itembank.errors import NotTagged, UnreadableDocument
from itembank.items.first_form import from_first_form, is_first_form, to_first_form
from itembank.items.interaction import Interaction
from itembank.items.response import OptionId

ItemId = NewType("ItemId", str)

Letter = Literal["A", "B", "C", "D", "E", "F", "G", "H"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E", "F", "G", "H")


class Stimulus(Document):
    """What several items are about: a case, told once, whose text each of its items carries."""

    id: Identifier
    title: Text
    text: tuple[Text, ...] = Field(min_length=1)

    def word_count(self) -> int:
        """Return the words of the title and the text."""
        return sum(len(text.split()) for text in (self.title, *self.text))


class Tag(Document):
    """Where an item belongs in a framework: under a criterion, by its code, and a topic of it."""

    framework: Text
    code: Text
    topic: Text | None = None


class ItemVersion(Document):
    """One immutable version of an item, stored whole.

    It has one tag for each framework that it is of, and an exam uses items of its framework alone.
    `stem` holds paragraphs, the question last; `rating` is the judged share of just-passing
    candidates who would answer rightly; `seconds` is the time it is expected to take.
    """

    id: Identifier
    version: int = Field(ge=1)
    tags: tuple[Tag, ...] = Field(min_length=1)
    command_word: Text
    stem: tuple[Text, ...] = Field(min_length=1)
    interaction: Interaction
    rating: float = Field(gt=0, lt=1)
    author: Text
    seconds: int | None = Field(ge=1, default=None)
    stimulus: Stimulus | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_either_form(cls, given: object, info: ValidationInfo) -> object:
        if not is_first_form(given):
            return given
        if not isinstance(info.context, str):
            raise ValueError("it names no framework: give its tags")
        return from_first_form(given, info.context)

    @model_validator(mode="after")
    def _is_tagged_once_to_each_framework(self) -> Self:
        names = [tag.framework for tag in self.tags]
        if len(set(names)) != len(names):
            raise ValueError(f"item {self.id}: two tags are of the same framework")
        return self

    def is_tagged(self, framework: str) -> bool:
        """Say whether the item is of a framework."""
        return any(tag.framework == framework for tag in self.tags)

    def tag(self, framework: str) -> Tag:
        """Return the item's tag to a framework; raise NotTagged."""
        for tag in self.tags:
            if tag.framework == framework:
                return tag
        raise NotTagged(self.id, framework)

    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical text of what the item says, in its first form.

        A field that says nothing is left out, so an item keeps the hash that it had before there
        was such a field.
        """
        silent = {name for name in ("seconds", "stimulus") if getattr(self, name) is None}
        said = to_first_form(self.model_dump(mode="json", exclude=silent))
        return hashlib.sha256(canonical(said).encode()).hexdigest()

    def word_count(self) -> int:
        """Return the words of the stem and the options."""
        texts = (*self.stem, *(option.text for option in self.interaction.options))
        return sum(len(text.split()) for text in texts)

    def option_ids(self) -> tuple[OptionId, ...]:
        """Return the ids of the options in the author's order."""
        return self.interaction.option_ids()


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as a candidate sees it."""

    id: OptionId
    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownStimulus:
    """A stimulus as a candidate sees it."""

    title: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CandidateItem:
    """An item as a candidate sees it: there is no field that could carry the key."""

    stem: tuple[str, ...]
    options: tuple[ShownOption, ...]
    stimulus: ShownStimulus | None = None


def shown(item: ItemVersion, order: Sequence[OptionId]) -> CandidateItem:
    """Return the part of `item` a candidate may see, options in `order`."""
    text = {option.id: option.text for option in item.interaction.options}
    return CandidateItem(
        stem=item.stem,
        options=tuple(
            ShownOption(option, letter, text[option])
            for letter, option in zip(LETTERS, order, strict=False)
        ),
        stimulus=None
        if item.stimulus is None
        else ShownStimulus(item.stimulus.title, item.stimulus.text),
    )


_ITEMS = TypeAdapter(tuple[ItemVersion, ...])


def read_item(text: str, framework: str) -> ItemVersion:
    """Read an item's document; a criterion without a tag is one of `framework`."""
    return ItemVersion.model_validate_json(text, context=framework)


def read_items(path: Path, framework: str) -> tuple[ItemVersion, ...]:
    """Read a JSON file that holds a list of items, in the same way."""
    try:
        items = _ITEMS.validate_json(path.read_bytes(), context=framework)
    except (OSError, ValidationError) as exc:
        raise UnreadableDocument(str(path), why(exc)) from exc
    for number, item in enumerate(items):
        item.require_seen(f"{path}, item {number}")
    return items
