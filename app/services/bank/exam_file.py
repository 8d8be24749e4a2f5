"""What the board sees of an exam and of an item of the bank."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import NotFound
from app.exam.paper.edition import Edition
from app.exam.people.permissions import Act, Actor, require
from app.services.bank import suspend
from app.services.bank.exams import check_saved
from app.store import audit
from app.store.audit import Entry
from app.store.bank import bank, states, suspensions
from app.store.bank.suspensions import Suspension
from app.store.database import Transaction
from itembank.definition.advice import Advice, advise
from itembank.definition.checks import Obstacle, scored_from
from itembank.definition.constraints import lay_out
from itembank.definition.floor import exposure_floor
from itembank.exams import ExamDefinition, FixedForm
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemId, ItemVersion
from itembank.items.state import ItemState
from itembank.parameters import Calibrated


@dataclass(frozen=True, slots=True)
class ExamFile:
    """An exam's newest version, whether it can be run, and what has been decided about it.

    `floor` is the least exposure that the blueprint allows its most exposed item; a fixed form,
    or an exam that cannot be run, has none.
    """

    edition: Edition
    problems: tuple[Obstacle, ...]
    advice: tuple[Advice, ...]
    floor: float | None
    suspended: frozenset[str]
    states: Mapping[ItemId, ItemState]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a blueprint's form starts from: an exam, its framework, and the bank's items of it."""

    exam: ExamDefinition
    framework: Framework
    items: tuple[ItemVersion, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """An exam whose newest version may give an item, and the item's place in it."""

    exam: ExamDefinition
    version: int
    parameters: Calibrated
    provisional: bool
    is_barred: bool
    is_on_trial: bool
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item of the bank in its newest version, where it is used, and whether it is held back.

    `holders` is how many sittings in progress were given it; `needed` is why papers of windows
    that are open or to come cannot do without it.
    """

    item: ItemVersion
    state: ItemState
    uses: tuple[Use, ...]
    suspension: Suspension | None
    holders: int
    needed: tuple[str, ...]
    entries: tuple[Entry, ...]


def exam_file(tx: Transaction, code: str, *, actor: Actor) -> ExamFile:
    """Return an exam's newest version; raise NotFound."""
    require(actor, Act.SEE_EXAMS)
    edition = bank.load_edition(tx, code, bank.latest_version(tx, code))
    exam, parts = edition.exam, (edition.framework, edition.items, edition.parameters)
    problems = tuple(check_saved(tx, code))
    return ExamFile(
        edition=edition,
        problems=problems,
        advice=() if problems else tuple(advise(exam, *parts)),
        floor=None if problems or isinstance(exam.paper, FixedForm) else _floor(edition),
        suspended=frozenset(suspensions.in_force(tx)),
        states=states.not_live(tx),
        entries=tuple(audit.about(tx, code)),
    )


def blueprint_desk(tx: Transaction, code: str, *, actor: Actor) -> Sheet:
    """Return what the form of an exam's blueprint starts from; raise NotFound."""
    require(actor, Act.SEE_ITEMS)
    exam = bank.exam_definition(tx, code, bank.latest_version(tx, code))
    items = (one for one in bank.latest_items(tx) if one.is_tagged(exam.framework))
    return Sheet(exam, bank.framework(tx, exam.framework), tuple(items))


def item_file(tx: Transaction, name: str, *, actor: Actor) -> ItemFile:
    """Return an item's newest version; raise NotFound."""
    require(actor, Act.SEE_ITEMS)
    item = next((one for one in bank.latest_items(tx) if one.id == name), None)
    if item is None:
        raise NotFound("item", name)
    found = suspensions.of_item(tx, name)
    return ItemFile(
        item=item,
        state=states.of_item(tx, name),
        uses=tuple(_uses(tx, name)),
        suspension=found,
        holders=suspend.holders(tx, name),
        needed=() if found else tuple(suspend.needs(tx, name, at=actor.at)),
        entries=tuple(audit.about(tx, name)),
    )


def _floor(edition: Edition) -> float:
    exam, used = edition.exam, scored_from(edition.exam, edition.items, edition.parameters)
    return exposure_floor(lay_out(exam, edition.framework, used))


def _uses(tx: Transaction, name: str) -> list[Use]:
    newest = {exam.code: exam.version for exam, _ in bank.exam_list(tx)}
    found = []
    for code, version in newest.items():
        edition = bank.load_edition(tx, code, version)
        if name in edition.index:
            found.append(
                Use(
                    exam=edition.exam,
                    version=edition.item(name).version,
                    parameters=edition.parameters.items[name],
                    provisional=edition.parameters.provisional,
                    is_barred=name in edition.parameters.barred,
                    is_on_trial=name in edition.exam.blueprint.trial,
                    is_excluded=name in edition.exam.blueprint.excluded,
                )
            )
    return found
