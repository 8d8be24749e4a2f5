"""Whatever is sent gets the right 4xx with words to act on, and never a 500."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.contract.world import Person, World, make_world
from tests.databases import SqlitePlace, content
from tests.pages.browser import Browser, Page
from tests.pages.test_sessions import saved
from tests.pages.test_whole_sitting import options


class Seated(NamedTuple):
    """Ada's browser and her first question."""

    browser: Browser
    first: Page


@pytest.fixture(scope="module")
def seated(module_place: SqlitePlace) -> Iterator[Seated]:
    """Give Ada at her first question; whatever is refused must leave no trace."""
    world = make_world(module_place, module_place.folder)
    browser, ada = Browser(world.client()), world.people[0]
    first = browser.press(browser.sign_in(ada.number, ada.code), "Start the exam")
    before = content(world.database)
    yield Seated(browser, first)
    assert content(world.database) == before
    world.close()


@pytest.mark.parametrize(
    "position", ["0", "999", "46", "6", "-1", "1.5", "abc", "1e3", "10" * 15, "%00", "\u0661"]
)
def test_a_question_that_is_not_there_is_not_found(seated: Seated, position: str) -> None:
    browser, first = seated
    where = first.path.removesuffix("1") + position
    assert browser.get(where).status == 404
    path, fields = first.pressed("Save and continue")
    fields["choice"] = options(first)[0]
    refused = browser.post(path.removesuffix("1") + position, fields)
    assert refused.status == 404
    assert refused.link("Go to your exam")


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"choice": "zzz"}, 422),
        ({"choice": "<script>alert(1)</script>"}, 422),
        ({"choice": "p\x00"}, 422),
        ({"choice": "p" * 9000}, 422),
        ({"go": "nowhere"}, 422),
        ({"go": "9" * 40}, 422),
        ({"go": "//example.org"}, 422),
        ({"flag": "maybe"}, 422),
        ({"clear": "perhaps"}, 422),
        ({"request": ""}, 403),
        ({"request": "x" * 900}, 403),
        ({"request": "a\x00b"}, 403),
        ({"token": ""}, 403),
        ({"token": "\u00e9\u4e2d"}, 403),
        ({"go": "40"}, 404),
    ],
)
def test_an_answer_form_with_nonsense_is_refused_with_words(
    seated: Seated, typed: dict[str, str], status: int
) -> None:
    browser, first = seated
    refused = browser.press(first, "Save and continue", **typed)
    assert refused.status == status
    assert len(refused.one("div", role="alert")) >= 1
    assert saved(browser.get(first.path)) == []


def test_an_unknown_option_is_named_beside_the_options(seated: Seated) -> None:
    browser, first = seated
    refused = browser.press(first, "Save and continue", choice="zzz")
    assert refused.one("p", id="choice-error").text
    assert (
        refused.link(
            "'zzz' is not one of this question's options. Nothing was changed; choose one."
        )
        == "#choice"
    )
    assert refused.heading == "Question 1 of 45"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"%%%&&&==;;;\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"not json", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"broken", "multipart/form-data"),
        (b"&".join(b"a%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="choice"; filename="a"\r\n\r\n'
            b"q\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/display", "/sign-out", "Q", "S/start", "S/review", "S/finish"]
)
def test_a_malformed_body_is_refused_with_words(
    seated: Seated, path: str, body: bytes, kind: str
) -> None:
    browser, first = seated
    where = path.replace("Q", first.path).replace("S", first.path.removesuffix("/questions/1"))
    reply = browser.client.post(where, content=body, headers={"content-type": kind})
    assert 400 <= reply.status_code < 500, reply.text
    assert "<h1>" in reply.text
    assert browser.get(first.path).status == 200


def test_a_body_of_ten_megabytes_is_refused_unread(seated: Seated) -> None:
    browser, first = seated
    kind = {"content-type": "application/x-www-form-urlencoded"}
    body = b"choice=" + b"b" * 10_000_000
    reply = browser.client.post(first.path, content=body, headers=kind)
    assert reply.status_code == 413
    assert "nothing was changed" in reply.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_refused(seated: Seated, method: str) -> None:
    browser, first = seated
    assert browser.client.request(method, first.path).status_code == 405


@pytest.mark.parametrize(
    ("typed", "status", "field"),
    [
        ({"number": "", "code": "X"}, 422, "number"),
        ({"number": "M1001", "code": " "}, 422, "code"),
        ({"number": "M\x001001", "code": "X"}, 422, "number"),
        ({"number": "M1001", "code": "X\x00"}, 422, "code"),
        ({"number": "M" * 5000, "code": "X"}, 422, None),
        ({"number": "nobody", "code": "X"}, 401, "number"),
        ({"number": "' OR 1=1 --", "code": "' OR 1=1 --"}, 401, "number"),
        ({"number": "\u4e2d\U0001f600", "code": "\u4e2d"}, 401, "number"),
    ],
)
def test_a_sign_in_with_nonsense_is_refused_with_words_beside_the_field(
    browser: Browser, typed: dict[str, str], status: int, field: str | None
) -> None:
    refused = browser.press(browser.get("/"), "Sign in", **typed)
    assert refused.status == status
    if field:
        assert refused.one("span", id=f"{field}-error").text
        assert refused.one("input", id=field).get("aria-invalid") == "true"
    assert refused.one("input", id="code").get("value") is None


def test_carried_fields_that_cannot_be_ours_are_dropped(browser: Browser, ada: Person) -> None:
    for sitting, position, choice in (
        ("//example.org", "1", "p"),
        ("0" * 32, "1", "p"),
        ("0" * 32, "../..", "p"),
        ("\x00", "\x00", "\x00"),
    ):
        page = browser.press(
            browser.get("/"),
            "Sign in",
            number=ada.number,
            code=ada.code,
            sitting=sitting,
            position=position,
            choice=choice,
        )
        assert page.heading == "Before you start"


def test_too_many_wrong_codes_say_how_long_to_wait(world: World, browser: Browser) -> None:
    page = browser.get("/")
    for _ in range(world.settings.sign_in_attempts):
        page = browser.press(page, "Sign in", number="M1001", code="WRONG")
    waiting = browser.press(page, "Sign in", number="M1001", code="WRONG")
    assert waiting.status == 429
    assert "Please wait" in waiting.text


@pytest.mark.parametrize("until", ["", "abc", "-1", "1e99", "9" * 30])
def test_a_clock_with_nonsense_is_refused(seated: Seated, until: str) -> None:
    browser, first = seated
    where = first.path.removesuffix("/questions/1")
    assert browser.client.get(f"{where}/clock.css?until={until}").status_code == 422


def test_an_address_that_is_nowhere_is_not_found(browser: Browser) -> None:
    for path in ("/nowhere", "/sitting", "/sitting/x/y/z", "/questions/1"):
        assert browser.get(path).status == 404
