"""The exams of the bank: planned, checked, and kept as the next version."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from app.errors import ExamNotRunnable, NotFound, Refused
from app.exam.calibration.parameter_sets import Covering, extended
from app.exam.definition.changes import Change, changes_between, pool_changes
from app.exam.people import typed
from app.exam.people.permissions import Act, Actor, require
from app.store import audit
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Transaction
from itembank.definition.advice import Advice, advise
from itembank.definition.checks import Obstacle, check_exam
from itembank.document import why
from itembank.errors import UnreadableDocument
from itembank.exams import ExamDefinition
from itembank.frameworks.framework import Framework
from itembank.parameters import ParameterSet

NOTHING = ParameterSet(provisional=True, items={})


@dataclass(frozen=True, slots=True)
class ExamLine:
    """An exam version, in a list."""

    exam: ExamDefinition
    provisional: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """What saving an exam version does: what it rests on, what changes, what to beware of.

    `base` is the id of the set that `parameters` extends.
    """

    exam: ExamDefinition
    before: ExamDefinition | None
    base: str
    parameters: ParameterSet
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]


def read_exam(path: Path) -> ExamDefinition:
    """Read an exam from a file: its definition, or what `adept exam show --json` prints."""
    try:
        given = json.loads(path.read_bytes())
        if isinstance(given, dict) and given.keys() == {"exam", "provisional"}:
            given = given["exam"]
        exam = ExamDefinition.model_validate_json(json.dumps(given))
    except (OSError, ValidationError) as exc:
        raise UnreadableDocument(str(path), why(exc)) from exc
    except ValueError as exc:
        raise UnreadableDocument(str(path), f"It is not JSON: {exc}.") from exc
    exam.require_seen(str(path))
    return exam


def next_version(tx: Transaction, exam: ExamDefinition) -> ExamDefinition:
    """Return an exam as its next version."""
    newest = bank.find_latest_version(tx, exam.code) or 0
    return exam.model_copy(update={"version": newest + 1})


def save_exam(tx: Transaction, exam: ExamDefinition, *, actor: Actor | None = None) -> Saving:
    """Keep the next version of an exam; raise ExamNotRunnable with the reasons.

    What ships with Adept is saved by nobody, and leaves no entry in the audit log. Nobody is there
    to be told what is barely possible: that is `plan_exam`'s.
    """
    return keep_exam(tx, _plan(tx, exam), actor=actor)


def plan_exam(tx: Transaction, exam: ExamDefinition) -> Saving:
    """Return what saving the next version of an exam would do; nothing is written.

    A version keeps the parameters in force, with the reporting scale they are on. Raises
    ExamNotRunnable with the reasons, and Refused unless it is the next version.
    """
    made = _plan(tx, exam)
    framework, items = bank.framework(tx, exam.framework), bank.latest_items(tx)
    advice = tuple(sentence(one.reason) for one in advise(exam, framework, items, made.parameters))
    return replace(made, warnings=(*made.warnings, *advice))


def _plan(tx: Transaction, exam: ExamDefinition) -> Saving:
    newest = bank.find_latest_version(tx, exam.code)
    _require_next(exam, newest)
    framework, items = bank.framework(tx, exam.framework), bank.latest_items(tx)
    before = None if newest is None else bank.exam_definition(tx, exam.code, newest)
    base = _base(tx, exam.code, newest)
    made = extended(base, items, exam)
    problems = check_exam(exam, framework, items, made.parameters)
    if problems:
        raise ExamNotRunnable([f"{one.field}: {one.reason}" for one in problems])
    return Saving(
        exam=exam,
        before=before,
        base=base.content_hash(),
        parameters=made.parameters,
        changes=()
        if before is None
        else (
            *changes_between(before, exam, framework),
            *pool_changes(base, made.parameters),
        ),
        warnings=tuple(_warnings(made)),
    )


def keep_exam(
    tx: Transaction, saving: Saving, *, actor: Actor | None = None, reason: str = ""
) -> Saving:
    """Keep an exam version as it was planned; raise Refused if something has changed since."""
    if actor is not None:
        require(actor, Act.SAVE_EXAM)
    because = typed.optional_reason(reason)
    exam = saving.exam
    newest = bank.find_latest_version(tx, exam.code)
    _require_next(exam, newest)
    if _base(tx, exam.code, newest).content_hash() != saving.base:
        raise Refused(
            "A calibration was accepted while you were saving, so nothing was changed. Look at "
            "what would be saved again."
        )
    if saving.before is not None and not saving.changes:
        raise Refused(
            f"Nothing differs from version {newest} of exam '{exam.code}', so nothing was saved."
        )
    bank.add_exam(tx, exam, saving.parameters)
    if actor is not None:
        detail = {
            "version": exam.version,
            "changes": [str(one) for one in saving.changes],
            "parameters": saving.parameters.content_hash(),
            **({} if because is None else {"reason": because}),
        }
        audit.note(tx, actor, "exam.saved", exam.code, detail)
    return saving


def carry_forward(tx: Transaction, code: str, version: int, parameters: ParameterSet) -> list[int]:
    """Let newer versions of an exam rest on a set accepted for an older one; return which do.

    Those that have an acceptance of their own keep it. Raises ExamNotRunnable if a newer version
    could not be run on the set.
    """
    moved = []
    for newer in range(version + 1, bank.latest_version(tx, code) + 1):
        if calibrations.in_force(tx, code, newer) is not None:
            continue
        own = bank.load_edition(tx, code, newer)
        made = extended(parameters, own.items, own.exam).parameters
        problems = check_exam(own.exam, own.framework, own.items, made)
        if problems:
            raise ExamNotRunnable(
                [f"version {newer}, {one.field}: {one.reason}" for one in problems]
            )
        bank.rest_on(tx, code, newer, made)
        moved.append(newer)
    return moved


def check_saved(tx: Transaction, code: str, version: int | None = None) -> list[Obstacle]:
    """Return what stands against running a kept exam with its own bank and parameters."""
    edition = bank.load_edition(tx, code, version or bank.latest_version(tx, code))
    return check_exam(edition.exam, edition.framework, edition.items, edition.parameters)


def advice_on(tx: Transaction, code: str) -> list[Advice]:
    """Return what is barely possible in an exam's newest version, which can be run."""
    edition = bank.load_edition(tx, code, bank.latest_version(tx, code))
    return advise(edition.exam, edition.framework, edition.items, edition.parameters)


def framework_of(tx: Transaction, exam: ExamDefinition) -> Framework:
    """Return the framework of an exam."""
    return bank.framework(tx, exam.framework)


def lines(tx: Transaction, *, actor: Actor) -> list[ExamLine]:
    """Return every exam version."""
    require(actor, Act.SEE_EXAMS)
    return [ExamLine(exam, provisional) for exam, provisional in bank.exam_list(tx)]


def newest(tx: Transaction, code: str, *, actor: Actor) -> ExamLine:
    """Return the newest version of an exam; raise NotFound."""
    version = bank.latest_version(tx, code)
    for line in lines(tx, actor=actor):
        if (line.exam.code, line.exam.version) == (code, version):
            return line
    raise NotFound("exam", code)


def _require_next(exam: ExamDefinition, newest: int | None) -> None:
    wanted = 1 if newest is None else newest + 1
    if exam.version == wanted:
        return
    if newest is None:
        raise Refused(f"There is no exam '{exam.code}' yet, so its first version must be 1.")
    raise Refused(
        f"The newest version of exam '{exam.code}' is {newest}, so the next is {wanted}, but this "
        f"is version {exam.version}. Look at what version {newest} changed, make your change on "
        "it, and save that."
    )


def _base(tx: Transaction, code: str, newest: int | None) -> ParameterSet:
    """Return the set that an exam's next version starts from."""
    if newest is None:
        return NOTHING
    kept = bank.parameter_set(tx, bank.parameters_in_force(tx, code, newest))
    accepted = calibrations.newest(tx, code) if kept.provisional else None
    return kept if accepted is None else bank.parameter_set(tx, accepted)


def sentence(words: str) -> str:
    """Return words that begin small as a sentence."""
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."


def _warnings(made: Covering) -> tuple[str, ...]:
    said = []
    if made.judged:
        said.append(
            f"{_items(made.judged)} not been calibrated: until a calibration is accepted, their "
            f"difficulty is what their rating says. {', '.join(made.judged)}"
        )
    if made.renewed:
        said.append(
            f"{_items(made.renewed)} a newer version than the one that was calibrated: its "
            f"difficulty is what its rating says. {', '.join(made.renewed)}"
        )
    if made.freed:
        said.append(
            f"Barred in an older version, and free in the new one: {', '.join(made.freed)}. To "
            "keep them out, exclude them in the blueprint."
        )
    return tuple(said)


def _items(names: Sequence[str]) -> str:
    return "1 item has" if len(names) == 1 else f"{len(names)} items have"
