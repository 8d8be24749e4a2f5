"""What the board sees of a calibration: the run, its items, their curves, and the decision."""

import re
from itertools import pairwise
from math import exp
from xml.etree.ElementTree import Element

import pytest
from fastapi import Request
from sqlalchemy import update

from app.exam.people.people import StaffMember
from app.services.calibration.calibration_record import RunView
from app.store.tables import calibration_runs
from app.web.board.calibrations.item import item_page
from app.web.board.desk.charts import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    information_chart,
    item_chart,
    trace_chart,
)
from app.web.board.desk.session import Desk
from app.web.deps import Context
from itembank.calibration import CalibrationRun, Fit, Flag, OptionRow, Role
from tests.board.desk import (
    CHAIR,
    PSYCHOMETRICIAN,
    accept_run,
    at_desk,
    keep_run,
    rows,
)
from tests.contract.world import EXAM, World
from tests.factories import make_item, make_row, make_run
from tests.pages.browser import Page, words

SVG = "{http://www.w3.org/2000/svg}"
HERE = "/board/calibrations/run-1"
ITEMS = (
    make_row("I-1", b=0.2),
    make_row("I-2", b=-1.5, role=Role.ANCHOR),
    make_row("I-3", role=Role.LEFT_OUT),
    make_row("I-4", b=1.7, flags=(Flag.KEY, Flag.FIT)),
    make_row("I-5", b=0.9, flags=(Flag.FEW,)),
)


def kept(world: World) -> CalibrationRun:
    return keep_run(world, make_run(exam=EXAM, items=ITEMS))


def names(page: Page) -> list[str]:
    return [row["Item"] for row in rows(page, "Items")]


def drawings(page: Page) -> list[Element]:
    return [one for one in page.tree.iter(f"{SVG}svg") if one.get("role") == "img"]


def test_runs_are_listed_with_their_decisions(world: World) -> None:
    accept_run(world, keep_run(world, make_run("run-1", exam=EXAM)))
    world.clock.advance(minutes=1)
    keep_run(world, make_run("run-2", exam=EXAM, converged=False))
    desk = at_desk(world, PSYCHOMETRICIAN)
    page = desk.get(desk.get("/board").link("Calibrations"))
    assert rows(page, "Calibration runs") == [
        {
            "Run": "run-2",
            "Window": "january",
            "Exam": "demo, version 1",
            "Made (UTC)": "11 Jan 2027, 09:01",
            "Model": "2PL",
            "Converged": "no",
            "Accepted (UTC)": "not yet",
            "By": "—",
        },
        {
            "Run": "run-1",
            "Window": "january",
            "Exam": "demo, version 1",
            "Made (UTC)": "11 Jan 2027, 09:00",
            "Model": "2PL",
            "Converged": "yes",
            "Accepted (UTC)": "21 Jan 2027, 15:30",
            "By": CHAIR,
        },
    ]
    assert page.link("run-1") == HERE
    assert page.link("january") == "/board/windows/january"


def test_without_a_run_the_page_says_how_to_make_one(small_world: World) -> None:
    page = at_desk(small_world).get("/board/calibrations")
    assert "adept calibrate --window WINDOW" in page.text


def test_a_run_says_what_was_asked_and_found(world: World) -> None:
    kept(world)
    page = at_desk(world).get(HERE)
    facts = {
        words(one[0]): words(one[1]) for one in page.tree.iter("div") if one.find("dt") is not None
    }
    assert facts.items() >= {
        "Window": "january",
        "Exam": "demo, version 1",
        "Made": "20 Jan 2027, 10:00 UTC, by psychometrician@example.org",
        "Model": "2PL",
        "Anchors": "reporting scale 1",
        "Slope": "0.980, standard error 0.020",
        "Persons": "1,200",
        "Mean of ability": "0.125, standard error 0.031",
        "Reliability": "0.913",
        "Log-likelihood": "-31234.57",
        "Free parameters": "10",
        "BIC": "62511.67",
        "Iterations": "37, converged",
        "Hash of the responses": "0f" * 32,
        "Made with": "adept 0.1.0, numpy 2.3.4",
        "Tolerance": "0.0001",
    }.items()  # fmt: skip
    assert "NOT CONVERGED" not in page.text
    assert "ALTERED" not in page.text


def test_items_are_shown_with_errors_fit_and_flags_in_words(small_world: World) -> None:
    kept(small_world)
    page = at_desk(small_world).get(HERE)
    table = {row["Item"]: row for row in rows(page, "Items")}
    assert table["I-4"] == {
        "Item": "I-4",
        "Criterion": "1.1",
        "Role": "calibrated",
        "Presented": "600",
        "Right (%)": "55.0",
        "a": "1.10",
        "SE of a": "0.09",
        "b": "1.70",
        "SE of b": "0.09",
        "a before": "1.00",
        "b before": "-0.25",
        "Infit": "1.02",
        "Outfit": "0.98",
        "Score test p": "0.199",
        "Flags": "key, fit",
    }
    assert table["I-2"]["SE of b"] == "—"
    assert table["I-3"]["b"] == table["I-3"]["Right (%)"] == "—"
    assert table["I-5"]["Flags"] == "few responses"
    [drift] = rows(page, "Drift of the anchors")
    assert (drift["Item"], drift["d²"], drift["Finding"]) == ("I-2", "0.0123", "drifted")


def test_items_are_sorted_and_filtered_by_links(small_world: World) -> None:
    kept(small_world)
    desk = at_desk(small_world)
    page = desk.get(HERE)
    assert names(page) == ["I-4", "I-5", "I-1", "I-2", "I-3"]
    rising = desk.get(page.link("b"))
    assert names(rising) == ["I-2", "I-1", "I-5", "I-4", "I-3"]
    assert names(desk.get(rising.link("b"))) == ["I-4", "I-5", "I-1", "I-2", "I-3"]
    for key in ("flags", "item", "b", "a", "fit"):
        assert desk.get(f"{HERE}?sort={key}").one("th", **{"aria-sort": "ascending"}) is not None
    assert names(desk.get(page.link("Flagged (2)"))) == ["I-4", "I-5"]
    assert names(desk.get(page.link("Anchors (1)"))) == ["I-2"]
    assert names(desk.get(page.link("Left out (1)"))) == ["I-3"]
    assert names(desk.get(f"{HERE}?state=%00&sort=--b&page=9%C2%B2")) == names(page)


def test_a_long_table_of_items_has_pages(small_world: World) -> None:
    many = tuple(make_row(f"I-{number:03}") for number in range(101))
    keep_run(small_world, make_run(exam=EXAM, items=many))
    desk = at_desk(small_world)
    page = desk.get(HERE)
    assert len(names(page)) == 100
    assert names(desk.get(page.link("Page 2"))) == ["I-100"]


def test_the_command_that_accepts_a_run_is_told_until_it_is_accepted(world: World) -> None:
    run = kept(world)
    desk = at_desk(world, PSYCHOMETRICIAN)
    command = f'adept calibration accept run-1 --items clear --by {PSYCHOMETRICIAN} --reason "..."'
    page = desk.get(HERE)
    assert words(page.one("pre")) == command
    assert "The key of these items is in doubt: I-4." in page.text
    decision = accept_run(world, run)
    page = desk.get(HERE)
    assert not page.all("pre")
    assert f"21 Jan 2027, 15:30 UTC, by {CHAIR}" in page.text
    assert "All keys were checked." in page.text
    assert f"Parameter set{decision.parameters}" in page.text
    assert "Re-expressed1: I-4" in page.text
    assert "Barred1: I-5" in page.text


def test_a_run_that_did_not_converge_is_shown_and_not_offered(small_world: World) -> None:
    keep_run(small_world, make_run(exam=EXAM, converged=False))
    page = at_desk(small_world).get(HERE)
    assert "NOT CONVERGED" in page.text
    assert "500, stopped before it settled not converged" in page.text
    assert not page.all("pre")


def test_a_run_that_was_altered_says_so_on_every_page(world: World) -> None:
    run = kept(world)
    altered = run.model_copy(update={"persons": 1300}).model_dump_json()
    with world.database.engine.begin() as connection:
        connection.execute(update(calibration_runs).values(document=altered))
    desk = at_desk(world)
    for path in (HERE, f"{HERE}/items/I-1"):
        page = desk.get(path)
        assert "ALTERED" in page.text
        assert not page.all("pre")


def test_the_information_curve_stands_beside_its_table(small_world: World) -> None:
    run = kept(small_world)
    page = at_desk(small_world).get(HERE)
    [drawing] = drawings(page)
    title, description = (drawing.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert words(description).startswith("Information is highest, 12.5, at theta 0.0;")
    table = rows(page, "Information by ability")
    assert [row["Ability (θ)"] for row in table] == [f"{one.theta:.2f}" for one in run.information]
    [line] = drawing.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == len(table)


def test_an_item_shows_its_curve_its_options_and_what_to_look_at(small_world: World) -> None:
    run = kept(small_world)
    desk = at_desk(small_world)
    page = desk.get(desk.get(HERE).link("I-4"))
    row = run.row("I-4")
    assert page.heading == "Item I-4"
    assert "Look at the key of I-4." in page.text
    assert "1.700, standard error 0.094" in page.text
    assert "7.31 on 5 degrees of freedom, p 0.199" in page.text
    assert "Flags key, fit" in page.text
    groups = rows(page, "Groups of persons")
    assert groups[0] == {
        "Ability (θ)": "-2.00",
        "Persons": "50",
        "Observed (%)": f"{100 * row.curve[0].observed:.1f}",
        "Expected (%)": f"{100 * row.curve[0].expected:.1f}",
        "Difference": "-2.0",
    }
    options = rows(page, "Options")
    assert [one["Option"] for one in options] == ["p", "q (key)", "r", "s", "blank"]
    assert (options[1]["Chosen by"], options[1]["Share (%)"]) == ("330", "55.0")
    choices = rows(page, "Choices by group")
    assert [one["q (key)"] for one in choices] == [f"{100 * x:.1f}" for x in row.options[1].trace]
    curve, traces = drawings(page)
    assert len(list(curve.iter(f"{SVG}circle"))) == len(groups)
    assert len(list(traces.iter(f"{SVG}polyline"))) == len(options)
    assert page.link("Back to calibration run-1") == HERE


def test_an_item_is_shown_with_its_words_where_they_are_at_hand(small_world: World) -> None:
    run = kept(small_world)
    content = make_item("I-1")
    path = f"{HERE}/items/I-1"
    scope = {"type": "http", "path": path, "headers": [], "query_string": b""}
    context = Context(small_world.app.state.service, small_world.clock.now())
    member = StaffMember("1", CHAIR, "", frozenset({"chair"}))
    page = item_page(
        Desk(Request(scope), context, member, "token"),
        RunView(run, None, is_intact=True),
        "I-1",
        content,
    )
    assert page.stem == content.stem
    texts = [row[-1].words for row in page.options.rows]
    assert texts == [*(option.text for option in content.interaction.options), "—"]


def test_a_tiny_chance_is_never_shown_as_none(small_world: World) -> None:
    fit = Fit(infit=1.8, outfit=2.4, score=88.1, df=5, p=1.2e-9)
    rows_of_run = (make_row("I-1").model_copy(update={"fit": fit}), make_row("I-2"))
    keep_run(small_world, make_run(exam=EXAM, items=rows_of_run))
    desk = at_desk(small_world)
    worst, _ = rows(desk.get(f"{HERE}?sort=fit"), "Items")
    assert (worst["Item"], worst["Score test p"]) == ("I-1", "< 0.001")
    assert "p < 0.001" in desk.get(f"{HERE}/items/I-1").text


def test_an_item_that_was_left_out_has_no_drawing(small_world: World) -> None:
    kept(small_world)
    page = at_desk(small_world).get(f"{HERE}/items/I-3")
    assert not drawings(page)
    assert "Nobody met it." in page.text
    assert "so there is no curve to show" in page.text


def test_unknown_runs_and_items_are_not_found(world: World) -> None:
    kept(world)
    desk = at_desk(world)
    for name in ("none", "%00", "%ff%fe", "x" * 3000, "..%5c", "%F0%9F%98%80"):
        for path in (f"/board/calibrations/{name}", f"{HERE}/items/{name}"):
            page = desk.get(path)
            assert (page.status, page.heading) == (404, "Not found")


def test_no_page_of_a_run_has_a_style_or_a_colour_of_its_own(small_world: World) -> None:
    kept(small_world)
    desk = at_desk(small_world)
    for path in (HERE, f"{HERE}/items/I-1"):
        for drawing in drawings(desk.get(path)):
            for one in drawing.iter():
                assert not {"style", "fill", "stroke", "color"} & one.attrib.keys()


def test_the_curve_is_the_model_and_the_area_of_a_circle_its_persons() -> None:
    row = make_row(b=0.5)
    chart = item_chart(row)
    assert chart is not None
    places = [tuple(map(float, one.split(","))) for one in chart.lines[0].points.split()]
    assert (places[0][0], places[-1][0]) == (LEFT, RIGHT)
    for x, y in places:
        theta = -2.5 + 5 * (x - LEFT) / (RIGHT - LEFT)
        share = 1 / (1 + exp(-1.1 * (theta - 0.5)))
        assert y == pytest.approx(BOTTOM - share * (BOTTOM - TOP), abs=0.15)
    areas = [dot.radius**2 for dot in chart.dots]
    persons = [point.persons for point in row.curve]
    assert areas[0] / areas[1] == pytest.approx(persons[0] / persons[1], rel=0.02)
    for dot, dash, point in zip(chart.dots, chart.dashes, row.curve, strict=True):
        assert dot.y == pytest.approx(BOTTOM - point.observed * (BOTTOM - TOP), abs=0.05)
        assert dash.y == pytest.approx(BOTTOM - point.expected * (BOTTOM - TOP), abs=0.05)
        assert (dash.x1 + dash.x2) / 2 == pytest.approx(dot.x)


def test_names_at_the_ends_of_lines_do_not_touch() -> None:
    row = make_row()
    same = OptionRow(option="x", is_key=False, chosen=0, share=0, mean_theta=None, trace=(0.0,) * 6)
    low = row.model_copy(update={"options": (same,) * 8})
    high = row.model_copy(update={"options": (same.model_copy(update={"trace": (1.0,) * 6}),) * 8})
    for one in (row, low, high):
        chart = trace_chart(one)
        assert chart is not None
        places = sorted(label.y for label in chart.labels)
        assert all(after - before >= 13.9 for before, after in pairwise(places))
        assert places[0] >= TOP
        assert places[-1] <= BOTTOM + 4


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (12.5, ["0", "2.5", "5", "7.5", "10", "12.5"]),
        (0.037, ["0", "0.01", "0.02", "0.03", "0.04"]),
        (100.0, ["0", "20", "40", "60", "80", "100"]),
        (0.0, ["0", "0.1"]),
    ],
)
def test_information_is_marked_with_round_numbers(most: float, marks: list[str]) -> None:
    run = make_run()
    points = tuple(
        point.model_copy(update={"information": most * (point.theta == 0)})
        for point in run.information
    )
    chart = information_chart(run.model_copy(update={"information": points}))
    assert chart is not None
    assert [tick.words for tick in chart.y_ticks] == marks
    assert re.search(r"highest, \d", chart.description)


def test_everything_is_drawn_inside_its_box() -> None:
    row = make_row(b=3.0)
    narrow = row.model_copy(update={"curve": row.curve[:1], "options": ()})
    for chart in (
        item_chart(row),
        item_chart(narrow),
        trace_chart(row),
        information_chart(make_run()),
    ):
        assert chart is not None
        for line in chart.lines:
            for point in line.points.split():
                x, y = map(float, point.split(","))
                assert chart.left <= x <= chart.right
                assert chart.top <= y <= chart.bottom
        assert all(chart.left <= tick.at <= chart.right for tick in chart.x_ticks)
        assert len(chart.x_ticks) <= 9
