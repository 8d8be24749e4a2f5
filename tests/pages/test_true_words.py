"""The words fit the case: results, flags, saved answers, and addresses that lead nowhere."""

import pytest

from app.services.sitting import sit
from tests.contract.world import World
from tests.pages.browser import Browser, Page
from tests.pages.test_sessions import saved
from tests.pages.test_whole_sitting import options, sit_whole_paper


def close(world: World) -> None:
    world.clock.advance(minutes=91)
    world.close_and_grade()


def test_who_has_not_started_is_told_until_when_it_can_be_started(
    browser: Browser, home: Page
) -> None:
    assert home.heading == "Before you start"
    page = browser.get("/results")
    assert page.heading == "You have not started this exam"
    assert "It can be started until 09:00 UTC on Saturday 16 January 2027" in page.text


@pytest.mark.parametrize("is_released", [False, True])
def test_who_never_sat_is_told_so_and_whom_to_ask(
    world: World, browser: Browser, home: Page, *, is_released: bool
) -> None:
    close(world)
    if is_released:
        world.release()
    late = browser.get(home.path)
    assert late.heading == "This exam can no longer be started"
    page = browser.get("/results")
    assert page.heading == "You did not sit this exam"
    assert "which closed at 10:31 UTC" in page.text
    assert "please talk to your centre" in page.text
    assert "Sign in again later" not in page.text


def test_after_its_closing_a_window_is_said_to_have_closed(
    world: World, browser: Browser, first: Page
) -> None:
    home = first.path.removesuffix("/questions/1")
    world.clock.advance(minutes=91)
    assert "This window closes at 09:00 UTC" in browser.get(home).text
    assert "Your window closes at 09:00 UTC" in browser.get("/results").text
    with world.database.begin() as tx:
        sit.end_overdue(tx, world.clock.now())
    world.close_and_grade()
    assert "This window closed at 10:31 UTC" in browser.get(home).text
    assert "Your window closed at 10:31 UTC" in browser.get("/results").text


def test_once_results_are_out_the_page_of_an_ended_exam_leads_to_them(
    world: World, browser: Browser, first: Page
) -> None:
    done = sit_whole_paper(browser, first)
    close(world)
    world.release()
    page = browser.get(done.path)
    assert "The results of this exam are out." in page.text
    assert "Sign in again" not in page.text
    assert browser.get(page.link("See your result")).heading == "Your result"


def test_only_flags_that_can_be_reached_are_counted(browser: Browser, first: Page) -> None:
    flagged = browser.press(first, "Flag to look at again")
    assert "0 of 45 answered, 1 flagged in this part" in flagged.text
    home = first.path.removesuffix("/questions/1")
    for part in range(1, 9):
        page = browser.press(browser.get(f"{home}/review"), f"Close part {part} and go on")
    review = browser.get(f"{home}/review")
    finish = browser.get(review.link("Go on to hand in"))
    assert "flagged" not in (page.text + review.text).replace("Flag to look", "").lower()
    assert "Flagged in this last partnone" in finish.text
    browser.press(page, "Flag to look at again")
    assert "Flagged in this last part1" in browser.get(finish.path).text


@pytest.mark.parametrize("go", ["6", "44", "0"])
def test_a_place_outside_the_open_part_is_refused_without_denying_what_was_saved(
    browser: Browser, first: Page, go: str
) -> None:
    chosen = options(first)[0]
    refused = browser.press(first, "Save and continue", choice=chosen, go=go)
    assert refused.status == 404
    assert "Nothing was changed" not in refused.text
    assert "What you saved is kept." in refused.text
    on = browser.get(browser.get(refused.link("Go to your exam")).link("Go on with your exam"))
    assert on.status == 200
    assert saved(browser.get(first.path)) == [chosen]


def test_an_early_save_and_finish_says_that_the_exam_goes_on(browser: Browser, first: Page) -> None:
    notice = "Your time is not up, so your exam goes on."
    page = browser.press(first, "Save and finish", choice=options(first)[1])
    assert page.heading == "Question 1 of 45"
    assert f"{notice} Your answer B is saved. To finish early, go on to the last" in page.text
    second = browser.press(browser.press(page, "Save and continue"), "Save and finish")
    assert notice in second.text
    assert "is saved." not in second.text.replace("Your answer is saved whenever", "")
    assert notice not in browser.get(f"{first.path}?notice=anything").text


def test_an_address_that_leads_nowhere_speaks_of_pages_and_not_of_ids(
    browser: Browser, first: Page
) -> None:
    home = first.path.removesuffix("/questions/1")
    for path in ("/nowhere", f"/sitting/{'0' * 32}", f"{home}/questions/abc", f"{home}/x"):
        page = browser.get(path)
        assert page.status == 404
        assert "There is no such page in your exam." in page.text
        assert "the id" not in page.text
        assert page.link("Go to your exam") == home
    refused = browser.post(f"/sitting/{'0' * 32}/finish", {"token": ""})
    assert "There is no such page in your exam. Nothing was changed." in refused.text
