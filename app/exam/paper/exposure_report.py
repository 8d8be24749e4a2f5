"""The exposure of a window: how often its items were met, by all and by each group of ability."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.exam.paper.edition import Edition
from itembank.items.item import ItemId
from psychometrics import ability_bounds, ability_group, mean_overlap

DECIMALS = 4
BOUND_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class SeenPaper:
    """What one candidate has met so far, and their ability as far as it is known."""

    items: tuple[ItemId, ...]
    theta: float


@dataclass(frozen=True, slots=True)
class ItemExposure:
    """How many candidates met an item, as a count and as shares of all and of each group.

    A group that nobody is in has no share. An item is over target when more have met it than the
    target's share of the candidates, rounded up: one candidate more or less proves nothing.
    """

    item: ItemId
    criterion: str
    seen: int
    rate: float
    by_group: tuple[float | None, ...]
    is_over_target: bool
    is_suspended: bool
    is_on_trial: bool


@dataclass(frozen=True, slots=True)
class GroupExposure:
    """The candidates of an ability from `low` up to `high`; None is without an end."""

    low: float | None
    high: float | None
    sittings: int
    largest: float | None
    overlap: float | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often items were met by the candidates who have begun.

    `largest`, `mean` and `overlap` are of scored items. Overlap is what two candidates share on
    average, as a share of a paper; with fewer than two there is none.
    """

    sittings: int
    target: float | None
    largest: float
    mean: float
    overlap: float | None
    groups: tuple[GroupExposure, ...]
    items: tuple[ItemExposure, ...]

    @property
    def over_target(self) -> tuple[ItemId, ...]:
        """Return the items that more candidates met than the target allows."""
        return tuple(one.item for one in self.items if one.is_over_target)

    @property
    def never_seen(self) -> tuple[ItemId, ...]:
        """Return the items nobody has met."""
        return tuple(one.item for one in self.items if one.seen == 0)


def exposure(
    edition: Edition, papers: Sequence[SeenPaper], suspended: Collection[str] = ()
) -> Exposure:
    """Return how often the items of an edition were met in papers, whole or still being sat."""
    scored = ~edition.trial
    everybody = _Party.of(edition, papers)
    parties = [_Party.of(edition, part) for part in _by_ability(edition, papers)]
    bounds = _bounds(edition)
    return Exposure(
        sittings=len(papers),
        target=edition.target,
        largest=everybody.largest(scored) or 0.0,
        mean=_rounded(everybody.rates[scored].mean()) if papers else 0.0,
        overlap=everybody.overlap(scored),
        groups=tuple(
            GroupExposure(low, high, one.persons, one.largest(scored), one.overlap(scored))
            for low, high, one in zip((None, *bounds), (*bounds, None), parties, strict=True)
        ),
        items=tuple(
            ItemExposure(
                item=ItemId(item.id),
                criterion=edition.exam.criterion_of(item),
                seen=int(everybody.met[at]),
                rate=_rounded(everybody.rates[at]),
                by_group=tuple(_rounded(one.rates[at]) if one.persons else None for one in parties),
                is_over_target=bool(scored[at]) and _is_over(edition, everybody, at),
                is_suspended=item.id in suspended,
                is_on_trial=not scored[at],
            )
            for at, item in enumerate(edition.items)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Party:
    """Some of the candidates: how many they are, and how many of them met each item."""

    persons: int
    met: NDArray[np.float64]

    @classmethod
    def of(cls, edition: Edition, papers: Sequence[SeenPaper]) -> Self:
        """Return the party whose papers are given."""
        seen = [edition.index[name] for paper in papers for name in paper.items]
        return cls(len(papers), np.bincount(seen, minlength=len(edition.items)).astype(float))

    @property
    def rates(self) -> NDArray[np.float64]:
        """Return the share of the party that met each item."""
        return self.met / max(self.persons, 1)

    def largest(self, scored: NDArray[np.bool_]) -> float | None:
        """Return the largest share."""
        return _rounded(self.rates[scored].max()) if self.persons else None

    def overlap(self, scored: NDArray[np.bool_]) -> float | None:
        """Return what two of the party share on average, as a share of their mean paper."""
        rates = self.rates[scored]
        found = mean_overlap(rates, persons=self.persons, length=float(rates.sum()))
        return _rounded(found) if isfinite(found) else None


def _by_ability(edition: Edition, papers: Sequence[SeenPaper]) -> list[list[SeenPaper]]:
    bounds = _bounds(edition)
    groups = ability_group([paper.theta for paper in papers], bounds).tolist()
    return [
        [paper for paper, group in zip(papers, groups, strict=True) if group == at]
        for at in range(len(bounds) + 1)
    ]


def _bounds(edition: Edition) -> tuple[float, ...]:
    """Return what parts five groups of ability, also where control does not tell them apart."""
    start = edition.parameters.prior or edition.exam.prior
    found = ability_bounds(start.mean, start.sd).tolist()
    return edition.bounds or tuple(round(bound, BOUND_DECIMALS) for bound in found)


def _is_over(edition: Edition, everybody: _Party, at: int) -> bool:
    return edition.target is not None and bool(
        everybody.met[at] > ceil(edition.target * everybody.persons)
    )


def _rounded(share: float) -> float:
    return round(float(share), DECIMALS)
