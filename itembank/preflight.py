"""Whether an exam can be run with a bank: its codes, its quotas, its scoring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from itembank.blueprint import node_name, quotas, unknown_codes
from itembank.criteria import Framework
from itembank.exams import ExamDefinition, FixedForm, ParameterSet, Scoring
from itembank.items import ItemVersion
from itembank.scale import ReportingScale, reporting_scale
from psychometrics import InfeasibleBlueprint, check_feasible, domain_theta, expected_score

HALF_A_MARK = 0.5


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an exam cannot be run as it is defined, and what would mend it."""

    field: str
    reason: str


def check_exam(
    exam: ExamDefinition,
    framework: Framework,
    items: Sequence[ItemVersion],
    parameters: ParameterSet,
) -> list[Problem]:
    """Return every reason to refuse the exam; none means that no sitting can run into one."""
    unknown = unknown_codes(exam.blueprint, framework)
    if unknown:
        return [
            Problem(
                "blueprint", f"'{code}' is no outcome or criterion of {framework.document.title}"
            )
            for code in unknown
        ]
    used = [item for item in items if item.criterion in exam.blueprint.criteria]
    # Each check rests on those before it: scoring needs a paper that can be made.
    return (
        _unknown_items(exam, used)
        or list(_quota_problems(exam, framework, used))
        or list(_scoring_problems(exam, used, parameters))
    )


def _unknown_items(exam: ExamDefinition, items: Sequence[ItemVersion]) -> list[Problem]:
    known = {item.id for item in items}
    named = exam.paper.items if isinstance(exam.paper, FixedForm) else ()
    return [
        Problem(field, f"item '{name}' is not in the bank under the blueprint's criteria")
        for field, names in (("paper", named), ("reference_form", exam.reference_form or ()))
        for name in names
        if name not in known
    ]


def _quota_problems(
    exam: ExamDefinition, framework: Framework, items: Sequence[ItemVersion]
) -> Iterator[Problem]:
    tree = quotas(exam.blueprint, framework, [item.criterion for item in items])
    index = {item.id: place for place, item in enumerate(items)}
    form = exam.paper.items if isinstance(exam.paper, FixedForm) else ()
    if len(set(form)) != len(form) or (form and len(form) != exam.length):
        yield Problem("paper", f"the form must name {exam.length} different items")
        return
    try:
        check_feasible(tree, chosen=[index[name] for name in form])
    except InfeasibleBlueprint as exc:
        where = node_name(exam.blueprint, framework, exc.node)
        yield Problem("blueprint", f"{where} cannot be met: {exc.reason}")


def _scoring_problems(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> Iterator[Problem]:
    match exam.scoring:
        case Scoring.DOMAIN_SCORE:
            return
        case Scoring.NUMBER_CORRECT:
            yield from _number_correct_problems(exam, items, parameters)
        case _:
            assert_never(exam.scoring)


def _number_correct_problems(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> Iterator[Problem]:
    if not isinstance(exam.paper, FixedForm):
        yield Problem(
            "scoring",
            "number_correct needs a fixed form: in an assembled paper everyone meets items of "
            "another difficulty, so equal counts are not equal marks; use domain_score",
        )
        return
    if exam.reference_form is None:
        yield Problem("scoring", "number_correct needs a reference_form to be compared with")
        return
    scale = reporting_scale(exam, items, parameters)
    for mark in (band.lowest for band in exam.bands if band.lowest > 0):
        yield from _mismatch(exam.paper.items, exam.reference_form, scale, parameters, mark)


def _mismatch(
    form: Sequence[str],
    reference: Sequence[str],
    scale: ReportingScale,
    parameters: ParameterSet,
    mark: int,
) -> Iterator[Problem]:
    theta = domain_theta(scale.domain_score_of(mark), scale.domain)
    ours, theirs = (
        float(np.asarray(expected_score(theta, parameters.arrays(names)))) * 100 / len(names)
        for names in (form, reference)
    )
    if abs(ours - theirs) > HALF_A_MARK:
        yield Problem(
            "scoring",
            f"at the cut for {mark} the form's expected mark is {ours:.1f} and the reference "
            f"form's {theirs:.1f}, more than half a mark apart: change the form or use "
            "domain_score",
        )
