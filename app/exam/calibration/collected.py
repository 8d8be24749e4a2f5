"""The responses of a window as a calibration takes them: every score that drove selection."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.exam.paper.edition import Edition
from app.exam.sitting.sitting import ENDED, Sitting
from itembank.items.item import ItemVersion
from itembank.items.response import Response, only_option
from psychometrics import ChoiceMatrix


@dataclass(frozen=True, slots=True)
class Cell:
    """What one person did with one delivered item; a blank scored 0."""

    sitting: str
    item: str
    version: int
    response: Response
    score: int


@dataclass(frozen=True, slots=True)
class Collected:
    """The delivered cells of a window, by sitting and position, with the items they are of.

    `labels` are item ids; a version other than the edition's has its number behind the id.
    """

    cells: tuple[Cell, ...]
    labels: tuple[str, ...]
    items: tuple[ItemVersion, ...]
    choices: ChoiceMatrix
    hash: str


def cells_of(sitting: Sitting, edition: Edition) -> list[Cell]:
    """Return the delivered positions of an ended sitting; what was never delivered says nothing."""
    if sitting.state not in ENDED:
        return []
    return [
        Cell(
            sitting=sitting.id,
            item=place.item,
            version=place.version,
            response=answer.response,
            score=edition.item(place.item).interaction.score(answer.response),
        )
        for place, answer in zip(sitting.places, sitting.answers, strict=True)
    ]


def collect(cells: Sequence[Cell], met: Iterable[ItemVersion], edition: Edition) -> Collected:
    """Return the cells as matrices; `met` holds the item versions they are of.

    Items of the edition that nobody met are columns without a response, so that they are named.
    """
    versions = {(one.id, one.version): one for one in (*edition.items, *met)}
    keys = sorted(versions)
    place = {key: column for column, key in enumerate(keys)}
    persons = sorted({cell.sitting for cell in cells})
    row = {name: number for number, name in enumerate(persons)}
    items = tuple(versions[key] for key in keys)
    labels = tuple(_label(one, edition) for one in items)
    return Collected(
        cells=tuple(cells),
        labels=labels,
        items=items,
        choices=ChoiceMatrix.from_cells(
            [row[cell.sitting] for cell in cells],
            [place[(cell.item, cell.version)] for cell in cells],
            [only_option(cell.response) for cell in cells],
            (len(persons), len(items)),
            scores=[cell.score for cell in cells],
            options=[one.option_ids() for one in items],
            key=[one.interaction.key for one in items],
            persons=persons,
            items=labels,
        ),
        hash=_hash(cells),
    )


def _label(item: ItemVersion, edition: Edition) -> str:
    known = edition.index.get(item.id)
    is_current = known is not None and edition.items[known].version == item.version
    return item.id if is_current else f"{item.id}.v{item.version}"


def _hash(cells: Sequence[Cell]) -> str:
    lines = "".join(
        f"{cell.sitting},{cell.item},{cell.version},{' '.join(cell.response)},{cell.score}\n"
        for cell in cells
    )
    return hashlib.sha256(lines.encode()).hexdigest()
