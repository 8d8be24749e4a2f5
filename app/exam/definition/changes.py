"""What differs between two versions of an exam, and what an exam is, in plain words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from itembank.blueprint.blueprint import Blueprint
from itembank.blueprint.sentences import Sentence, sentences
from itembank.exams import (
    AdaptivePaper,
    EligibilityControl,
    ExamDefinition,
    ExposureControl,
    FixedForm,
    NoControl,
    ProgressiveControl,
    RandomesqueControl,
    RandomPaper,
)
from itembank.frameworks.framework import Framework
from itembank.parameters import ParameterSet
from itembank.schemes import outcome_words


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what it was, and what it is; nothing where there was or is none."""

    before: str
    after: str

    def __str__(self) -> str:
        """Return the change as one sentence."""
        if not self.before:
            return f"Added: {self.after}"
        if not self.after:
            return f"Taken away: {self.before}"
        return f"{self.after} (before: {self.before})"


def changes_between(
    old: ExamDefinition, new: ExamDefinition, framework: Framework
) -> tuple[Change, ...]:
    """Return what a version changes; the framework is the new one's."""
    return (
        *_exam_changes(old, new),
        *_blueprint_changes(old.blueprint, new.blueprint, framework),
    )


def pool_changes(old: ParameterSet, new: ParameterSet) -> tuple[Change, ...]:
    """Return which items a version may give that the one before it could not."""
    added = [name for name in new.items if name not in old.items]
    renewed = [
        name
        for name, one in new.items.items()
        if name in old.items and old.items[name].version != one.version
    ]
    kinds = (("new in the exam's bank", added), ("in a newer version", renewed))
    return tuple(Change("", f"{', '.join(names)}, {what}") for what, names in kinds if names)


def paper_words(exam: ExamDefinition) -> str:
    """Return how an exam's paper is made."""
    blocks = "1 block" if exam.block_count == 1 else f"{exam.block_count} blocks"
    parts = f"{exam.positions} items in {blocks} of up to {exam.paper.block_size}"
    match exam.paper:
        case AdaptivePaper():
            return f"Adaptive: {parts}, each chosen by the answers before it"
        case RandomPaper():
            return f"Random under the blueprint: {parts}"
        case FixedForm():
            return f"A fixed form, the same for all: {parts}"
        case _:
            assert_never(exam.paper)


def exposure_words(exam: ExamDefinition) -> str:
    """Return how an exam keeps its items from being seen too often."""
    match exam.paper:
        case AdaptivePaper():
            return _control_words(exam.exposure)
        case RandomPaper():
            even = isinstance(exam.exposure, EligibilityControl)
            return _control_words(exam.exposure) if even else "Chance alone spreads the items"
        case FixedForm():
            return "Everyone has the same items"
        case _:
            assert_never(exam.paper)


def _control_words(control: ExposureControl) -> str:
    match control:
        case NoControl():
            return "Exposure is not controlled: the most informative items are chosen"
        case ProgressiveControl(strength=strength):
            return f"Progressive: chance is strong at first and fades, strength {strength:g}"
        case RandomesqueControl(size=size):
            return f"Randomesque: chance chooses among the {size} best items of a criterion"
        case EligibilityControl(target=target, conditional=conditional):
            whom = "candidates of each ability" if conditional else "candidates"
            return f"Eligibility: no item is met by more than {100 * target:g} % of {whom}"
        case _:
            assert_never(control)


def _exam_changes(old: ExamDefinition, new: ExamDefinition) -> Iterator[Change]:
    for before, after in zip(_facts(old), _facts(new), strict=True):
        if before != after:
            yield Change(before, after)


def _facts(exam: ExamDefinition) -> Iterator[str]:
    """Yield what is said of an exam beside its blueprint, in one order for all."""
    allowed = "allowed" if exam.release_on_provisional else "not allowed"
    yield f"Title: {exam.title}"
    yield f"Framework: {exam.framework}"
    yield f"{exam.minutes} minutes"
    yield paper_words(exam)
    yield f"Form: {', '.join(exam.paper.items)}" if isinstance(exam.paper, FixedForm) else ""
    yield exposure_words(exam)
    yield f"Scoring: {exam.scoring}"
    yield f"Reference form: {', '.join(exam.reference_form)}" if exam.reference_form else ""
    yield f"{exam.scheme.title}: {outcome_words(exam.scheme)}"
    yield f"Threshold: {exam.scheme.threshold}"
    yield f"Credits: {exam.credits}"
    yield f"Prior: mean {exam.prior.mean:g}, standard deviation {exam.prior.sd:g}"
    yield f"Release on provisional parameters is {allowed}"


def _blueprint_changes(old: Blueprint, new: Blueprint, framework: Framework) -> Iterator[Change]:
    """Yield what is said of one blueprint and not of the other, paired where they are about one."""
    before, after = sentences(old, framework), sentences(new, framework)
    gone = _only(before, after)
    for one in _only(after, before):
        same = next((o for o in gone if o.key == one.key), None)
        if same is not None:
            gone.remove(same)
        yield Change("" if same is None else same.words, one.words)
    for one in gone:
        yield Change(one.words, "")


def _only(ours: list[Sentence], theirs: list[Sentence]) -> list[Sentence]:
    words = Counter(one.words for one in theirs)
    return [one for one in ours if one.words not in words]
