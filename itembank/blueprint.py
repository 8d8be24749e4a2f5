"""Blueprint: how many items of each criterion and outcome a paper holds, as data and as quotas."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from itembank.criteria import Framework, Kind
from itembank.document import Document
from psychometrics import Quotas


class Blueprint(Document):
    """The make-up of a paper.

    `criteria` gives each criterion's share in items, met within `tolerance`; `outcomes` gives
    the least and the most items of each learning outcome.
    """

    items: int = Field(ge=1, le=500)
    tolerance: int = Field(ge=0, default=0)
    criteria: Mapping[str, Annotated[int, Field(ge=0)]]
    outcomes: Mapping[str, tuple[int, int]]

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
