"""Where items on trial stand in a paper: spread over it by chance, and never first."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

FIRST = 2
"""A paper begins with an item that counts."""


def trial_positions(seed: int, positions: int, slots: int) -> tuple[int, ...]:
    """Return the positions of a sitting's trial items, from 1: one in each part of the paper.

    The seed decides by a hash, so that any machine finds the same ones.
    """
    room = positions - FIRST + 1
    edges = [FIRST + part * room // slots for part in range(slots + 1)] if slots else []
    return tuple(
        start + int(_uniform(seed, part) * (end - start))
        for part, (start, end) in enumerate(pairwise(edges))
    )


def _uniform(seed: int, part: int) -> float:
    digest = hashlib.sha256(f"trial:{seed}:{part}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> 11) * 2.0**-53


def interleave(
    scored: Sequence[int], trial: Sequence[int], spots: Sequence[int], cases: Sequence[str | None]
) -> tuple[int, ...]:
    """Return a block: the scored items in their order, trial items at their spots, from 0.

    `cases` names the stimulus of the scored item before the block and of each in it. A trial item
    that would part two items of one case comes after them.
    """
    order = list(scored)
    for before, (item, spot) in enumerate(zip(trial, spots, strict=True)):
        cut = min(spot - before, len(scored))
        while cut < len(scored) and cases[cut] is not None and cases[cut] == cases[cut + 1]:
            cut += 1
        order.insert(cut + before, item)
    return tuple(order)
