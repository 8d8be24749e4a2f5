"""How an exam makes its papers, as a setting to simulate and in words, and other ways to."""

from dataclasses import dataclass
from math import ceil
from typing import assert_never

from app.exam.paper.edition import Edition, value_rule
from app.exam.preflight import preflight as figures
from app.services.preflight.cohorts import Setting
from itembank.exams import (
    AdaptivePaper,
    EligibilityControl,
    ExamDefinition,
    ExposureControl,
    FixedForm,
    NoControl,
    ProgressiveControl,
    RandomesqueControl,
)
from psychometrics import attainable_exposure

COMPARED_SIZES = (1, 5, 15, 45)
# A target is so far above what is attainable at least, and in such steps.
SPARE, STEP, ROUNDING = 0.02, 0.05, 1e-9


@dataclass(frozen=True, slots=True)
class Way:
    """A way to make papers that is compared with others."""

    name: str
    exposure: str
    setting: Setting


def own_setting(edition: Edition) -> Setting:
    """Return how the exam makes its papers."""
    exam = edition.exam
    if isinstance(exam.paper, FixedForm):
        form = tuple(edition.index[name] for name in exam.paper.items)
        return Setting(exam.paper.block_size, edition.rule, form=form)
    return _setting(exam)


def ways_to_compare(edition: Edition) -> tuple[Way, ...]:
    """Return blocks of 1, 5, 15 and 45, each with and without exposure control.

    An exam that does not control exposure by eligibility is compared with one that does, with the
    lowest round target that the bank allows. A fixed form has no other ways.
    """
    exam = edition.exam
    if isinstance(exam.paper, FixedForm):
        return ()
    controls: list[ExposureControl] = [exam.exposure]
    if not isinstance(exam.exposure, EligibilityControl):
        controls.append(EligibilityControl(target=_round_target(attainable(edition))))
    if not isinstance(exam.exposure, NoControl):
        controls.append(NoControl())
    sizes = sorted({min(size, exam.length) for size in (*COMPARED_SIZES, exam.paper.block_size)})
    own = own_setting(edition)
    ways = [
        Way(_block_words(size), control_words(one), _adaptive(exam, size, one))
        for one in controls
        for size in sizes
    ]
    if own not in [way.setting for way in ways]:
        ways.insert(0, Way(_block_words(own.block_size), control_words(exam.exposure), own))
    return tuple(ways)


def attainable(edition: Edition) -> float:
    """Return the least share that the most exposed item can be held to, by any control."""
    least = attainable_exposure(edition.pool.constraints, available=edition.available)
    return round(least, figures.DECIMALS)


def _round_target(least: float) -> float:
    return round(min(1.0, STEP * ceil((least + SPARE) / STEP - ROUNDING)), 2)


def target_of(exam: ExamDefinition) -> float | None:
    """Return the exposure that the exam asks for, if it names one."""
    if isinstance(exam.paper, FixedForm) or not isinstance(exam.exposure, EligibilityControl):
        return None
    return exam.exposure.target


def control_words(control: ExposureControl) -> str:
    """Return a control of exposure in words."""
    match control:
        case NoControl():
            return "none"
        case ProgressiveControl(strength=strength):
            return f"progressive, strength {strength:g}"
        case RandomesqueControl(size=size):
            return f"randomesque, among {size}"
        case EligibilityControl(target=target, conditional=conditional):
            each = " in each ability group" if conditional else ""
            return f"eligibility, at most {100 * target:g} %{each}"
        case _:
            assert_never(control)


def _adaptive(exam: ExamDefinition, size: int, control: ExposureControl) -> Setting:
    paper = AdaptivePaper(block_size=size)
    return _setting(exam.model_copy(update={"paper": paper, "exposure": control}))


def _setting(exam: ExamDefinition) -> Setting:
    control = exam.exposure
    return Setting(
        exam.paper.block_size,
        value_rule(exam),
        target_of(exam),
        isinstance(control, EligibilityControl) and control.conditional,
    )


def _block_words(size: int) -> str:
    return "Blocks of 1 item" if size == 1 else f"Blocks of {size} items"
