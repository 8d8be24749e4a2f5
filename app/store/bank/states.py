"""The state of each item in the bank, which changes while its versions never do."""

from sqlalchemy import insert, select, update

from app.errors import NotFound
from app.store.database import Transaction
from app.store.tables import item_states
from itembank.items.item import ItemId
from itembank.items.state import ItemState


def not_live(tx: Transaction) -> dict[ItemId, ItemState]:
    """Return the items that are in another state than live, with it."""
    query = select(item_states).where(item_states.c.state != ItemState.LIVE)
    return {ItemId(row.item_id): ItemState(row.state) for row in tx.connection.execute(query)}


def of_item(tx: Transaction, item: str) -> ItemState:
    """Return an item's state; raise NotFound."""
    query = select(item_states.c.state).filter_by(item_id=item)
    found = tx.connection.execute(query).scalar()
    if found is None:
        raise NotFound("item", item)
    return ItemState(found)


def change(tx: Transaction, item: str, state: ItemState) -> None:
    """Let an item be in another state."""
    tx.connection.execute(update(item_states).filter_by(item_id=item).values(state=str(state)))


def begin(tx: Transaction, items: frozenset[str]) -> None:
    """Let items that are new to the bank be live."""
    known = frozenset(tx.connection.execute(select(item_states.c.item_id)).scalars())
    new = [{"item_id": name, "state": str(ItemState.LIVE)} for name in sorted(items - known)]
    if new:
        tx.connection.execute(insert(item_states), new)
