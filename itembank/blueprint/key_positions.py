"""Key positions: where the key of each item may stand, so that a paper meets its quota of each.

We order the options of an item that may be shuffled, so where its key stands is free until it is
delivered; the author fixed it in the others. Positions are 0 to 7 (A to H), sets of positions are
bit masks. By Hall's theorem (and, for the least and the most at once, Mendelsohn & Dulmage 1958)
the keys of a paper can be placed if and only if, for every set of positions, no more items are
confined to it than it may have, and no fewer can reach it than it must have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from itembank.items.item import LETTERS, ItemVersion, Letter
from psychometrics import Sums

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

POSITIONS = len(LETTERS)
EVERY_SET = np.arange(1 << POSITIONS)
HOLDS = EVERY_SET >> np.arange(POSITIONS)[:, None] & 1
"""Whether each position (in rows) is in each set of positions (in columns)."""


@dataclass(frozen=True, slots=True, eq=False)
class KeyPlan:
    """The quota of each key position, for the papers of one pool.

    `least` and `most` (infinite where free) are summed over each of the 256 sets of positions;
    `reach` is the set of positions that each item's key can take; `sets` are those that need a
    row among the constraints, in the order of their rows.
    """

    length: int
    listed: int
    least: IntArray
    most: FloatArray
    reach: IntArray
    sets: tuple[int, ...]


def reach(items: Sequence[ItemVersion]) -> IntArray:
    """Return the set of positions that the key of each item can take."""
    return np.array([_reach(item) for item in items], np.int64)


def key_plan(
    quota: Mapping[Letter, tuple[int, int]],
    length: int,
    reach: IntArray,
    *,
    scored: npt.NDArray[np.bool_],
) -> KeyPlan:
    """Return the plan for papers of `length` items, out of those that may be `scored`."""
    ranges = {LETTERS.index(letter): limits for letter, limits in quota.items()}
    free = (0, np.inf)
    least = _over_sets([ranges.get(one, free)[0] for one in range(POSITIONS)]).astype(np.int64)
    most = _over_sets([ranges.get(one, free)[1] for one in range(POSITIONS)])
    bare = KeyPlan(length, sum(1 << one for one in ranges), least, most, reach, sets=())
    return replace(bare, sets=tuple(_sets_with_rows(bare, reach[scored])))


def key_rows(plan: KeyPlan) -> Sums:
    """Return the rows that keep the keys of a paper of the plan's length placeable.

    Each counts the items confined to one set of positions, and bounds them by what the set may
    have and by what all others must have.
    """
    return Sums(
        np.array([_confined(plan.reach, one) for one in plan.sets]).reshape(-1, len(plan.reach)),
        np.full(len(plan.sets), -np.inf),
        _room(plan, plan.length)[list(plan.sets)],
    )


def key_rows_of_any_length(plan: KeyPlan) -> Sums:
    """Return the same for papers whose length is open: what a set may have and must have."""
    sets = [one for one in range(1, 1 << POSITIONS) if one & ~plan.listed == 0]
    above = np.array([_confined(plan.reach, one) for one in sets])
    below = np.array([(plan.reach & one) != 0 for one in sets], np.float64)
    none = np.full(len(sets), np.inf)
    return Sums(
        np.vstack([above, below]).reshape(-1, len(plan.reach)),
        np.concatenate([-none, plan.least[sets]]),
        np.concatenate([plan.most[sets], none]),
    )


def held_rows(plan: KeyPlan, placed: Sequence[tuple[int, int]], *, rows: int) -> FloatArray:
    """Return what keys already placed add to the constraints' `rows`, beyond the coefficients.

    `placed` names items administered and the positions of their keys: an item that was free is
    confined to its position now. The plan's rows are the first of the constraints'.
    """
    added = np.zeros(rows)
    items, positions = np.array(placed, np.int64).reshape(-1, 2).T
    sets = np.array(plan.sets, np.int64)[:, None]
    was = (plan.reach[items] & ~sets) == 0
    added[: len(sets)] = ((sets >> positions & 1) - was).sum(axis=1)
    return added


def place_keys(
    plan: KeyPlan,
    *,
    used: Sequence[int],
    coming: Sequence[int],
    later: Sequence[int],
    uniforms: npt.ArrayLike,
) -> tuple[int, ...]:
    """Return where the key of each coming item stands.

    Parameters: `used` are the positions of the keys of the scored items delivered so far;
    `coming` and `later` index the plan's items: those to place now, in their order, and the rest
    of the paper; `uniforms` in [0, 1), one for each coming item.

    Each is drawn, evenly, from the positions that leave the quota attainable for the whole
    paper. If the quota has been lost already, from those that are not yet full, else from all.
    """
    confined = _count_confined([*(1 << one for one in used), *plan.reach[[*coming, *later]]])
    room = _room(plan, len(used) + len(coming) + len(later))
    stands = list(used)
    for item, uniform in zip(coming, np.asarray(uniforms).tolist(), strict=False):
        reach = int(plan.reach[item])
        open_to = [position for position in range(POSITIONS) if reach >> position & 1]
        # Every set that has the position now holds the item too, unless it held its whole reach.
        after = confined + HOLDS[open_to] - ((reach & ~EVERY_SET) == 0)
        meets = (after <= room).all(axis=1)
        offered = [position for position, fits in zip(open_to, meets, strict=True) if fits]
        offered = offered or _not_full(plan, open_to, stands) or open_to
        position = offered[int(uniform * len(offered))]
        confined = after[open_to.index(position)]
        stands.append(position)
    return tuple(stands[len(used) :])


def can_place(plan: KeyPlan, items: Sequence[int]) -> bool:
    """Say whether the keys of a paper of these items can be placed to meet the quota."""
    confined = _count_confined(plan.reach[list(items)])
    return bool((confined <= _room(plan, len(items))).all())


def _reach(item: ItemVersion) -> int:
    return sum(1 << place for place in item.interaction.key_places())


def _over_sets(values: Sequence[float]) -> FloatArray:
    """Return the sum of the positions' values over each set of positions."""
    each = np.array(values, np.float64)[:, None]
    return np.asarray(np.where(HOLDS == 1, each, 0.0).sum(axis=0), np.float64)


def _confined(reach: IntArray, one: int) -> FloatArray:
    return np.asarray((reach & ~one) == 0, np.float64)


def _room(plan: KeyPlan, length: int) -> FloatArray:
    """Return how many items may be confined to each set, in a paper of `length` items."""
    needed_elsewhere = plan.least[::-1]
    return np.minimum(plan.most, (length - needed_elsewhere).astype(np.float64))


def _count_confined(reaches: Sequence[int] | IntArray) -> IntArray:
    """Return how many of the items are confined to each set."""
    masks = np.asarray(reaches, np.int64)
    return np.asarray(((masks & ~EVERY_SET[:, None]) == 0).sum(axis=1), np.int64)


def _not_full(plan: KeyPlan, positions: Sequence[int], stands: Sequence[int]) -> list[int]:
    return [one for one in positions if stands.count(one) < plan.most[1 << one]]


def _sets_with_rows(plan: KeyPlan, scored: IntArray) -> Iterator[int]:
    """Yield the sets of positions whose row depends on the choice of items, or is broken."""
    everything = int(EVERY_SET[-1])
    listed = [one for one in range(1 << POSITIONS) if one & ~plan.listed == 0]
    room = _room(plan, plan.length)
    for one in sorted({*listed, *(everything ^ one for one in listed)}):
        confined = _confined(scored, one)
        never = not confined.any()
        if room[one] < (0 if never else plan.length):
            yield one
