"""What a board's decision on a calibration makes: a parameter set, and once a reporting scale."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import (
    DecidedTwice,
    Duplicate,
    ExamNotRunnable,
    ItemsUndecided,
    NotAnchored,
    NotConverged,
    NotFound,
    NothingAccepted,
    RatingsUnrelated,
)
from app.exam.paper.edition import Edition
from itembank.calibration import DECIMALS, CalibrationRun, Flag, ItemRow, Role
from itembank.definition.checks import check_exam
from itembank.parameters import Calibrated, LinkingConstants, ParameterSet, Prior
from itembank.scale import FrozenScale, ScaleItem

ALL = "all"
CLEAR = "clear"
METHOD = "regression of calibrated difficulties on ratings, jackknifed over items"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items of a run are accepted, and which items of the exam are barred."""

    accepted: frozenset[str]
    barred: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a decision makes. `scale` is the one the set is on, `is_first` if it is frozen now."""

    parameters: ParameterSet
    scale: FrozenScale
    is_first: bool
    accepted: tuple[str, ...]
    re_expressed: tuple[str, ...]


def choose(
    run: CalibrationRun,
    items: Collection[str],
    bar: Collection[str],
    barred: Collection[str] = (),
) -> Choice:
    """Return the choice that names, "all" or "clear" (without flags) stand for.

    `barred` are the items that are barred already; they stay so unless accepted by name.
    """
    rows = {row.item: row for row in run.items if row.role is not Role.LEFT_OUT}
    clear = {name for name, row in rows.items() if not row.flags}
    # No word stands for an item whose key is in doubt, or for one that is barred: say its name.
    sound = {name for name, row in rows.items() if Flag.KEY not in row.flags}
    groups = {ALL: sound - set(barred), CLEAR: clear - set(barred)}
    accepted: set[str] = set()
    for name in items:
        if name not in groups and name not in rows:
            raise NotFound("calibrated item", name)
        accepted |= groups.get(name, {name})
    both = sorted(set(items) & set(bar))
    if both:
        raise DecidedTwice(both[0])
    accepted -= set(bar)
    if not accepted:
        raise NothingAccepted
    doubtful = [
        name
        for name, row in rows.items()
        if Flag.KEY in row.flags and name not in accepted and name not in {*bar, *barred}
    ]
    if doubtful:
        raise ItemsUndecided(doubtful)
    return Choice(frozenset(accepted), frozenset(bar))


def require_acceptable(run: CalibrationRun, newest: FrozenScale | None, *, decided: bool) -> None:
    """Raise unless the run converged, is undecided, and is on the exam's newest scale."""
    if decided:
        raise Duplicate("decision on calibration run", run.id)
    if not run.converged:
        raise NotConverged(run.id)
    if run.scale != (None if newest is None else newest.number):
        raise NotAnchored(run.id)


def decide(
    run: CalibrationRun, choice: Choice, edition: Edition, newest: FrozenScale | None
) -> Settled:
    """Return the parameter set that a decision puts in force; raise ExamNotRunnable if it cannot.

    The first acceptance freezes the reporting scale. Items that are neither accepted nor barred
    keep a difficulty on the same scale: re-expressed from the rating the first time, as they
    were after that. Items on trial get their parameters too, and no part in the scale.
    """
    unknown = sorted(choice.barred - set(edition.index))
    if unknown:
        raise NotFound("item", unknown[0])
    # An older version of an item has a row too, but no place in the next papers.
    taken = choice.accepted & set(edition.index)
    fresh = {row.item: _calibrated(row) for row in run.items if row.item in taken}
    scored = {name: one for name, one in fresh.items() if not edition.is_trial(name)}
    scale = newest or _frozen(run, scored, edition)
    linking = run.linking
    # Items outside this version's blueprint keep theirs: a later version may take them in again.
    kept = dict(edition.parameters.items)
    if newest is None:
        linking = line = _from_ratings(fresh, edition.parameters)
        steepness = typical_steepness(fresh.values())
        kept = {
            name: re_expressed(one, (line.slope, line.intercept), steepness=steepness)
            for name, one in kept.items()
        }
    items = kept | fresh
    barred = (set(edition.parameters.barred) - choice.accepted) | choice.barred
    parameters = ParameterSet(
        provisional=False,
        items=items,
        scale=scale.number,
        run=run.id,
        prior=Prior(mean=run.latent_mean.value, sd=run.latent_sd.value),
        linking=linking,
        barred=tuple(sorted(barred)),
    )
    problems = list(_problems(edition, parameters))
    if problems:
        raise ExamNotRunnable(problems)
    others = {name for name, one in items.items() if one.judged} - barred
    return Settled(parameters, scale, newest is None, tuple(sorted(fresh)), tuple(sorted(others)))


def _calibrated(row: ItemRow) -> Calibrated:
    if row.a is None or row.b is None or row.c is None:
        raise NotFound("estimate of item", row.item)
    return Calibrated(version=row.version, a=row.a.value, b=row.b.value, c=row.c.value)


def _frozen(run: CalibrationRun, fresh: dict[str, Calibrated], edition: Edition) -> FrozenScale:
    """Return reporting scale 1: the accepted scored items, and the cut of their ratings.

    A rating is the judged share of just-passing candidates who answer rightly, so the weighted
    mean rating is their domain score: the cut moves to the new scale without a new judgement.
    """
    weights = edition.exam.blueprint.weights()
    criterion = {name: edition.criterion(name) for name in fresh}
    bare = [code for code, weight in weights.items() if weight and code not in criterion.values()]
    if bare:
        raise ExamNotRunnable(
            [f"items: criterion {code} has no accepted item, and needs one" for code in bare]
        )
    shares = {code: weight for code, weight in weights.items() if code in criterion.values()}
    rating = {
        code: [edition.item(name).rating for name, its in criterion.items() if its == code]
        for code in shares
    }
    cut = round(sum(weight * float(np.mean(rating[code])) for code, weight in shares.items()), 9)
    return FrozenScale(
        exam=run.exam,
        number=1,
        run=run.id,
        items={
            name: ScaleItem(
                version=one.version, criterion=criterion[name], a=one.a, b=one.b, c=one.c
            )
            for name, one in sorted(fresh.items())
        },
        weights=shares,
        points=((0.0, 0.0), (cut, float(edition.exam.scheme.threshold)), (1.0, 100.0)),
    )


def _from_ratings(fresh: dict[str, Calibrated], judged: ParameterSet) -> LinkingConstants:
    """Return the line that predicts a calibrated difficulty from a rating's.

    It is a regression over the accepted items and no symmetric linking: ratings err, and what is
    wanted is the best guess for an item that has nothing but its rating. The standard errors are
    jackknifed over items, whose judgements differ far more than their calibrations err.
    """
    names = sorted(fresh)
    old, new = judged.arrays(names).b, np.array([fresh[name].b for name in names])
    line = regression(old, new)
    rest = np.array(
        [regression(np.delete(old, out), np.delete(new, out)) for out in range(len(names))]
    )
    count = len(names)
    errors = np.sqrt((count - 1) / count * ((rest - rest.mean(axis=0)) ** 2).sum(axis=0))
    if not line[0] > 0:
        raise RatingsUnrelated
    return LinkingConstants(
        method=METHOD,
        slope=round(line[0], DECIMALS),
        intercept=round(line[1], DECIMALS),
        slope_error=round(float(errors[0]), DECIMALS),
        intercept_error=round(float(errors[1]), DECIMALS),
    )


def regression(old: NDArray[np.float64], new: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and intercept; with ratings all alike, the slope 1."""
    spread = float(((old - old.mean()) ** 2).sum())
    slope = float(((old - old.mean()) * (new - new.mean())).sum()) / spread if spread else 1.0
    return slope, float(new.mean() - slope * old.mean())


def typical_steepness(items: Collection[Calibrated]) -> float:
    """Return the geometric mean of the discriminations of items."""
    return float(np.exp(np.mean([np.log(one.a) for one in items])))


def re_expressed(one: Calibrated, line: tuple[float, float], *, steepness: float) -> Calibrated:
    """Return a judged item on the new scale: no judge rates a, so it has that of its peers."""
    return Calibrated(
        version=one.version,
        a=round(steepness, DECIMALS),
        b=round(line[0] * one.b + line[1], DECIMALS),
        c=one.c,
        judged=True,
    )


def _problems(edition: Edition, parameters: ParameterSet) -> Iterator[str]:
    """Tell what keeps the exam from being sat on these parameters.

    A barred item on trial is not missed by the blueprint, but its slot needs another one.
    """
    barred = set(parameters.barred)
    free = [one for one in edition.items if one.id not in barred or edition.is_trial(one.id)]
    for problem in check_exam(edition.exam, edition.framework, free, parameters):
        yield f"{problem.field}: {problem.reason}"
    pretest = edition.exam.blueprint.pretest
    if pretest is None:
        return
    left = len(set(pretest.items) - barred)
    if left < pretest.slots:
        yield (
            f"pretest: every paper has {pretest.slots} items on trial, and {left} would be left "
            "unbarred; save an exam version with fewer slots, or with more items on trial"
        )
