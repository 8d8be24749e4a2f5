"""The bank: the starter data, its checks, and the exams that rest on it."""

from dataclasses import dataclass
from pathlib import Path

import itembank
from app.errors import ExamNotRunnable, NotFound
from app.store import bank
from app.store.database import Transaction
from itembank.checks import Finding, lint
from itembank.criteria import Framework
from itembank.exams import ExamDefinition, ParameterSet, provisional_parameters
from itembank.items import ItemVersion, read_items
from itembank.preflight import Problem, check_exam

STARTER = Path(itembank.__file__).parent / "data" / "cim-l6-smm"


@dataclass(frozen=True, slots=True)
class Starter:
    """What ships with Adept: a framework, its items and an exam."""

    framework: Framework
    items: tuple[ItemVersion, ...]
    exam: ExamDefinition


@dataclass(frozen=True, slots=True)
class ExamLine:
    """An exam version, in a list."""

    exam: ExamDefinition
    provisional: bool


def read_starter() -> Starter:
    """Read what ships with Adept; needs no database."""
    return Starter(
        framework=Framework.read(STARTER / "framework.json"),
        items=tuple(
            item for path in sorted((STARTER / "items").glob("*.json")) for item in read_items(path)
        ),
        exam=ExamDefinition.read(STARTER / "exam.json"),
    )


def lint_items(items: tuple[ItemVersion, ...], framework: Framework) -> list[Finding]:
    """Return what a careful reviewer would say of the items."""
    return lint(items, framework)


def load_starter(tx: Transaction) -> bool:
    """Load the starter data into an empty database; return whether it was empty."""
    if bank.exam_list(tx) or bank.latest_items(tx):
        return False
    starter = read_starter()
    bank.add_framework(tx, starter.framework)
    bank.add_items(tx, starter.items)
    save_exam(tx, starter.exam)
    return True


def save_exam(tx: Transaction, exam: ExamDefinition) -> ParameterSet:
    """Keep an exam version on provisional parameters; raise ExamNotRunnable with the reasons."""
    items = bank.latest_items(tx)
    parameters = provisional_parameters(
        [item for item in items if item.criterion in exam.blueprint.criteria]
    )
    problems = check_exam(exam, bank.framework(tx, exam.framework), items, parameters)
    if problems:
        raise ExamNotRunnable([f"{one.field}: {one.reason}" for one in problems])
    bank.add_exam(tx, exam, parameters)
    return parameters


def check_saved(tx: Transaction, code: str, version: int | None = None) -> list[Problem]:
    """Return what stands against running a kept exam with its own bank and parameters."""
    edition = bank.load_edition(tx, code, version or bank.latest_version(tx, code))
    return check_exam(edition.exam, edition.framework, edition.items, edition.parameters)


def exams(tx: Transaction) -> list[ExamLine]:
    """Return every exam version."""
    return [ExamLine(exam, provisional) for exam, provisional in bank.exam_list(tx)]


def exam(tx: Transaction, code: str) -> ExamLine:
    """Return the newest version of an exam; raise NotFound."""
    version = bank.latest_version(tx, code)
    for line in exams(tx):
        if (line.exam.code, line.exam.version) == (code, version):
            return line
    raise NotFound("exam", code)
