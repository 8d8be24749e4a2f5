"""Charts of a pre-flight report: precision along the scale, exposure, and ways compared."""

from collections.abc import Sequence
from math import ceil, floor

from app.exam.preflight.report import Comparison, Report, ScalePoint
from app.web.board.desk.charts import (
    BOTTOM,
    DASHES,
    LEFT,
    RIGHT,
    SHARE_TICKS,
    SHARES,
    TOP,
    WIDTH,
    Axis,
    Chart,
    Dot,
    Label,
    Line,
    points_of,
    round_numbers,
    spread,
)

THIN = 1.2
RADIUS = 3.0
NAME_ROOM = 84
STEP_OF_MARKS = 10


def report_charts(report: Report) -> tuple[Chart, ...]:
    """Return the charts that the report has figures for."""
    made = (
        _error_chart(report),
        _bias_chart(report),
        _exposure_chart(report),
        _comparison_chart(report),
    )
    return tuple(chart for chart in made if chart is not None)


def _known(report: Report) -> list[ScalePoint]:
    return [point for point in report.conditional_sem if point.mark_sem is not None]


def _marks_axis(points: Sequence[ScalePoint]) -> Axis:
    low = STEP_OF_MARKS * floor(min(point.mark for point in points) / STEP_OF_MARKS)
    high = STEP_OF_MARKS * ceil(max(point.mark for point in points) / STEP_OF_MARKS)
    return Axis(low, max(high, low + STEP_OF_MARKS), LEFT, RIGHT)


def _mark_ticks(axis: Axis) -> tuple[int, ...]:
    return tuple(range(int(axis.low), int(axis.high) + 1, STEP_OF_MARKS))


def _cut_lines(report: Report, across: Axis) -> tuple[Line, ...]:
    """Return an upright broken line at each cut score."""
    return tuple(
        Line(f"{across.place(one.cut)},{BOTTOM} {across.place(one.cut)},{TOP}", THIN, DASHES[1])
        for one in report.cuts
        if across.low <= one.cut <= across.high
    )


def _error_chart(report: Report) -> Chart | None:
    points = _known(report)
    if len(points) < 2:
        return None
    across = _marks_axis(points)
    sems = [point.mark_sem or 0.0 for point in points]
    rmses = [point.mark_rmse or 0.0 for point in points]
    marks = round_numbers(max(*sems, *rmses))
    up = Axis(0.0, marks[-1], BOTTOM, TOP)
    xs = [point.mark for point in points]
    worst = max(points, key=lambda point: point.mark_rmse or 0.0)
    return Chart(
        name="errors",
        title="Standard error and RMSE of the mark along the scale",
        description=(
            f"The error of a mark is largest, {worst.mark_rmse:.1f} marks, for candidates whose "
            f"true mark is near {worst.mark:.0f}. "
            "The table with the caption Precision along the scale holds the numbers."
        ),
        x_title="True mark",
        y_title="Marks",
        x_ticks=tuple(across.tick(mark, f"{mark}") for mark in _mark_ticks(across)),
        y_ticks=tuple(up.tick(mark, f"{mark:g}") for mark in marks),
        lines=(
            Line(points_of(across, up, xs, sems)),
            Line(points_of(across, up, xs, rmses), dashes=DASHES[0]),
            *_cut_lines(report, across),
        ),
        legend="Unbroken line: standard error (SEM). Dashes: RMSE, which holds the bias too. "
        "Upright dots: the cut scores.",
    )


def _bias_chart(report: Report) -> Chart | None:
    points = _known(report)
    if len(points) < 2:
        return None
    across = _marks_axis(points)
    values = [point.mark_bias or 0.0 for point in points]
    marks = round_numbers(max(abs(value) for value in values))
    up = Axis(-marks[-1], marks[-1], BOTTOM, TOP)
    ticks = sorted({*marks, *(-mark for mark in marks)})
    low, high = min(values), max(values)
    return Chart(
        name="bias",
        title="Bias of the mark along the scale",
        description=(
            f"Marks are between {low:+.1f} and {high:+.1f} marks from the true ones on average. "
            "The table with the caption Precision along the scale holds the numbers."
        ),
        x_title="True mark",
        y_title="Marks",
        x_ticks=tuple(across.tick(mark, f"{mark}") for mark in _mark_ticks(across)),
        y_ticks=tuple(up.tick(mark, f"{mark:g}") for mark in ticks),
        lines=(
            Line(f"{LEFT},{up.place(0.0)} {RIGHT},{up.place(0.0)}", THIN),
            Line(points_of(across, up, [point.mark for point in points], values)),
            *_cut_lines(report, across),
        ),
        legend="Above the level line marks come out too high. Upright dots: the cut scores.",
    )


def _exposure_chart(report: Report) -> Chart | None:
    rates = sorted((use.exposure for use in report.item_use), reverse=True)
    if len(rates) < 2:
        return None
    across = Axis(1.0, float(len(rates)), LEFT, RIGHT)
    ticks = [
        place for place in (1, *map(int, round_numbers(len(rates)))) if 0 < place <= len(rates)
    ]
    target = report.target
    lines = [Line(points_of(across, SHARES, list(range(1, len(rates) + 1)), rates))]
    if target is not None:
        level = SHARES.place(target)
        lines.append(Line(f"{LEFT},{level} {RIGHT},{level}", THIN, DASHES[0]))
    met = sum(rate > 0 for rate in rates)
    return Chart(
        name="exposure",
        title="Exposure of the items, the most used first",
        description=(
            f"The most used item is met by {rates[0]:.0%} of candidates; {met} of {len(rates)} "
            "items are met at all. The table with the caption Items holds the numbers."
        ),
        x_title="Items, by use",
        y_title="Met by (%)",
        x_ticks=tuple(across.tick(place, f"{place}") for place in ticks),
        y_ticks=SHARE_TICKS,
        lines=tuple(lines),
        legend="" if target is None else "Dashes: the target.",
    )


def _comparison_chart(report: Report) -> Chart | None:
    rows = report.comparisons
    sizes = sorted({row.block_size for row in rows})
    if len(sizes) < 2:
        return None
    end = WIDTH - NAME_ROOM
    across = Axis(0.0, float(len(sizes) - 1), LEFT + 12, end)
    marks = round_numbers(max(row.mark_rmse for row in rows))
    up = Axis(0.0, marks[-1], BOTTOM, TOP)
    named = [
        (words, _of_exposure(rows, words)) for words in dict.fromkeys(r.exposure for r in rows)
    ]
    named = [(words, mine) for words, mine in named if len(mine) > 1]
    places = [[float(sizes.index(row.block_size)) for row in mine] for _, mine in named]
    values = [[row.mark_rmse for row in mine] for _, mine in named]
    ends = spread([up.place(one[-1]) for one in values])
    return Chart(
        name="comparison",
        title="RMSE of the mark by block size",
        description="; ".join(
            f"exposure control {words}: "
            + ", ".join(f"{row.mark_rmse:.2f} in blocks of {row.block_size}" for row in mine)
            for words, mine in named
        )
        + ". The table with the caption Ways to make papers holds the numbers.",
        x_title="Items in a block",
        y_title="RMSE in marks",
        x_ticks=tuple(across.tick(place, f"{size}") for place, size in enumerate(sizes)),
        y_ticks=tuple(up.tick(mark, f"{mark:g}") for mark in marks),
        lines=tuple(
            Line(points_of(across, up, xs, ys), dashes="" if place == 0 else DASHES[place - 1])
            for place, (xs, ys) in enumerate(zip(places, values, strict=True))
        ),
        dots=tuple(
            Dot(across.place(x), up.place(y), RADIUS)
            for xs, ys in zip(places, values, strict=True)
            for x, y in zip(xs, ys, strict=True)
        ),
        labels=tuple(
            Label(end + 8.0, place + 4.0, words.partition(",")[0])
            for (words, _), place in zip(named, ends, strict=True)
        ),
        right=end,
        legend="Each line is one control of exposure, named at its right end.",
    )


def _of_exposure(rows: Sequence[Comparison], words: str) -> list[Comparison]:
    return sorted((row for row in rows if row.exposure == words), key=lambda row: row.block_size)
