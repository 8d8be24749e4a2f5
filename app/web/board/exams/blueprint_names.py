"""The names of the blueprint form's fields, and the codes that a bank and a framework offer it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from itembank.exams import ExamDefinition
from itembank.frameworks.framework import Framework, Kind
from itembank.items.item import ItemVersion

LETTERS = "ABCDEFGH"
PLAIN = re.compile(r"[^A-Za-z0-9.-]")
# The blueprint's ranges by code, with the word that begins the names of their fields.
RANGES = {
    "outcomes": "outcome",
    "topics": "topic",
    "demands": "demand",
    "key_positions": "key",
    "authors": "author",
}
TOTALS = ("words", "seconds")
STIMULI = {"items": "stimuli-items", "sets": "stimuli-sets"}
# Where what is wrong with a whole part of the exam is shown.
ANCHORS = {
    "criteria": "items",
    "blueprint": "items",
    "paper": "block_size",
    "exposure": "target",
    "stimuli": "stimuli-items-least",
    "pretest": "pretest-slots",
    "enemies": "enemies",
    "required": "required",
    "excluded": "excluded",
    "words": "words-least",
    "seconds": "seconds-least",
    "tolerance": "tolerance",
}


@dataclass(frozen=True, slots=True)
class Stock:
    """What the form of an exam's blueprint starts from, and what can be named in it."""

    exam: ExamDefinition
    framework: Framework
    items: Mapping[str, ItemVersion]

    def codes(self, field: str) -> dict[str, str]:
        """Return the codes of a field that can be given a range, each with its title."""
        match field:
            case "criteria":
                offered = self._of_kind(Kind.CRITERION)
            case "outcomes":
                offered = self._of_kind(Kind.OUTCOME)
            case "topics":
                offered = self._of_kind(Kind.TOPIC)
            case "demands":
                offered = {one.name: one.name for one in self.framework.demands}
            case "key_positions":
                longest = max((len(item.option_ids()) for item in self.items.values()), default=4)
                offered = {letter: f"Option {letter}" for letter in LETTERS[:longest]}
            case _:
                offered = {name: name for name in sorted({i.author for i in self.items.values()})}
        # What is constrained now is offered too, even if no item has it any more.
        now: Mapping[str, object] = getattr(self.exam.blueprint, field)
        return offered | {code: code for code in now if code not in offered}

    def _of_kind(self, kind: Kind) -> dict[str, str]:
        return {one.code: f"{one.code} {one.title}" for one in self.framework.of_kind(kind)}


def name_of(word: str, code: str) -> str:
    """Return the name of the field of a code: every code its own, and none with a space."""
    slug = PLAIN.sub(lambda found: "".join(f"_{one:02x}" for one in found[0].encode()), code)
    return f"{word}-{slug}"


def least(name: str) -> str:
    """Return the name of the field that asks for the least of a range."""
    return f"{name}-least"


def most(name: str) -> str:
    """Return the name of the field that asks for the most of a range."""
    return f"{name}-most"


def anchor(place: tuple[str | int, ...]) -> str:
    """Return the field at which a fault of the exam's document is shown, by its place there."""
    parts = [str(part) for part in place if part != "blueprint"] or ["blueprint"]
    field, code = parts[0], parts[1] if len(parts) > 1 else ""
    if field in RANGES and code:
        return least(name_of(RANGES[field], code))
    if field == "criteria" and code:
        return name_of("criterion", code)
    if field == "stimuli" and code in STIMULI:
        return least(STIMULI[code])
    if field == "pretest" and code == "items":
        return "pretest-items"
    return ANCHORS.get(field, "items")
