"""What ships with Adept: a framework, its items and an exam."""

from dataclasses import dataclass
from pathlib import Path

import itembank
from app.services.bank import exams
from app.store.bank import bank
from app.store.database import Transaction
from itembank.exams import ExamDefinition
from itembank.frameworks.framework import Framework
from itembank.items.checks import Finding, lint
from itembank.items.item import ItemVersion, read_items

STARTER = Path(itembank.__file__).parent / "data" / "cim-l6-smm"


@dataclass(frozen=True, slots=True)
class Starter:
    """What ships with Adept: a framework, its items and an exam."""

    framework: Framework
    items: tuple[ItemVersion, ...]
    exam: ExamDefinition


def read_starter() -> Starter:
    """Read what ships with Adept; needs no database."""
    framework = Framework.read(STARTER / "framework.json")
    return Starter(
        framework=framework,
        items=tuple(
            item
            for path in sorted((STARTER / "items").glob("*.json"))
            for item in read_items(path, framework.id)
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
    exams.save_exam(tx, starter.exam)
    return True
