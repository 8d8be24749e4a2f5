"""Blueprint: how many items of each criterion and outcome a paper holds, as data and as quotas."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from itembank.criteria import Framework, Kind
from itembank.document import Document
from itembank.items import Identifier
from psychometrics import Quotas

Range = tuple[int, int]


class StimulusRule(Document):
    """How items that share a stimulus are used: so many of a set that is used, so many sets."""

    items: Range
    sets: Range


class Pretest(Document):
    """Unscored items on trial: so many on each paper, on top of its scored items."""

    slots: int = Field(ge=1, le=20)
    items: tuple[Identifier, ...] = Field(min_length=1)


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
    key_positions: Mapping[str, Range] = Field(default_factory=dict)
    authors: Mapping[str, Range] = Field(default_factory=dict)
    words: Range | None = None
    seconds: Range | None = None
    enemies: tuple[tuple[Identifier, ...], ...] = ()
    required: tuple[Identifier, ...] = ()
    excluded: tuple[Identifier, ...] = ()
    stimuli: StimulusRule | None = None
    pretest: Pretest | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(self.criteria.values())
        if total != self.items:
            raise ValueError(
                f"the criteria add up to {total} items, but the paper has {self.items}: "
                "change a criterion's share or the number of items"
            )
        for code, (least, most) in self.outcomes.items():
            if not 0 <= least <= most:
                raise ValueError(f"outcome {code}: {least} to {most} is not a range")
        return self

    def weights(self) -> dict[str, float]:
        """Return each criterion's share of the paper; the shares sum to 1."""
        return {code: count / self.items for code, count in self.criteria.items()}

    def limits(self, code: str) -> tuple[int, int]:
        """Return the least and the most items of a criterion or outcome."""
        if code in self.outcomes:
            return self.outcomes[code]
        share = self.criteria[code]
        return max(0, share - self.tolerance), share + self.tolerance


def quotas(blueprint: Blueprint, framework: Framework, criteria: Sequence[str]) -> Quotas:
    """Return the quota tree for items whose criteria are given: outcomes above criteria."""
    codes = [*blueprint.outcomes, *blueprint.criteria]
    node = {code: index for index, code in enumerate(codes)}
    limits = [blueprint.limits(code) for code in codes]
    return Quotas(
        length=blueprint.items,
        parent=np.array(
            [-1] * len(blueprint.outcomes)
            + [node.get(framework.parent(code), -1) for code in blueprint.criteria]
        ),
        minimum=np.array([least for least, _ in limits]),
        maximum=np.array([most for _, most in limits]),
        leaf=np.array([node[code] for code in criteria], dtype=np.intp),
    )


def node_name(blueprint: Blueprint, framework: Framework, node: int) -> str:
    """Return what a node of the quota tree is called, for people."""
    if node < 0:
        return f"the whole paper ({blueprint.items} items)"
    code = [*blueprint.outcomes, *blueprint.criteria][node]
    least, most = blueprint.limits(code)
    kind = "outcome" if code in blueprint.outcomes else "criterion"
    return f"{kind} {code} ({framework.title(code)}; {least} to {most} items)"


def unknown_codes(blueprint: Blueprint, framework: Framework) -> list[str]:
    """Return the blueprint's codes that are no outcome or criterion of the framework."""
    outcomes = {item.code for item in framework.of_kind(Kind.OUTCOME)}
    criteria = {item.code for item in framework.of_kind(Kind.CRITERION)}
    return [code for code in blueprint.outcomes if code not in outcomes] + [
        code for code in blueprint.criteria if code not in criteria
    ]
