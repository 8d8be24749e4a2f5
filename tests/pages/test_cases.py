"""What several questions are about is read above each of them; items on trial look like others."""

import pytest

from app.services.award import grade
from app.services.window import exam_windows
from tests.contract.cases import STIMULUS, open_window_with_a_case, open_window_with_trial_items
from tests.contract.world import World
from tests.pages.browser import Browser, Page, words
from tests.pages.test_whole_sitting import options


@pytest.fixture
def case(world: World, browser: Browser) -> Page:
    """Ada sits a paper whose first two questions are about one case."""
    person = open_window_with_a_case(world)
    return browser.press(browser.sign_in(person.number, person.code), "Start the exam")


def test_a_case_is_told_under_its_title_above_each_of_its_questions(
    browser: Browser, case: Page
) -> None:
    for page in (case, browser.press(case, "Save and continue")):
        section = page.one("section", class_="stimulus")
        heading = page.one("h2", id=section.attrib["aria-labelledby"])
        assert words(heading) == STIMULUS.title
        assert [words(one) for one in section.iter("p")] == list(STIMULUS.text)
        form = list(page.one("form", id="answer"))
        assert form.index(section) < form.index(page.one("div", class_="stem"))


def test_a_question_about_no_case_has_no_room_for_one(browser: Browser, case: Page) -> None:
    third = browser.press(browser.press(case, "Save and continue"), "Save and continue")
    assert third.heading == "Question 3 of 45"
    assert third.all("section", class_="stimulus") == []


def test_the_name_of_a_case_is_nobody_elses_business(browser: Browser, case: Page) -> None:
    assert case.status == 200
    assert STIMULUS.id.encode() not in b"".join(browser.seen)


@pytest.fixture
def tried(world: World, browser: Browser) -> Page:
    """Ada reads the instructions of a paper with two items on trial."""
    person = open_window_with_trial_items(world)
    return browser.sign_in(person.number, person.code)


def test_a_candidate_is_told_before_the_start_how_many_questions_do_not_count(tried: Page) -> None:
    assert "There are 47 questions." in tried.text
    assert "2 of the questions are on trial for later exams and do not count" in tried.text
    assert "please answer every question" in tried.text


def test_nothing_is_said_of_trials_where_there_are_none(home: Page) -> None:
    assert "trial" not in home.text


def sit_all(browser: Browser, home: Page, *, blanks: set[int]) -> tuple[Page, set[object]]:
    """Sit a paper of 47 with some blanks; return its last page and the forms of its questions."""
    page, forms = browser.press(home, "Start the exam"), set[object]()
    for number in range(1, 48):
        assert page.heading == f"Question {number} of 47"
        forms.add(tuple((one.tag, one.get("class")) for one in page.one("fieldset").iter()))
        choice = {} if number in blanks else {"choice": options(page)[number % 4]}
        page = browser.press(page, "Save and continue", **choice)
        if number % 5 == 0 and number < 47:
            page = browser.press(page, f"Close part {number // 5} and go on")
    page = browser.press(browser.get(page.link("Go on to hand in")), "Hand in my exam")
    return page, forms


def test_items_on_trial_are_sat_like_the_others_and_nothing_tells_them_apart(
    world: World, browser: Browser, tried: Page
) -> None:
    page, forms = sit_all(browser, tried, blanks={7, 40})
    assert len(forms) == 1
    assert "45 of 47 answers were saved" in page.text
    with world.database.begin() as tx:
        exam_windows.close_now(tx, "tried", actor=world.actor())
        grade.grade_window(tx, "tried", actor=world.actor())
    world.release("tried")
    result = browser.get("/results")
    assert "You answered 45 of 47 questions." in result.text
    assert "trial" not in result.text
