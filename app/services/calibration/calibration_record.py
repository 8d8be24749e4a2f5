"""Reading calibration runs: the list, one run with the decision on it, and its integrity."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import NotFound
from app.exam.people.permissions import Act, Actor, require
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.calibration.calibrations import RunLine
from app.store.database import Transaction
from itembank.calibration import Acceptance, CalibrationRun
from itembank.items.item import ItemVersion


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, the decision on it if there is one, and whether it still is what was kept."""

    run: CalibrationRun
    acceptance: Acceptance | None
    is_intact: bool


def runs(tx: Transaction, *, actor: Actor) -> Sequence[RunLine]:
    """Return every run, newest first."""
    require(actor, Act.SEE_CALIBRATIONS)
    return calibrations.lines(tx, reach=actor.reach)


def view(tx: Transaction, run: str, *, actor: Actor) -> RunView:
    """Return one run; raise NotFound."""
    require(actor, Act.SEE_CALIBRATIONS)
    found = calibrations.load(tx, run, reach=actor.reach)
    return RunView(
        run=found,
        acceptance=calibrations.acceptance(tx, run),
        is_intact=found.content_hash() == calibrations.kept_hash(tx, run),
    )


def content(tx: Transaction, run: CalibrationRun, item: str) -> ItemVersion | None:
    """Return what an item of a run says, in the very version that was met, if the bank has it."""
    found = [row for row in run.items if row.item == item]
    if not found:
        raise NotFound("item", item)
    version = found[0].version
    return bank.find_item_version(tx, item.removesuffix(f".v{version}"), version)
