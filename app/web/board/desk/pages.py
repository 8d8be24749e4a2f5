"""The board's page values: frozen, made of words, so that templates compute nothing."""

from dataclasses import dataclass, field

from app.web.board.desk.charts import Chart


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go; `is_here` marks the one we are at."""

    words: str
    href: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: its heading, who is signed in, the ways to other pages."""

    title: str
    email: str = ""
    roles: str = ""
    csrf: str = ""
    places: tuple[Link, ...] = ()
    trail: tuple[Link, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head, with a number's unit; tight cells stay on one line; `order` is aria-sort."""

    head: str
    is_number: bool = False
    is_tight: bool = False
    href: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: words, perhaps a link, perhaps a mark of care or a bar beside them."""

    words: str
    href: str = ""
    care: str = ""
    hidden: str = ""
    bar: "Gauge | None" = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """A small bar in hundredths of its width, with a tick where it was expected to end."""

    length: int
    tick: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; `empty` is said in its place when there are no rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    more: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is so, perhaps with a link or a mark of care."""

    name: str
    words: str
    care: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An action on a window: a link, or the reason why it is not possible now."""

    link: Link
    hint: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A control of a form, with what was typed and what is wrong with it."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    value: str = ""
    error: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The staff sign-in."""

    frame: Frame
    fields: tuple[Field, ...]
    next: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class WindowsPage:
    """Every window with its counts."""

    frame: Frame
    windows: Table


@dataclass(frozen=True, slots=True)
class WindowPage:
    """A window: what is so, what can be done, who sits, what was done."""

    frame: Frame
    facts: tuple[Fact, ...]
    counts: tuple[Table, ...]
    choices: tuple[Choice, ...]
    views: tuple[Link, ...]
    filters: tuple[Link, ...]
    sittings: Table
    refreshed: str
    decisions: Table


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """The results of a graded window."""

    frame: Frame
    care: tuple[str, ...]
    facts: tuple[Fact, ...]
    views: tuple[Link, ...]
    grades: Table
    bars: tuple["Bar", ...]
    results: Table


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a small chart: its label, its number, and its length in hundredths."""

    label: str
    number: str
    length: int
    top: int


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One decision: the evidence, the form, what it does."""

    frame: Frame
    lede: str
    facts: tuple[Fact, ...]
    fields: tuple[Field, ...]
    target: str
    submit: str
    back: Link
    refusal: str = ""
    is_refused: bool = False
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class SittingPage:
    """A sitting with its result and its record."""

    frame: Frame
    facts: tuple[Fact, ...]
    mark: tuple[Fact, ...]
    care: tuple[str, ...]
    no_mark: str
    parts: tuple[Table, ...]
    links: tuple[Link, ...]
    replay_target: str
    record: Table
    decisions: Table


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """What replaying a sitting gave."""

    frame: Frame
    verdict: str
    agrees: bool
    facts: tuple[Fact, ...]
    differences: Table
    blocks: Table
    replay_target: str


@dataclass(frozen=True, slots=True)
class CalibrationsPage:
    """Every calibration run."""

    frame: Frame
    runs: Table


@dataclass(frozen=True, slots=True)
class CalibrationPage:
    """A run: what was asked and found, the decision on it, its items.

    `command` is what puts it in force; it is empty where that is done, or cannot be. `undecided`
    names the items that the command must name.
    """

    frame: Frame
    care: tuple[str, ...]
    facts: tuple[Fact, ...]
    estimates: tuple[Fact, ...]
    record: tuple[Fact, ...]
    decision: tuple[Fact, ...]
    command: str
    undecided: str
    filters: tuple[Link, ...]
    items: Table
    drift: Table
    information: Chart | None
    information_points: Table


@dataclass(frozen=True, slots=True)
class CalibrationItemPage:
    """One item of a run; a chart is None where there is nothing to draw."""

    frame: Frame
    care: tuple[str, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    stem: tuple[str, ...]
    options: Table
    curve: Chart | None
    groups: Table
    traces: Chart | None
    shares: Table
    back: Link


@dataclass(frozen=True, slots=True)
class FaultPage:
    """A refusal."""

    frame: Frame
    detail: str
    links: tuple[Link, ...] = field(default=())
