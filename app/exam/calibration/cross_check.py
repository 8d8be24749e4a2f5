"""Two engines on one window: the responses to fixed forms and random papers suit both."""

from dataclasses import dataclass
from typing import Literal

from app.errors import (
    EnginesNotComparable,
    SelectedAdaptively,
)
from app.exam.calibration.calibration import Sources
from itembank.exams import AdaptivePaper
from psychometrics import DataError, cross_check


@dataclass(frozen=True, slots=True)
class TwoEstimates:
    """An item by both engines."""

    item: str
    a: float
    girth_a: float
    b: float
    girth_b: float


@dataclass(frozen=True, slots=True)
class TwoEngines:
    """What two engines say of the same responses."""

    items: tuple[TwoEstimates, ...]
    log_likelihood: float
    girth_log_likelihood: float
    widest: str
    verdict: str


def compare_engines(sources: Sources, model: Literal["rasch", "1pl", "2pl"]) -> TwoEngines:
    """Return both engines' estimates; raise Refused for data that were collected adaptively."""
    if isinstance(sources.edition.exam.paper, AdaptivePaper):
        raise SelectedAdaptively
    try:
        found = cross_check(sources.collected.choices.responses, model)
    except DataError as exc:
        raise EnginesNotComparable(str(exc)) from exc
    ours, theirs = found.em, found.girth
    return TwoEngines(
        items=tuple(
            TwoEstimates(
                item=label,
                a=float(ours.items.a[at]),
                girth_a=float(theirs.items.a[at]),
                b=float(ours.items.b[at]),
                girth_b=float(theirs.items.b[at]),
            )
            for at, label in enumerate(ours.labels)
        ),
        log_likelihood=ours.log_likelihood,
        girth_log_likelihood=theirs.log_likelihood,
        widest=found.widest[0],
        verdict=found.verdict,
    )
