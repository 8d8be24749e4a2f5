"""Journeys in a real browser with JavaScript off."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.services.window import exam_windows
from app.web.candidate.clock import refresh_after
from tests.browser.live import Live
from tests.browser.walk import press, sign_in
from tests.contract.world import WINDOW

pytestmark = pytest.mark.browser

MOST_TABS = 30


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what is looked for, as a person would."""
    target = page.locator(f":is({selector}):focus")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.count():
            return
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_a_whole_paper_is_sat_with_the_keyboard_alone(live: Live, page: Page) -> None:
    ada = live.world.people[0]
    page.goto(live.url)
    tab_to(page, "#number")
    page.keyboard.type(ada.number)
    page.keyboard.press("Tab")
    page.keyboard.insert_text(f" {ada.code.lower()} ")
    enter(page)
    tab_to(page, "button.primary")
    enter(page)
    for number in range(1, 46):
        assert heading(page) == f"Question {number} of 45"
        tab_to(page, "input[name=choice]")
        page.keyboard.press("Space")
        for _ in range(number % 3):
            page.keyboard.press("ArrowDown")
        if number == 3:
            tab_to(page, "button[name=flag]")
            enter(page)
            tab_to(page, "input[name=choice]")
        enter(page)
        if number % 5 == 0 and number < 45:
            assert heading(page) == f"Review part {number // 5}"
            tab_to(page, "button.primary")
            enter(page)
    expect(page.locator(".place")).to_contain_text("45 of 45 answered")
    expect(page.locator(".place")).not_to_contain_text("flagged")
    tab_to(page, "a.button")
    enter(page)
    assert heading(page) == "Hand in your exam?"
    tab_to(page, "button.primary")
    enter(page)
    assert heading(page) == "Your exam is handed in"
    expect(page.locator("main")).to_contain_text("45 of 45 answers were saved")


def test_the_countdown_ticks_and_can_be_stopped(live: Live, page: Page) -> None:
    sign_in(page, live)
    press(page, "Start the exam")
    clock = page.locator(".countdown")
    expect(clock).to_be_visible()
    before = clock.screenshot()
    page.wait_for_timeout(1100)
    assert clock.screenshot() != before
    assert clock.get_attribute("aria-hidden") == "true"
    assert re.search(
        r"(90|89) minutes left when this page opened", page.locator(".left").inner_text()
    )
    press(page, "Display settings")
    page.get_by_label("Stop the moving clock").check()
    press(page, "Use these settings")
    expect(clock).to_be_hidden()
    expect(page.locator(".left")).to_be_visible()


def test_a_choice_says_that_it_is_not_saved_until_it_is(live: Live, page: Page) -> None:
    sign_in(page, live)
    press(page, "Start the exam")
    hint = page.get_by_text("Your choice is not saved yet.")
    expect(hint).to_be_hidden()
    page.locator("label.option").nth(2).click()
    expect(hint).to_be_visible()
    press(page, "Check the time")
    expect(hint).to_be_hidden()
    expect(page.get_by_text("Your answer C is saved.")).to_be_visible()
    page.locator("label.option").nth(0).click()
    expect(page.get_by_text("Your answer C is saved.")).to_be_hidden()


def test_at_the_deadline_save_and_finish_appears_and_saves_the_choice(
    live: Live, page: Page
) -> None:
    sign_in(page, live)
    press(page, "Start the exam")
    live.clock.advance(minutes=89, seconds=57)
    page.reload()
    finish = page.get_by_role("button", name="Save and finish")
    expect(finish).to_be_hidden()
    page.locator("label.option").nth(1).click()
    expect(finish).to_be_visible()
    finish.click()
    assert heading(page) == "Time is up"
    expect(page.locator("main")).to_contain_text("1 of 45 answers were saved")


def test_a_page_left_alone_goes_to_time_is_up_by_itself(live: Live, page: Page) -> None:
    at = live.clock.now()
    # Each sitting leaves at its own second after the end; the test waits for the earliest.
    waits = [
        refresh_after(sign_in(page, live, who).rpartition("/")[2], at, at)
        for who in range(len(live.world.people))
    ]
    sign_in(page, live, waits.index(min(waits)))
    press(page, "Start the exam")
    live.clock.advance(minutes=90, seconds=live.world.settings.grace_seconds - 1)
    reply = page.reload()
    assert reply is not None
    seconds = int(reply.headers["refresh"].partition(";")[0])
    live.clock.advance(seconds=10)
    page.wait_for_url("**/sitting/*", wait_until="load", timeout=1000 * (seconds + 5))
    assert heading(page) == "Time is up"


def test_more_time_is_there_on_the_next_page(live: Live, page: Page) -> None:
    sign_in(page, live)
    press(page, "Start the exam")
    with live.world.database.begin() as tx:
        exam_windows.extend_window(
            tx, WINDOW, minutes=15, reason="power cut", actor=live.world.actor()
        )
    press(page, "Check the time")
    expect(page.locator(".left")).to_contain_text("ends at 10:45 UTC")


def test_back_shows_what_was_saved_and_a_choice_made_there_counts(live: Live, page: Page) -> None:
    sign_in(page, live)
    press(page, "Start the exam")
    for place in (0, 1, 0):
        page.locator("label.option").nth(place).click()
        press(page, "Save and continue")
        assert heading(page) == "Question 2 of 45"
        page.go_back()
        expect(page.locator("label.option").nth(place).locator("input")).to_be_checked()
    expect(page.get_by_text("Your answer A is saved.")).to_be_visible()


def test_a_result_prints_on_one_page(live: Live, page: Page) -> None:
    home = sign_in(page, live)
    press(page, "Start the exam")
    live.clock.advance(minutes=90, seconds=1)
    page.reload()
    press(page, "Save and finish")
    live.world.clock.advance(minutes=200)
    live.world.close_and_grade()
    live.world.release()
    page.goto(home.partition("/sitting")[0] + "/results")
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.emulate_media(media="print")
    for name in ("Sign out", "Display settings"):
        expect(page.get_by_text(name)).to_be_hidden()
