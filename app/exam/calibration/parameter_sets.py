"""The parameters of an exam's next version: what is calibrated stays, what is new is judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.exam.calibration.acceptance import re_expressed, regression, typical_steepness
from itembank.calibration import DECIMALS
from itembank.exams import ExamDefinition
from itembank.items.item import ItemVersion
from itembank.parameters import Calibrated, ParameterSet, provisional_parameters


@dataclass(frozen=True, slots=True)
class Covering:
    """A parameter set that covers a bank.

    `judged` items had none and rest on their ratings, `renewed` ones because their version is
    newer than the calibrated one; `freed` ones were barred in that older version.
    """

    parameters: ParameterSet
    judged: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()


def extended(kept: ParameterSet, items: Sequence[ItemVersion], exam: ExamDefinition) -> Covering:
    """Return a set for the items an exam asks for that keeps what the board has accepted.

    Calibrated items keep their parameters, also those of other criteria, so that a criterion can
    come back. Items without any get their rating, re-expressed on the scale of the set.
    """
    pool = [item for item in items if exam.asks_for(item)]
    if kept.provisional:
        return Covering(provisional_parameters(pool))
    versions = {item.id: item.version for item in items}
    same = {
        name: one
        for name, one in kept.items.items()
        if versions.get(name, one.version) == one.version
    }
    missing = [item for item in pool if item.id not in same]
    if not missing:
        return Covering(kept)
    renewed = tuple(item.id for item in missing if item.id in kept.items)
    freed = tuple(name for name in renewed if name in kept.barred)
    judged = _on_the_scale(missing, kept, items)
    parameters = kept.model_copy(
        update={
            "items": dict(sorted((same | judged).items())),
            "barred": tuple(name for name in kept.barred if name not in freed),
        }
    )
    new = tuple(item.id for item in missing if item.id not in kept.items)
    return Covering(parameters, new, renewed, freed)


def _on_the_scale(
    missing: Sequence[ItemVersion], kept: ParameterSet, items: Sequence[ItemVersion]
) -> dict[str, Calibrated]:
    """Return the items' ratings on the scale of the set, by the line of its calibrated items.

    The rating of an older version stands in where that version has been replaced: a judge seldom
    changes a rating, and the line is made of many.
    """
    ratings = provisional_parameters(items)
    known = [name for name, one in kept.items.items() if not one.judged and name in ratings.items]
    slope, intercept = regression(ratings.arrays(known).b, kept.arrays(known).b)
    if slope <= 0:  # ratings that say nothing about difficulty: the mean is the best guess
        slope, intercept = 0.0, float(np.mean(kept.arrays(known).b))
    line = round(slope, DECIMALS), round(intercept, DECIMALS)
    steepness = typical_steepness([kept.items[name] for name in known])
    return {
        item.id: re_expressed(ratings.items[item.id], line, steepness=steepness) for item in missing
    }
