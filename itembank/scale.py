"""ReportingScale: the frozen domain and conversion that give a mark its meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from itembank.document import Document, Identifier, Text
from itembank.exams import ExamDefinition
from itembank.items.item import ItemVersion
from itembank.parameters import ParameterSet
from psychometrics import DomainScale, ItemParameters, domain_score


class ScaleItem(Document):
    """An item as it was when the scale was frozen; its retirement changes nothing here."""

    version: int
    criterion: Text
    a: float
    b: float
    c: float


class FrozenScale(Document):
    """A reporting scale as it is kept: numbered, and never changed once a board has accepted it."""

    exam: Identifier
    number: int
    run: Identifier
    items: Mapping[Identifier, ScaleItem]
    weights: Mapping[Text, float]
    points: tuple[tuple[float, float], ...]

    def scale(self) -> "ReportingScale":
        """Return the scale, ready to mark with."""
        codes, names = list(self.weights), tuple(sorted(self.items))
        rows = [self.items[name] for name in names]
        domain = DomainScale(
            items=ItemParameters([r.a for r in rows], [r.b for r in rows], [r.c for r in rows]),
            group=np.array([codes.index(row.criterion) for row in rows]),
            weights=np.array([self.weights[code] for code in codes]),
        )
        return ReportingScale(names, domain, self.points, provisional=False)


@dataclass(frozen=True, slots=True)
class ReportingScale:
    """A domain and the piecewise-linear conversion T, as (domain score, mark) points.

    `names` are the ids of the domain's items, in its order.
    """

    names: tuple[str, ...]
    domain: DomainScale
    points: tuple[tuple[float, float], ...]
    provisional: bool

    def mark_of(self, score: float) -> float:
        """Return 100 T(domain score), unrounded."""
        scores, marks = zip(*self.points, strict=True)
        return float(np.interp(score, scores, marks))

    def domain_score_of(self, mark: float) -> float:
        """Return the domain score at which the unrounded mark is reached."""
        scores, marks = zip(*self.points, strict=True)
        return float(np.interp(mark, marks, scores))

    def slope_at(self, score: float) -> float:
        """Return marks per unit of domain score, on the piece that holds `score`."""
        scores, marks = zip(*self.points, strict=True)
        piece = min(max(int(np.searchsorted(scores, score, side="right")), 1), len(scores) - 1)
        return float((marks[piece] - marks[piece - 1]) / (scores[piece] - scores[piece - 1]))


def reporting_scale(
    exam: ExamDefinition, items: Sequence[ItemVersion], parameters: ParameterSet
) -> ReportingScale:
    """Return the exam's scale on its bank.

    On the provisional scale the cut is the domain score at theta = 0, that is the
    blueprint-weighted mean rating, and T joins (0, 0), (cut, threshold), (1, 100).
    """
    codes = list(exam.blueprint.criteria)
    weights = exam.blueprint.weights()
    domain = DomainScale(
        items=parameters.arrays([item.id for item in items]),
        group=np.array([codes.index(exam.criterion_of(item)) for item in items]),
        weights=np.array([weights[code] for code in codes]),
    )
    cut = round(float(np.asarray(domain_score(0.0, domain))), 9)
    points = ((0.0, 0.0), (cut, float(exam.scheme.threshold)), (1.0, 100.0))
    return ReportingScale(tuple(item.id for item in items), domain, points, provisional=True)
