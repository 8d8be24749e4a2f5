"""Accepting a calibration run: a named person puts its items in force, with a reason."""

from collections.abc import Collection
from dataclasses import dataclass

from app.errors import Refused
from app.exam.calibration.acceptance import Settled, choose, decide, require_acceptable
from app.exam.people import typed
from app.exam.people.permissions import Act, Actor, require
from app.exam.people.typed import Reason
from app.exam.sitting.chain import stamp
from app.services.bank import exams
from app.services.calibration.calibration_record import view
from app.store import audit
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Transaction
from itembank.calibration import Acceptance, CalibrationRun


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a run: items to accept ("all", "clear" or ids), items to bar, why."""

    items: Collection[str]
    bar: Collection[str]
    reason: str


def accept(tx: Transaction, run: str, wish: Wish, *, actor: Actor) -> Acceptance:
    """Put a run's accepted items in force: the next sitting is made from them.

    Newer versions of the exam rest on them too, unless they have an acceptance of their own.
    Sittings in progress keep the parameters they were made with; windows that are graded but
    not released must be graded again.
    """
    require(actor, Act.ACCEPT_CALIBRATION)
    because = typed.reason(wish.reason)
    found = view(tx, run, actor=actor)
    if not found.is_intact:
        raise Refused(f"Run '{run}' has been changed since it was made. Calibrate again.")
    newest = calibrations.newest_scale(tx, found.run.exam)
    require_acceptable(found.run, newest, decided=found.acceptance is not None)
    edition = bank.load_edition(tx, found.run.exam, found.run.exam_version)
    choice = choose(found.run, wish.items, wish.bar, edition.parameters.barred)
    made = decide(found.run, choice, edition, newest)
    decision = _decision(tx, found.run, made, because, actor)
    calibrations.accept(tx, decision, found.run, actor.at)
    newer = exams.carry_forward(tx, found.run.exam, found.run.exam_version, made.parameters)
    detail: dict[str, object] = {
        "parameters": decision.parameters,
        "scale": decision.scale,
        "accepted": len(decision.accepted),
        "barred": decision.barred,
        "reason": decision.reason,
        **({"newer_versions": newer} if newer else {}),
    }
    audit.note(tx, actor, "calibration.accepted", run, detail)
    return decision


def _decision(
    tx: Transaction, run: CalibrationRun, made: Settled, reason: Reason, actor: Actor
) -> Acceptance:
    if made.is_first:
        calibrations.add_scale(tx, made.scale)
    return Acceptance(
        run=run.id,
        parameters=bank.add_parameters(tx, made.parameters),
        scale=made.scale.number,
        accepted=made.accepted,
        barred=made.parameters.barred,
        re_expressed=made.re_expressed,
        by=actor.name,
        reason=reason,
        at=stamp(actor.at),
    )
