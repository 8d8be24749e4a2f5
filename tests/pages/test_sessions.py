"""Cookies, tokens, and the promise that a stale one never costs an answer."""

import pytest

from app.main import create_app
from app.settings import Settings
from app.web.candidate.session import DOOR_COOKIE, SITTING_COOKIE
from tests.contract.world import Person, World
from tests.pages.browser import Browser, Page
from tests.pages.test_whole_sitting import options


def checked(page: Page) -> list[str]:
    return [one.attrib["value"] for one in page.all("input", checked="", name="choice")]


def saved(page: Page) -> list[str]:
    return [one.attrib["value"] for one in page.all("input", class_="saved")]


def tampered(cookie: str) -> str:
    last = "A" if cookie[-2] != "A" else "B"
    return cookie[:-2] + last + cookie[-1]


def test_the_cookie_is_for_http_alone_and_lasts_as_long_as_the_browser(
    browser: Browser, ada: Person
) -> None:
    path, fields = browser.get("/").pressed("Sign in")
    reply = browser.client.post(path, data={**fields, "number": ada.number, "code": ada.code})
    (cookie,) = (one for one in reply.headers.get_list("set-cookie") if SITTING_COOKIE in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_where_people_come_by_https(world: World) -> None:
    settings = world.settings.model_copy(update={"public_url": "https://exams.example.org"})
    assert isinstance(settings, Settings)
    app = create_app(settings, clock=world.clock.now)
    world_over_https = World(app, world.database, settings, world.clock, world.people, world.token)
    reply = world_over_https.client().get("/")
    assert "Secure" in reply.headers["set-cookie"]
    app.state.service.database.close()


def test_a_form_with_a_stale_token_keeps_the_choice_and_can_be_sent_again(
    browser: Browser, first: Page
) -> None:
    chosen = options(first)[2]
    path, fields = first.pressed("Save and continue")
    refused = browser.post(path, {**fields, "choice": chosen, "token": "stale"})
    assert (refused.status, refused.problem) == (403, "stale-form")
    assert (checked(refused), saved(refused)) == ([chosen], [])
    assert "Your choice is not saved yet." in refused.text
    assert "0 of 45 answered" in refused.text
    alert = refused.one("div", role="alert")
    assert "autofocus" in alert.attrib
    after = browser.press(refused, "Save and continue")
    assert after.heading == "Question 2 of 45"
    assert saved(browser.get(first.path)) == [chosen]


def test_a_page_from_before_a_new_sign_in_in_this_browser_can_still_be_sent(
    browser: Browser, ada: Person, first: Page
) -> None:
    browser.sign_in(ada.number, ada.code)
    chosen = options(first)[1]
    refused = browser.press(first, "Save and continue", choice=chosen)
    assert (refused.status, checked(refused)) == (403, [chosen])
    browser.press(refused, "Save and continue")
    assert saved(browser.get(first.path)) == [chosen]


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJhIjoxfQ.c2ln", "tampered"])
def test_an_answer_without_a_sign_in_is_carried_through_it_and_offered_again(
    browser: Browser, ada: Person, first: Page, cookie: str
) -> None:
    held = browser.client.cookies[SITTING_COOKIE]
    browser.client.cookies.delete(SITTING_COOKIE)
    browser.client.cookies.set(SITTING_COOKIE, tampered(held) if cookie == "tampered" else cookie)
    chosen = options(first)[3]
    refused = browser.press(first, "Save and continue", choice=chosen)
    assert (refused.status, refused.problem) == (401, "not-signed-in")
    assert "offered to you again" in refused.text
    browser.client.cookies.delete(SITTING_COOKIE)
    mistyped = browser.press(refused, "Sign in", number=ada.number, code="WRONG")
    assert (mistyped.status, mistyped.problem) == (401, "wrong-code")
    offered = browser.press(mistyped, "Sign in", code=ada.code)
    assert offered.heading == "Question 1 of 45"
    assert (checked(offered), saved(offered)) == ([chosen], [])
    assert "not saved yet: press Save to keep it" in offered.text
    browser.press(offered, "Save and continue")
    assert saved(browser.get(first.path)) == [chosen]


def test_a_page_that_a_newer_sign_in_has_taken_over_says_so_and_carries_its_choice(
    world: World, browser: Browser, ada: Person, first: Page
) -> None:
    elsewhere = Browser(world.client())
    elsewhere.sign_in(ada.number, ada.code)
    chosen = options(first)[0]
    refused = browser.press(first, "Save and continue", choice=chosen)
    assert (refused.status, refused.problem) == (409, "superseded")
    assert "signed in again somewhere else" in refused.text
    offered = browser.press(refused, "Sign in", number=ada.number, code=ada.code)
    assert (checked(offered), saved(offered)) == ([chosen], [])
    assert elsewhere.get(first.path).problem == "superseded"


def test_somebody_else_who_signs_in_does_not_get_the_carried_choice(
    world: World, browser: Browser, first: Page
) -> None:
    browser.client.cookies.delete(SITTING_COOKIE)
    refused = browser.press(first, "Save and continue", choice=options(first)[0])
    ben = world.people[1]
    page = browser.press(refused, "Sign in", number=ben.number, code=ben.code)
    assert page.heading == "Before you start"
    assert "Ben" in page.text


@pytest.mark.parametrize("path", ["", "/questions/1", "/review", "/finish"])
def test_another_persons_sitting_is_as_unknown_as_one_that_is_not_there(
    world: World, first: Page, path: str
) -> None:
    ben = Browser(world.client())
    ben.sign_in(world.people[1].number, world.people[1].code)
    foreign = ben.get(first.path.removesuffix("/questions/1") + path)
    nowhere = ben.get("/sitting/" + "0" * 32 + path)
    assert (foreign.status, nowhere.status) == (404, 404)
    assert foreign.problem == nowhere.problem == "not-found"
    assert "Ada" not in foreign.text


def test_another_persons_sitting_cannot_be_answered(world: World, first: Page) -> None:
    ben = Browser(world.client())
    ben.sign_in(world.people[1].number, world.people[1].code)
    refused = ben.press(first, "Save and continue", choice=options(first)[0])
    assert refused.status == 404


@pytest.mark.parametrize("path", ["/start", "/review", "/finish"])
def test_no_form_of_a_sitting_is_taken_without_its_token(
    browser: Browser, first: Page, path: str
) -> None:
    where = first.path.removesuffix("/questions/1") + path
    for token in ({}, {"token": "wrong"}):
        refused = browser.post(where, token)
        assert (refused.status, refused.problem) in (
            (403, "stale-form"),
            (409, "paper-not-complete"),
        )
    assert "0 of 45 answered" in browser.get(first.path).text


def test_signing_in_takes_a_token_of_this_browser(browser: Browser, ada: Person) -> None:
    typed = {"number": ada.number, "code": ada.code}
    refused = browser.post("/", typed)
    assert (refused.status, refused.problem) == (403, "stale-form")
    assert refused.one("input", name="number").get("value") == ada.number
    browser.client.cookies.delete(DOOR_COOKIE)
    again = browser.press(refused, "Sign in", code=ada.code)
    assert again.status == 403
    assert browser.press(again, "Sign in", code=ada.code).heading == "Before you start"


def test_a_browser_that_is_held_says_so_before_the_next_person_signs_in(
    browser: Browser, home: Page
) -> None:
    page = browser.get("/")
    assert "Somebody is signed in" in page.text
    assert page.link("go to your exam") == home.path
    out = browser.press(home, "Sign out")
    assert "Somebody is signed in" not in out.text


def test_an_offered_choice_is_only_one_of_the_options(browser: Browser, first: Page) -> None:
    for choice in ("zzz", "%00", "<b>", ""):
        page = browser.get(f"{first.path}?choice={choice}")
        assert (page.status, checked(page)) == (200, [])
    offered = browser.get(f"{first.path}?choice={options(first)[0]}")
    assert checked(offered) == [options(first)[0]]
    assert "0 of 45 answered" in browser.get(first.path).text
