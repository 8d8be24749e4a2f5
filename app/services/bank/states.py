"""Changing an item's state in the bank: new papers heed it, papers that hold the item go on."""

from app.errors import Invalid, ItemNeeded, Refused
from app.exam.people.permissions import Act, Actor, require
from app.services.bank.suspend import holders, shortages_by_state
from app.store import audit
from app.store.bank import states, suspensions
from app.store.database import Transaction
from itembank.items.state import ItemState


def set_state(tx: Transaction, item: str, state: ItemState, *, reason: str, actor: Actor) -> None:
    """Put an item into a state; raise ItemNeeded where a window's papers cannot do without it.

    Sittings that were given it keep it, and it counts for them as before.
    """
    require(actor, Act.SET_ITEM_STATE)
    if not reason.strip():
        raise Invalid("reason", "Give the reason; it becomes part of the record.")
    # Two items, each of which can be spared, cannot always both be.
    suspensions.take_turn(tx)
    before = states.of_item(tx, item)
    if before is state:
        raise Refused(f"Item '{item}' is {state} already, so nothing was changed.")
    states.change(tx, item, state)
    against = shortages_by_state(tx, item, at=actor.at)
    if against:
        raise ItemNeeded(item, against)
    detail = {
        "reason": reason.strip(),
        "before": str(before),
        "after": str(state),
        "held_by": holders(tx, item),
    }
    audit.note(tx, actor, "item.state_set", item, detail)
