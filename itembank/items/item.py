"""ItemVersion, the one document of an item, and CandidateItem, the part a candidate may see."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NewType, Self

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from itembank.document import Document, canonical, why
from itembank.errors import UnreadableDocument
from itembank.text import IDENTIFIER

ItemId = NewType("ItemId", str)
OptionId = NewType("OptionId", str)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=f"^{IDENTIFIER}$")]
Letter = Literal["A", "B", "C", "D", "E", "F", "G", "H"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E", "F", "G", "H")


class Option(Document):
    """One option. The rationale and the misconception are for the board alone."""

    id: Identifier
    text: Text
    rationale: Text
    misconception: Text | None = None


class Stimulus(Document):
    """What several items are about: a case, told once, whose text each of its items carries."""

    id: Identifier
    title: Text
    text: tuple[Text, ...] = Field(min_length=1)

    def word_count(self) -> int:
        """Return the words of the title and the text."""
        return sum(len(text.split()) for text in (self.title, *self.text))


class ItemVersion(Document):
    """One immutable version of a single-best-answer item, stored whole.

    `stem` holds paragraphs, the question last; `rating` is the judged share of just-passing
    candidates who would answer rightly; `seconds` is the time it is expected to take.
    """

    id: Identifier
    version: int = Field(ge=1)
    criterion: Text
    topic: Text
    command_word: Text
    stem: tuple[Text, ...] = Field(min_length=1)
    options: tuple[Option, ...] = Field(min_length=2, max_length=8)
    key: Identifier
    shuffle: bool = True
    rating: float = Field(gt=0, lt=1)
    author: Text
    seconds: int | None = Field(ge=1, default=None)
    stimulus: Stimulus | None = None

    @model_validator(mode="after")
    def _key_is_one_option(self) -> Self:
        ids = [option.id for option in self.options]
        if len(set(ids)) != len(ids):
            raise ValueError(f"item {self.id}: two options have the same id")
        if self.key not in ids:
            raise ValueError(f"item {self.id}: the key '{self.key}' is not one of its options")
        return self

    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical text, without fields that say nothing.

        An item without a time or a stimulus keeps the hash it had before there were such fields.
        """
        silent = {name for name in ("seconds", "stimulus") if getattr(self, name) is None}
        text = canonical(self.model_dump(mode="json", by_alias=True, exclude=silent))
        return hashlib.sha256(text.encode()).hexdigest()

    def word_count(self) -> int:
        """Return the words of the stem and the options."""
        texts = (*self.stem, *(option.text for option in self.options))
        return sum(len(text.split()) for text in texts)

    def option_ids(self) -> tuple[OptionId, ...]:
        """Return the ids of the options in the author's order."""
        return tuple(OptionId(option.id) for option in self.options)


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
    text = {option.id: option.text for option in item.options}
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


def read_items(path: Path) -> tuple[ItemVersion, ...]:
    """Read a JSON file that holds a list of items."""
    try:
        items = _ITEMS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as exc:
        raise UnreadableDocument(str(path), why(exc)) from exc
    for number, item in enumerate(items):
        item.require_seen(f"{path}, item {number}")
    return items
