"""The driver that does through the pages what a candidate can do, as a browser would."""

from datetime import datetime
from itertools import count
from typing import Self

from starlette.testclient import TestClient

from tests.contract.driver import Overview, Refused, Seen
from tests.contract.world import World
from tests.pages.browser import Browser, Page, words

BANDS = {"Distinction": "D", "Merit": "M", "Pass": "P", "Fail": "F"}


class PageCandidate:
    """A candidate in a browser without JavaScript."""

    def __init__(self, client: TestClient, world: World) -> None:
        self.browser = Browser(client)
        self.world = world
        self.home = ""
        self.token = ""
        self.requests = count(1)

    def sign_in(self, number: str, code: str) -> None:
        page = accepted(self.browser.sign_in(number, code))
        self.home = page.path
        if page.one("div", **{"data-state": state_of(page)}).get("data-stage") == "running":
            page = accepted(self.browser.get(page.link("Go on with your exam")))
        forms = [one for one in page.all("form") if one.get("action") not in ("/", "/display")]
        self.token = page.fields(forms[0])["token"]

    def start(self) -> None:
        accepted(self.browser.post(f"{self.home}/start", {"token": self.token}))

    def see(self, position: int) -> Seen:
        page = self._question(position)
        cards = page.all("label", class_="option")
        chosen = [one.attrib["value"] for one in page.all("input", class_="saved")]
        return Seen(
            stem=tuple(words(one) for one in (*page.one("div", class_="stem"), page.one("legend"))),
            options=tuple((card[0].attrib["value"], words(card[2])) for card in cards),
            chosen=chosen[0] if chosen else None,
            flagged="Remove the flag" in page.buttons(),
        )

    def answer(self, position: int, option: str | None, request: str | None = None) -> None:
        change = {"clear": "yes"} if option is None else {"choice": option}
        name = request or f"{id(self)}-{next(self.requests)}"
        fields = {"token": self.token, "request": name, "go": str(position), **change}
        accepted(self.browser.post(f"{self.home}/questions/{position}", fields))

    def flag(self, position: int, *, on: bool) -> None:
        page = self._question(position)
        label = "Flag to look at again" if on else "Remove the flag"
        if label in page.buttons():
            accepted(self.browser.press(page, label))

    def close_block(self) -> None:
        page = accepted(self.browser.get(f"{self.home}/review"))
        accepted(self.browser.press(page, "Close part"))

    def finish(self) -> None:
        accepted(self.browser.post(f"{self.home}/finish", {"token": self.token}))

    def state(self) -> Overview:
        page = accepted(self.browser.get(self.home))
        told = page.one("div", **{"data-state": state_of(page)}).attrib
        ends = page.all("time")
        review = self.browser.get(f"{self.home}/review")
        rows = [row for body in review.all("tbody") for row in body]
        return Overview(
            state=told["data-state"],
            block=int(told["data-block"]),
            positions=tuple(int(words(row[0]).split()[1]) for row in rows),
            answered=int(told["data-answered"]),
            flagged=int(told["data-flagged"]),
            remaining_seconds=self._seconds_to(ends[0].attrib["datetime"]) if ends else None,
        )

    def result(self) -> tuple[int, str] | None:
        page = accepted(self.browser.get("/results"))
        marks = page.all("span", class_="figure")
        if not marks:
            return None
        return int(words(marks[0])), BANDS[words(page.all("span", class_="band")[0])]

    def another_tab(self) -> Self:
        tab = type(self)(self.browser.client, self.world)
        tab.home, tab.token = self.home, self.token
        return tab

    def other_machine(self) -> Self:
        return type(self)(self.world.client(), self.world)

    def _question(self, position: int) -> Page:
        return accepted(self.browser.get(f"{self.home}/questions/{position}"))

    def _seconds_to(self, instant: str) -> int:
        return int((datetime.fromisoformat(instant) - self.world.clock.now()).total_seconds())


def accepted(page: Page) -> Page:
    """Return a page; raise Refused if it says no."""
    if page.problem is not None:
        raise Refused(page.problem)
    assert page.status == 200
    return page


def state_of(page: Page) -> str:
    return next(one.attrib["data-state"] for one in page.all("div") if "data-state" in one.attrib)
