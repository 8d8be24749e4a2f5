"""axe finds nothing on any page of the board, in any theme, and no page is too wide."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from app.store.tables import events
from itembank.calibration import Flag, Role
from tests.board.desk import CHAIR, PASSWORD, accept_run, fill_board, keep_run, sit_paper
from tests.browser.live import Live, live_server
from tests.contract.world import EXAM, WINDOW
from tests.databases import SqlitePlace
from tests.factories import make_row, make_run

HERE = f"/board/windows/{WINDOW}"
VIOLATIONS = """async () => (await axe.run()).violations.flatMap(
    found => found.nodes.map(node => found.id + ': ' + node.html))"""
ROWS = (
    make_row("I-1", flags=(Flag.KEY, Flag.FIT)),
    make_row("I-2", role=Role.ANCHOR),
    make_row("I-3", role=Role.LEFT_OUT),
)
# All looks have the same parts: a narrow one and one of another theme are seen each time, the
# others with the slow tests.
LOOKS = [
    pytest.param("standard", 320),
    pytest.param("contrast", 1280),
    pytest.param("standard", 1280, marks=pytest.mark.slow),
    pytest.param("dark", 1280, marks=pytest.mark.slow),
]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(module_place: SqlitePlace) -> Iterator[Live]:
    """Serve an open window: Ada has handed in, Ben is in the fourth part."""
    with live_server(module_place, fill=fill_board, names=("Ada", "Ben")) as live:
        sit_paper(live.world, "M1001")
        sit_paper(live.world, "M1002", parts=4, hand_in=False)
        yield live


@pytest.fixture(scope="module")
def graded(module_place: SqlitePlace) -> Iterator[tuple[Live, str, str]]:
    """Serve a graded window: Ada's record is whole, Ben's has been tampered with."""
    with live_server(module_place, fill=fill_board, names=("Ada", "Ben")) as live:
        ada, ben = sit_paper(live.world, "M1001"), sit_paper(live.world, "M1002")
        live.world.close_and_grade()
        keep_run(live.world, make_run("cal-1", exam=EXAM, items=ROWS))
        accept_run(live.world, keep_run(live.world, make_run("cal-2", exam=EXAM)))
        keep_run(live.world, make_run("cal-3", exam=EXAM, converged=False))
        with live.world.database.engine.begin() as connection:
            here = (events.c.sitting_id == ben) & (events.c.sequence == 7)
            connection.execute(update(events).where(here).values(body="{}"))
        yield live, ada, ben


@contextmanager
def looking(
    browser: Browser, live: Live, axe_source: str, *, theme: str, width: int
) -> Iterator[tuple[Page, Callable[[], None]]]:
    """Give a browser's page, and the check of what it shows."""
    context = browser.new_context(
        base_url=live.url, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    look = f"{theme}.100.moving"
    context.add_cookies([{"name": "adept_display", "value": look, "url": live.url}])
    page = context.new_page()

    def check() -> None:
        page.evaluate(axe_source)
        assert page.evaluate(VIOLATIONS) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url

    yield page, check
    context.close()


def sign_in(page: Page, password: str) -> None:
    page.fill("#email", CHAIR)
    page.fill("#password", password)
    page.click("form.ask button")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing_while_a_window_runs(
    browser: Browser, running: Live, axe_source: str, theme: str, width: int
) -> None:
    with looking(browser, running, axe_source, theme=theme, width=width) as (page, check):
        page.goto("/board/sign-in")
        check()
        sign_in(page, "not the password")
        check()
        sign_in(page, PASSWORD)
        check()
        for path in (f"{HERE}?state=in-progress&sort=-left&said=opened", "/board/nothing"):
            page.goto(path)
            check()
        page.goto(f"{HERE}/extend")
        page.fill("#minutes", "abc")
        page.click("form.ask button")
        check()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing_on_exams_items_and_exposure(
    browser: Browser, running: Live, axe_source: str, theme: str, width: int
) -> None:
    exam, item = f"/board/exams/{EXAM}", "/board/items/SMM-1.1-06"
    with looking(browser, running, axe_source, theme=theme, width=width) as (page, check):
        page.goto("/board/sign-in")
        sign_in(page, PASSWORD)
        paths = ("/board/exams", exam, f"{exam}/items?sort=b", f"{HERE}/exposure", item)
        for path in (*paths, f"{exam}/blueprint"):
            page.goto(path)
            check()
        page.fill("#items", "many")
        page.fill("#enemies", "SMM-9")
        page.locator("summary").first.click()
        page.fill("[name='topic-1.1.1-least']", "2")
        page.click("form.long button")
        check()
        page.goto(f"{exam}/blueprint")
        page.fill("#excluded", " ".join(f"SMM-1.1-{number:02}" for number in range(1, 12)))
        page.check("[name='rule'][value='none']")
        page.click("form.long button")
        assert "Take care" in page.inner_text("main")
        check()
        page.goto(item)
        page.click("form.ask button")
        check()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing_once_a_window_is_graded(
    browser: Browser, graded: tuple[Live, str, str], axe_source: str, theme: str, width: int
) -> None:
    live, ada, ben = graded
    with looking(browser, live, axe_source, theme=theme, width=width) as (page, check):
        page.goto("/board/sign-in")
        sign_in(page, PASSWORD)
        paths = (
            HERE,
            f"{HERE}/results?sort=-mark",
            f"{HERE}/propose",
            f"{HERE}/confirm",
            f"/board/sittings/{ada}",
            f"/board/sittings/{ada}/replay",
            f"/board/sittings/{ben}",
            f"/board/sittings/{ben}/replay",
            "/board/calibrations",
            "/board/calibrations/cal-1?sort=-b",
            "/board/calibrations/cal-2?state=left-out",
            "/board/calibrations/cal-3",
            "/board/calibrations/cal-1/items/I-1",
            "/board/calibrations/cal-1/items/I-3",
        )
        for path in paths:
            page.goto(path)
            check()
