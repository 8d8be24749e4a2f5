"""Typed text is read alike, refused in the same words and kept the same, whoever takes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.exam.people.permissions import EVERYTHING
from app.store import audit
from app.store.people import people
from tests.api.conftest import Program
from tests.board.desk import Desk, at_desk, fill_board, sit_paper
from tests.cli.conftest import Adept
from tests.contract.driver import Refused
from tests.contract.page_candidate import PageCandidate
from tests.contract.world import WINDOW, World, make_world
from tests.databases import SqlitePlace

EXTENSIONS, FORM = f"/windows/{WINDOW}/extensions", f"/board/windows/{WINDOW}/extend"
BAD_REASONS = (
    *("", " ", "\u00a0\u200b", "\u2800", "\u200d", "x" * 501, "x" * 600),
    *("a\x0bb", "a\u202eb", "a\u200bb", "\x7f", "\u0301"),
)
GOOD_REASONS = (
    "x" * 500,
    "The power failed.\u00a0\ufeff",
    "می\u200cخ",
    "\u200eRoom 3\u200f",
    "e\u0301",
)
BAD_PEOPLE = (
    (
        "membership_number",
        ("x" * 65, "\u2800", "M\u20601", "\u2013", "M\u0410-1", "M\u200d7", "\ufe0f"),
    ),
    ("name", ("x" * 201, "\u2800", "\u200d", "\u0301", "\u3164", "A\u00adda", "\u0410da", "A\nB")),
)
SPELLINGS = ("m1001", "M-1001", "M 10 01", "M\u20111001", "\uff2d\uff11\uff10\uff10\uff11\u00a0")


@pytest.fixture
def world(sqlite_place: SqlitePlace, tmp_path: Path) -> Iterator[World]:
    """Give a board's world on SQLite: what people type is read before any database."""
    made = make_world(sqlite_place, tmp_path, fill=fill_board)
    yield made
    made.close()


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.client(), world.token)


@pytest.fixture
def adept(world: World) -> Adept:
    return Adept(str(world.settings.database_url), world.settings.data_dir)


@pytest.fixture
def desk(world: World) -> Desk:
    return at_desk(world)


def reasons(world: World) -> list[object]:
    """Return the reasons in the record of the window, the newest last."""
    with world.database.read() as tx:
        return [one.detail["reason"] for one in audit.about(tx, WINDOW) if "reason" in one.detail]


def refused_by_api(program: Program, path: str, body: dict[str, object], field: str) -> str:
    reply = program.call("POST", path, body)
    assert reply.status_code == 422, reply.text
    (error,) = reply.json()["errors"]
    assert error["field"] == field
    return str(error["reason"])


def test_a_reason_that_is_refused_is_refused_by_all_in_the_same_words(
    world: World, program: Program, adept: Adept, desk: Desk
) -> None:
    sit_paper(world, "M1001", parts=1, hand_in=False)
    for bad in BAD_REASONS:
        words = refused_by_api(program, EXTENSIONS, {"minutes": 5, "reason": bad}, "reason")
        page = desk.fill(FORM, "Give the time", minutes="5", reason=bad)
        assert page.status == 422
        assert page.link(words) == "#reason", ascii(bad)
        said = adept.refused("window", "extend", WINDOW, "--minutes", "5", "--reason", bad)
        assert said == words
        booking = world.people[0].booking
        code = f"/bookings/{booking}/access-code"
        assert refused_by_api(program, code, {"reason": bad}, "reason") == words
        assert adept.refused("booking", "reissue", booking, "--reason", bad) == words
    assert reasons(world) == []


def test_a_reason_is_kept_as_it_was_typed_by_all(
    world: World, program: Program, adept: Adept, desk: Desk
) -> None:
    sit_paper(world, "M1001", parts=1, hand_in=False)
    for good in GOOD_REASONS:
        before = len(reasons(world))
        body = {"minutes": 5, "reason": good}
        assert program.call("POST", EXTENSIONS, body).status_code == 200
        page = desk.fill(FORM, "Give the time", minutes="5", reason=good)
        assert "said=window-extended" in page.path
        adept.done("window", "extend", WINDOW, "--minutes", "5", "--reason", good)
        kept = reasons(world)[before:]
        assert kept == [good.strip("\u00a0\ufeff\u200e\u200f")] * 3


def test_a_person_who_is_refused_is_refused_by_both_in_the_same_words(
    program: Program, adept: Adept
) -> None:
    for field, texts in BAD_PEOPLE:
        for bad in texts:
            body = {"membership_number": "N-1", "name": "Noa", field: bad}
            words = refused_by_api(program, "/candidates", dict(body), field)
            said = adept.refused("candidate", "add", body["membership_number"], body["name"])
            assert said == words, ascii(bad)
    assert len(adept.done("candidate", "list")) == 2


def test_another_spelling_of_a_number_is_the_same_person_to_all(
    program: Program, adept: Adept
) -> None:
    made = program.call("POST", "/candidates", {"membership_number": "\ufeffÑ-7 ", "name": "Íñigo"})
    assert made.json()["membership_number"] == "Ñ-7"
    for other in ("N\u0303-7", "ñ7", "Ñ\u20117", "Ñ \u2212 7", "Ñ\u00ad-7\u200b"):
        number = {"membership_number": other, "name": "Inigo"}
        twice = program.call("POST", "/candidates", number)
        if "\u00ad" in other:  # it is found by what it looks like, and never kept
            assert twice.status_code == 422
        else:
            assert twice.status_code == 409
            assert adept.refused("candidate", "add", other, "Inigo") == twice.json()["detail"]
            assert "It is written 'Ñ-7'" in twice.json()["detail"]
        assert adept.done("candidate", "show", other)["candidate"]["name"] == "Íñigo"
    cyrillic = program.call("POST", "/candidates", {"membership_number": "\u041c1001", "name": "M"})
    assert (cyrillic.status_code, "look the same" in cyrillic.json()["detail"]) == (409, True)


def test_a_candidate_signs_in_however_the_number_and_the_code_are_spelt(world: World) -> None:
    ada = world.person("M1001")
    wide = "".join(chr(ord(one) + 0xFEE0) for one in ada.code)
    for number in (*SPELLINGS, "\u041c1001"):
        for code in (ada.code, ada.code.lower(), f"\u200b{ada.code}\u00a0", wide):
            PageCandidate(world.client(), world).sign_in(number, code)
    with pytest.raises(Refused, match="wrong-code"):
        PageCandidate(world.client(), world).sign_in("M1002", ada.code)
    with world.database.read() as tx:
        found = people.by_number(tx, "m 1001", reach=EVERYTHING)
    assert found is not None
    assert found.membership_number == "M1001"


def test_wrong_codes_count_together_however_the_number_is_spelt(world: World) -> None:
    for turn in range(world.settings.sign_in_attempts):
        with pytest.raises(Refused, match="wrong-code"):
            PageCandidate(world.client(), world).sign_in(SPELLINGS[turn % len(SPELLINGS)], "WRONG")
    with pytest.raises(Refused, match="too-many-attempts"):
        PageCandidate(world.client(), world).sign_in("M1001", world.person("M1001").code)
