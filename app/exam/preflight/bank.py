"""Where a bank is thin: criteria by difficulty, what papers ask for, and what to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from app.exam.preflight.preflight import Floats, Papers, marks_of
from app.exam.preflight.report import Bank, BankCell, ItemUse, Need
from itembank.frameworks.framework import Framework
from itembank.items.item import ItemVersion
from itembank.parameters import Prior
from itembank.scale import ReportingScale

# Difficulties are parted at so many standard deviations from the mean ability.
EDGES = (-1.5, -0.5, 0.5, 1.5)
USUAL_TARGET = 0.25
# Half an item is within what the simulation can tell.
LEAST_SHORTAGE = 0.5


@dataclass(frozen=True, slots=True)
class Stock:
    """A bank: its items with their difficulties, which may come, the syllabus and the scale."""

    items: Sequence[ItemVersion]
    b: Floats
    usable: NDArray[np.bool_]
    criteria: Sequence[str]
    framework: Framework
    scale: ReportingScale
    prior: Prior


def bank_use(
    stock: Stock, papers: Papers, uses: Sequence[ItemUse], *, target: float | None
) -> Bank:
    """Return how the bank is used, and what to write so that no item is met too often.

    A paper asks for items about as hard as its candidate is able, where an item tells most. So
    a criterion's items in a difficulty band are asked for as often as candidates are of that
    ability, and `target` says how many items must share them.
    """
    aim = USUAL_TARGET if target is None else target
    cells = tuple(
        cell for criterion in stock.criteria for cell in _cells(stock, papers, criterion, aim)
    )
    usable = [use for use, may in zip(uses, stock.usable.tolist(), strict=True) if may]
    return Bank(
        items=len(usable),
        never_used=tuple(use.item for use in usable if use.exposure == 0.0),
        over_target=tuple(use.item for use in usable if use.over_target),
        target=aim,
        target_is_declared=target is not None,
        cells=cells,
        needs=_needs(stock, cells),
    )


def is_thin(cell: BankCell) -> bool:
    """Say whether a cell has fewer items than are wanted, by more than chance in a simulation."""
    return cell.wanted - cell.items > LEAST_SHORTAGE


def _bounds(prior: Prior) -> list[float]:
    return [-inf, *(round(prior.mean + edge * prior.sd, 2) for edge in EDGES), inf]


def _cells(stock: Stock, papers: Papers, criterion: str, aim: float) -> list[BankCell]:
    tags = [item.tag(stock.framework.id) for item in stock.items]
    mine = np.array([tag.code == criterion for tag in tags], dtype=np.bool_)
    a_paper = float(mine[papers.items].sum()) / len(papers)
    found: list[BankCell] = []
    for low, high in pairwise(_bounds(stock.prior)):
        here = mine & stock.usable & (stock.b >= low) & (stock.b < high)
        asked = a_paper * float(((papers.theta >= low) & (papers.theta < high)).mean())
        found.append(
            BankCell(
                criterion=criterion,
                low=None if low == -inf else low,
                high=None if high == inf else high,
                items=int(here.sum()),
                asked=round(asked, 2),
                given=round(float(here[papers.items].sum()) / len(papers), 2),
                wanted=round(asked / aim, 1),
            )
        )
    return found


def _needs(stock: Stock, cells: Sequence[BankCell]) -> tuple[Need, ...]:
    found = [
        Need(
            criterion=cell.criterion,
            low=cell.low,
            high=cell.high,
            items=ceil(cell.wanted - cell.items),
            words=_words(stock, cell),
        )
        for cell in cells
        if is_thin(cell)
    ]
    return tuple(sorted(found, key=lambda need: -need.items))


def _words(stock: Stock, cell: BankCell) -> str:
    count = ceil(cell.wanted - cell.items)
    return (
        f"Criterion {cell.criterion} ({stock.framework.title(cell.criterion)}): write {count} "
        f"{'item' if count == 1 else 'items'} of {difficulty(cell.low, cell.high)}, which "
        f"candidates {_of(stock, cell)} answer rightly half the time. Papers ask for "
        f"{cell.asked:.1f} such items each, the bank has {cell.items} and needs "
        f"{ceil(cell.wanted)}."
    )


def _of(stock: Stock, cell: BankCell) -> str:
    ends = [one for one in (cell.low, cell.high) if one is not None]
    marks = [round(mark, 0) for mark in marks_of(np.array(ends), stock.scale, stock.scale.domain)]
    if cell.low is None:
        return f"with a true mark under {marks[0]:.0f}"
    if cell.high is None:
        return f"with a true mark over {marks[0]:.0f}"
    return f"with a true mark of {marks[0]:.0f} to {marks[1]:.0f}"


def difficulty(low: float | None, high: float | None) -> str:
    """Return a difficulty band in words."""
    if low is None:
        return f"difficulty under {high:g}"
    if high is None:
        return f"difficulty {low:g} or more"
    return f"difficulty {low:g} to {high:g}"
