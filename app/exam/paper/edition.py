"""The edition: an exam version with its bank and parameters, ready to assemble papers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from itembank.blueprint.key_positions import KeyPlan
from itembank.definition.constraints import lay_out
from itembank.exams import (
    EligibilityControl,
    ExamDefinition,
    NoControl,
    ProgressiveControl,
    RandomesqueControl,
    RandomPaper,
)
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemVersion
from itembank.parameters import ParameterSet
from itembank.scale import FrozenScale, ReportingScale, reporting_scale
from psychometrics import (
    Blind,
    Plain,
    Pool,
    Progressive,
    Randomesque,
    Sparing,
    ValueRule,
    ability_bounds,
    build_pool,
    normal_quadrature,
)

GROUPS = 5
"""Of equal size under the prior."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An exam version with the bank and the parameters its sittings rest on; never changes.

    `available` items may be scored; those on `trial` are handed out beside them. `target` is the
    largest share of candidates who may meet an item, where the exam controls that. `bounds` part
    the groups of ability, and `group_thetas` stand for them. `key_plan` says where keys may
    stand, where the blueprint has quotas of key positions.
    """

    exam: ExamDefinition
    framework: Framework
    parameters_id: str
    parameters: ParameterSet
    items: tuple[ItemVersion, ...]
    index: dict[str, int]
    pool: Pool
    available: NDArray[np.bool_]
    scale: ReportingScale
    trial: NDArray[np.bool_]
    rule: ValueRule
    target: float | None
    bounds: tuple[float, ...]
    group_thetas: tuple[float, ...]
    key_plan: KeyPlan | None

    def is_trial(self, name: str) -> bool:
        """Say whether an item is on trial in this exam."""
        return name in self.exam.blueprint.trial

    def item(self, name: str) -> ItemVersion:
        """Return the item version this edition uses."""
        return self.items[self.index[name]]

    def criterion(self, name: str) -> str:
        """Return the code of an item's criterion in the exam's framework."""
        return self.exam.criterion_of(self.item(name))


def edition(
    exam: ExamDefinition,
    framework: Framework,
    items: Sequence[ItemVersion],
    parameters: ParameterSet,
    frozen: FrozenScale | None = None,
) -> Edition:
    """Return the edition; items that the exam does not ask for are left out, order is by id.

    A calibrated set is marked on its `frozen` reporting scale, which it names.
    """
    if parameters.scale != (None if frozen is None else frozen.number):
        raise ValueError(f"the parameters are on reporting scale {parameters.scale}")
    used = tuple(
        sorted(
            (item for item in items if exam.asks_for(item)),
            key=lambda item: item.id,
        )
    )
    barred = tuple(place for place, item in enumerate(used) if item.id in parameters.barred)
    whole = lay_out(exam, framework, used)
    layout = replace(whole, kept_off=(*whole.kept_off, (("barred", ""), barred)))
    start = parameters.prior or exam.prior
    prior = normal_quadrature(start.mean, start.sd)
    halves = ability_bounds(start.mean, start.sd, groups=2 * _groups(exam)).tolist()
    return Edition(
        exam=exam,
        framework=framework,
        parameters_id=parameters.content_hash(),
        parameters=parameters,
        items=used,
        index={item.id: place for place, item in enumerate(used)},
        pool=build_pool(parameters.arrays([item.id for item in used]), layout.constraints(), prior),
        available=layout.allowed(),
        scale=_provisional(exam, used, parameters) if frozen is None else frozen.scale(),
        trial=np.array([item.id in exam.blueprint.trial for item in used], dtype=np.bool_),
        rule=value_rule(exam),
        target=_target(exam),
        bounds=tuple(halves[1::2]),
        group_thetas=tuple(halves[::2]),
        key_plan=layout.keys if exam.blueprint.key_positions else None,
    )


def _groups(exam: ExamDefinition) -> int:
    """Return how many groups of ability exposure, or what calibration lacks, is counted by."""
    control = exam.exposure
    is_conditional = isinstance(control, EligibilityControl) and control.conditional
    return GROUPS if is_conditional or exam.blueprint.pretest is not None else 1


def _target(exam: ExamDefinition) -> float | None:
    control = exam.exposure
    return control.target if isinstance(control, EligibilityControl) else None


def _provisional(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> ReportingScale:
    """Return the scale on the exam's scored items: what is on trial is no part of the domain."""
    scored = [item for item in items if item.id not in exam.blueprint.trial]
    return reporting_scale(exam, scored, parameters)


def value_rule(exam: ExamDefinition) -> ValueRule:
    """Return what makes an item worth choosing in an exam's papers."""
    if isinstance(exam.paper, RandomPaper):
        return Blind()
    match exam.exposure:
        case NoControl():
            return Plain()
        case EligibilityControl():
            return Sparing()
        case ProgressiveControl(strength=strength):
            return Progressive(strength)
        case RandomesqueControl(size=size):
            return Randomesque(size)
        case _:
            assert_never(exam.exposure)
