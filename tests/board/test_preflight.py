"""What the board sees of a pre-flight: a way to make one, and the newest report."""

from dataclasses import replace

import pytest

from app.exam.people.permissions import system
from app.services.preflight.preflight import run_preflight
from app.services.preflight.run import PreflightRequest
from tests.board.desk import (
    AUTHOR,
    CHAIR,
    INVIGILATOR,
    PSYCHOMETRICIAN,
    REVIEWER,
    at_desk,
    rows,
)
from tests.contract.world import EXAM, World
from tests.pages.browser import words

SVG = "{http://www.w3.org/2000/svg}"
HERE = f"/board/exams/{EXAM}/preflight"
FEW = PreflightRequest(EXAM, 100, comparisons=False)


def kept(world: World, request: PreflightRequest = FEW) -> None:
    run_preflight(world.database, request, actor=system(CHAIR, world.clock.now()))


def test_without_a_report_the_page_says_what_one_would_show(small_world: World) -> None:
    page = at_desk(small_world).get(HERE)
    assert page.heading == "Pre-flight of CIM Level 6 Specialist Award in Social Media Management"
    assert "has not been simulated yet" in page.text
    assert f"adept simulate --exam {EXAM} --candidates 10000" in page.text
    assert not page.all("table")


@pytest.mark.slow
def test_a_report_is_made_by_pressing_the_button(small_world: World) -> None:
    desk = at_desk(small_world, PSYCHOMETRICIAN)
    page = desk.fill(HERE, "Simulate 1,000 candidates")
    assert "Candidates have been simulated, and the report is kept." in page.text
    assert f"simulated with 1,000 candidates on 11 Jan 2027, 09:00 UTC by {PSYCHOMETRICIAN}" in (
        page.text.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "PROVISIONAL" in page.text
    assert "met in every paper" in page.text
    assert len(rows(page, "Items: share of candidates")) == 128
    assert [row["Grade"] for row in rows(page, "How each grade is given")] == [
        "Distinction",
        "Merit",
        "Pass",
        "Fail",
    ]
    assert [row["Cut"] for row in rows(page, "Precision at the cut scores")] == ["80", "70", "60"]


def test_the_newest_report_is_shown_with_its_charts(small_world: World) -> None:
    kept(small_world)
    small_world.clock.advance(minutes=5)
    kept(small_world, replace(FEW, seed=7))
    page = at_desk(small_world).get(HERE)
    assert "100, seed 7" in page.text
    drawings = [one for one in page.tree.iter(f"{SVG}svg") if one.get("role") == "img"]
    assert len(drawings) == 3
    for drawing in drawings:
        description = drawing.find(f"{SVG}desc")
        assert description is not None
        assert "The table with the caption" in words(description)
        for one in drawing.iter():
            assert not {"style", "fill", "stroke", "color"} & one.attrib.keys()
        for line in drawing.iter(f"{SVG}polyline"):
            for point in line.attrib["points"].split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= 360
                assert 0 <= y <= 260


@pytest.mark.parametrize("email", [AUTHOR, REVIEWER, INVIGILATOR])
def test_others_do_not_see_it(small_world: World, email: str) -> None:
    desk = at_desk(small_world, email)
    assert desk.get(HERE).status == 403
    token = desk.token()
    assert desk.client.post(HERE, data={"token": token}).status_code == 403


def test_a_form_without_its_token_simulates_nothing(small_world: World) -> None:
    desk = at_desk(small_world)
    assert desk.client.post(HERE).status_code == 403
    assert "has not been simulated yet" in desk.get(HERE).text


def test_an_unknown_exam_is_not_found(small_world: World) -> None:
    desk = at_desk(small_world)
    assert desk.get("/board/exams/nothing/preflight").status == 404
    posted = desk.client.post("/board/exams/nothing/preflight", data={"token": desk.token()})
    assert posted.status_code == 404
