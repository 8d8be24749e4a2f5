"""Figures of a pre-flight: from simulated papers to precision, grades, exposure and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.exam.award.award import award_of, exact_mark
from app.exam.preflight.report import AbilityGroup, CutPoint, GradeRow, ItemUse, ScalePoint, Time
from itembank.exams import Scoring
from itembank.items.item import ItemVersion
from itembank.parameters import Prior
from itembank.scale import ReportingScale
from itembank.schemes import Outcome, Scheme
from psychometrics import (
    Code,
    Constraints,
    DomainScale,
    ItemParameters,
    Quotas,
    ability_group,
    domain_score,
    domain_theta,
    estimate_ability,
    exposure_rates,
    mean_overlap,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DECIMALS = 4
# Grading rounds theta and domain scores to so many decimals.
THETA_DECIMALS, SCORE_DECIMALS = 6, 9
# Where the scale is looked at, in standard deviations of the declared ability distribution.
STATIONS = tuple(half / 2 for half in range(-4, 5))
HALF_WIDTH = 0.25
FEWEST = 20
# Control by chance keeps a rate near its target, not under it in every sample.
TARGET_SLACK = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Papers:
    """What n simulated people sat, and what came of it.

    `items` and `right` are (n, L); theta, its estimate and the unrounded marks (n,).
    """

    theta: Floats
    items: Integers
    right: NDArray[np.int8]
    estimate: Floats
    mark: Floats
    true_mark: Floats

    def __len__(self) -> int:
        """Return n."""
        return len(self.theta)

    def last(self, count: int) -> "Papers":
        """Return the papers of the last people."""
        return Papers(
            self.theta[-count:],
            self.items[-count:],
            self.right[-count:],
            self.estimate[-count:],
            self.mark[-count:],
            self.true_mark[-count:],
        )


@dataclass(frozen=True, slots=True)
class Marking:
    """What turns responses into marks: the exam's parameters and scale, and the true domain."""

    items: ItemParameters
    scale: ReportingScale
    true_domain: DomainScale
    scoring: Scoring


@dataclass(frozen=True, slots=True)
class Precision:
    """Bias, root mean squared error and standard error of estimates of the same people."""

    bias: float
    rmse: float
    sem: float


def mark_papers(
    marking: Marking, theta: Floats, items: Integers, right: NDArray[np.int8]
) -> Papers:
    """Return the papers with theta and mark as grading gives them, and the true marks."""
    n, length = items.shape
    codes = np.full((n, len(marking.items)), Code.NOT_PRESENTED, dtype=np.int8)
    codes[np.arange(n)[:, np.newaxis], items] = np.where(right, Code.RIGHT, Code.WRONG)
    found = np.round(estimate_ability(codes, marking.items, method="wle").theta, THETA_DECIMALS)
    if marking.scoring is Scoring.NUMBER_CORRECT:
        mark = 100.0 * right.sum(axis=1) / length
    else:
        mark = marks_of(found, marking.scale, marking.scale.domain)
    true = marks_of(theta, marking.scale, marking.true_domain)
    return Papers(theta, items, right, found, mark, true)


def marks_of(theta: Floats, scale: ReportingScale, domain: DomainScale) -> Floats:
    """Return the unrounded marks of abilities whose domain is `domain`, by the scale's T."""
    scores, marks = zip(*scale.points, strict=True)
    share = np.round(domain_score(theta, domain), SCORE_DECIMALS)
    return np.asarray(np.clip(np.interp(share, scores, marks), 0.0, 100.0))


def joined(parts: Sequence[Papers]) -> Papers:
    """Return the papers of all parts as one, in their order."""
    return Papers(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("theta", "items", "right", "estimate", "mark", "true_mark")
        )
    )


def grades_of(marks: Floats, scheme: Scheme) -> Integers:
    """Return the place of each unrounded mark's award among the scheme's outcomes."""
    place = {one.code: number for number, one in enumerate(scheme.outcomes)}
    awards = (award_of(scheme, exact_mark(Decimal(repr(mark)))) for mark in marks.tolist())
    return np.fromiter((place[one.outcome] for one in awards), np.int64, len(marks))


def passes(marks: Floats, scheme: Scheme) -> NDArray[np.bool_]:
    """Return whether each unrounded mark's award passes."""
    return np.array([one.passes for one in scheme.outcomes])[grades_of(marks, scheme)]


def precision(estimate: Floats, truth: Floats) -> Precision:
    """Return how near estimates come to the truth."""
    error = estimate - truth
    return Precision(
        round(float(error.mean()), DECIMALS),
        round(float(np.sqrt((error**2).mean())), DECIMALS),
        round(float(error.std()), DECIMALS),
    )


def rmse_error(estimate: Floats, truth: Floats) -> float:
    """Return the standard error of a root mean squared error, from the spread of its squares."""
    squares = (estimate - truth) ** 2
    rmse = float(np.sqrt(squares.mean()))
    if len(squares) < 2 or rmse == 0.0:
        return 0.0
    return round(float(squares.std(ddof=1)) / (2.0 * rmse * float(np.sqrt(len(squares)))), DECIMALS)


def rmse_change(papers: Papers, own: Papers) -> tuple[float, float]:
    """Return how much larger the RMSE of the mark is than that of other papers of the same people.

    As a share, with its standard error, which the pairing keeps small.
    """
    mine, theirs = ((one.mark - one.true_mark) ** 2 for one in (papers, own))
    if not mine.any() or not theirs.any():
        return 0.0, 0.0
    ratio = float(np.sqrt(mine.mean() / theirs.mean()))
    spread = float((mine / mine.mean() - theirs / theirs.mean()).std(ddof=1))
    error = ratio * spread / (2.0 * float(np.sqrt(len(mine))))
    return round(ratio - 1.0, DECIMALS), round(error, DECIMALS)


def scale_points(papers: Papers, prior: Prior, marking: Marking) -> tuple[ScalePoint, ...]:
    """Return precision along the scale, each point from the people around it."""
    return tuple(
        _scale_point(papers, prior.mean + station * prior.sd, HALF_WIDTH * prior.sd, marking)
        for station in STATIONS
    )


def _scale_point(papers: Papers, theta: float, reach: float, marking: Marking) -> ScalePoint:
    here = np.abs(papers.theta - theta) <= reach
    persons = int(here.sum())
    enough = persons >= FEWEST
    ability = precision(papers.estimate[here], papers.theta[here]) if enough else None
    mark = precision(papers.mark[here], papers.true_mark[here]) if enough else None
    at = marks_of(np.array([theta]), marking.scale, marking.true_domain)
    return ScalePoint(
        theta=round(theta, DECIMALS),
        mark=round(float(at[0]), 1),
        persons=persons,
        theta_bias=ability and ability.bias,
        theta_rmse=ability and ability.rmse,
        theta_sem=ability and ability.sem,
        mark_bias=mark and mark.bias,
        mark_rmse=mark and mark.rmse,
        mark_sem=mark and mark.sem,
    )


def cut_theta(cut: int, scale: ReportingScale, domain: DomainScale) -> float:
    """Return the ability whose true mark is a cut score; raise DataError if there is none."""
    found: float = domain_theta(scale.domain_score_of(float(cut)), domain).item()
    return found


def cut_point(papers: Papers, outcome: Outcome, scheme: Scheme) -> CutPoint:
    """Return how well people whose true mark is an outcome's lowest are measured."""
    place = scheme.outcomes.index(outcome)
    ability = precision(papers.estimate, papers.theta)
    mark = precision(papers.mark, papers.true_mark)
    return CutPoint(
        grade=outcome.name,
        cut=outcome.lowest,
        theta=round(float(papers.theta[0]), DECIMALS),
        persons=len(papers),
        theta_bias=ability.bias,
        theta_rmse=ability.rmse,
        theta_sem=ability.sem,
        mark_bias=mark.bias,
        mark_rmse=mark.rmse,
        mark_sem=mark.sem,
        reached=_share(grades_of(papers.mark, scheme) <= place) or 0.0,
    )


def grade_rows(
    papers: Papers, again: tuple[Papers, Papers], scheme: Scheme
) -> tuple[GradeRow, ...]:
    """Return how each grade is given; `again` are two papers of each of the same people."""
    true, given = grades_of(papers.true_mark, scheme), grades_of(papers.mark, scheme)
    first, second = (grades_of(one.mark, scheme) for one in again)
    return tuple(
        GradeRow(
            code=outcome.code,
            name=outcome.name,
            true_share=_share(true == place) or 0.0,
            given_share=_share(given == place) or 0.0,
            accuracy=_share(given[true == place] == place),
            trust=_share(true[given == place] == place),
            consistency=_share(second[first == place] == place),
        )
        for place, outcome in enumerate(scheme.outcomes)
    )


def agreement(one: Floats, other: Floats, scheme: Scheme) -> float:
    """Return the share of people whose two marks earn one outcome."""
    return _share(grades_of(one, scheme) == grades_of(other, scheme)) or 0.0


def pass_agreement(one: Floats, other: Floats, scheme: Scheme) -> float:
    """Return the share of people whose two marks agree on pass or fail."""
    return _share(passes(one, scheme) == passes(other, scheme)) or 0.0


def _share(which: NDArray[np.bool_]) -> float | None:
    return round(float(which.mean()), DECIMALS) if which.size else None


def overlap_of(items: Integers, m: int) -> float | None:
    """Return the share of a paper that two people have in common; None where there is no pair."""
    n, length = items.shape
    if n < 2:
        return None
    rates = exposure_rates(items, m)[0]
    return round(mean_overlap(rates, persons=n, length=length), DECIMALS)


def ability_groups(papers: Papers, bounds: Floats, m: int) -> tuple[AbilityGroup, ...]:
    """Return the exposure and overlap within each group of ability."""
    of = ability_group(papers.theta, bounds)
    rates = rates_by_group(papers, bounds, m)
    ends = [None, *(round(float(bound), DECIMALS) for bound in bounds), None]
    return tuple(
        AbilityGroup(
            low=low,
            high=high,
            persons=int((of == place).sum()),
            max_exposure=round(float(rates[place].max(initial=0.0)), DECIMALS),
            overlap=overlap_of(papers.items[of == place], m),
        )
        for place, (low, high) in enumerate(pairwise(ends))
    )


def rates_by_group(papers: Papers, bounds: Floats, m: int) -> Floats:
    """Return the exposure of each item in each group of ability; 0 in a group of nobody."""
    of = ability_group(papers.theta, bounds)
    rates = exposure_rates(papers.items, m, group=of, groups=len(bounds) + 1)
    return np.asarray(np.nan_to_num(rates))


def item_uses(
    papers: Papers,
    bounds: Floats,
    bank: Mapping[str, str],
    b: Floats,
    *,
    target: float | None,
) -> tuple[ItemUse, ...]:
    """Return how often each item of the bank is met, by everyone and by each group.

    `bank` has the criterion of each item, in the order of the pool.
    """
    m = len(bank)
    rates = exposure_rates(papers.items, m)[0].round(DECIMALS).tolist()
    groups = rates_by_group(papers, bounds, m).round(DECIMALS).T.tolist()
    return tuple(
        ItemUse(
            item=item,
            criterion=criterion,
            b=round(float(b[place]), DECIMALS),
            exposure=rates[place],
            groups=tuple(groups[place]),
            over_target=target is not None and rates[place] > target + TARGET_SLACK,
        )
        for place, (item, criterion) in enumerate(bank.items())
    )


def paper_time(
    items: Integers, bank: Sequence[ItemVersion], *, minutes: int, positions: int
) -> Time:
    """Return how long papers take; an item without a time of its own counts the even share."""
    even = 60.0 * minutes / positions
    own = [item.seconds for item in bank]
    known = sum(seconds is not None for seconds in own)
    each = np.array([even if seconds is None else float(seconds) for seconds in own])
    # Items on trial come on top of the scored ones, each with the even share.
    total = each[items].sum(axis=1) + even * (positions - items.shape[1])
    low, high = np.quantile(total, (0.05, 0.95))
    return Time(
        mean=round(float(total.mean()), 1),
        low=round(float(low), 1),
        high=round(float(high), 1),
        allowed=60.0 * minutes,
        items_with_time=known,
        basis=(
            "the sum of the times that the items are expected to take"
            if known == len(own)
            else f"{known} of {len(own)} items have an expected time; each of the others counts "
            f"the exam's even share, {even:.0f} seconds"
        ),
    )


def violations(items: Integers, constraints: Constraints) -> int:
    """Return how many papers break the blueprint, counted from the papers alone."""
    n, m = len(items), constraints.quotas.leaf.size
    held = np.zeros((n, m), dtype=np.int64)
    np.add.at(held, (np.arange(n)[:, np.newaxis], items), 1)
    broken = (held > 1).any(axis=1) | (held.sum(axis=1) != constraints.quotas.length)
    broken |= held[:, ~constraints.allowed].any(axis=1)
    broken |= (held[:, list(constraints.required)] == 0).any(axis=1)
    broken |= _breaks_quotas(held, constraints.quotas)
    sums = held @ constraints.rows.coefficients.T
    # A sum of words or seconds is exact to the last bits alone.
    slack = 1e-9 * (1.0 + np.abs(sums))
    broken |= (sums < constraints.rows.lower - slack).any(axis=1)
    broken |= (sums > constraints.rows.upper + slack).any(axis=1)
    for group in constraints.enemies:
        broken |= held[:, list(group)].sum(axis=1) > 1
    return int((broken | _breaks_sets(held, constraints)).sum())


def _breaks_quotas(held: Integers, quotas: Quotas) -> NDArray[np.bool_]:
    broken = np.zeros(len(held), dtype=np.bool_)
    beneath = [set(quotas.paths[leaf]) for leaf in quotas.leaf.tolist()]
    for node in range(quotas.parent.size):
        mine = [item for item, path in enumerate(beneath) if node in path]
        count = held[:, mine].sum(axis=1)
        broken |= (count < quotas.minimum[node]) | (count > quotas.maximum[node])
    return broken


def _breaks_sets(held: Integers, constraints: Constraints) -> NDArray[np.bool_]:
    sets = constraints.sets
    if not len(sets):
        return np.zeros(len(held), dtype=np.bool_)
    counts = np.stack([held[:, list(one)].sum(axis=1) for one in sets.members], axis=1)
    used = counts > 0
    wrong = (used & ((counts < sets.minimum) | (counts > sets.maximum))).any(axis=1)
    number = used.sum(axis=1)
    return np.asarray(wrong | (number < sets.fewest) | (number > sets.most))
