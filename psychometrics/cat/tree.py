"""The layout of a tree that is given as the parent of each node."""

from psychometrics.errors import DataError


def paths_to_root(parent: list[int]) -> tuple[tuple[int, ...], ...]:
    """Return, for each node, the nodes from it up to an added root.

    Parameters
    ----------
    parent : list of int, length nodes
        The node above each node; -1 for those directly beneath the root.

    Returns
    -------
    tuple of tuple of int
        Each path starts with its node and ends with the root, whose index is `nodes`.

    Raises
    ------
    DataError
        A parent that does not exist, or a circle.
    """
    root = len(parent)
    for node, above in enumerate(parent):
        if not -1 <= above < root:
            raise DataError(f"node {node} has the parent {above}, which does not exist")
    return tuple(_path(node, parent) for node in range(root))


def _path(node: int, parent: list[int]) -> tuple[int, ...]:
    path = [node]
    while (above := parent[path[-1]]) != -1:
        if len(path) > len(parent):
            raise DataError(f"the tree has a circle above node {node}")
        path.append(above)
    return (*path, len(parent))
