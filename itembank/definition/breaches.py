"""What a given paper breaks of its blueprint, constraint by constraint."""

from collections.abc import Iterator, Sequence

from itembank.blueprint.key_positions import can_place
from itembank.blueprint.sentences import Key, listed
from itembank.definition.constraints import LENGTH, SET_COUNT, SET_ITEMS, Layout


def breaches(layout: Layout, paper: Sequence[int]) -> list[tuple[Key, str]]:
    """Return each constraint that a whole paper does not meet, and what the paper has instead."""
    found = list(_breaches(layout, paper))
    if len(paper) != layout.quotas.length:
        found.insert(0, (LENGTH, f"it has {len(paper)} items"))
    return found


def _breaches(layout: Layout, paper: Sequence[int]) -> Iterator[tuple[Key, str]]:
    yield from _quotas(layout, paper)
    yield from _sums(layout, paper)
    yield from _names(layout, set(paper))
    yield from _sets(layout, set(paper))
    if not can_place(layout.keys, paper):
        for letter in layout.blueprint.key_positions:
            yield ("key_positions", letter), "its keys cannot be placed so"


def _quotas(layout: Layout, paper: Sequence[int]) -> Iterator[tuple[Key, str]]:
    tree = layout.quotas
    held = [0] * (tree.parent.size + 1)
    for leaf in tree.leaf[list(paper)].tolist():
        for node in tree.paths[leaf]:
            held[node] += 1
    for node, key in enumerate(layout.nodes):
        if not tree.minimum[node] <= held[node] <= tree.maximum[node]:
            yield key, f"it has {held[node]}"


def _sums(layout: Layout, paper: Sequence[int]) -> Iterator[tuple[Key, str]]:
    for one in layout.sums:
        total = float(one.amounts[list(paper)].sum())
        least, most = one.limits
        if not least - 1e-6 <= total <= most + 1e-6:
            yield one.key, f"it has {total:,.0f}"


def _names(layout: Layout, paper: set[int]) -> Iterator[tuple[Key, str]]:
    for key, enemies in layout.enemies:
        met = tuple(layout.names[item] for item in enemies if item in paper)
        if len(met) > 1:
            yield key, f"it has {listed(met, 'and')}"
    for key, item in layout.required:
        if item not in paper:
            yield key, "it is missing"
    for key, items in layout.kept_off:
        met = tuple(layout.names[item] for item in items if item in paper)
        if met:
            yield key, f"it has {listed(met, 'and')}"


def _sets(layout: Layout, paper: set[int]) -> Iterator[tuple[Key, str]]:
    rule = layout.blueprint.stimuli
    if rule is None:
        return
    used = [count for one in layout.sets if (count := len(paper.intersection(one)))]
    odd = sorted({count for count in used if not rule.items[0] <= count <= rule.items[1]})
    if odd:
        yield SET_ITEMS, f"it has {listed(tuple(map(str, odd)), 'and')} of some"
    if not rule.sets[0] <= len(used) <= rule.sets[1]:
        yield SET_COUNT, f"it has {len(used)}"
