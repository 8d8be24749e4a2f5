"""Whether any paper meets a blueprint, and if none does, which constraints stand in the way."""

from collections.abc import Collection, Sequence
from math import ceil, floor, isfinite

import numpy as np
import numpy.typing as npt

from itembank.blueprint.sentences import Key, Sentence, span
from itembank.definition.constraints import LENGTH, SET_COUNT, Layout
from itembank.items.item import LETTERS
from psychometrics import (
    Assembler,
    InfeasibleBlueprint,
    Quotas,
    Undecided,
    check_feasible,
    is_feasible,
    smallest_conflict,
)

TREE = ("items", "outcomes", "criteria", "topics")
NAMED = ("enemies", "required", "excluded", "pretest")
CALLS = 400
"""How many sets of constraints are tried for the smallest conflict before any will do."""

SECONDS = 5.0
"""What the proof that a paper can be made may take."""
SLIGHT = 1e-6
SECONDS_EACH = 0.2
"""What each set tried for the smallest conflict may take."""

FloatArray = npt.NDArray[np.float64]


def find_conflict(layout: Layout, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return the smallest set of constraints that cannot be met together; none if all can.

    Undecided is raised where that cannot be settled in time.
    """
    if is_feasible(layout.constraints(), seconds=SECONDS):
        return ()
    every = {one.key for one in sentences}

    def can_be_met(kept: Collection[int]) -> bool:
        if len(kept) == len(sentences):
            return False
        held = {sentences[one].key for one in kept}
        try:
            return is_feasible(layout.constraints(without=every - held), seconds=SECONDS_EACH)
        except Undecided:
            # Only what is proven is named; the whole blueprint has been, above.
            return True

    return tuple(
        sentences[one] for one in smallest_conflict(len(sentences), can_be_met, calls=CALLS)
    )


def told(layout: Layout, conflict: Sequence[Sentence], sentences: Sequence[Sentence]) -> str:
    """Return a conflict in plain words, with what can be had and what would mend it."""
    if len(conflict) == 1:
        only = conflict[0]
        supply = _supply(layout, only.key)
        has = "" if supply is None else f", but the bank has {supply:,.0f}"
        return f"this cannot be met: {only.words}{has}. {_remedy(layout, conflict)}"
    lines = [f"{one.words}{_left(layout, one.key, conflict, sentences)}" for one in conflict]
    return f"these cannot be met together: {'; '.join(lines)}. {_remedy(layout, conflict)}"


def _left(
    layout: Layout, key: Key, conflict: Sequence[Sentence], sentences: Sequence[Sentence]
) -> str:
    """Return what the other constraints of a conflict leave of a sum, in words."""
    amounts = _amounts(layout, key)
    if amounts is None:
        return ""
    others = {one.key for one in conflict if one.key != key}
    loose = layout.constraints(without={one.key for one in sentences} - others)
    worth = np.concatenate([amounts, np.zeros(loose.quotas.leaf.size - len(amounts))])
    # Without any one of its members a smallest conflict can be met, so there are such papers.
    assembler = Assembler(loose)
    least, most = (assembler.assemble(sign * worth, seconds=SECONDS_EACH).bound for sign in (-1, 1))
    if not isfinite(least + most):
        return ""
    return f" (the others leave {span(ceil(-least - SLIGHT), floor(most + SLIGHT))})"


def _supply(layout: Layout, key: Key) -> float | None:
    """Return all that the bank has of what a constraint bounds."""
    if key == SET_COUNT:
        return len(layout.sets)
    if key[0] == "key_positions":
        position = [str(letter) for letter in LETTERS].index(key[1])
        return int((layout.keys.reach >> position & 1).sum())
    amounts = _amounts(layout, key)
    return None if amounts is None else float(amounts.sum())


def _amounts(layout: Layout, key: Key) -> FloatArray | None:
    """Return what each item adds to the sum that a constraint bounds, if it bounds one."""
    if key == LENGTH:
        return np.ones(len(layout.names))
    for one in layout.sums:
        if one.key == key:
            return one.amounts
    members = layout.members(key)
    return None if members is None else members.astype(np.float64)


def _remedy(layout: Layout, conflict: Sequence[Sentence]) -> str:
    if all(one.field in NAMED for one in conflict):
        return "Take one of them away"
    if any(one.field not in TREE for one in conflict):
        return "Loosen one of them, or write items that fit"
    if _more_items_would_do(layout, {one.key for one in conflict}):
        return "Write more items, or ask for fewer"
    return "Change one of these numbers so that they agree"


def _more_items_would_do(layout: Layout, kept: Collection[Key]) -> bool:
    """Say whether quotas that nest could be met from a bank with plenty of items."""
    tree = layout.quotas
    held = np.array([key in kept for key in layout.nodes], np.bool_)
    plenty = tree.length if LENGTH in kept else int(tree.minimum.sum())
    has_items = [node for node, (field, _) in enumerate(layout.nodes) if field != "outcomes"]
    free = Quotas(
        plenty,
        tree.parent,
        np.where(held, tree.minimum, 0),
        np.where(held, tree.maximum, plenty),
        np.repeat(has_items, plenty),
    )
    try:
        check_feasible(free)
    except InfeasibleBlueprint:
        return False
    return True
