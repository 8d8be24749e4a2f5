"""Quotas on a tree of criteria, and the best paper that meets them: an exact greedy.

Quotas that nest are a laminar family, so the papers that meet them are the bases of a matroid,
and taking items in descending value, each if and only if the quotas can still all be met, gives
the best paper (Edmonds 1971). `psychometrics.cat.room` says whether they can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import fsum, inf

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen_floats, frozen_integers
from psychometrics.cat.room import Room, find_room
from psychometrics.cat.tree import paths_to_root
from psychometrics.errors import DataError


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Quotas:
    """How many items a paper has, in all and beneath each node of a tree.

    Parameters
    ----------
    length : int
        Items on the paper, exactly; the quota of the implicit root.
    parent : array_like of int, shape (nodes,)
        The node above each node, -1 for a top node; any order, any depth.
    minimum, maximum : array_like of int, shape (nodes,)
        The fewest and the most items beneath each node, inclusive.
    leaf : array_like of int, shape (m,)
        The node each item belongs to.

    Raises
    ------
    DataError
        Shapes do not fit, a node does not exist, a number is negative, or the tree has a circle.
        Quotas that cannot be met are `check_feasible`'s to refuse.
    """

    length: int
    parent: IntArray
    minimum: IntArray
    maximum: IntArray
    leaf: IntArray
    paths: tuple[tuple[int, ...], ...] = field(init=False, repr=False)
    """For each node, the nodes from it up to the root; the root has the index `nodes`."""
    order: tuple[int, ...] = field(init=False, repr=False)
    """All nodes, each before its parent; the root is left out."""

    def __init__(
        self,
        length: int,
        parent: npt.ArrayLike,
        minimum: npt.ArrayLike,
        maximum: npt.ArrayLike,
        leaf: npt.ArrayLike,
    ) -> None:
        """Copy the arrays, make them read-only, check them and lay out the tree."""
        object.__setattr__(self, "length", length)
        arrays = {"parent": parent, "minimum": minimum, "maximum": maximum, "leaf": leaf}
        for name, values in arrays.items():
            object.__setattr__(self, name, frozen_integers(values, name))
        nodes = self.parent.size
        if not self.minimum.size == self.maximum.size == nodes:
            raise DataError("parent, minimum and maximum must have one length")
        if self.length < 0 or (self.minimum < 0).any() or (self.maximum < 0).any():
            raise DataError("length, minimum and maximum must be at least 0")
        if self.leaf.min(initial=0) < 0 or self.leaf.max(initial=-1) >= nodes:
            raise DataError(f"leaf must be a node, 0 to {nodes - 1}")
        paths = paths_to_root(self.parent.tolist())
        object.__setattr__(self, "paths", paths)
        deepest_first = sorted(range(nodes), key=lambda node: -len(paths[node]))
        object.__setattr__(self, "order", tuple(deepest_first))


class Solver(StrEnum):
    """What found a paper.

    GREEDY, LINEAR and INTEGER papers meet every constraint and are the best unless a gap is
    stated. EARLIER is the paper in hand when time ran out: it meets every constraint. RELAXED
    meets the quotas that nest; where items that were administered or withdrawn leave no paper
    that meets the others, it violates them as little as possible.
    """

    GREEDY = "greedy"
    LINEAR = "linear"
    INTEGER = "integer"
    EARLIER = "earlier"
    RELAXED = "relaxed"


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper, with the certificate that no other is worth more.

    Attributes
    ----------
    items : tuple of int
        The chosen ones first, in their order, then the rest by descending value, ties by index.
    value : float
        The sum of the values of all its items.
    solver : Solver
        What found it. The greedy's papers are the best (Edmonds 1971).
    bound : float
        No paper is worth more: the value itself where it is proven best. A relaxed paper's bound
        is its own value.
    """

    items: tuple[int, ...]
    value: float
    solver: Solver
    bound: float

    @property
    def gap(self) -> float:
        """Return how much better another paper could be, as a share of this one's value."""
        if self.bound <= self.value:
            return 0.0
        return (self.bound - self.value) / abs(self.value) if self.value else inf


def check_feasible(
    quotas: Quotas, *, chosen: Sequence[int] = (), available: npt.ArrayLike | None = None
) -> None:
    """Refuse quotas that no paper containing the chosen items can meet.

    Parameters
    ----------
    quotas : Quotas
        For m items.
    chosen : sequence of int
        Items that are on the paper already, whether available or not.
    available : array_like of bool, shape (m,), optional
        Which others may still come; all unless given.

    Raises
    ------
    InfeasibleBlueprint
        With the node (-1 for the whole paper) and the figures.
    DataError
        A chosen item does not exist or is named twice, or `available` has another shape.
    """
    _room(quotas, chosen, free_items(quotas, chosen, available))


def best_paper(
    values: npt.ArrayLike,
    quotas: Quotas,
    *,
    chosen: Sequence[int] = (),
    available: npt.ArrayLike | None = None,
) -> Paper:
    """Return the paper of the highest total value that contains the chosen items.

    Parameters
    ----------
    values : array_like, shape (m,)
        Of each item, any finite number in any unit.
    quotas : Quotas
        For m items.
    chosen : sequence of int
        Items that are on the paper already, whether available or not.
    available : array_like of bool, shape (m,), optional
        Which others may still come; all unless given.

    Returns
    -------
    Paper
        `quotas.length` items.

    Raises
    ------
    InfeasibleBlueprint
        No paper that contains the chosen items meets the quotas.
    DataError
        As `check_feasible`, and values of another shape or not finite.

    Notes
    -----
    Exact: Edmonds (1971), "Matroids and the greedy algorithm". A look at an item costs the
    depth of the tree at most.
    """
    worth = frozen_floats(values, "values")
    if worth.shape != quotas.leaf.shape:
        raise DataError(f"{worth.size} values for {quotas.leaf.size} items")
    free = free_items(quotas, chosen, available)
    rest = greedy_rest(worth, quotas, chosen, free)
    items = (*map(int, chosen), *rest)
    value = fsum(worth[list(items)].tolist())
    return Paper(items, value, Solver.GREEDY, value)


def greedy_rest(
    worth: FloatArray, quotas: Quotas, chosen: Sequence[int], free: BoolArray
) -> list[int]:
    """Return the items that complete the best paper, by descending value, ties by index.

    Parameters
    ----------
    worth : FloatArray, shape (m,)
        Of each item.
    quotas : Quotas
        For m items.
    chosen : sequence of int
        Items that are on the paper already.
    free : BoolArray, shape (m,)
        From `free_items`.

    Returns
    -------
    list of int

    Raises
    ------
    InfeasibleBlueprint
        As `best_paper`.
    """
    take, paths = _room(quotas, chosen, free).take, quotas.paths
    candidates = np.flatnonzero(free)
    candidates = candidates[np.argsort(-worth[candidates], kind="stable")]
    count = quotas.length - len(chosen)
    # A leaf that refuses one item refuses all that follow, so it is looked at once.
    open_leaf = [True] * quotas.parent.size
    picked: list[int] = []
    for item, leaf in zip(candidates.tolist(), quotas.leaf[candidates].tolist(), strict=True):
        if len(picked) == count:
            break
        if open_leaf[leaf]:
            if take(paths[leaf]):
                picked.append(item)
            else:
                open_leaf[leaf] = False
    return picked


def free_items(quotas: Quotas, chosen: Sequence[int], available: npt.ArrayLike | None) -> BoolArray:
    """Return which items may still come: those available and not chosen.

    Parameters
    ----------
    quotas : Quotas
        For m items.
    chosen : sequence of int
        Items that are on the paper already, whether available or not.
    available : array_like of bool, shape (m,), optional
        Which others may still come; all unless given.

    Returns
    -------
    BoolArray, shape (m,)

    Raises
    ------
    DataError
        As `best_paper`.
    """
    m = quotas.leaf.size
    free = np.ones(m, np.bool_) if available is None else np.array(available)
    if free.shape != (m,) or free.dtype != np.bool_:
        raise DataError(f"available must be {m} booleans, got {free.dtype} {free.shape}")
    if len(set(chosen)) < len(chosen) or not all(0 <= item < m for item in chosen):
        raise DataError(f"chosen items must be distinct and 0 to {m - 1}: {list(chosen)}")
    free[list(chosen)] = False
    return free


def _room(quotas: Quotas, chosen: Sequence[int], free: BoolArray) -> Room:
    root = quotas.parent.size
    held = [0] * (root + 1)
    for leaf in quotas.leaf[list(chosen)].tolist():
        for node in quotas.paths[leaf]:
            held[node] += 1
    return find_room(
        [quotas.paths[node] for node in quotas.order],
        minimum=[*quotas.minimum.tolist(), quotas.length],
        maximum=[*quotas.maximum.tolist(), quotas.length],
        held=held,
        offered=[*np.bincount(quotas.leaf[free], minlength=root).tolist(), 0],
    )
