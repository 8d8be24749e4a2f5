"""Grading: from responses to an award and a profile. Law, in whole numbers and Decimal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from app.exam.award.award import Award, award_of, band, exact_mark, half_up
from app.exam.paper.delivery import scored_places, scores
from app.exam.paper.edition import Edition
from app.exam.sitting.sitting import Sitting
from itembank.exams import Scoring
from itembank.frameworks.framework import Kind
from itembank.schemes import Band
from psychometrics import (
    Code,
    ItemParameters,
    domain_score,
    domain_slope,
    estimate_ability,
    probability,
)

# A part is "above" or "below" when it is more than one standard deviation from what the
# candidate's own ability makes likely on the very items they met.
NOTEWORTHY = 1.0


class Level(StrEnum):
    """How a part of the paper went, against what the candidate's whole paper makes likely."""

    BELOW = "below expected"
    AS = "as expected"
    ABOVE = "above expected"


@dataclass(frozen=True, slots=True)
class ProfilePart:
    """How one outcome or criterion went."""

    code: str
    title: str
    items: int
    right: int
    expected: float
    level: Level


@dataclass(frozen=True, slots=True)
class PaperCounts:
    """How the scored positions of a paper ended, and how many more were on trial."""

    answered: int
    omitted: int
    not_delivered: int
    trial: int = 0
    trial_answered: int = 0

    @property
    def shown_answered(self) -> int:
        """Return the answers as their candidate counts them, who cannot tell what is on trial."""
        return self.answered + self.trial_answered

    @property
    def positions(self) -> int:
        """Return the positions of the whole paper, items on trial too."""
        return self.answered + self.omitted + self.not_delivered + self.trial


@dataclass(frozen=True, slots=True)
class Basis:
    """What a calibrated mark rests on: the set and scale, and what did not count in this paper.

    `judged` counts scored items whose difficulty is still a re-expressed rating.
    """

    parameters: str
    scale: int | None
    barred: tuple[str, ...]
    credited: tuple[str, ...]
    judged: int


@dataclass(frozen=True, slots=True)
class Result:
    """A graded sitting, with the reasons for its award; no basis is the set it was sat on.

    The exact mark, its error and the domain score are on the reporting scale, whatever is awarded.
    """

    award: Award
    exact_mark: Decimal
    mark_error: Decimal
    theta: float
    sem: float
    domain_score: float
    scoring: Scoring
    provisional: bool
    outcomes: tuple[ProfilePart, ...]
    criteria: tuple[ProfilePart, ...]
    counts: PaperCounts
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Graded:
    """A result with the sitting and the person it belongs to, and whether it has been released."""

    sitting: str
    booking: str
    window: str
    candidate: str
    membership_number: str
    name: str
    result: Result
    graded_at: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class ModuleMark:
    """A rounded module mark and the credits it carries."""

    credits: int
    mark: int


def qualification_mark(modules: Sequence[ModuleMark]) -> int:
    """Return the credit-weighted mean of the rounded module marks, rounded once more."""
    total = sum(module.credits for module in modules)
    if total <= 0:
        raise ValueError("a qualification needs modules that carry credits")
    weighted = sum(module.credits * module.mark for module in modules)
    return half_up(Decimal(weighted) / total)


def qualification_band(
    modules: Sequence[ModuleMark], bands: Sequence[Band], threshold: int
) -> Band:
    """Return the band of the whole; one module below the threshold fails it.

    Nothing calls it yet: a season of the board, which holds the modules of a qualification, will.
    """
    if any(module.mark < threshold for module in modules):
        return bands[-1]
    return band(qualification_mark(modules), bands)


@dataclass(frozen=True, slots=True)
class _Paper:
    """The items that count and what was answered, in the paper's order."""

    names: tuple[str, ...]
    right: NDArray[np.int8]
    items: ItemParameters
    theta: float
    sem: float


def grade(edition: Edition, sitting: Sitting, credited: Collection[str] = ()) -> Result:
    """Return the result of an ended sitting.

    Blanks in delivered blocks score 0. Positions that time kept from being delivered are the
    last shadow paper's remaining items, and score 0 too: stopping early gains nothing. Items on
    trial and barred items do not count. A credited item that was not answered rightly is taken
    out where that raises the mark.
    """
    delivered = [place.item for place, _ in scored_places(edition, sitting)]
    names = delivered + [name for name, _ in sitting.remaining]
    scored = scores(edition, sitting)
    right = np.array(scored + [int(Code.WRONG)] * (len(names) - len(scored)), dtype=np.int8)
    counts = np.array([name not in edition.parameters.barred for name in names], dtype=np.bool_)
    forgiven = np.array([name in credited for name in names], dtype=np.bool_) & (right == 0)
    papers = [_measured(edition, names, right, counts)]
    if (forgiven & counts).any() and (counts & ~forgiven).any():
        papers.append(_measured(edition, names, right, counts & ~forgiven))
    paper = max(papers, key=lambda one: one.theta)
    theta, sem = paper.theta, paper.sem
    score = round(float(np.asarray(domain_score(theta, edition.scale.domain))), 9)
    slope = float(np.asarray(domain_slope(theta, edition.scale.domain)))
    exact, error = _mark(edition, paper.right, score, edition.scale.slope_at(score) * slope * sem)
    outcomes, criteria = _parts(edition, paper)
    return Result(
        award=award_of(edition.exam.scheme, exact),
        exact_mark=exact,
        mark_error=error,
        theta=theta,
        sem=sem,
        domain_score=score,
        scoring=edition.exam.scoring,
        provisional=edition.scale.provisional,
        outcomes=outcomes,
        criteria=criteria,
        counts=_counts(edition, sitting),
        basis=_basis(edition, names, paper, credited),
    )


def _counts(edition: Edition, sitting: Sitting) -> PaperCounts:
    saved = [not answer.is_blank for _, answer in scored_places(edition, sitting)]
    answers = sum(not answer.is_blank for answer in sitting.answers)
    return PaperCounts(
        answered=sum(saved),
        omitted=len(saved) - sum(saved),
        not_delivered=len(sitting.remaining),
        trial=edition.exam.positions - edition.exam.length,
        trial_answered=answers - sum(saved),
    )


def _measured(
    edition: Edition, names: Sequence[str], right: NDArray[np.int8], here: NDArray[np.bool_]
) -> _Paper:
    kept = tuple(name for name, is_here in zip(names, here, strict=True) if is_here)
    items = edition.parameters.arrays(kept)
    ability = estimate_ability(right[here][np.newaxis, :], items, method="wle")
    theta, sem = round(float(ability.theta[0]), 6), round(float(ability.sem[0]), 6)
    return _Paper(kept, right[here], items, theta, sem)


def _basis(
    edition: Edition, names: Sequence[str], paper: _Paper, credited: Collection[str]
) -> Basis | None:
    parameters = edition.parameters
    if parameters.scale is None and not set(credited) & set(names):
        return None
    return Basis(
        parameters=edition.parameters_id,
        scale=parameters.scale,
        barred=tuple(name for name in names if name in parameters.barred),
        credited=tuple(name for name in names if name in credited),
        judged=sum(parameters.items[name].judged for name in paper.names),
    )


def _mark(
    edition: Edition, right: NDArray[np.int8], score: float, error: float
) -> tuple[Decimal, Decimal]:
    match edition.exam.scoring:
        case Scoring.DOMAIN_SCORE:
            exact = Decimal(repr(edition.scale.mark_of(score)))
        case Scoring.NUMBER_CORRECT:
            exact = Decimal(100 * int(right.sum())) / Decimal(len(right))
        case _:
            assert_never(edition.exam.scoring)
    rounded = Decimal(repr(error)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return exact_mark(exact), rounded


def _parts(
    edition: Edition, paper: _Paper
) -> tuple[tuple[ProfilePart, ...], tuple[ProfilePart, ...]]:
    likely, right = probability(paper.theta, paper.items), paper.right
    criterion = [edition.criterion(name) for name in paper.names]
    outcome = [edition.framework.parent(code) for code in criterion]

    def parts(kind: Kind, codes: Sequence[str]) -> tuple[ProfilePart, ...]:
        return tuple(
            _part(entry.code, entry.title, right[here], likely[here])
            for entry in edition.framework.of_kind(kind)
            if (here := np.array([code == entry.code for code in codes])).any()
        )

    return parts(Kind.OUTCOME, outcome), parts(Kind.CRITERION, criterion)


def _part(
    code: str, title: str, right: NDArray[np.int8], likely: NDArray[np.float64]
) -> ProfilePart:
    expected = float(likely.sum())
    spread = float(np.sqrt((likely * (1 - likely)).sum()))
    distance = (int(right.sum()) - expected) / spread
    level = Level.AS
    if distance < -NOTEWORTHY:
        level = Level.BELOW
    elif distance > NOTEWORTHY:
        level = Level.ABOVE
    return ProfilePart(code, title, len(right), int(right.sum()), round(expected, 2), level)
