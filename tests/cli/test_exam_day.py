"""Windows, sittings, grading, release and proof from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from app.cli.output import PIPED_WIDTH
from app.exam.people.permissions import EVERYTHING
from app.store.database import connect
from app.store.sitting import sittings
from app.store.tables import events
from tests.cli.conftest import Adept
from tests.databases import Place
from tests.services.sitters import WINDOW, Sitter, answer_block, finish, make_database, seat


@pytest.fixture
def sat(any_place: Place, tmp_path: Path) -> tuple[Adept, Sitter, Sitter]:
    """Give a window with one paper handed in and one in progress."""
    url, (done, going) = any_place.copy(fill_sat)
    return Adept(url, tmp_path), done, going


def fill_sat(url: str) -> tuple[Sitter, Sitter]:
    database = make_database(url)
    done, going = seat(database, "M1"), seat(database, "M2")
    for one in (done, going):
        with database.read() as tx:
            started = sittings.load(tx, one.sitting, reach=EVERYTHING).sitting
        if one is done:
            finish(database, one, started)
        else:
            answer_block(database, one, started)
    database.close()
    return done, going


def chairs(adept: Adept) -> list[str]:
    emails = ["a@x.org", "b@x.org"]
    for email in emails:
        adept.done("staff", "add", email, "--role", "chair")
    return ["--by", emails[0], "--second", emails[1]]


def end(adept: Adept, going: Sitter) -> None:
    """Close the window and hand in the paper in progress."""
    adept.done("window", "close", WINDOW)
    database = connect(adept.url)
    with database.read() as tx:
        started = sittings.load(tx, going.sitting, reach=EVERYTHING).sitting
    finish(database, going, started)
    database.close()


def test_a_window_is_planned_opened_and_closed(adept: Adept) -> None:
    span = ["--opens", "2098-01-01T09:00", "--closes", "2099-01-01T09:00+01:00"]
    made = adept.done("window", "add", "w1", "--exam", "cim-l6-smm", *span)
    assert made["opens_at"] == "2098-01-01T09:00:00Z"
    assert adept.done("window", "list")[0]["phase"] == "planned"
    adept.done("window", "open", "w1")
    assert adept.done("window", "list")[0]["phase"] == "open"
    adept.done("window", "close", "w1")
    assert adept.done("window", "list")[0]["phase"] == "closed"
    assert "Say until when" in adept.refused("window", "open", "w1")
    adept.done("window", "open", "w1", "--until", "2099-01-01")
    assert adept.run("window", "list").exit_code == 0


def test_an_instant_that_cannot_be_read_is_refused_with_an_example(adept: Adept) -> None:
    words = ["--exam", "cim-l6-smm", "--opens", "tomorrow", "--closes", "2099-01-01"]
    assert "2026-12-01T09:00" in adept.refused("window", "add", "w1", *words)


def test_sittings_are_listed_shown_and_extended(sat: tuple[Adept, Sitter, Sitter]) -> None:
    adept, done, going = sat
    lines = adept.done("sitting", "list", "--window", WINDOW)
    assert [one["state"] for one in lines] == ["handed_in", "block_open"]
    before = adept.done("sitting", "show", going.sitting)
    assert (before["answered"], before["mark"]) == (5, None)
    more = adept.done(
        "sitting", "extend", going.sitting, "--minutes", "10", "--reason", "fire alarm"
    )
    assert more["deadline"] > before["deadline"]
    assert "handed in" in adept.refused(
        "sitting", "extend", done.sitting, "--minutes", "10", "--reason", "late"
    )
    whole = adept.done("window", "extend", WINDOW, "--minutes", "5", "--reason", "power cut")
    assert whole["sittings"] == [going.sitting]
    assert going.sitting in adept.run("sitting", "list", "--window", WINDOW).stdout


@pytest.mark.each_database
def test_a_window_is_graded_when_it_is_over_and_released_by_two_chairs(
    sat: tuple[Adept, Sitter, Sitter],
) -> None:
    adept, done, going = sat
    both = chairs(adept)
    assert "still open" in adept.refused("grade", "--window", WINDOW)
    assert "not been graded" in adept.refused("release", "--window", WINDOW, *both)
    end(adept, going)
    assert adept.done("grade", "--window", WINDOW)["graded"] == 2
    assert adept.done("sitting", "show", done.sitting)["mark"] is None
    alone = ["--by", "a@x.org", "--second", "A@x.org"]
    assert "two different people" in adept.refused("release", "--window", WINDOW, *alone)
    adept.done("staff", "add", "c@x.org", "--role", "author")
    author = ["--by", "a@x.org", "--second", "c@x.org"]
    assert "needs the role chair" in adept.refused("release", "--window", WINDOW, *author)
    assert adept.done("release", "--window", WINDOW, *both)["results"] == 2
    assert isinstance(adept.done("sitting", "show", done.sitting)["mark"], int)
    assert "released already" in adept.refused("release", "--window", WINDOW, *both)


def test_a_sitting_replays_to_its_record(sat: tuple[Adept, Sitter, Sitter]) -> None:
    adept, done, _ = sat
    found = adept.done("replay", done.sitting)
    assert found["differences"] == []
    assert len(found["blocks"]) == 9
    assert "agrees with its record" in adept.run("replay", done.sitting).stdout
    assert "no sitting" in adept.refused("replay", "nobody")


def test_a_whole_window_replays_to_its_records(sat: tuple[Adept, Sitter, Sitter]) -> None:
    adept, done, _ = sat
    found = adept.done("replay", "--window", WINDOW)
    assert done.sitting in {one["sitting"] for one in found}
    assert [one["differences"] for one in found] == [[]] * len(found)
    assert "0 differ" in adept.run("replay", "--window", WINDOW).stdout
    assert "no window" in adept.refused("replay", "--window", "nowhere")
    assert adept.run("replay").exit_code == 2


def test_a_changed_event_is_found_and_named(sat: tuple[Adept, Sitter, Sitter]) -> None:
    adept, done, _ = sat
    assert adept.done("audit", "verify")["breaks"] == []
    database = connect(adept.url)
    with database.begin() as tx:
        fourth = (events.c.sitting_id == done.sitting) & (events.c.sequence == 4)
        tx.connection.execute(update(events).where(fourth).values(body="{}"))
    database.close()
    found = adept.run("audit", "verify", "--json")
    assert found.exit_code == 1
    (broken,) = json.loads(found.stdout)["breaks"]
    assert (broken["sitting"], broken["sequence"]) == (done.sitting, 4)
    assert done.sitting in adept.run("audit", "verify").stdout
    assert adept.run("replay", done.sitting).exit_code == 1
    assert adept.run("doctor").exit_code == 1


def test_what_is_piped_is_wide_enough_for_ids() -> None:
    assert PIPED_WIDTH >= 160
