"""A block whose search was cut off by time: checked against the blueprint, not derived again."""

from collections.abc import Iterator

from app.exam.paper.delivery import ability_now, scored_places
from app.exam.paper.edition import Edition
from app.exam.sitting.events import BlockDelivered, Place
from app.exam.sitting.sitting import Sitting
from itembank.blueprint.sentences import sentences
from itembank.definition.breaches import breaches
from itembank.definition.constraints import lay_out
from itembank.exams import FixedForm

Fault = tuple[str, str, str]


def faults(edition: Edition, before: Sitting, block: BlockDelivered) -> Iterator[Fault]:
    """Yield what is wrong with a block given after `before`: where, as recorded, as it should be.

    None proves that its paper meets the blueprint and holds what had been given; that no better
    one could have been found is not proven, and the record does not say so.
    """
    now = ability_now(edition, before)
    for name, recorded, right in (
        ("block", block.block, before.block + 1),
        ("theta", block.theta, now.theta),
        ("sem", block.sem, now.sem),
    ):
        if recorded != right:
            yield name, str(recorded), str(right)
    if edition.pool.constraints.nested_only or isinstance(edition.exam.paper, FixedForm):
        yield "gap", str(block.gap), "0: no search was needed, so none was cut off"
    if all(place.item in edition.index for place in block.places):
        yield from _places(edition, before, block)
        yield from _paper(edition, before, block)
    else:
        yield "places", str(block.places), "items of the exam's bank"


def _places(edition: Edition, before: Sitting, block: BlockDelivered) -> Iterator[Fault]:
    left = edition.exam.positions - len(before.places)
    size = min(edition.exam.paper.block_size, left)
    names = [place.item for place in (*before.places, *block.places)]
    if len(block.places) != size or len(set(names)) < len(names):
        yield "places", f"{len(block.places)} items", f"{size} items, none of them twice"
    for place in block.places:
        if not _is_whole(edition, place):
            yield "places", str(place), "the item's version with each of its options once"


def _paper(edition: Edition, before: Sitting, block: BlockDelivered) -> Iterator[Fault]:
    new = {place.item for place in block.places if not edition.is_trial(place.item)}
    new |= {name for name, _ in block.remaining}
    barred = sorted(new & set(edition.parameters.barred))
    if barred:
        yield "paper", ", ".join(barred), "no barred item"
    given = [place.item for place, _ in scored_places(edition, before)]
    layout = lay_out(edition.exam, edition.framework, edition.items)
    words = {one.key: one.words for one in sentences(edition.exam.blueprint, edition.framework)}
    for key, what in breaches(layout, [edition.index[name] for name in (*given, *sorted(new))]):
        yield "paper", what, words[key]


def _is_whole(edition: Edition, place: Place) -> bool:
    item = edition.item(place.item)
    return place.version == item.version and sorted(place.options) == sorted(item.option_ids())
