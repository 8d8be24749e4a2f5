"""axe finds nothing on the pre-flight page and in its file, and neither is too wide."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.exam.people.permissions import system
from app.exam.preflight.report import KeptReport
from app.services.preflight.preflight import run_preflight
from app.services.preflight.run import PreflightRequest
from app.web.board.preflight.file import report_file
from tests.board.desk import CHAIR, PASSWORD, fill_board
from tests.board.test_axe import LOOKS, VIOLATIONS, looking, sign_in
from tests.browser.live import Live, live_server
from tests.contract.world import EXAM
from tests.databases import SqlitePlace

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def simulated(module_place: SqlitePlace) -> Iterator[tuple[Live, KeptReport]]:
    with live_server(module_place, fill=fill_board, names=("Ada",)) as live:
        actor = system(CHAIR, live.world.clock.now())
        request = PreflightRequest(EXAM, 200, compared=40)
        yield live, run_preflight(live.world.database, request, actor=actor)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing_on_the_page(
    browser: Browser,
    simulated: tuple[Live, KeptReport],
    axe_source: str,
    theme: str,
    width: int,
) -> None:
    live, _ = simulated
    with looking(browser, live, axe_source, theme=theme, width=width) as (page, check):
        page.goto("/board/sign-in")
        sign_in(page, PASSWORD)
        page.goto(f"/board/exams/{EXAM}/preflight")
        assert page.locator("figure.chart").count() == 4
        check()


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_in_the_file(
    browser: Browser,
    simulated: tuple[Live, KeptReport],
    axe_source: str,
    tmp_path: Path,
    width: int,
) -> None:
    file = tmp_path / "preflight.html"
    file.write_text(report_file(simulated[1]), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(file.as_uri())
    page.evaluate(axe_source)
    assert page.evaluate(VIOLATIONS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
