"""Blueprint: what a paper is made of, as data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from itembank.document import Document, Identifier
from itembank.frameworks.framework import Framework, Kind
from itembank.items.item import ItemVersion, Letter
from psychometrics import Quotas


def _is_range(span: tuple[int, int]) -> tuple[int, int]:
    least, most = span
    if not 0 <= least <= most:
        raise ValueError(
            f"{least} to {most} is not a range: give the least first, at least 0, then the most"
        )
    return span


def _are_different(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named twice: name each item once")
    return names


def _is_an_enemy_set(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) < 2:
        raise ValueError("enemies are two items or more: name another, or take the set away")
    return names


Range = Annotated[tuple[int, int], AfterValidator(_is_range)]
Names = Annotated[tuple[Identifier, ...], AfterValidator(_are_different)]
Enemies = Annotated[Names, AfterValidator(_is_an_enemy_set)]


class StimulusRule(Document):
    """How items that share a stimulus are used: so many of a set that is used, so many sets."""

    items: Range
    sets: Range

    @model_validator(mode="after")
    def _a_set_in_use_has_an_item(self) -> Self:
        if self.items[0] < 1:
            raise _refusal(
                [("items", "a stimulus that is used has at least 1 item: give 1 or more")]
            )
        return self


class Pretest(Document):
    """Unscored items on trial: so many on each paper, on top of its scored items."""

    slots: int = Field(ge=1, le=20)
    items: Names = Field(min_length=1)

    @model_validator(mode="after")
    def _every_slot_can_be_filled(self) -> Self:
        if self.slots > len(self.items):
            raise _refusal([("slots", _too_many_slots(self.slots, len(self.items)))])
        return self


class Blueprint(Document):
    """The make-up of a paper.

    `criteria` gives each criterion's share in items, met within `tolerance`; every other range is
    the least and the most: items of an outcome, topic, cognitive demand, key position or author,
    words to read in all, seconds expected in all.
    """

    items: int = Field(ge=1, le=500)
    tolerance: int = Field(ge=0, default=0)
    criteria: Mapping[str, Annotated[int, Field(ge=0)]]
    outcomes: Mapping[str, Range]
    topics: Mapping[str, Range] = Field(default_factory=dict)
    demands: Mapping[str, Range] = Field(default_factory=dict)
    key_positions: Mapping[Letter, Range] = Field(default_factory=dict)
    authors: Mapping[str, Range] = Field(default_factory=dict)
    words: Range | None = None
    seconds: Range | None = None
    enemies: tuple[Enemies, ...] = ()
    required: Names = ()
    excluded: Names = ()
    stimuli: StimulusRule | None = None
    pretest: Pretest | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        faults = [*self._sums(), *self._sets(), *self._clashes()]
        if faults:
            raise _refusal(faults)
        return self

    def _sums(self) -> Iterator[tuple[str, str]]:
        total = sum(self.criteria.values())
        if total != self.items:
            yield (
                "criteria",
                f"the criteria add up to {total} items, but the paper has {self.items}: "
                "change a criterion's share or the number of items",
            )
        if len(self.required) > self.items:
            yield (
                "required",
                f"{len(self.required)} items are required, but the paper has {self.items}: "
                "require fewer",
            )

    def _sets(self) -> Iterator[tuple[str, str]]:
        seen: set[frozenset[str]] = set()
        for one in self.enemies:
            if frozenset(one) in seen:
                yield "enemies", f"the set {', '.join(one)} is given twice: give it once"
            seen.add(frozenset(one))

    def _clashes(self) -> Iterator[tuple[str, str]]:
        trial = set(self.pretest.items) if self.pretest else set()
        yield from _both(self.required, self.excluded, "excluded", "required and excluded")
        yield from _both(self.required, trial, "pretest", "required on every paper and on trial")
        yield from _both(self.excluded, trial, "pretest", "excluded and on trial")
        hostile = dict.fromkeys(name for one in self.enemies for name in one)
        yield from _both(hostile, trial, "pretest", "in a set of enemies and on trial")

    @property
    def trial(self) -> tuple[str, ...]:
        """Return the items on trial, which are never scored."""
        return () if self.pretest is None else self.pretest.items

    def weights(self) -> dict[str, float]:
        """Return each criterion's share of the paper; the shares sum to 1."""
        return {code: count / self.items for code, count in self.criteria.items()}

    def limits(self, code: str) -> tuple[int, int]:
        """Return the least and the most items of an outcome, criterion or topic."""
        if code in self.outcomes:
            return self.outcomes[code]
        if code in self.topics:
            return self.topics[code]
        share = self.criteria[code]
        return max(0, share - self.tolerance), share + self.tolerance


def leaf(blueprint: Blueprint, framework: Framework, item: ItemVersion) -> str:
    """Return the code an item counts under: its topic if that has a range, or its criterion."""
    tag = item.tag(framework.id)
    topic = tag.topic
    if topic is not None and topic in blueprint.topics and framework.parent(topic) == tag.code:
        return topic
    return tag.code


def quotas(blueprint: Blueprint, framework: Framework, leaves: Sequence[str]) -> Quotas:
    """Return the quota tree, outcomes above criteria above topics.

    `leaves` has the code that each item counts under.
    """
    codes = tree_codes(blueprint)
    node = {code: index for index, code in enumerate(codes)}
    limits = [blueprint.limits(code) for code in codes]
    below = [*blueprint.criteria, *blueprint.topics]
    return Quotas(
        length=blueprint.items,
        parent=np.array(
            [-1] * len(blueprint.outcomes)
            + [node.get(framework.parent(code), -1) for code in below]
        ),
        minimum=np.array([least for least, _ in limits]),
        maximum=np.array([most for _, most in limits]),
        leaf=np.array([node[code] for code in leaves], dtype=np.intp),
    )


def tree_codes(blueprint: Blueprint) -> list[str]:
    """Return the codes of the quota tree's nodes, in their order."""
    return [*blueprint.outcomes, *blueprint.criteria, *blueprint.topics]


def unknown_codes(blueprint: Blueprint, framework: Framework) -> list[tuple[str, str]]:
    """Return each code that the framework does not hold as its kind, after the field it is in."""
    known = {kind: {item.code for item in framework.of_kind(kind)} for kind in Kind}
    demands = {demand.name for demand in framework.demands}
    return [
        (field, code)
        for field, codes, of_kind in (
            ("outcomes", blueprint.outcomes, known[Kind.OUTCOME]),
            ("criteria", blueprint.criteria, known[Kind.CRITERION]),
            ("topics", blueprint.topics, known[Kind.TOPIC]),
            ("demands", blueprint.demands, demands),
        )
        for code in codes
        if code not in of_kind
    ]


def _too_many_slots(slots: int, items: int) -> str:
    return f"{slots} slots for {items} items on trial: name more items or have fewer slots"


def _both(
    ours: Iterable[str], theirs: Iterable[str], field: str, what: str
) -> Iterator[tuple[str, str]]:
    others = set(theirs)
    for name in ours:
        if name in others:
            yield field, f"{name} is both {what}: decide which"


def _refusal(faults: Sequence[tuple[str, str]]) -> ValidationError:
    """Return one error with each fault at its field."""
    return ValidationError.from_exception_data(
        "Blueprint",
        [
            InitErrorDetails(
                type=PydanticCustomError("blueprint", "{fault}", {"fault": fault}),
                loc=(field,),
                input=None,
            )
            for field, fault in faults
        ],
    )
