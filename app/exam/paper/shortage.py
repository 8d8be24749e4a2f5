"""Shortage: whether an exam's papers can still be made when items are held back."""

from collections.abc import Collection

from app.exam.paper.edition import Edition
from itembank.blueprint.sentences import sentences
from itembank.definition.constraints import lay_out
from itembank.definition.feasibility import find_conflict, told
from itembank.exams import FixedForm
from psychometrics import Undecided


def shortage(edition: Edition, held_back: Collection[str]) -> str | None:
    """Return why no fresh paper can be made without the items held back; None where one can."""
    exam = edition.exam
    named = exam.paper.items if isinstance(exam.paper, FixedForm) else exam.blueprint.required
    missing = [name for name in named if name in held_back]
    if missing:
        return f"every paper has {', '.join(missing)}"
    if isinstance(exam.paper, FixedForm):
        return None
    return _too_few_on_trial(edition, held_back) or _no_paper(edition, held_back)


def _no_paper(edition: Edition, held_back: Collection[str]) -> str | None:
    out = {*held_back, *edition.parameters.barred}
    kept = [item for item in edition.items if item.id not in out]
    layout = lay_out(edition.exam, edition.framework, kept)
    said = sentences(edition.exam.blueprint, edition.framework)
    try:
        conflict = find_conflict(layout, said)
    except Undecided:
        return "no paper without it was found in time"
    return told(layout, conflict, said) if conflict else None


def _too_few_on_trial(edition: Edition, held_back: Collection[str]) -> str | None:
    pretest = edition.exam.blueprint.pretest
    if pretest is None:
        return None
    left = sum(name not in held_back for name in pretest.items)
    if left >= pretest.slots:
        return None
    return f"each paper has {pretest.slots} items on trial, and only {left} would be left"
