"""What a run says of each item: estimates and errors, fit, key, curve, and what to look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.exam.calibration.anchoring import Anchoring
from app.exam.calibration.collected import Collected
from app.exam.paper.edition import Edition
from itembank.calibration import (
    DECIMALS,
    CurvePoint,
    Fit,
    Flag,
    ItemRow,
    OptionRow,
    Role,
    Value,
    rounded,
)
from psychometrics import (
    Ability,
    Calibration,
    Dependence,
    Distractors,
    ItemParameters,
    ItemScoreTest,
    KeyFlag,
    MeanSquares,
    ResponseMatrix,
    check_keys,
    distractors,
    estimate_ability,
    item_score_test,
    mean_squares,
    probability,
    q3,
    rest_ability,
)

FEW_RESPONSES = 30
STEEPNESS = (0.3, 3.0)
MISFIT = 0.001
"""The level of the score test for a flag: one sound item in a thousand."""
ANCHOR_Z = 3.29
"""Two-sided .001: how far an anchor's share right may lie from what it is held to."""
DEPARTURE = 0.05
"""... and how far the curve must be off, in probability, to matter."""
GROUPS = 6
ON_TRIAL = "It is on trial: it counts for no mark, and is no part of the reporting scale."


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was computed of the items that were calibrated, in the order of their labels."""

    calibration: Calibration
    ability: Ability
    mean_squares: MeanSquares
    score: ItemScoreTest
    dependence: Dependence
    distractors: Distractors
    keys: tuple[KeyFlag, ...]
    anchor_z: NDArray[np.float64]
    anchor_gap: NDArray[np.float64]
    drifted: frozenset[str]
    anchors: frozenset[str]


def gather(collected: Collected, calibration: Calibration, anchoring: Anchoring | None) -> Evidence:
    """Return what the responses say of the calibrated items, at each person's EAP."""
    columns = [collected.labels.index(label) for label in calibration.labels]
    responses = collected.choices.responses.take_items(columns)
    latent, items = calibration.latent_quadrature(), calibration.items
    spread = float(calibration.latent.mean[0]), float(calibration.latent.sd[0])
    ability = estimate_ability(responses, items, method="eap", prior=spread)
    others = rest_ability(responses, items, latent=latent)
    rest = _at_every_cell(collected, columns, others)
    table = distractors(collected.choices, rest, groups=GROUPS)
    z, gap = _location(responses, items, others)
    drift = () if anchoring is None else anchoring.drift
    return Evidence(
        calibration=calibration,
        ability=ability,
        mean_squares=mean_squares(responses, items, theta=ability.theta),
        score=item_score_test(responses, items, latent=latent, model=calibration.model),
        dependence=q3(responses, items, theta=ability.theta),
        distractors=table,
        keys=check_keys(table),
        anchor_z=z,
        anchor_gap=gap,
        drifted=frozenset(row.item for row in drift if row.drifted),
        anchors=frozenset(() if anchoring is None else anchoring.anchors.labels),
    )


def _location(
    responses: ResponseMatrix, items: ItemParameters, rest: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each item's share right less the expected, in standard errors and in probability."""
    column, m = responses.columns, len(items)
    p = expit(items.a[column] * (rest - items.b[column]))
    p = items.c[column] + (1.0 - items.c[column]) * p
    gap = np.bincount(column, weights=responses.scores - p, minlength=m)
    error = np.sqrt(np.bincount(column, weights=p * (1.0 - p), minlength=m))
    persons = np.bincount(column, minlength=m)
    return gap / np.maximum(error, 1e-9), gap / np.maximum(persons, 1)


def _at_every_cell(
    collected: Collected, columns: list[int], rest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the rest ability of every cell; 0 for items that took no part."""
    everywhere = np.zeros(collected.choices.responses.columns.size)
    everywhere[np.isin(collected.choices.responses.columns, columns)] = rest
    return everywhere


def item_rows(collected: Collected, edition: Edition, evidence: Evidence) -> tuple[ItemRow, ...]:
    """Return a row for every item of the window or of the exam, in the order of the labels."""
    columns = range(len(collected.labels))
    return tuple(_row(collected, edition, evidence, column) for column in columns)


def _row(collected: Collected, edition: Edition, evidence: Evidence, column: int) -> ItemRow:
    item, label = collected.items[column], collected.labels[column]
    calibrated = evidence.calibration.labels
    responses = collected.choices.responses
    here = responses.columns == column
    # A prior alone keeps an item in the fit; without a response it is no calibration.
    at = calibrated.index(label) if label in calibrated and here.any() else None
    known = edition.parameters.items.get(item.id)
    flags, notes = _doubts(evidence, label, at, int(here.sum()))
    role = Role.CALIBRATED
    if at is None:
        role, flags, notes = Role.LEFT_OUT, (), _left_out(evidence, label)
    elif label in evidence.anchors:
        role = Role.ANCHOR
    if edition.is_trial(item.id):
        notes = (*notes, ON_TRIAL)
    return ItemRow(
        item=label,
        version=item.version,
        criterion=edition.exam.criterion_of(item),
        role=role,
        presented=int(here.sum()),
        right=int(responses.scores[here].sum()),
        a=None if at is None else _value(evidence, "a", at),
        b=None if at is None else _value(evidence, "b", at),
        c=None if at is None else _value(evidence, "c", at),
        before_a=1.0 if known is None else known.a,
        before_b=0.0 if known is None else known.b,
        fit=None if at is None else _fit(evidence, at),
        flags=flags,
        notes=notes,
        curve=() if at is None else _curve(evidence, column, at),
        options=_options(evidence.distractors, column),
    )


def _left_out(evidence: Evidence, label: str) -> tuple[str, ...]:
    reasons = [one.reason for one in evidence.calibration.left_out_items if one.label == label]
    return tuple(reasons) or ("Nobody was presented it.",)


def _value(evidence: Evidence, name: str, at: int) -> Value:
    value = float(getattr(evidence.calibration.items, name)[at])
    error = float(getattr(evidence.calibration.standard_errors, name)[at])
    return Value(value=round(value, DECIMALS), error=rounded(error))


def _fit(evidence: Evidence, at: int) -> Fit:
    squares, score = evidence.mean_squares, evidence.score
    return Fit(
        infit=rounded(squares.infit[at]),
        outfit=rounded(squares.outfit[at]),
        score=rounded(score.statistic[at]),
        df=int(score.df[at]),
        p=rounded(score.p[at]),
    )


def _doubts(
    evidence: Evidence, label: str, at: int | None, presented: int
) -> tuple[tuple[Flag, ...], tuple[str, ...]]:
    found: list[tuple[Flag | None, str]] = [
        (
            None if key.fault == "unused distractor" else Flag.KEY,
            f"Option {key.option}: {key.fault}; {key.reason}.",
        )
        for key in evidence.keys
        if key.item == label
    ]
    if at is not None:
        found += _misfit(evidence, at)
        found += _off_anchor(evidence, label, at)
        found += _slope(evidence, at)
        found += _dependence(evidence, at)
    if presented < FEW_RESPONSES:
        found.append((Flag.FEW, f"Only {presented} were presented it."))
    if label in evidence.drifted:
        found.append((Flag.DRIFT, "It is no longer what it was when the scale was frozen."))
    flags = tuple(flag for flag in Flag if flag in {flag for flag, _ in found})
    return flags, tuple(note for _, note in found)


def _misfit(evidence: Evidence, at: int) -> list[tuple[Flag | None, str]]:
    p, departure = float(evidence.score.p[at]), float(evidence.score.departure[at])
    if not (p < MISFIT and departure > DEPARTURE):
        return []
    return [
        (
            Flag.FIT,
            f"The responses leave the curve by {departure:.2f} in probability (p = {p:.1e}).",
        )
    ]


def _off_anchor(evidence: Evidence, label: str, at: int) -> list[tuple[Flag | None, str]]:
    """Return whether an anchor is harder or easier than it is held to be.

    The score test lets an item's own a and b go where they will, which an anchor's may not.
    """
    z, gap = float(evidence.anchor_z[at]), float(evidence.anchor_gap[at])
    if label not in evidence.anchors or abs(z) < ANCHOR_Z or abs(gap) < DEPARTURE:
        return []
    than = "harder" if gap < 0 else "easier"
    return [(Flag.FIT, f"As an anchor it is {than} than held, by {abs(gap):.2f} (z {z:.1f}).")]


def _slope(evidence: Evidence, at: int) -> list[tuple[Flag | None, str]]:
    least, most = STEEPNESS
    a = float(evidence.calibration.items.a[at])
    if least <= a <= most:
        return []
    why = "hardly tells persons apart" if a < least else "is steeper than an item alone can be"
    return [(Flag.STEEPNESS, f"a = {a:.2f}: the item {why}.")]


def _dependence(evidence: Evidence, at: int) -> list[tuple[Flag | None, str]]:
    labels, q = evidence.calibration.labels, evidence.dependence.q3
    others = np.flatnonzero(evidence.dependence.flagged[at])
    return [
        (
            Flag.DEPENDENCE,
            f"Its residuals go with those of {labels[other]} (Q3 {q[at, other]:.2f}).",
        )
        for other in others.tolist()
    ]


def _curve(evidence: Evidence, column: int, at: int) -> tuple[CurvePoint, ...]:
    table = evidence.distractors
    key = int(np.flatnonzero((table.item == column) & table.is_key)[0])
    item = evidence.calibration.items.take([at])
    return tuple(
        CurvePoint(
            theta=round(float(theta), DECIMALS),
            persons=float(persons),
            observed=round(float(observed), DECIMALS),
            expected=round(float(probability(theta, item)[0]), DECIMALS),
        )
        for theta, persons, observed in zip(
            table.group_ability[column],
            table.group_persons[column],
            table.trace[key],
            strict=True,
        )
        if persons > 0
    )


def _options(table: Distractors, column: int) -> tuple[OptionRow, ...]:
    filled = table.group_persons[column] > 0
    return tuple(
        OptionRow(
            option=table.name[row] or None,
            is_key=bool(table.is_key[row]),
            chosen=float(table.count[row]),
            share=rounded(table.share[row]) or 0.0,
            mean_theta=rounded(table.mean_ability[row]),
            trace=_rounded_all(table.trace[row][filled]),
        )
        for row in np.flatnonzero(table.item == column).tolist()
    )


def _rounded_all(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), DECIMALS) for value in values)
