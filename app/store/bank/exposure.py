"""The state of exposure control: one row for all sittings of an exam version on a parameter set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.database import Transaction
from app.store.tables import exposure_states


@dataclass(frozen=True, slots=True)
class StateKey:
    """Whose exposure is counted together."""

    exam: str
    exam_version: int
    parameters: str


_STATE: Select[str] = select(exposure_states.c.document).where(
    exposure_states.c.exam == bindparam("code"),
    exposure_states.c.exam_version == bindparam("number"),
    exposure_states.c.parameters_id == bindparam("set_id"),
)
_LOCKED = _STATE.with_for_update()


def read(tx: Transaction, key: StateKey) -> str | None:
    """Return a state's document as it stands; others may change it meanwhile."""
    return tx.connection.execute(_STATE, _names(key)).scalar()


def lock(tx: Transaction, key: StateKey, first: Callable[[], str]) -> str:
    """Return a state's document, made by `first` if need be, that nobody else can change.

    Whoever locks a sitting too locks the sitting before.
    """
    found = tx.connection.execute(_LOCKED, _names(key)).scalar()
    if found is None:
        dialect = sqlite if tx.connection.dialect.name == "sqlite" else postgresql
        new = dialect.insert(exposure_states).values(
            exam=key.exam,
            exam_version=key.exam_version,
            parameters_id=key.parameters,
            document=first(),
        )
        # A worker that is faster has made it: then its row is waited for, and locked.
        tx.connection.execute(new.on_conflict_do_nothing())
        found = tx.connection.execute(_LOCKED, _names(key)).scalar_one()
    return found


def save(tx: Transaction, key: StateKey, document: str) -> None:
    """Keep the document of a locked state."""
    tx.connection.execute(
        update(exposure_states)
        .where(
            exposure_states.c.exam == key.exam,
            exposure_states.c.exam_version == key.exam_version,
            exposure_states.c.parameters_id == key.parameters,
        )
        .values(document=document)
    )


def every(tx: Transaction) -> Iterator[StateKey]:
    """Yield the key of every state."""
    query = select(
        exposure_states.c.exam, exposure_states.c.exam_version, exposure_states.c.parameters_id
    ).order_by(*exposure_states.primary_key.columns)
    for row in tx.connection.execute(query).all():
        yield StateKey(row.exam, row.exam_version, row.parameters_id)


def _names(key: StateKey) -> dict[str, object]:
    return {"code": key.exam, "number": key.exam_version, "set_id": key.parameters}
