"""Time on the pages: in words, as a ticking stylesheet, at the deadline, and after it."""

import re
from datetime import timedelta

import pytest

from app.services.window import exam_windows
from app.web.candidate.clock import JITTER_SECONDS, refresh_after, stylesheet
from tests.contract.world import WINDOW, World
from tests.pages.browser import Browser, Page
from tests.pages.test_sessions import saved
from tests.pages.test_whole_sitting import options

GRACE = 20


def base(page: Page) -> str:
    return page.path.removesuffix("/questions/1")


def refresh(page: Page) -> tuple[int, str]:
    seconds, _, where = page.response.headers["refresh"].partition("; url=")
    return int(seconds), where


def test_the_time_left_is_said_in_words_with_the_end_and_its_zone(
    world: World, browser: Browser, first: Page
) -> None:
    assert "90 minutes left when this page opened; ends at 10:30 UTC" in first.text
    world.clock.advance(minutes=88, seconds=1)
    assert "1 minute left" in browser.get(first.path).text
    world.clock.advance(minutes=1)
    assert "less than a minute left" in browser.get(first.path).text


def test_a_page_leaves_by_itself_only_when_nothing_can_be_saved_any_more(
    world: World, browser: Browser, first: Page
) -> None:
    for path in (first.path, f"{base(first)}/review", base(first)):
        seconds, where = refresh(browser.get(path))
        assert 90 * 60 + GRACE < seconds <= 90 * 60 + GRACE + JITTER_SECONDS + 1
        assert where == base(first)
    world.clock.advance(minutes=90, seconds=10)
    seconds, _ = refresh(browser.get(first.path))
    assert seconds > GRACE - 10
    world.clock.advance(seconds=11)
    assert "refresh" not in browser.get(first.path).response.headers


def test_a_cohort_does_not_leave_in_one_second(world: World) -> None:
    at = world.clock.now()
    seconds = {refresh_after(f"{n:032x}", at, at) for n in range(500)}
    assert len(seconds) == JITTER_SECONDS


def test_the_clock_ticks_from_the_time_left_when_its_stylesheet_is_asked(
    world: World, browser: Browser, first: Page
) -> None:
    css = first.all("link", rel="stylesheet")[-1].attrib["href"]
    world.clock.advance(seconds=59.75)
    reply = browser.client.get(css)
    assert reply.headers["content-type"] == "text/css; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert "animation: tick 5341s steps(5341) -0.750s both" in reply.text
    assert "animation: reveal 1ms linear 5340.250s both" in reply.text


def test_a_clock_past_its_deadline_reveals_at_once() -> None:
    css = stylesheet(timedelta(seconds=-5))
    assert "reveal 1ms linear 0.000s" in css
    assert "tick 1s steps(1) -1.000s" in css
    assert css.count("{") == css.count("}")


def test_the_clock_of_another_sitting_is_not_found(browser: Browser, first: Page) -> None:
    assert first.status == 200
    reply = browser.client.get(f"/sitting/{'0' * 32}/clock.css?until=1")
    assert reply.status_code == 404


def test_save_and_finish_in_the_grace_saves_the_choice_and_ends_the_exam(
    world: World, browser: Browser, first: Page
) -> None:
    world.clock.advance(minutes=90, seconds=GRACE / 2)
    late = browser.get(first.path)
    assert "Time is up. It ended at 10:30 UTC." in late.text
    assert late.buttons() == ["Save and finish"]
    done = browser.press(late, "Save and finish", choice=options(late)[0])
    assert done.heading == "Time is up"
    assert "1 of 45 answers were saved" in done.text


def test_save_and_finish_of_an_old_page_does_not_end_an_exam_that_was_given_more_time(
    world: World, browser: Browser, first: Page
) -> None:
    with world.database.begin() as tx:
        exam_windows.extend_window(tx, WINDOW, minutes=10, reason="power cut", actor=world.actor())
    world.clock.advance(minutes=90, seconds=5)
    page = browser.press(first, "Save and finish", choice=options(first)[0])
    assert page.heading == "Question 1 of 45"
    assert saved(page) == [options(first)[0]]
    assert "9 minutes left when this page opened; ends at 10:40 UTC" in page.text


def test_a_late_answer_is_refused_and_told_what_is_kept(
    world: World, browser: Browser, first: Page
) -> None:
    browser.press(first, "Save and continue", choice=options(first)[0])
    world.clock.advance(minutes=90, seconds=GRACE + 1)
    late = browser.press(first, "Save and finish", choice=options(first)[1])
    assert (late.status, late.problem) == (409, "deadline-passed")
    assert late.heading == "Time is up"
    assert "1 of 45 answers were saved" in late.text
    assert late.link("See your result") == "/results"


@pytest.mark.parametrize("path", ["", "/questions/1", "/questions/44", "/review", "/finish"])
def test_after_the_end_every_page_leads_to_time_is_up(
    world: World, browser: Browser, first: Page, path: str
) -> None:
    world.clock.advance(minutes=90, seconds=GRACE + 1)
    page = browser.get(base(first) + path)
    assert (page.status, page.heading, page.path) == (200, "Time is up", base(first))


def test_before_the_window_the_page_says_when_and_after_it_that_it_is_too_late(
    world: World, browser: Browser, home: Page
) -> None:
    world.clock.advance(minutes=-90)
    early = browser.get(home.path)
    assert "You can start this exam from 08:00 UTC on Monday 11 January 2027" in early.text
    assert "Start the exam" not in early.buttons()
    refused = browser.press(home, "Start the exam")
    assert (refused.status, refused.problem) == (409, "window-not-open")
    world.clock.advance(minutes=90 + 6 * 24 * 60)
    assert browser.get(home.path).heading == "This exam can no longer be started"


def test_every_page_before_the_start_leads_to_the_instructions(
    browser: Browser, home: Page
) -> None:
    for path in ("/questions/1", "/review", "/finish"):
        page = browser.get(home.path + path)
        assert (page.status, page.heading) == (200, "Before you start")


def test_the_stylesheets_hold_no_address_of_elsewhere(browser: Browser) -> None:
    for name in ("tokens", "adept"):
        css = browser.client.get(f"/static/{name}.css")
        assert css.headers["cache-control"] == "max-age=300"
        assert not re.search(r"url\(|@import|https?:", css.text)
