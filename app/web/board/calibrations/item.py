"""The page of one item of a calibration run: its curve, its options, what is to be looked at."""

from app.errors import NotFound
from app.services.calibration.calibration_record import RunView
from app.web.board.calibrations.run import care_of, flags, right
from app.web.board.desk import words
from app.web.board.desk.charts import item_chart, option_name, trace_chart
from app.web.board.desk.frames import CALIBRATIONS, frame, run_address
from app.web.board.desk.pages import CalibrationItemPage, Fact, Link, Table
from app.web.board.desk.session import Desk
from app.web.board.desk.tables import plain
from itembank.calibration import Fit, ItemRow
from itembank.items.item import ItemVersion

NOT_PRESENTED = "No group of persons met this item, so there is no curve to show."


def item_page(
    desk: Desk, view: RunView, item: str, content: ItemVersion | None
) -> CalibrationItemPage:
    """Return the page of an item of a run; raise NotFound."""
    run = view.run
    row = next((one for one in run.items if one.item == item), None)
    if row is None:
        raise NotFound("item", item)
    back = Link(f"Calibration {run.id}", run_address(run.id))
    return CalibrationItemPage(
        frame=frame(desk, f"Item {row.item}", CALIBRATIONS, back),
        care=care_of(view),
        facts=_facts(row),
        notes=row.notes,
        stem=() if content is None else content.stem,
        options=_options(row, content),
        curve=item_chart(row),
        groups=_groups(row),
        traces=trace_chart(row),
        shares=_shares(row),
        back=Link(f"Back to calibration {run.id}", back.href),
    )


def _facts(row: ItemRow) -> tuple[Fact, ...]:
    facts = [
        Fact("Version", str(row.version)),
        Fact("Criterion", row.criterion),
        Fact("Role", words.ROLES[row.role]),
        Fact("Presented to", words.counted(row.presented, "person", "persons")),
        Fact("Answered rightly by", f"{row.right} ({words.figure(right(row), 1)} %)"),
        Fact("Discrimination (a)", words.estimate(row.a)),
        Fact("Difficulty (b)", words.estimate(row.b)),
    ]
    if row.c is not None:
        facts.append(Fact("Lower asymptote (c)", words.estimate(row.c)))
    before = f"a {words.figure(row.before_a, 3)}, b {words.figure(row.before_b, 3)}, on their scale"
    facts.append(Fact("Selected with", before))
    if row.fit is not None:
        facts += _fit(row.fit)
    facts.append(Fact("Flags", "" if row.flags else "none", flags(row)))
    return tuple(facts)


def _fit(fit: Fit) -> list[Fact]:
    tested = f"{words.figure(fit.score)} on {fit.df} degrees of freedom, p {words.chance(fit.p)}"
    return [
        Fact("Infit", words.figure(fit.infit)),
        Fact("Outfit", words.figure(fit.outfit)),
        Fact("Score test", words.NOTHING if fit.score is None else tested),
    ]


def _options(row: ItemRow, content: ItemVersion | None) -> Table:
    """Return how each option was chosen, with its text where the content is at hand."""
    texts = (
        {}
        if content is None
        else {option.id: option.text for option in content.interaction.options}
    )
    heads = ("Option", "Chosen by", "Share (%)", "Mean ability (θ)")
    shown = [
        (
            option_name(one.option, is_key=one.is_key),
            words.figure(one.chosen, 0),
            words.figure(100 * one.share, 1),
            words.figure(one.mean_theta),
            *([texts.get(one.option or "", words.NOTHING)] if texts else []),
        )
        for one in row.options
    ]
    return plain(
        "Options",
        (*heads, *(["Text"] if texts else [])),
        shown,
        numbers="tnnn",
        empty="Nobody chose an option of this item.",
    )


def _groups(row: ItemRow) -> Table:
    return plain(
        "Groups of persons",
        ("Ability (θ)", "Persons", "Observed (%)", "Expected (%)", "Difference"),
        [
            (
                words.figure(point.theta),
                words.figure(point.persons, 0),
                words.figure(100 * point.observed, 1),
                words.figure(100 * point.expected, 1),
                words.figure(100 * (point.observed - point.expected), 1),
            )
            for point in row.curve
        ],
        numbers="nnnnn",
        empty=NOT_PRESENTED,
    )


def _shares(row: ItemRow) -> Table:
    names = [option_name(one.option, is_key=one.is_key) for one in row.options]
    return plain(
        "Choices by group (%)",
        ("Ability (θ)", *names),
        [
            (
                words.figure(point.theta),
                *(words.figure(100 * one.trace[place], 1) for one in row.options),
            )
            for place, point in enumerate(row.curve)
        ],
        numbers="n" * (1 + len(names)),
        empty=NOT_PRESENTED,
    )
