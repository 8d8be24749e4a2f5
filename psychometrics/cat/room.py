"""How many items must and can still come beneath each node of a tree of quotas."""

from collections.abc import Sequence
from dataclasses import dataclass

from psychometrics.errors import InfeasibleBlueprint


@dataclass(slots=True)
class Room:
    """What must and can still come beneath each node; lists by node, the root last.

    Changed in place by `take`, which the greedy calls hundreds of times for one paper.

    Attributes
    ----------
    own : list of int
        The node's own minimum less what it holds already; below 0 once exceeded.
    below : list of int
        The sum of the needs of its children.
    need : list of int
        The fewest items that must still come: max(own, below, 0).
    capacity : list of int
        The most items that can still come; never under `need`.
    """

    own: list[int]
    below: list[int]
    need: list[int]
    capacity: list[int]

    def take(self, path: tuple[int, ...]) -> bool:
        """Take an item at the foot of `path` if the quotas can still be met; say if it was."""
        own, below, need, capacity = self.own, self.below, self.need, self.capacity
        # An item that a node does not ask for has to fit between the node's need and capacity.
        # One that a node's own minimum asks for meets a need there, and at every node above.
        for node in path:
            if own[node] > below[node]:
                break
            if need[node] >= capacity[node]:
                return False
        met = 0
        for node in path:
            capacity[node] -= 1
            own[node] = still = own[node] - 1
            below[node] = beneath = below[node] - met
            # Conditional expressions, since a call of max() would double the time of a paper.
            still = still if still > beneath else beneath
            met = need[node] - still if still > 0 else need[node]
            need[node] -= met
        return True


def find_room(
    paths: Sequence[tuple[int, ...]],
    *,
    minimum: Sequence[int],
    maximum: Sequence[int],
    held: Sequence[int],
    offered: Sequence[int],
) -> Room:
    """Return the room beneath every node, or refuse at the deepest node without enough.

    Parameters
    ----------
    paths : sequence of tuple of int
        For each node but the root, the nodes from it up to the root; children before parents.
    minimum, maximum : sequence of int, length nodes + 1
        The quota of each node, the root last.
    held : sequence of int, length nodes + 1
        Items that are beneath each node already.
    offered : sequence of int, length nodes + 1
        Items that may still come and belong to the node itself, not to one beneath it.

    Returns
    -------
    Room
        Every number of items from need to capacity can come beneath a node.

    Raises
    ------
    InfeasibleBlueprint
        More must come beneath a node than can.
    """
    root = len(paths)
    below, supply = [0] * (root + 1), list(offered)
    room = Room([0] * (root + 1), below, [0] * (root + 1), [0] * (root + 1))
    for path in (*paths, (root,)):
        node = path[0]
        room.own[node] = minimum[node] - held[node]
        room.need[node] = max(room.own[node], below[node], 0)
        room.capacity[node] = min(maximum[node] - held[node], supply[node])
        if room.need[node] > room.capacity[node]:
            reason = _shortage(minimum[node], maximum[node], held[node], below[node], supply[node])
            raise InfeasibleBlueprint(-1 if node == root else node, reason)
        for above in path[1:2]:
            below[above] += room.need[node]
            supply[above] += room.capacity[node]
    return room


def _shortage(minimum: int, maximum: int, held: int, below: int, supply: int) -> str:
    if minimum > maximum:
        return f"the minimum {minimum} is above the maximum {maximum}"
    if held > maximum:
        return f"{held} items are chosen already, the maximum is {maximum}"
    if held + below > maximum:
        return (
            f"the quotas beneath it ask for {below} more items, "
            f"but with {held} chosen the maximum of {maximum} leaves {maximum - held}"
        )
    need = max(minimum - held, below)
    return f"needs {need} more items ({held} chosen, minimum {minimum}), but only {supply} can come"
