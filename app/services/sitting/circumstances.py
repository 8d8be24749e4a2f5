"""The circumstances of a block: what other sittings hold, and what is suspended."""

from collections.abc import Set
from dataclasses import replace
from functools import partial

from app import ambient
from app.exam.paper import exposure
from app.exam.paper.delivery import (
    Circumstances,
    ability_now,
    draw_ineligible_items,
    eligibility_uniforms,
    group_of,
)
from app.exam.paper.edition import Edition
from app.exam.paper.pretest import rank_trial_items
from app.exam.paper.withheld import withheld
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import Sitting
from app.store.bank import exposure as exposure_states
from app.store.bank import states, suspensions
from app.store.bank.exposure import StateKey
from app.store.database import Transaction
from app.store.sitting import sittings
from itembank.items.item import ItemId
from psychometrics import ExposureCounts, Holding

# A sitting's chance beside that of its blocks, which are counted from 1.
ELIGIBILITY = (0, 2)
PRETEST = (0, 3)


def gather(tx: Transaction, edition: Edition, sitting: Sitting, *, seconds: float) -> Circumstances:
    """Return the circumstances in which a sitting's next block is chosen.

    The counts are read as they stand, without a lock: who comes at the same moment waits for
    nobody, and is one sitting behind.
    """
    known = Circumstances(
        suspended=_not_met(suspensions.in_force(tx) & edition.index.keys(), sitting),
        withheld=_not_met(withheld(edition, states.not_live(tx)), sitting),
        seconds=seconds,
    )
    if not exposure.is_counted(edition):
        return known
    counts = current(tx, edition)
    theta = ability_now(edition, sitting).theta
    size = eligibility_uniforms(edition)
    eligibility = ambient.noise(sitting.made.seed, *ELIGIBILITY, size=size)
    ties = ambient.noise(sitting.made.seed, *PRETEST, size=len(edition.items))
    return replace(
        known,
        ineligible=draw_ineligible_items(edition, counts, group_of(edition, theta), eligibility),
        pretest=rank_trial_items(edition, sitting, counts, theta, ties),
    )


def current(tx: Transaction, edition: Edition) -> ExposureCounts:
    """Return what the sittings of an edition count for just now."""
    return exposure.usable(edition, exposure_states.read(tx, key_of(edition)))


def last_holding(tx: Transaction, edition: Edition, sitting: Sitting) -> Holding | None:
    """Return what a sitting has counted for until now; None before its first block."""
    if not exposure.is_counted(edition):
        return None
    block = sittings.newest_block(tx, sitting.id)
    return None if block is None else exposure.holding(edition, sitting, block)


def count(
    tx: Transaction, edition: Edition, before: Holding | None, after: tuple[Sitting, BlockDelivered]
) -> None:
    """Let a sitting count for its new block, in the transaction that hands it out.

    The state is locked here, after the sitting and until the transaction ends: it is the last
    thing that a delivery does.
    """
    if not exposure.is_counted(edition):
        return
    key = key_of(edition)
    counts = exposure.usable(
        edition, exposure_states.lock(tx, key, partial(exposure.first, edition))
    )
    now = exposure.moved(counts, exposure.holding(edition, *after), old=before)
    exposure_states.save(tx, key, exposure.dump(edition, now))


def key_of(edition: Edition) -> StateKey:
    """Return whose exposure is counted together with this edition's."""
    return StateKey(edition.exam.code, edition.exam.version, edition.parameters_id)


def _not_met(items: Set[ItemId], sitting: Sitting) -> tuple[ItemId, ...]:
    return tuple(sorted(items - {place.item for place in sitting.places}))
