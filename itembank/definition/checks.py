"""Whether an exam can be run with a bank: its codes, its constraints, its exposure, its scoring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from itembank.blueprint.blueprint import unknown_codes
from itembank.blueprint.sentences import Sentence, sentences
from itembank.definition.breaches import breaches
from itembank.definition.constraints import Layout, lay_out
from itembank.definition.feasibility import find_conflict, told
from itembank.definition.floor import floor_reason
from itembank.exams import (
    EligibilityControl,
    ExamDefinition,
    FixedForm,
    RandomesqueControl,
    RandomPaper,
    Scoring,
)
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemVersion
from itembank.parameters import ParameterSet
from itembank.scale import ReportingScale, reporting_scale
from itembank.schemes import cuts
from psychometrics import Undecided, domain_theta, expected_score

HALF_A_MARK = 0.5
KINDS = {
    "outcomes": "outcome",
    "criteria": "criterion",
    "topics": "topic",
    "demands": "cognitive demand",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an exam cannot be run as it is defined, and what would mend it.

    `constraints` are those of the blueprint that are at fault, where some are.
    """

    field: str
    reason: str
    constraints: tuple[Sentence, ...] = ()


def check_exam(
    exam: ExamDefinition,
    framework: Framework,
    items: Sequence[ItemVersion],
    parameters: ParameterSet,
) -> list[Obstacle]:
    """Return every reason to refuse the exam; none means that no sitting can run into one."""
    codes = list(_code_problems(exam, framework)) or list(_tag_problems(exam, framework, items))
    if codes:
        return codes
    used = scored_from(exam, items, parameters)
    # Each check rests on those before it: scoring needs a paper that can be made.
    return (
        list(_kind_problems(exam))
        or list(_unknown_names(exam, items, parameters))
        or list(_trial_problems(exam, items))
        or list(_feasibility_problems(exam, framework, used))
        or list(_scoring_problems(exam, used, parameters))
    )


def scored_from(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> list[ItemVersion]:
    """Return the items that papers are made of: asked for by the exam, and not barred."""
    return [item for item in items if exam.asks_for(item) and item.id not in parameters.barred]


def _code_problems(exam: ExamDefinition, framework: Framework) -> Iterator[Obstacle]:
    blueprint, title = exam.blueprint, framework.document.title
    unknown = unknown_codes(blueprint, framework)
    for field, code in unknown:
        reason = f"'{code}' is no {KINDS[field]} of {title}: correct the code"
        yield Obstacle("blueprint", reason, (Sentence(field, code, reason),))
    for code in blueprint.topics:
        if ("topics", code) in unknown or framework.parent(code) in blueprint.criteria:
            continue
        reason = (
            f"topic {code} belongs to criterion {framework.parent(code)}, which has no share "
            "in the blueprint: give that criterion a share, or leave the topic out"
        )
        yield Obstacle("blueprint", reason, (Sentence("topics", code, reason),))


def _tag_problems(
    exam: ExamDefinition, framework: Framework, items: Sequence[ItemVersion]
) -> Iterator[Obstacle]:
    """Yield that the bank's items are all of other frameworks, whose codes may be the same."""
    if items and not any(item.is_tagged(exam.framework) for item in items):
        yield Obstacle(
            "framework",
            f"no item of the bank is tagged to {framework.document.title}: tag items to it, or "
            "correct the exam's framework",
        )


def _kind_problems(exam: ExamDefinition) -> Iterator[Obstacle]:
    """Yield what the kind of paper cannot be combined with."""
    if isinstance(exam.paper, FixedForm):
        if exam.blueprint.pretest is not None:
            yield Obstacle(
                "blueprint",
                "a fixed form has no places for items on trial: take the pretest away, or use an "
                "adaptive or a random paper",
            )
        if isinstance(exam.exposure, EligibilityControl | RandomesqueControl):
            yield Obstacle(
                "exposure",
                "every candidate meets all items of a fixed form, so their exposure cannot be "
                "controlled: use the rule none",
            )
    if isinstance(exam.paper, RandomPaper) and isinstance(exam.exposure, RandomesqueControl):
        yield Obstacle(
            "exposure",
            "chance alone decides in a random paper, so randomesque changes nothing: use the rule "
            "none or eligibility",
        )


def _trial_problems(exam: ExamDefinition, items: Sequence[ItemVersion]) -> Iterator[Obstacle]:
    about = [item.id for item in items if item.id in exam.blueprint.trial and item.stimulus]
    if about:
        yield Obstacle(
            "blueprint",
            f"{', '.join(about)}: an item on trial stands apart from the other items of its "
            "stimulus, which tells candidates that it does not count. Put items without a stimulus "
            "on trial",
        )


def _unknown_names(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> Iterator[Obstacle]:
    blueprint = exam.blueprint
    known = {item.id for item in items if exam.asks_for(item)}
    barred = set(parameters.barred)
    form = exam.paper.items if isinstance(exam.paper, FixedForm) else ()
    # A paper needs these as they are; the others may be barred and come back.
    for field, names in (
        ("paper", form),
        ("reference_form", exam.reference_form or ()),
        ("blueprint", blueprint.required),
    ):
        yield from _missing(field, names, known - barred, barred)
    hostile = (name for one in blueprint.enemies for name in one)
    others = dict.fromkeys([*hostile, *blueprint.excluded, *blueprint.trial])
    yield from _missing("blueprint", list(others), known | barred, set())
    authors = {item.author for item in items}
    for name in blueprint.authors:
        if name not in authors:
            yield Obstacle(
                "blueprint", f"no item of the bank is by '{name}': correct the author's name"
            )


def _missing(
    field: str, names: Sequence[str], known: set[str], barred: set[str]
) -> Iterator[Obstacle]:
    for name in names:
        if name in barred:
            yield Obstacle(
                field, f"item '{name}' is barred by the calibration in force: name another item"
            )
        elif name not in known:
            yield Obstacle(
                field,
                f"item '{name}' is not in the bank under the blueprint's criteria: correct its "
                "id, or leave it out",
            )


def _feasibility_problems(
    exam: ExamDefinition, framework: Framework, items: Sequence[ItemVersion]
) -> Iterator[Obstacle]:
    layout = lay_out(exam, framework, items)
    said = sentences(exam.blueprint, framework)
    if isinstance(exam.paper, FixedForm):
        yield from _form_problems(exam.paper.items, layout, said)
        return
    try:
        conflict = find_conflict(layout, said)
    except Undecided as exc:
        yield Obstacle(
            "blueprint",
            f"no paper that meets everything was found in {exc.seconds:g} seconds, and none was "
            "proven impossible, so sittings could not rely on one: give the narrowest ranges "
            "(exact words, seconds or shares of authors, for example) more room",
        )
        return
    if conflict:
        yield Obstacle("blueprint", told(layout, conflict, said), conflict)
    elif isinstance(exam.exposure, EligibilityControl):
        reason = floor_reason(layout, framework, exam.exposure.target)
        if reason is not None:
            yield Obstacle("exposure", reason)


def _form_problems(
    form: Sequence[str], layout: Layout, said: Sequence[Sentence]
) -> Iterator[Obstacle]:
    length = layout.quotas.length
    if len(set(form)) != len(form) or len(form) != length:
        yield Obstacle("paper", f"the form must name {length} different items")
        return
    words = {one.key: one for one in said}
    for key, what in breaches(layout, [layout.names.index(name) for name in form]):
        yield Obstacle(
            "paper",
            f"the form does not meet the blueprint ({words[key].words}): {what}. Change the form "
            "or the blueprint",
            (words[key],),
        )


def _scoring_problems(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> Iterator[Obstacle]:
    match exam.scoring:
        case Scoring.DOMAIN_SCORE:
            return
        case Scoring.NUMBER_CORRECT:
            yield from _number_correct_problems(exam, items, parameters)
        case _:
            assert_never(exam.scoring)


def _number_correct_problems(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> Iterator[Obstacle]:
    if not isinstance(exam.paper, FixedForm):
        yield Obstacle(
            "scoring",
            "number_correct needs a fixed form: in an assembled paper everyone meets items of "
            "another difficulty, so equal counts are not equal marks; use domain_score",
        )
        return
    if exam.reference_form is None:
        yield Obstacle("scoring", "number_correct needs a reference_form to be compared with")
        return
    scale = reporting_scale(exam, items, parameters)
    for cut in cuts(exam.scheme):
        yield from _mismatch(exam.paper.items, exam.reference_form, scale, parameters, cut.lowest)


def _mismatch(
    form: Sequence[str],
    reference: Sequence[str],
    scale: ReportingScale,
    parameters: ParameterSet,
    mark: int,
) -> Iterator[Obstacle]:
    theta = domain_theta(scale.domain_score_of(mark), scale.domain)
    ours, theirs = (
        float(np.asarray(expected_score(theta, parameters.arrays(names)))) * 100 / len(names)
        for names in (form, reference)
    )
    if abs(ours - theirs) > HALF_A_MARK:
        yield Obstacle(
            "scoring",
            f"at the cut for {mark} the form's expected mark is {ours:.1f} and the reference "
            f"form's {theirs:.1f}, more than half a mark apart: change the form or use "
            "domain_score",
        )
