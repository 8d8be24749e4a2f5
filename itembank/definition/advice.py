"""What is close to failing in an exam that can be run, and what would make it safer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from itembank.blueprint.sentences import listed
from itembank.definition.checks import scored_from
from itembank.definition.constraints import Layout, lay_out
from itembank.definition.floor import MARGIN, exposure_floor, needs, part_name, share
from itembank.exams import EligibilityControl, ExamDefinition, FixedForm
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemVersion
from itembank.parameters import ParameterSet
from psychometrics import Assembler, Constraints, Undecided, is_feasible

HIGH_EXPOSURE = 0.8
GOLDEN = 0.6180339887498949
SECONDS = 0.2
PROOF_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Advice:
    """What is barely possible, and what would mend it; the exam can be saved all the same."""

    field: str
    reason: str


def advise(
    exam: ExamDefinition,
    framework: Framework,
    items: Sequence[ItemVersion],
    parameters: ParameterSet,
) -> list[Advice]:
    """Return what is barely possible in an exam that `check_exam` does not refuse."""
    if isinstance(exam.paper, FixedForm):
        return []
    layout = lay_out(exam, framework, scored_from(exam, items, parameters))
    return [
        *_indispensable(layout),
        *_thin_parts(layout, framework),
        *_exposed(exam, layout),
        *_trial(exam, parameters),
    ]


def indispensable_items(constraints: Constraints) -> tuple[int, ...]:
    """Return the items, required ones apart, without which no paper can be made.

    Each paper found without some of those suspected clears them; who is left over when no paper
    clears another is tried alone.
    """
    m = constraints.quotas.leaf.size
    assembler = Assembler(constraints)
    suspected, before = np.ones(m, np.bool_), m + 1
    while suspected.sum() < before:
        before = int(suspected.sum())
        # Values that differ are quick to solve for, and others each time bring other papers.
        spread = np.arange(m) * GOLDEN * before % 1.0
        paper = assembler.assemble(spread - 2 * suspected, seconds=SECONDS).items
        suspected &= np.isin(np.arange(m), paper)
    suspected[list(constraints.required)] = False
    everything = np.arange(m)
    return tuple(
        item
        for item in np.flatnonzero(suspected).tolist()
        if _is_proven_needed(constraints, everything != item)
    )


def _is_proven_needed(constraints: Constraints, others: npt.NDArray[np.bool_]) -> bool:
    try:
        return not is_feasible(constraints, available=others, seconds=PROOF_SECONDS)
    except Undecided:
        return False


def _indispensable(layout: Layout) -> Iterator[Advice]:
    names = tuple(layout.names[item] for item in indispensable_items(layout.constraints()))
    if names:
        yield Advice(
            "blueprint",
            f"no paper can be made without {listed(names, 'and')}, so every candidate meets "
            f"{'it' if len(names) == 1 else 'them'}: write items that could take the place",
        )


def _thin_parts(layout: Layout, framework: Framework) -> Iterator[Advice]:
    for one in needs(layout):
        if one.needed and one.spare <= 1:
            name = part_name(framework, one.key)
            yield Advice(
                "blueprint",
                f"{name} needs at least {one.needed} of only {one.items} items: "
                "write more, so that one can be suspended or found at fault",
            )


def _exposed(exam: ExamDefinition, layout: Layout) -> Iterator[Advice]:
    floor = exposure_floor(layout)
    if floor > HIGH_EXPOSURE:
        yield Advice(
            "exposure",
            f"some items will be met by at least {share(floor)} of the candidates, whatever the "
            "rule: write more items where the bank is thin",
        )
    elif isinstance(exam.exposure, EligibilityControl) and exam.exposure.target < floor + MARGIN:
        yield Advice(
            "exposure",
            f"the target {share(exam.exposure.target)} is hardly above {share(floor)}, the least "
            "that the blueprint allows, and leaves selection little choice: "
            f"give {share(min(1.0, floor + MARGIN))} or more",
        )


def _trial(exam: ExamDefinition, parameters: ParameterSet) -> Iterator[Advice]:
    pretest = exam.blueprint.pretest
    if pretest is None:
        return
    left = [name for name in pretest.items if name not in parameters.barred]
    if len(left) < pretest.slots:
        yield Advice(
            "blueprint",
            f"the calibration in force bars all but {len(left)} of the {len(pretest.items)} items "
            f"on trial, and a paper has {pretest.slots} slots: put others on trial, or have fewer "
            "slots",
        )
