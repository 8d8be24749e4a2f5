"""Charts as values: every place is computed here, and the template only writes it down as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from math import ceil, floor, log10, sqrt

import numpy as np

from itembank.calibration import CalibrationRun, CurvePoint, ItemRow, OptionRow
from psychometrics import ItemParameters, probability

# The drawing scales with its box: 360 units are 288 px on the narrowest screen.
WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 40, 346, 28, 212
LABELS = 64  # room for the names of lines at their right ends
LEAST_SPAN = 2.0
AIR = 0.25
LARGEST_RADIUS, SMALLEST_RADIUS = 10.0, 1.5
HALF_DASH = 7.0
CURVE_POINTS = 61
LABEL_STEP = 14.0
LONGEST_LABEL = 9
KEY_WIDTH, LINE_WIDTH = 3.0, 1.6
DASHES = ("7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 5", "6 2 2 2 2 2", "3 2")


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and what it says."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through its points; `dashes` is empty for an unbroken one."""

    points: str
    width: float = 2.0
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle; its area says how many persons it stands for."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Dash:
    """A short level stroke: what was expected there."""

    x1: float
    x2: float
    y: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the drawing."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title, its description in a sentence or two, and its legend."""

    name: str
    title: str
    description: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    legend: str = ""
    dots: tuple[Dot, ...] = ()
    dashes: tuple[Dash, ...] = ()
    labels: tuple[Label, ...] = ()
    right: int = RIGHT
    left: int = LEFT
    top: int = TOP
    bottom: int = BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` on the places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return where a value is drawn, to a tenth of a unit."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def tick(self, value: float, words: str) -> Tick:
        """Return a tick at a value."""
        return Tick(self.place(value), words)


SHARES = Axis(0.0, 1.0, BOTTOM, TOP)
SHARE_TICKS = tuple(SHARES.tick(share / 4, f"{25 * share}") for share in range(5))


def item_chart(row: ItemRow) -> Chart | None:
    """Return an item's curve with the observed and expected share of each group, if it has one."""
    if row.a is None or row.b is None or not row.curve:
        return None
    across = _thetas([point.theta for point in row.curve], RIGHT)
    thetas = np.linspace(across.low, across.high, CURVE_POINTS).tolist()
    guessing = 0.0 if row.c is None else row.c.value
    item = ItemParameters([row.a.value], [row.b.value], [guessing])
    shares: list[float] = probability(thetas, item)[:, 0].tolist()
    most = max(point.persons for point in row.curve)
    furthest = max(abs(point.observed - point.expected) for point in row.curve)
    return Chart(
        name="curve",
        title=f"Item curve of {row.item}",
        description=(
            f"The chance of a right answer rises from {shares[0]:.0%} at theta {across.low:.1f} "
            f"to {shares[-1]:.0%} at theta {across.high:.1f}. The observed share of a group "
            f"is at most {100 * furthest:.0f} points from the expected one. "
            "The table with the caption Groups of persons holds the numbers."
        ),
        x_title="Ability (θ)",
        y_title="Right (%)",
        x_ticks=_theta_ticks(across),
        y_ticks=SHARE_TICKS,
        lines=(Line(points_of(across, SHARES, thetas, shares)),),
        dots=tuple(_dot(point, across, most) for point in row.curve),
        dashes=tuple(_dash(point, across) for point in row.curve),
        legend="Line: the item's curve. Circles: observed share right, the larger the more "
        "persons. Short strokes: expected share of the same persons.",
    )


def trace_chart(row: ItemRow) -> Chart | None:
    """Return the share of each group that chose each option, if any group is known."""
    if not row.curve or not row.options:
        return None
    end = WIDTH - LABELS
    across = _thetas([point.theta for point in row.curve], end)
    thetas = [point.theta for point in row.curve]
    ends = spread([SHARES.place(option.trace[-1]) for option in row.options])
    broken = cycle(DASHES)
    return Chart(
        name="traces",
        title=f"Options of {row.item} by ability",
        description="; ".join(
            f"{option_name(option.option, is_key=option.is_key)}: from {option.trace[0]:.0%} "
            f"of the least able group to {option.trace[-1]:.0%} of the ablest"
            for option in row.options
        )
        + ". The table with the caption Choices by group holds the numbers.",
        x_title="Ability (θ)",
        y_title="Chosen by (%)",
        x_ticks=_theta_ticks(across),
        y_ticks=SHARE_TICKS,
        lines=tuple(
            Line(
                points_of(across, SHARES, thetas, option.trace),
                KEY_WIDTH if option.is_key else LINE_WIDTH,
                "" if option.is_key else next(broken),
            )
            for option in row.options
        ),
        labels=tuple(
            Label(end + 5.0, place + 4.0, _label(option))
            for option, place in zip(row.options, ends, strict=True)
        ),
        right=end,
        legend="Thick unbroken line: the key. Broken lines: the other options, named at "
        "their right ends.",
    )


def information_chart(run: CalibrationRun) -> Chart | None:
    """Return the information of all calibrated items over theta."""
    if not run.information:
        return None
    thetas = [point.theta for point in run.information]
    values = [point.information for point in run.information]
    across = _thetas(thetas, RIGHT)
    peak = max(run.information, key=lambda point: point.information)
    marks = round_numbers(peak.information)
    up = Axis(0.0, marks[-1], BOTTOM, TOP)
    return Chart(
        name="information-curve",
        title="Information of the calibrated items",
        description=(
            f"Information is highest, {peak.information:.1f}, at theta {peak.theta:.1f}; it is "
            f"{values[0]:.1f} at theta {thetas[0]:.1f} and {values[-1]:.1f} at theta "
            f"{thetas[-1]:.1f}. The table with the caption Information by ability holds the "
            "numbers."
        ),
        x_title="Ability (θ)",
        y_title="Information",
        x_ticks=_theta_ticks(across),
        y_ticks=tuple(up.tick(mark, f"{mark:g}") for mark in marks),
        lines=(Line(points_of(across, up, thetas, values)),),
    )


def option_name(option: str | None, *, is_key: bool) -> str:
    """Return what an option is called in a chart and its table."""
    name = "blank" if option is None else option
    return f"{name} (key)" if is_key else name


def _label(option: OptionRow) -> str:
    name = option_name(option.option, is_key=option.is_key)
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"


def _thetas(values: Sequence[float], end: int) -> Axis:
    """Return an axis for abilities, with a little air around what it must hold."""
    low, high = min(values), max(values)
    missing = max(AIR, (LEAST_SPAN - (high - low)) / 2)
    return Axis(floor(2 * (low - missing)) / 2, ceil(2 * (high + missing)) / 2, LEFT, end)


def _theta_ticks(axis: Axis) -> tuple[Tick, ...]:
    step = max(1, ceil((axis.high - axis.low) / 8))
    first = ceil(axis.low / step) * step
    return tuple(axis.tick(theta, f"{theta}") for theta in range(first, floor(axis.high) + 1, step))


def round_numbers(most: float) -> list[float]:
    """Return 0 and a few round numbers, the last of which is no less than `most`."""
    power = 10.0 ** floor(log10(most / 4)) if most > 0 else 0.1
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size * 5 >= most)
    return [round(step * place, 10) for place in range(max(1, ceil(most / step - 1e-9)) + 1)]


def points_of(across: Axis, up: Axis, xs: Sequence[float], ys: Sequence[float]) -> str:
    """Return a line through points as SVG writes it."""
    return " ".join(f"{across.place(x)},{up.place(y)}" for x, y in zip(xs, ys, strict=True))


def _dot(point: CurvePoint, across: Axis, most: float) -> Dot:
    size = LARGEST_RADIUS * sqrt(point.persons / most) if most > 0 else SMALLEST_RADIUS
    radius = round(max(size, SMALLEST_RADIUS), 1)
    return Dot(across.place(point.theta), SHARES.place(point.observed), radius)


def _dash(point: CurvePoint, across: Axis) -> Dash:
    middle = across.place(point.theta)
    left, right = round(middle - HALF_DASH, 1), round(middle + HALF_DASH, 1)
    return Dash(left, right, SHARES.place(point.expected))


def spread(places: Sequence[float]) -> list[float]:
    """Return places moved apart, in their order, so that no two labels touch."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = [0.0] * len(places)
    floor_of_next = float(TOP)
    for number in order:
        moved[number] = max(places[number], floor_of_next)
        floor_of_next = moved[number] + LABEL_STEP
    ceiling_of_next = float(BOTTOM)
    for number in reversed(order):
        moved[number] = round(min(moved[number], ceiling_of_next), 1)
        ceiling_of_next = moved[number] - LABEL_STEP
    return moved
