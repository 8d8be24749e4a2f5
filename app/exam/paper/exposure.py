"""Exposure: what an exam's sittings count for, kept as whole numbers and moved by one sitting."""

import json

import numpy as np

from app.exam.paper.delivery import group_of
from app.exam.paper.edition import Edition
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import Sitting
from psychometrics import DataError, ExposureCounts, Holding, record
from psychometrics import no_counts as none_of


def is_counted(edition: Edition) -> bool:
    """Say whether choosing papers of this edition rests on what other sittings hold."""
    return edition.target is not None or edition.exam.blueprint.pretest is not None


def holding(edition: Edition, sitting: Sitting, block: BlockDelivered) -> Holding:
    """Return what a sitting counts for since its newest block: once, in its group.

    It holds what it was given and what is planned.
    """
    paper = [edition.index[place.item] for place in sitting.places]
    paper += [edition.index[name] for name, _ in sitting.remaining]
    ineligible = np.zeros(len(edition.items), dtype=np.bool_)
    ineligible[[edition.index[name] for name in block.ineligible]] = True
    return Holding(group_of(edition, block.theta), paper, ineligible)


def no_counts(edition: Edition) -> ExposureCounts:
    """Return the counts before the first sitting."""
    return none_of(len(edition.bounds) + 1, len(edition.items))


def first(edition: Edition) -> str:
    """Return the document of an edition that nobody has sat yet."""
    return dump(edition, no_counts(edition))


def dump(edition: Edition, counts: ExposureCounts) -> str:
    """Return counts as a document: the items, and for each group a row of counts in their order.

    Every block reads and writes it, so it is laid out to be quick.
    """
    eligible, held = (table.astype(int).tolist() for table in (counts.eligible, counts.held))
    names = [item.id for item in edition.items]
    return json.dumps({"eligible": eligible, "held": held, "items": names}, separators=(",", ":"))


def usable(edition: Edition, document: str | None) -> ExposureCounts:
    """Return the counts of a document, or none where it is missing or damaged.

    What is lost here never stands in a candidate's way; `adept doctor` finds it.
    """
    try:
        return no_counts(edition) if document is None else load(edition, document)
    except (ValueError, LookupError, TypeError):
        return no_counts(edition)


def moved(counts: ExposureCounts, new: Holding, *, old: Holding | None) -> ExposureCounts:
    """Return the counts with a sitting's newest block in the place of the one before.

    Counts that do not hold the one before have been damaged: the sitting then counts anew.
    """
    try:
        return record(counts, new, old=old)
    except DataError:
        return record(counts, new)


def load(edition: Edition, document: str) -> ExposureCounts:
    """Return the counts of a document, which is one of this edition's."""
    found = json.loads(document)
    if found["items"] != [item.id for item in edition.items]:
        raise ValueError("the counts are of other items than the exam's")
    return ExposureCounts(np.array(found["eligible"], float), np.array(found["held"], float))
