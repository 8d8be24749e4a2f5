"""Tables that are sorted, filtered and paged by links: what the address asks for, made safe."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from app.web.board.desk.pages import Cell, Column, Link, Table

PAGE_SIZE = 100
MOST_DIGITS = 6
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks of a table: unknown words mean the usual order, the first page."""

    path: str
    state: str = ""
    sort: str = ""
    page: str = ""

    def number(self) -> int:
        """Return the page asked for."""
        asked = self.page
        plain = asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS
        return max(int(asked), 1) if plain else 1

    def address(self) -> str:
        """Return the address that asks for this view."""
        named = {"state": self.state, "sort": self.sort, "page": self.page}
        kept = {name: value for name, value in named.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path


@dataclass(frozen=True, slots=True)
class Spec(Generic[Row]):
    """A column: its head, what a row shows in it, and what it is sorted by, if it can be."""

    head: str
    cell: Callable[[Row], Cell]
    key: str = ""
    by: Callable[[Row], Any] | None = None  # anything that can be compared with its like
    is_number: bool = False
    is_tight: bool = False


def table(
    specs: Sequence[Spec[Row]], rows: Sequence[Row], view: View, *, caption: str, empty: str
) -> Table:
    """Return the page of a table that the view asks for."""
    ordered = _ordered(specs, rows, view.sort)
    pages = max(1, -(-len(ordered) // PAGE_SIZE))
    here = min(view.number(), pages)
    shown = ordered[(here - 1) * PAGE_SIZE : here * PAGE_SIZE]
    return Table(
        caption=caption,
        columns=tuple(_column(spec, view) for spec in specs),
        rows=tuple(tuple(spec.cell(row) for spec in specs) for row in shown),
        empty=empty,
        more=_pages(view, here, pages),
    )


def plain(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: str = "",
    empty: str = "",
) -> Table:
    """Return a table as it is; `numbers` has n for a column of numbers, t for a tight one."""
    return Table(
        caption=caption,
        columns=tuple(
            Column(head, is_number=kind == "n", is_tight=kind == "t")
            for head, kind in zip(heads, numbers.ljust(len(heads)), strict=True)
        ),
        rows=tuple(tuple(Cell(words) for words in row) for row in rows),
        empty=empty,
    )


def _ordered(specs: Sequence[Spec[Row]], rows: Sequence[Row], asked: str) -> list[Row]:
    for spec in specs:
        by = spec.by
        if by is not None and spec.key == asked.removeprefix("-"):
            present = [row for row in rows if by(row) is not None]
            absent = [row for row in rows if by(row) is None]
            return sorted(present, key=by, reverse=asked.startswith("-")) + absent
    return list(rows)


def _column(spec: Spec[Row], view: View) -> Column:
    if spec.by is None:
        return Column(spec.head, spec.is_number, spec.is_tight)
    order = {spec.key: "ascending", f"-{spec.key}": "descending"}.get(view.sort, "")
    turned = f"-{spec.key}" if order == "ascending" else spec.key
    href = replace(view, sort=turned, page="").address()
    return Column(spec.head, spec.is_number, spec.is_tight, href, order)


def _pages(view: View, here: int, pages: int) -> tuple[Link, ...]:
    if pages == 1:
        return ()
    return tuple(
        Link(f"Page {number}", replace(view, page=str(number)).address(), number == here)
        for number in range(1, pages + 1)
    )
