"""The least exposure that a blueprint and its bank allow, and where it comes from."""

from dataclasses import dataclass
from math import ceil, isclose

from itembank.blueprint.sentences import Key
from itembank.definition.constraints import LENGTH, Layout
from itembank.frameworks.framework import Framework
from psychometrics import attainable_exposure, fewest_taken

MARGIN = 0.02
"""How far above the floor a target should be, so that chance has room."""
KINDS = {"outcomes": "outcome", "criteria": "criterion", "topics": "topic"}


@dataclass(frozen=True, slots=True)
class Need:
    """How many items every paper takes from a part of the bank, and how many that part has.

    Required items are left out of both: their exposure is nobody's to control.
    """

    key: Key
    needed: int
    items: int

    @property
    def share(self) -> float:
        """Return the least mean exposure of the part's items."""
        return self.needed / self.items if self.items else 0.0

    @property
    def spare(self) -> int:
        """Return how many of its items a paper can do without."""
        return self.items - self.needed


def exposure_floor(layout: Layout) -> float:
    """Return the least share of candidates that the most exposed item must be met by."""
    return attainable_exposure(layout.constraints())


def needs(layout: Layout) -> list[Need]:
    """Return what every paper takes from the bank and from each part that has a quota of its own.

    Each figure is that of the paper that takes the fewest, whatever constraint makes it so (or,
    under constraints that cross, at most that).
    """
    constraints, free = layout.constraints(), layout.allowed()
    free[list(constraints.required)] = False
    parts = {LENGTH: free}
    for key in (*layout.nodes, *(one.key for one in layout.sums)):
        members = layout.members(key)
        if members is not None:
            parts[key] = free & members
    return [
        Need(key, fewest_taken(constraints, members), int(members.sum()))
        for key, members in parts.items()
    ]


def floor_reason(layout: Layout, framework: Framework, target: float) -> str | None:
    """Return why an exposure target cannot be met, and which can; None if it can."""
    floor = exposure_floor(layout)
    if target >= floor - 1e-9:
        return None
    where, remedy = "the constraints together leave no lower exposure", ""
    tightest = max(needs(layout), key=lambda one: one.share)
    if isclose(tightest.share, floor, abs_tol=1e-6):
        more = ceil(tightest.needed / target) - tightest.items
        name = part_name(framework, tightest.key)
        where = f"{name} needs {tightest.needed} of its {tightest.items} items"
        remedy = f", or write at least {more} more {'item' if more == 1 else 'items'} there"
    return (
        f"no target below {share(floor)} can be met: {where}. "
        f"Give {share(min(1.0, floor + MARGIN))} or more{remedy}"
    )


def part_name(framework: Framework, key: Key) -> str:
    """Return what a part of the bank is called, for people."""
    field, code = key
    match field:
        case "items":
            return "every paper"
        case "demands":
            return f"the cognitive demand {code}"
        case "authors":
            return f"the author {code}"
        case _:
            return f"{KINDS[field]} {code} ({framework.title(code)})"


def share(value: float) -> str:
    """Return a share of candidates, rounded up, as statisticians write it: .40."""
    rounded = ceil(round(value * 100, 6)) / 100
    return f"{rounded:.2f}".removeprefix("0")
