"""axe-core finds nothing on any page, in any theme, and nothing has to be scrolled sideways."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.live import Live
from tests.browser.walk import every_page

pytestmark = pytest.mark.browser

RUN = """async options => {
  const found = await axe.run(document, options);
  return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`));
}"""
# Beyond the default rules: text at 7:1, and targets large enough.
OPTIONS = {
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
}
PAGES = 19


def dress(page: Page, theme: str, text: str) -> None:
    """Give the page a theme and a text size where it stands, without asking for it again."""
    for name, value in (("theme", theme), ("text", text)):
        page.evaluate(
            "([n, v]) => document.documentElement.setAttribute(n, v)", [f"data-{name}", value]
        )


def test_axe_finds_nothing_on_any_page_in_any_theme(
    live: Live, scripted: Page, axe_source: str
) -> None:
    found: dict[str, list[str]] = {}
    scripted.set_viewport_size({"width": 1280, "height": 900})
    for name in every_page(scripted, live):
        scripted.evaluate(axe_source)
        for theme in ("standard", "dark", "contrast"):
            dress(scripted, theme, "150")
            found[f"{name}, {theme}"] = scripted.evaluate(RUN, OPTIONS)
    assert len(found) == 3 * PAGES
    faults = {name: faults for name, faults in found.items() if faults}
    assert faults == {}, json.dumps(faults, indent=1)


def test_nothing_is_scrolled_sideways_at_320_pixels_even_with_double_text(
    live: Live, scripted: Page
) -> None:
    wide: dict[str, int] = {}
    for name in every_page(scripted, live):
        for text in ("100", "200"):
            dress(scripted, "standard", text)
            wide[f"{name}, {text} %"] = scripted.evaluate("document.documentElement.scrollWidth")
    assert len(wide) == 2 * PAGES
    assert {name: width for name, width in wide.items() if width > 320} == {}
