"""A second language, end to end: a made-up one, in which nothing may be left in English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from starlette.testclient import TestClient

from app.services.bank import starter
from app.web.words.en import CANDIDATE
from app.web.words.errors import sentence_of
from app.web.words.language import Language
from tests.architecture.test_closed_world import sample
from tests.catalogues import make_pseudo_language
from tests.contract.world import Person, World
from tests.pages.browser import Page

# The elements whose text is an item's, and not ours.
ITEM = {"letter", "words", "stem", "stimulus"}
STALE = {"token": "stale"}
LETTER = re.compile(r"[^\W\d_]")


@pytest.fixture
def language(tmp_path: Path) -> Language:
    return make_pseudo_language(tmp_path)


@dataclass
class Reader:
    """A browser that knows no labels: it goes by addresses, and by the names of fields."""

    client: TestClient
    home: str = ""

    def get(self, path: str) -> Page:
        return self._page(path, self.client.get(path, follow_redirects=True))

    def send(self, page: Page, path: str, **typed: str) -> Page:
        """Send the form of a page that posts to a path."""
        form = next(one for one in page.all("form") if one.get("action") == path)
        return self.post(path, {**page.fields(form), **typed})

    def post(self, path: str, fields: dict[str, str]) -> Page:
        return self._page(path, self.client.post(path, data=fields, follow_redirects=True))

    def enter(self, person: Person) -> Page:
        page = self.send(self.get("/"), "/", number=person.number, code=person.code)
        self.home = str(page.response.url.path)
        return page

    def _page(self, path: str, reply: object) -> Page:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        content = reply.content  # type: ignore[attr-defined]
        return Page(path, reply, parser.parse(content, transport_encoding="utf-8"))  # type: ignore[arg-type]


def spoken(element: Element) -> Iterator[str]:
    """Yield the text of an element in order, without that of items."""
    if ITEM.isdisjoint((element.get("class") or "").split()) and element.tag != "legend":
        yield element.text or ""
        for child in element:
            yield from spoken(child)
    elif element.get("id") != "choice" and "[[" in (element.text or ""):
        yield element.text or ""
    yield element.tail or ""


def left_in_english(page: Page, data: set[str]) -> str:
    """Return the text that stands in no bracket and is no data."""
    assert page.tree.get("lang") == "da"
    assert page.all("script") == []
    depth, outside = 0, []
    for part in re.split(r"(\[\[|\]\])", "".join(spoken(page.tree))):
        depth += {"[[": 1, "]]": -1}.get(part, 0)
        if depth == 0 and part != "]]":
            outside.append(part)
    assert depth == 0
    rest = " ".join("".join(outside).split())
    for name in sorted(data, key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest if LETTER.search(rest) else ""


@pytest.fixture
def data(world: World) -> set[str]:
    """What may stand in English: the names of exam, window, bands, outcomes and people."""
    read = starter.read_starter()
    names = {one.name for one in read.exam.scheme.outcomes} | {
        one.title for one in read.framework.items
    }
    people = {text for one in world.people for text in (one.name, one.number)}
    return {*names, *people, read.exam.title, "January 2027"}


@pytest.fixture
def reader(world: World, language: Language) -> Reader:
    state = world.app.state
    state.service = replace(state.service, language=language)
    return Reader(world.client())


def test_every_page_of_a_whole_sitting_is_in_the_second_language(
    world: World, reader: Reader, data: set[str]
) -> None:
    ada, _ = world.people
    pages = [reader.get("/"), reader.get("/display"), reader.get("/nowhere")]
    pages += [
        reader.send(pages[0], "/", number=number, code="x") for number in ("", "M1\x01", "M1")
    ]
    pages += [home := reader.enter(ada), reader.get("/results")]
    first = reader.send(home, f"{reader.home}/start")
    here = f"{reader.home}/questions/1"
    option = first.all("input", name="choice")[0].attrib["value"]
    pages += [first, reader.send(first, here, choice=option, flag="on"), reader.get(reader.home)]
    pages += [reader.get(f"{here}?choice=b"), reader.get(f"{here}?notice=goes-on")]
    pages += [reader.get(f"{reader.home}/questions/44"), reader.get("/")]
    pages += [reader.send(first, here, choice=option, **STALE)]
    pages += [reader.send(first, here, choice="nothing"), reader.send(first, here, go="elsewhere")]
    for _ in range(8):
        pages += [review := reader.get(f"{reader.home}/review")]
        pages += [reader.send(review, f"{reader.home}/review")]
    pages += [reader.send(first, here, choice=option), reader.get(f"{reader.home}/review")]
    pages += [ask := reader.get(f"{reader.home}/finish")]
    pages += [reader.send(ask, f"{reader.home}/finish"), reader.get("/results")]
    world.clock.advance(minutes=120)
    world.close_and_grade()
    world.release()
    pages += [reader.get("/results"), reader.get(reader.home)]
    assert [left_in_english(page, data) for page in pages] == [""] * len(pages)
    stages = {one.get("data-stage") for page in pages for one in page.all("div")} - {None}
    assert stages == {"ready", "running", "handed_in"}
    problems = {page.problem for page in pages} - {None}
    assert {"not-found", "invalid", "wrong-code", "stale-form", "unknown-option"} <= problems


def test_what_is_said_before_the_window_after_it_and_when_time_is_up_is_in_it_too(
    world: World, reader: Reader, data: set[str]
) -> None:
    ada, ben = world.people
    opened = world.clock.at
    world.clock.at = opened - timedelta(days=1)
    pages = [reader.enter(ben), reader.get("/results")]
    world.clock.at = opened
    first = reader.send(reader.enter(ada), f"{reader.home}/start")
    here = f"{reader.home}/questions/1"
    world.clock.advance(minutes=90, seconds=5)
    pages += [reader.get(here), reader.get(reader.home)]
    world.clock.advance(minutes=5)
    option = first.all("input", name="choice")[0].attrib["value"]
    pages += [reader.send(first, here, choice=option), reader.get(reader.home)]
    world.clock.advance(minutes=60 * 24 * 10)
    pages += [reader.get("/results"), reader.enter(ben), reader.get("/results")]
    assert [left_in_english(page, data) for page in pages] == [""] * len(pages)
    stages = {one.get("data-stage") for page in pages for one in page.all("div")} - {None}
    assert stages == {"early", "time_ended", "closed"}


def test_every_refusal_that_a_candidate_can_meet_is_in_the_second_language(
    language: Language,
) -> None:
    for kind in CANDIDATE:
        told = sentence_of(sample(kind), language)
        assert told.startswith("[["), told
        assert told.endswith("]]"), told


def test_the_board_and_the_interface_for_programs_stay_english(reader: Reader) -> None:
    assert 'lang="en"' in reader.client.get("/board/sign-in").text
    reply = reader.client.get("/api/v1/windows/none", headers={"Authorization": "Bearer x"})
    assert "[[" not in reply.text
    assert reply.json()["title"] == "No valid token"
