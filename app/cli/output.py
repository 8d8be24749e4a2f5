"""What a command prints: people read tables, machines one JSON document, progress is on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic_core import to_jsonable_python
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from app import ambient

# What is piped has no terminal to be as wide as; an id must never be cut.
PIPED_WIDTH = 200
REDRAW_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Output:
    """Where one command's words go."""

    as_json: bool = False

    def report(self, value: object, *shown: RenderableType) -> None:
        """Print the outcome: `value` as JSON, or what is to be `shown` to a person."""
        if self.as_json:
            document = json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2)
            sys.stdout.write(document + "\n")
            sys.stdout.flush()
            return
        console = _console()
        for one in shown:
            console.print(one)

    def note(self, words: str) -> None:
        """Say something on the side, on stderr."""
        _console(stderr=True).print(Text(words))

    @contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar on stderr; call what is yielded with what is done and of how many."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = _console(stderr=True)
        shown = console.is_terminal
        with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
            task = bar.add_task(doing, total=None)

            shown_at = 0.0

            def step(done: int, of: int) -> None:
                # A bar that is drawn for each of a million rows would take longer than they do.
                nonlocal shown_at
                if done == of or ambient.elapsed() - shown_at > REDRAW_SECONDS:
                    shown_at = ambient.elapsed()
                    bar.update(task, completed=done, total=of)

            yield step


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> Table:
    """Return a table of plain texts: nothing in them is taken for markup."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold", header_style="bold")
    for row in rows:
        made.add_row(*(Text("-" if cell is None else str(cell)) for cell in row))
    return made


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Return names and values, one pair a line."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in pairs:
        made.add_row(Text(name), Text("-" if value is None else str(value)))
    return made


def line(words: str) -> Text:
    """Return a line of plain text."""
    return Text(words)


def instant(at: datetime | None) -> str:
    """Return an instant for people, in UTC."""
    return "-" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:g} %"


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)
