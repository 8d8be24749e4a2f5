"""What a calibration takes from its responses: items and persons kept, anchors, groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import BoolArray, FloatArray, IntArray
from psychometrics.calibration.expectation import Portion, split_rows
from psychometrics.calibration.penalty import FreePriors, for_layout
from psychometrics.calibration.priors import Priors
from psychometrics.calibration.result import Anchors, LeftOut, Model
from psychometrics.calibration.space import Layout, Slope
from psychometrics.calibration.start import Known
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix

UNUSED = "nobody was presented it"
ALL_RIGHT = "everyone presented it was right: no finite estimate without priors"
ALL_WRONG = "everyone presented it was wrong: no finite estimate without priors"
NO_RESPONSE = "no response to any item calibrated"


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Responses made ready.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Of the items and persons kept.
    portions : tuple of Portion
        The same, by group.
    layout : Layout
        What is free.
    known : Known
        The anchors among the m items.
    priors : FreePriors
        Of the free items.
    groups : tuple of str, length k
        Sorted; "" where none were given.
    left_out_items, left_out_persons : tuple of LeftOut
        What is not in `responses`.
    """

    responses: ResponseMatrix
    portions: tuple[Portion, ...]
    layout: Layout
    known: Known
    priors: FreePriors
    groups: tuple[str, ...]
    left_out_items: tuple[LeftOut, ...]
    left_out_persons: tuple[LeftOut, ...]


def prepare(
    responses: ResponseMatrix,
    model: Model,
    *,
    priors: Priors,
    anchors: Anchors | None,
    groups: Sequence[str] | None,
) -> Study:
    """Return the responses ready for calibration.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        As they came.
    model : Model
        Decides what is free.
    priors : Priors
        A prior an item is meant for the m items as they came.
    anchors : Anchors, optional
        Held fixed.
    groups : sequence of str, length n, optional
        Of the persons as they came.

    Returns
    -------
    Study
        Without unused and constant items and persons without a response.

    Raises
    ------
    DataError
        As `calibrate` says.
    """
    known = _known(responses.items, model, anchors)
    reasons = _reasons(responses, known.mask, saved=_proper(model, priors))
    kept = np.array([not reason for reason in reasons], dtype=np.bool_)
    left_items = tuple(
        LeftOut(label, reason)
        for label, reason in zip(responses.items, reasons, strict=True)
        if reason
    )
    narrowed = responses if kept.all() else responses.take_items(kept)
    answered = np.diff(narrowed.starts) > 0
    left_persons = tuple(
        LeftOut(narrowed.persons[i], NO_RESPONSE) for i in np.flatnonzero(~answered).tolist()
    )
    final = narrowed if answered.all() else narrowed.take_persons(answered)
    if not kept.any() or not final.weights.any():
        raise DataError("nothing is left to calibrate: no item that varies was answered")
    names, group_of_person = _grouped(groups, responses.shape[0], answered)
    fixed = Known(known.items.take(kept), known.mask[kept])
    layout = _layout(model, fixed, groups=len(names))
    full = _layout(model, known, groups=len(names))
    kept_free = np.flatnonzero(kept & ~known.mask)
    return Study(
        responses=final,
        portions=split_rows(final, group_of_person),
        layout=layout,
        known=fixed,
        priors=for_layout(priors, full, index=kept_free, items=responses.shape[1]),
        groups=names,
        left_out_items=left_items,
        left_out_persons=left_persons,
    )


def _known(items: tuple[str, ...], model: Model, anchors: Anchors | None) -> Known:
    size = len(items)
    a, b, c = np.ones(size), np.zeros(size), np.zeros(size)
    mask = np.zeros(size, dtype=np.bool_)
    if anchors is not None and anchors.labels:
        place = {label: position for position, label in enumerate(items)}
        missing = [label for label in anchors.labels if label not in place]
        if missing:
            raise DataError(f"anchors that the responses do not have: {', '.join(missing)}")
        if model == "rasch" and (anchors.items.a != 1.0).any():
            raise DataError("anchors of the Rasch model have a = 1: rescale them, or choose 1pl")
        index = np.array([place[label] for label in anchors.labels], dtype=np.int64)
        a[index], b[index], c[index] = anchors.items.a, anchors.items.b, anchors.items.c
        mask[index] = True
    return Known(ItemParameters(a, b, c), mask)


def _proper(model: Model, priors: Priors) -> bool:
    return priors.b is not None and (model in {"rasch", "1pl"} or priors.a is not None)


def _reasons(responses: ResponseMatrix, anchored: BoolArray, *, saved: bool) -> list[str]:
    size = responses.shape[1]
    hit = responses.scores == 1
    if (responses.weights == 1.0).all():
        taken = _counted(responses.columns, None, size)
        right = _counted(responses.columns[hit], None, size)
    else:
        weight: FloatArray = responses.weights[responses.person_of_cell()]
        taken = _counted(responses.columns, weight, size)
        right = _counted(responses.columns[hit], weight[hit], size)
    reasons = []
    for j in range(size):
        if taken[j] == 0.0:
            reasons.append("" if saved and not anchored[j] else UNUSED)
        elif anchored[j] or saved:
            reasons.append("")
        else:
            all_right = ALL_RIGHT if right[j] == taken[j] else ""
            reasons.append(ALL_WRONG if right[j] == 0.0 else all_right)
    return reasons


def _counted(columns: IntArray, weight: FloatArray | None, size: int) -> FloatArray:
    return np.bincount(columns, weights=weight, minlength=size).astype(np.float64)


def _grouped(
    groups: Sequence[str] | None, persons: int, answered: BoolArray
) -> tuple[tuple[str, ...], IntArray]:
    if groups is None:
        return ("",), np.zeros(int(answered.sum()), dtype=np.int64)
    missing = [place for place, group in enumerate(groups) if group is None]
    if missing:
        raise DataError(f"person {missing[0]} has no group: leave them out, or name one")
    labels = np.array([str(group) for group in groups])
    if labels.shape != (persons,):
        raise DataError(f"groups must be one label a person: {persons}, got {labels.size}")
    names, index = np.unique(labels[answered], return_inverse=True)
    return tuple(names.tolist()), index.astype(np.int64)


def _layout(model: Model, known: Known, *, groups: int) -> Layout:
    anchored = bool(known.mask.any())
    later = np.arange(groups) > 0
    latent = np.ones(groups, dtype=np.bool_) if anchored else later
    slope = Slope.FREE if model in {"2pl", "3pl"} else Slope.COMMON
    if model == "rasch" and anchored:
        slope = Slope.FIXED
    return Layout(
        slope=slope,
        guessing=model == "3pl",
        asymptotes=model == "3pl" or bool(known.items.c[known.mask].any()),
        free=np.flatnonzero(~known.mask),
        free_mean=latent,
        free_sd=latent,
        unit_slope_b=model == "rasch",
    )
