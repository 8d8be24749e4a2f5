"""Interaction: how an item is answered, and the one place where an answer meets a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from itembank.document import Document, Identifier, Text
from itembank.items.response import OptionId, Response


@dataclass(frozen=True, slots=True)
class Ruling:
    """What counts as right: each of the responses in `right`, or whatever was answered.

    A version's own key is a ruling. A board can make another: several options, or credit to
    everybody who was given the item, those who left it blank too.
    """

    right: frozenset[Response] = frozenset()
    credits_everybody: bool = False


class Option(Document):
    """One option. The rationale and the misconception are for the board alone."""

    id: Identifier
    text: Text
    rationale: Text
    misconception: Text | None = None


class SingleChoice(Document):
    """One best answer among the options, which are shuffled unless their order says something."""

    kind: Literal["single_choice"] = "single_choice"
    options: tuple[Option, ...] = Field(min_length=2, max_length=8)
    key: Identifier
    shuffle: bool = True

    @model_validator(mode="after")
    def _key_is_one_option(self) -> Self:
        ids = self.option_ids()
        if len(set(ids)) != len(ids):
            raise ValueError("two options have the same id")
        if self.key not in ids:
            raise ValueError(f"the key '{self.key}' is not one of its options")
        return self

    def score(self, response: Response, ruling: Ruling | None = None) -> int:
        """Return 1 for a response that counts as right, else 0; by default the key decides."""
        rules = self.ruling() if ruling is None else ruling
        return int(rules.credits_everybody or response in rules.right)

    def ruling(self) -> Ruling:
        """Return what counts as right by the key."""
        return Ruling(frozenset({(OptionId(self.key),)}))

    def option_ids(self) -> tuple[OptionId, ...]:
        """Return the ids of the options in the author's order."""
        return tuple(OptionId(option.id) for option in self.options)

    def is_key(self, option: str) -> bool:
        """Say whether an option is the key."""
        return option == self.key

    def key_place(self, order: Sequence[OptionId]) -> int:
        """Return where the key stands among the options in an order, from 0."""
        return order.index(OptionId(self.key))

    def key_places(self) -> tuple[int, ...]:
        """Return where the key can stand among the options shown, from 0."""
        options = self.option_ids()
        return tuple(range(len(options))) if self.shuffle else (self.key_place(options),)

    def ordered(
        self, uniforms: Sequence[float], *, key_at: int | None = None
    ) -> tuple[OptionId, ...]:
        """Return the options as they are shown: by chance, or with the key at a place of its own.

        Where they are not shuffled, the author's order stays.
        """
        options = self.option_ids()
        if not self.shuffle:
            return options
        drawn = [options[at] for at in sorted(range(len(options)), key=uniforms.__getitem__)]
        if key_at is not None:
            drawn.remove(OptionId(self.key))
            drawn.insert(key_at, OptionId(self.key))
        return tuple(drawn)

    def distractors(self) -> tuple[OptionId, ...]:
        """Return the ids of the options that are not the key, in the author's order."""
        return tuple(one for one in self.option_ids() if one != self.key)


Interaction = SingleChoice
"""The union of all kinds, told apart by `kind`; so far it has one."""
