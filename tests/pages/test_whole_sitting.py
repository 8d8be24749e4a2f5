"""A whole sitting through the pages: every page in order, every byte without a key."""

import re

from app.services.bank import starter
from tests.contract.world import Person, World
from tests.pages.browser import Browser, Page


def options(page: Page) -> list[str]:
    return [one.attrib["value"] for one in page.all("input", type="radio", name="choice")]


def sit_whole_paper(browser: Browser, first: Page) -> Page:
    page = first
    for number in range(1, 46):
        assert page.heading == f"Question {number} of 45"
        page = browser.press(page, "Save and continue", choice=options(page)[number % 4])
        if number % 5 == 0 and number < 45:
            assert f"{number} of 45 answered" in page.text
            page = browser.press(page, f"Close part {number // 5} and go on")
    page = browser.get(page.link("Go on to hand in"))
    assert "45 of 45 questions" in page.text
    return browser.press(page, "Hand in my exam")


def test_a_whole_paper_can_be_sat_and_its_mark_seen_after_release(
    world: World, browser: Browser, ada: Person, first: Page
) -> None:
    done = sit_whole_paper(browser, first)
    assert done.heading == "Your exam is handed in"
    assert "45 of 45 answers were saved" in done.text
    assert browser.get(done.link("See your result")).heading == "Your result is not out yet"
    world.clock.advance(minutes=60)
    world.close_and_grade()
    assert browser.get("/results").heading == "Your result is not out yet"
    world.release()
    result = browser.get("/results")
    assert result.heading == "Your result"
    assert "Provisional." in result.text
    assert re.search(r"\d+ out of 100 (Distinction|Merit|Pass|Fail)", result.text)
    assert "the standard error of your mark is" in result.text.lower()
    assert len(result.all("tbody")[0]) == 3
    out = browser.press(result, "Sign out")
    assert out.heading == "Sign in to your exam"
    assert browser.get("/results").status == 401
    again = browser.sign_in(ada.number, ada.code)
    assert again.heading == "Your exam is handed in"


def test_no_byte_of_a_whole_sitting_tells_a_key_or_a_rationale(
    world: World, browser: Browser, first: Page
) -> None:
    sit_whole_paper(browser, first)
    world.clock.advance(minutes=60)
    world.close_and_grade()
    world.release()
    browser.get("/results")
    seen = b"\n".join(browser.seen).decode()
    secrets = [
        text
        for item in starter.read_starter().items
        for option in item.interaction.options
        for text in (option.rationale, option.misconception)
        if text
    ]
    assert len(secrets) > 400
    assert [text for text in secrets if text in seen] == []
    ids = [item.id for item in starter.read_starter().items]
    assert [name for name in ids if name in seen] == []
    for word in ("rationale", "misconception", '"key"', "theta", "criterion", "seed"):
        assert word not in re.sub(r"<(p|legend|span class=\"words\")>.*?</\1", "", seen).lower()


def test_answers_are_shown_again_with_their_flag_and_can_be_changed_and_cleared(
    browser: Browser, first: Page
) -> None:
    one, two, *_ = options(first)
    flagged = browser.press(first, "Flag to look at again", choice=one)
    assert flagged.path == first.path
    assert "This question is flagged" in flagged.text
    assert [button for button in flagged.buttons() if "flagged, here" in button]
    changed = browser.press(flagged, "Question 2", choice=two)
    assert changed.heading == "Question 2 of 45"
    back = browser.press(changed, "Save and previous")
    assert [one.get("value") for one in back.all("input", checked="", name="choice")] == [two]
    assert "is saved" in back.text
    cleared = browser.press(back, "Clear my answer")
    assert cleared.all("input", checked="", name="choice") == []
    assert "0 of 45 answered, 1 flagged" in cleared.text
    unflagged = browser.press(cleared, "Remove the flag")
    assert "flagged" not in unflagged.text


def test_enter_saves_and_continues_because_that_button_is_the_first_of_the_form(
    first: Page,
) -> None:
    form = first.one("form", id="answer")
    ours = [one for one in first.all("button") if first.form_of(one) is form]
    assert "".join(ours[0].itertext()) == "Save and continue"


def test_moving_without_a_choice_writes_nothing(browser: Browser, first: Page) -> None:
    page = browser.press(first, "Save and continue")
    assert page.heading == "Question 2 of 45"
    assert "0 of 45 answered" in page.text


def test_options_keep_their_order_on_every_visit(browser: Browser, first: Page) -> None:
    assert {tuple(options(browser.get(first.path))) for _ in range(3)} == {tuple(options(first))}


def test_a_second_start_leads_to_the_same_paper_and_the_same_deadline(
    world: World, browser: Browser, home: Page
) -> None:
    first = browser.press(home, "Start the exam")
    world.clock.advance(minutes=5)
    second = browser.press(home, "Start the exam")
    assert first.one("legend").text == second.one("legend").text
    assert "85 minutes left when this page opened; ends at 10:30 UTC" in second.text


def test_display_settings_are_kept_in_the_browser_and_lead_back(
    browser: Browser, first: Page
) -> None:
    settings = browser.press(first, "Display settings", choice=options(first)[0])
    assert settings.heading == "Display settings"
    back = browser.press(
        settings, "Use these settings", theme="contrast", text="200", clock="still"
    )
    assert back.path == first.path
    assert "is saved" in back.text
    shown = {name: back.tree.get(f"data-{name}") for name in ("theme", "text", "clock")}
    assert shown == {"theme": "contrast", "text": "200", "clock": "still"}
    elsewhere = browser.get("/display?back=https://example.org/")
    assert elsewhere.link("Go back without changing anything") == "/"
