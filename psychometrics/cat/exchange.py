"""The best paper without one of its items: the papers are a matroid's bases, so one exchange."""

from collections.abc import Collection, Iterable

from psychometrics.cat.blueprint import Quotas


def replacement(
    quotas: Quotas, paper: Collection[int], gone: int, others: Iterable[int]
) -> int | None:
    """Return the item that takes the place of another on a best paper.

    Parameters
    ----------
    quotas : Quotas
        For m items.
    paper : collection of int
        The best paper from all free items; it meets the quotas.
    gone : int
        The item that leaves it.
    others : iterable of int
        The free items that are not on the paper, by descending value.

    Returns
    -------
    int or None
        The first of them with which the paper meets the quotas again; none does if None. The
        paper is then the best from the free items without `gone`.

    Notes
    -----
    Best bases of a matroid differ by one exchange when an element is deleted: Oxley (2011),
    "Matroid Theory", ch. 1.8.
    """
    leaf, paths = quotas.leaf, quotas.paths
    left = set(paths[int(leaf[gone])])
    held = [0] * (quotas.parent.size + 1)
    for node in leaf[list(paper)].tolist():
        for above in paths[node]:
            held[above] += 1
    least, most = quotas.minimum.tolist(), quotas.maximum.tolist()
    fits: dict[int, bool] = {}
    for item in others:
        node = int(leaf[item])
        if node not in fits:
            joined = set(paths[node])
            fits[node] = all(held[one] > least[one] for one in left - joined) and all(
                held[one] < most[one] for one in joined - left
            )
        if fits[node]:
            return item
    return None
