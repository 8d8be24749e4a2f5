"""The order of delivery: evenly over the criteria, linked sets together."""

from collections.abc import Sequence

from psychometrics.arrays import IntArray


def delivery_order(
    items: tuple[int, ...],
    done: int,
    leaf: IntArray,
    *,
    sets: Sequence[Sequence[int]] = (),
    size: int = 1,
) -> tuple[int, ...]:
    """Return the paper with what is still to come dealt out evenly over its leaves.

    Parameters
    ----------
    items : tuple of int
        The administered ones first, in their order, then the rest by descending value.
    done : int
        How many are administered.
    leaf : IntArray, shape (m,)
        The criterion of each item.
    sets : sequence of sequence of int
        Items to be kept together: those of one stimulus.
    size : int
        Items in a block.

    Returns
    -------
    tuple of int
        The administered ones first.

    Notes
    -----
    The k-th of a leaf's n items is due at (k - 1/2) / n of the paper, so a block never starves a
    criterion; within a leaf, and among leaves due at once, the higher value goes first. A linked
    set is due with its first item. One that was begun goes on first; one that does not fit in
    what is left of a block gives way to what does, if anything does.
    """
    leaves = leaf[list(items)].tolist()
    count: dict[int, int] = {}
    rank: list[int] = []
    for node in leaves:
        rank.append(count.get(node, 0))
        count[node] = rank[-1] + 1
    due = [(above + 0.5) / count[node] for above, node in zip(rank, leaves, strict=True)]
    coming = [items[place] for place in sorted(range(done, len(items)), key=due.__getitem__)]
    if sets:
        coming = _packed(_units(coming, sets, last=items[done - 1] if done else None), size)
    return (*items[:done], *coming)


def _units(
    coming: Sequence[int], sets: Sequence[Sequence[int]], *, last: int | None
) -> list[list[int]]:
    """Return the coming items by linked set, in order of the first; a set begun comes first."""
    owner = {item: number for number, one in enumerate(sets) for item in one}
    units: dict[int, list[int]] = {}
    for item in coming:
        # An item of no set is a unit of its own, under a key that no set has.
        units.setdefault(owner.get(item, -1 - item), []).append(item)
    begun = units.pop(owner[last], None) if last in owner else None
    return [*([begun] if begun else []), *units.values()]


def _packed(units: list[list[int]], size: int) -> list[int]:
    """Return the units one after another, each within a block if it can be."""
    waiting, dealt = list(units), list[int]()
    while waiting:
        left = size - len(dealt) % size
        fits = (at for at, unit in enumerate(waiting) if len(unit) <= left or len(unit) > size)
        dealt += waiting.pop(next(fits, 0))
    return dealt
