"""Suspending an item in the middle of a window: nobody new gets it, who holds it goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from app.errors import Duplicate, ExamNotRunnable, ItemNeeded, NotFound
from app.exam.paper.edition import Edition
from app.exam.paper.shortage import shortage
from app.exam.paper.withheld import withheld
from app.exam.people import typed
from app.exam.people.permissions import Act, Actor, require
from app.store import audit
from app.store.bank import bank, states
from app.store.bank import suspensions as kept
from app.store.bank.suspensions import Suspension
from app.store.database import Transaction
from app.store.sitting import sittings
from app.store.window import windows
from itembank.items.item import ItemId


def suspend_item(
    tx: Transaction, item: str, *, reason: str, actor: Actor, force: bool = False
) -> Suspension:
    """Suspend an item; raise ItemNeeded where a window's papers need it, unless it is forced.

    Sittings that were given it keep it, and it counts for them as before.
    """
    require(actor, Act.SUSPEND_ITEM)
    act = _act(reason, actor)
    if not bank.has_item(tx, item):
        raise NotFound("item", item)
    kept.take_turn(tx)
    if kept.of_item(tx, item) is not None:
        raise Duplicate("suspension in force of item", item)
    against = needs(tx, item, at=actor.at)
    if against and not force:
        raise ItemNeeded(item, against)
    kept.add(tx, item, act)
    detail = {"reason": act.reason, "needed": against, "held_by": holders(tx, item)}
    audit.note(tx, actor, "item.suspended", item, detail)
    return _in_force(tx, item)


def resume_item(tx: Transaction, item: str, *, reason: str, actor: Actor) -> Suspension:
    """Lift an item's suspension: papers may hold it again."""
    require(actor, Act.RESUME_ITEM)
    act = _act(reason, actor)
    kept.take_turn(tx)
    found = _in_force(tx, item)
    kept.lift(tx, found.id, act)
    audit.note(tx, actor, "item.resumed", item, {"reason": act.reason})
    return replace(found, lifted_at=act.at, lifted_by=act.by, lift_reason=act.reason)


def suspensions(tx: Transaction, *, actor: Actor) -> Sequence[Suspension]:
    """Return all suspensions, lifted or not, newest first."""
    require(actor, Act.SEE_ITEMS)
    return kept.every(tx)


def holders(tx: Transaction, item: str) -> int:
    """Return how many sittings in progress were given an item, and go on with it."""
    return sittings.in_progress_with(tx, item)


def needs(tx: Transaction, item: str, *, at: datetime) -> list[str]:
    """Return why windows that are open or to come cannot do without an item, too."""
    return [
        _told(edition, names, reason)
        for edition, names in _to_be_sat(tx, at)
        if item in edition.index
        and (reason := shortage(edition, _held_back(tx, edition) | {item})) is not None
    ]


def shortages_by_state(tx: Transaction, item: str, *, at: datetime) -> list[str]:
    """Return why windows open or to come cannot do without an item that its state withholds."""
    return [
        _told(edition, names, reason)
        for edition, names in _to_be_sat(tx, at)
        if item in withheld(edition, states.not_live(tx))
        and (reason := shortage(edition, _held_back(tx, edition))) is not None
    ]


def shortages(tx: Transaction, *, at: datetime) -> list[str]:
    """Return the windows, open or to come, whose papers need an item that is held back."""
    return [
        _told(edition, names, reason)
        for edition, names in _to_be_sat(tx, at)
        if (held_back := _held_back(tx, edition))
        and (reason := shortage(edition, held_back)) is not None
    ]


def require_papers(tx: Transaction, code: str, version: int) -> None:
    """Raise ExamNotRunnable if no paper can be made without the items that are held back."""
    edition = bank.load_edition(tx, code, version)
    reason = shortage(edition, _held_back(tx, edition))
    if reason is None:
        return
    if withheld(edition, states.not_live(tx)):
        raise ExamNotRunnable(
            [f"without the items that are suspended or not live {reason}; give one of them free"]
        )
    raise ExamNotRunnable([f"without the suspended items {reason}; resume one of them"])


def _held_back(tx: Transaction, edition: Edition) -> frozenset[ItemId]:
    """Return the items that no new paper should hold: suspended, or withheld by their state."""
    return kept.in_force(tx) | withheld(edition, states.not_live(tx))


def _to_be_sat(tx: Transaction, at: datetime) -> Iterator[tuple[Edition, list[str]]]:
    """Yield the editions that new papers are made from, with their windows."""
    coming: dict[tuple[str, int], list[str]] = {}
    for window in windows.to_be_sat(tx, at):
        coming.setdefault((window.exam, window.exam_version), []).append(window.id)
    for (code, version), names in coming.items():
        yield bank.load_edition(tx, code, version), names


def _told(edition: Edition, names: Sequence[str], reason: str) -> str:
    return f"exam '{edition.exam.code}' (window {', '.join(names)}): {reason}"


def _act(reason: str, actor: Actor) -> kept.Signed:
    return kept.Signed(actor.name, actor.at, typed.reason(reason))


def _in_force(tx: Transaction, item: str) -> Suspension:
    found = kept.of_item(tx, item)
    if found is None:
        raise NotFound("suspension in force of item", item)
    return found
