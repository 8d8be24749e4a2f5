"""A question about a case in a real browser: axe finds nothing, nothing is scrolled sideways."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.live import Live
from tests.browser.test_axe import OPTIONS, RUN, dress
from tests.browser.walk import press
from tests.contract.cases import open_window_with_a_case

pytestmark = pytest.mark.browser


@pytest.fixture
def case(live: Live, scripted: Page) -> Page:
    """Stand at the first question of a paper that begins with a case."""
    person = open_window_with_a_case(live.world)
    scripted.goto(live.url)
    scripted.get_by_label("Membership number").fill(person.number)
    scripted.get_by_label("Access code").fill(person.code)
    press(scripted, "Sign in")
    press(scripted, "Start the exam")
    return scripted


def test_axe_finds_nothing_on_a_case_in_any_theme(case: Page, axe_source: str) -> None:
    case.evaluate(axe_source)
    found = {}
    for theme in ("standard", "dark", "contrast"):
        dress(case, theme, "150")
        found[theme] = case.evaluate(RUN, OPTIONS)
    assert case.locator("section.stimulus").count() == 1
    assert not any(found.values()), json.dumps(found, indent=1)


def test_a_case_is_read_at_320_pixels_even_with_double_text(case: Page) -> None:
    for text in ("100", "200"):
        dress(case, "standard", text)
        assert case.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_screen_reader_finds_a_case_by_its_title(case: Page) -> None:
    region = case.get_by_role("region", name="A bakery opens a second shop")
    assert region.get_by_role("heading", level=2).count() == 1
    assert "where nobody knows it" in region.inner_text()
