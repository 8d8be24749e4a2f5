"""One walk through every page a candidate can meet, stopping at each."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.live import Live


def press(page: Page, label: str) -> None:
    """Press a button, and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=False).first.click()


def sign_in(page: Page, live: Live, who: int = 0) -> str:
    """Sign in, and return the address of the sitting."""
    person = live.world.people[who]
    page.goto(live.url)
    page.get_by_label("Membership number").fill(person.number)
    page.get_by_label("Access code").fill(person.code)
    press(page, "Sign in")
    return page.url


def every_page(page: Page, live: Live) -> Iterator[str]:
    """Stop at each page, saying its name."""
    page.goto(f"{live.url}/api/docs")
    yield "the API's reference"
    page.goto(live.url)
    yield "sign in"
    page.get_by_label("Membership number").fill("M1001")
    press(page, "Sign in")
    yield "sign in refused"
    home = sign_in(page, live)
    page.get_by_text("Display settings").click()
    yield "instructions"
    page.goto(f"{live.url}/display?back=/")
    yield "display settings"
    page.goto(home)
    press(page, "Start the exam")
    yield "question"
    page.locator("label.option").nth(1).click()
    yield "question, chosen and not saved"
    press(page, "Flag to look at again")
    yield "question, saved and flagged"
    page.goto(
        f"{page.url}?choice={page.locator('input[name=choice]').nth(2).get_attribute('value')}"
    )
    yield "question, choice offered again"
    press(page, "Review this part")
    yield "review"
    page.goto(home)
    yield "running"
    page.goto(f"{home}/questions/44")
    yield "not found"
    for _ in range(8):
        page.goto(f"{home}/review")
        press(page, "Close part")
    page.goto(f"{home}/review")
    yield "review of the last part"
    page.get_by_role("link", name="Go on to hand in").click()
    yield "finish"
    yield from after_the_end(page, live)


def after_the_end(page: Page, live: Live) -> Iterator[str]:
    press(page, "Hand in my exam")
    yield "handed in"
    page.get_by_role("link", name="See your result").click()
    yield "no result yet"
    sign_in(page, live, who=1)
    press(page, "Start the exam")
    live.clock.advance(minutes=90)
    page.reload()
    yield "question in the grace"
    press(page, "Save and finish")
    yield "time is up"
    live.world.clock.advance(minutes=200)
    live.world.close_and_grade()
    live.world.release()
    page.goto(f"{live.url}/results")
    yield "result"
