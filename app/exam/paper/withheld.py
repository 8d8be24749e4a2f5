"""Which items of an exam their state in the bank keeps from new papers."""

from collections.abc import Mapping

from app.exam.paper.edition import Edition
from itembank.items.item import ItemId
from itembank.items.state import ItemState


def withheld(edition: Edition, states: Mapping[ItemId, ItemState]) -> frozenset[ItemId]:
    """Return the items that may not be given in this exam; those without a state here are live."""
    return frozenset(
        name
        for name, state in states.items()
        if name in edition.index and not state.may_be_given(on_trial=edition.is_trial(name))
    )
