"""What the board decides: time, opening, closing, grading, and release by two people."""

import pytest

from app.services.sitting import sit
from tests.board.desk import (
    CHAIR,
    INVIGILATOR,
    PSYCHOMETRICIAN,
    SECOND,
    Desk,
    at_desk,
    rows,
    sit_paper,
)
from tests.contract.page_candidate import PageCandidate
from tests.contract.world import WINDOW, World
from tests.pages.browser import Page

HERE = f"/board/windows/{WINDOW}"


def candidate(world: World, number: str) -> PageCandidate:
    person = world.person(number)
    driver = PageCandidate(world.client(), world)
    driver.sign_in(person.number, person.code)
    return driver


def remaining(driver: PageCandidate) -> int:
    left = driver.state().remaining_seconds
    assert left is not None
    return left


def close_and_grade(desk: Desk) -> Page:
    desk.fill(f"{HERE}/close", "Close the window now", reason="All have left.")
    return desk.fill(f"{HERE}/grade", "Grade the window")


def test_an_extension_shows_on_the_candidates_next_page(world: World) -> None:
    ada = candidate(world, "M1001")
    ada.start()
    world.clock.advance(minutes=10)
    assert remaining(ada) == 80 * 60
    desk = at_desk(world, INVIGILATOR)
    [line] = rows(desk.get(HERE), "Sittings")
    assert line["Time left (minutes)"] == "80"
    path = desk.get(HERE).link("Extend Ada")
    said = desk.fill(path, "Give the time", minutes="15", reason="A fire alarm.")
    assert "The sitting has been given more time." in said.text
    assert rows(said, "Sittings")[0]["Time left (minutes)"] == "95"
    assert remaining(ada) == 95 * 60


def test_an_outage_gives_time_to_all_who_were_cut_and_to_nobody_else(world: World) -> None:
    ada = candidate(world, "M1001")
    ada.start()
    sit_paper(world, "M1002")
    world.clock.advance(minutes=95)
    with world.database.begin() as tx:
        assert sit.end_overdue(tx, world.clock.now()) == 1
    desk = at_desk(world)
    typed = {"minutes": "30", "reason": "The network failed.", "since": "2027-01-11T10:20"}
    page = desk.fill(f"{HERE}/extend", "Give the time", **typed)
    states = {line["Candidate"]: line["State"] for line in rows(page, "Sittings")}
    assert states == {"Ada": "in progress", "Ben": "handed in"}
    assert remaining(ada) == 25 * 60
    newest = rows(page, "Decisions")[0]
    assert newest["Who"] == CHAIR
    assert "reason: The network failed.; sittings: 1" in newest["Particulars"]


def test_a_window_is_closed_and_opened_again_with_reasons(world: World) -> None:
    desk = at_desk(world)
    closed = desk.fill(f"{HERE}/close", "Close the window now", reason="Nobody is left.")
    assert "The window is closed" in closed.text
    again = desk.get(f"{HERE}/close")
    assert "The window has closed already." in again.text
    assert not again.all("input", name="reason")
    refused = desk.fill(f"{HERE}/open", "Open the window", reason="Late guests")
    assert refused.status == 422
    assert "Say until when it is open." in refused.text
    assert refused.one("input", id="reason").get("value") == "Late guests"
    opened = desk.fill(f"{HERE}/open", "Open the window", until="2027-01-12T17:30", reason="Late")
    assert "The window is open." in opened.text
    assert "12 Jan 2027, 17:30 UTC" in opened.text
    reasons = [line["Particulars"] for line in rows(opened, "Decisions")]
    assert reasons[0].startswith("reason: Late; until: 12 Jan 2027, 17:30 UTC")
    assert reasons[1] == "reason: Nobody is left."


def test_what_is_not_possible_is_refused_in_words(world: World) -> None:
    sit_paper(world, "M1001", parts=1, hand_in=False)
    desk = at_desk(world)
    page = desk.get(HERE)
    assert "Not now: The window is not finished: it is still open; close it first." in page.text
    for action in ("grade", "propose", "confirm"):
        assert "This is not possible now." in desk.get(f"{HERE}/{action}").text
        forced = desk.browser.post(f"{HERE}/{action}", {"token": desk.token()})
        assert forced.status == 409
    desk.fill(f"{HERE}/close", "Close the window now")
    forced = desk.browser.post(f"{HERE}/grade", {"token": desk.token()})
    assert "1 sitting is still in progress" in forced.text


@pytest.mark.each_database
def test_results_are_released_by_two_people_and_seen_only_then(world: World) -> None:
    sitting = sit_paper(world, "M1001")
    ada = candidate(world, "M1001")
    first, second = at_desk(world), at_desk(world, SECOND)
    assert "The window has been graded." in close_and_grade(first).text
    [line] = rows(first.get(f"{HERE}/results"), "Results")
    assert (line["Candidate"], line["Membership number"]) == ("Ada", "M1001")
    assert line["Release"] == "not released"
    assert ada.result() is None

    proposed = first.fill(f"{HERE}/propose", "Propose the release")
    assert "Somebody else must confirm it." in proposed.text
    assert ada.result() is None
    refused = first.browser.post(f"{HERE}/confirm", {"token": first.token()})
    assert refused.status == 409
    assert "Release needs two different people" in refused.text

    page = second.get(f"{HERE}/confirm")
    assert f"Release proposed by{CHAIR}" in page.text
    assert "PROVISIONAL" in page.text
    released = second.browser.press(page, "Release the results")
    assert "The results are released." in released.text
    assert ada.result() == (int(line["Mark (of 100)"]), line["Grade"][0])
    [line] = rows(first.get(f"{HERE}/results"), "Results")
    assert line["Release"] == "released"
    assert "released already" in second.get(f"{HERE}/confirm").text
    late = second.fill(f"/board/sittings/{sitting}/extend", "Give the time", minutes="5")
    assert late.status == 409


def test_a_window_is_graded_again_and_its_release_proposed_anew(world: World) -> None:
    sit_paper(world, "M1001")
    desk, psychometrician = at_desk(world), at_desk(world, PSYCHOMETRICIAN)
    close_and_grade(desk)
    before = rows(desk.get(f"{HERE}/results"), "Results")
    desk.fill(f"{HERE}/propose", "Propose the release")
    again = psychometrician.fill(f"{HERE}/grade", "Grade the window")
    assert "graded, not released" in again.text
    assert rows(desk.get(f"{HERE}/results"), "Results") == before
    assert "Nobody has proposed this release" in at_desk(world, SECOND).get(f"{HERE}/confirm").text


NO_NUMBER = "Give the minutes as a number: 15."
NO_SPAN = "Give between 1 minute and 24 hours."
WRONG_MINUTES = {
    "abc": NO_NUMBER,
    "": NO_NUMBER,
    "nan": NO_SPAN,
    "1e99": NO_SPAN,
    "-inf": NO_SPAN,
    "-5": NO_SPAN,
    "9" * 5000: NO_SPAN,
}


def test_wrong_minutes_are_said_at_their_field_and_nothing_typed_is_lost(
    small_world: World,
) -> None:
    sitting = sit_paper(small_world, "M1001", parts=1, hand_in=False)
    desk = at_desk(small_world)
    for minutes, said in WRONG_MINUTES.items():
        for path in (f"{HERE}/extend", f"/board/sittings/{sitting}/extend"):
            page = desk.fill(path, "Give the time", minutes=minutes, reason="Fire & smoke\x00")
            assert page.status == 422
            assert page.link(said) == "#minutes"
            assert page.one("input", id="minutes").get("value") == minutes
            assert page.one("input", id="minutes").get("aria-invalid") == "true"
            assert page.one("input", id="reason").get("value") == "Fire & smoke"


def test_an_extension_needs_a_reason(small_world: World) -> None:
    sitting = sit_paper(small_world, "M1001", parts=1, hand_in=False)
    desk = at_desk(small_world)
    page = desk.fill(f"/board/sittings/{sitting}/extend", "Give the time", minutes="5", reason=" ")
    assert page.link("Give the reason; it becomes part of the record.") == "#reason"


def test_a_time_that_is_none_is_refused_at_its_field(small_world: World) -> None:
    desk = at_desk(small_world)
    for until in ("soon", "0001-01-01T00:00+23:00", "9999-12-31T23:59-23:00"):
        page = desk.fill(f"{HERE}/open", "Open the window", until=until)
        assert page.status == 422
        assert page.link("Give a date and a time in UTC: 2026-11-22T17:30.") == "#until"
