"""Calibrating a window, deciding on the run and taking its data out, from the command line."""

from pathlib import Path

import pytest

from app.exam.people.permissions import EVERYTHING
from app.services.bank import starter
from app.store import migrate
from app.store.database import connect
from app.store.sitting import sittings
from tests.cli.conftest import Adept
from tests.services.season import WINDOW, at_random, make_season, shipped_form

IVO = "ivo@x.org"


def sat_window(url: str, folder: Path, *, form: tuple[str, ...] = (), people: int = 2) -> Adept:
    """Return the command line on a database whose window people have sat and that is closed."""
    database = connect(url)
    migrate.upgrade(database)
    with database.begin() as tx:
        starter.load_starter(tx)
    season = make_season(database, form=form, block_size=45)
    for seed in range(people):
        season.sitter().sit(at_random(seed))
    with database.read() as tx:
        assert len(sittings.of_window(tx, WINDOW, reach=EVERYTHING)) == people
    database.close()
    adept = Adept(url, folder)
    adept.done("window", "close", WINDOW)
    adept.done("staff", "add", IVO, "--role", "psychometrician")
    return adept


@pytest.fixture
def adept(tmp_path: Path) -> Adept:
    return sat_window(f"sqlite:///{tmp_path}/adept.sqlite", tmp_path)


def test_a_window_is_calibrated_shown_and_accepted(adept: Adept) -> None:
    run = adept.done("calibrate", "--window", WINDOW)
    assert run["persons"] == 2
    assert run["id"] == f"cal-1-{WINDOW}"
    assert adept.done("calibration", "list")[0]["acceptance"] is None
    shown = adept.done("calibration", "show", run["id"])
    assert shown["is_intact"] is True
    assert len(shown["run"]["items"]) == 128

    plain = adept.run("calibration", "show", run["id"]).stdout
    assert "SMM-1.1-01" in plain
    assert "adept calibration accept" in plain

    decided = ["--reason", "board", "--by", IVO]
    made = adept.done("calibration", "accept", run["id"], "--items", "all", *decided)
    assert made["scale"] == 1
    assert "by ivo@x.org" in adept.run("calibration", "list").stdout
    assert adept.done("exam", "show", "demo")["provisional"] is False
    assert "ecision on calibration run" in adept.refused(
        "calibration", "accept", run["id"], "--items", "all", *decided
    )


def test_a_strangers_decision_and_a_strange_item_are_refused(adept: Adept) -> None:
    run = adept.done("calibrate", "--window", WINDOW)["id"]
    by = ["--reason", "board", "--by"]
    assert "nobody@x.org" in adept.refused(
        "calibration", "accept", run, "--items", "all", *by, "nobody@x.org"
    )
    assert "SMM-9" in adept.refused("calibration", "accept", run, "--items", "SMM-9", *by, IVO)
    assert "calibration run" in adept.refused("calibration", "show", "cal-9")


def test_the_responses_can_be_taken_out(adept: Adept, tmp_path: Path) -> None:
    file = tmp_path / "w.csv"
    assert adept.done("calibration", "data", str(file), "--window", WINDOW)["rows"] == 90
    lines = file.read_text().splitlines()
    assert lines[0] == "sitting,item,version,criterion,option,score"
    assert len(lines) == 91
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_credit_is_given_and_the_window_graded_again(adept: Adept) -> None:
    adept.done("grade", "--window", WINDOW)
    said = ["--item", "SMM-1.1-01", "--reason", "two options were right", "--by", IVO]
    assert adept.done("window", "credit", WINDOW, *said)["item"] == "SMM-1.1-01"
    assert "credit of item" in adept.refused("window", "credit", WINDOW, *said)
    assert adept.done("grade", "--window", WINDOW)["graded"] == 2


def test_girth_and_the_cross_check_are_for_fixed_forms(adept: Adept) -> None:
    assert "adaptive" in adept.refused("calibrate", "--window", WINDOW, "--engine", "girth")
    assert "fixed form" in adept.refused("calibration", "cross-check", "--window", WINDOW)


def test_a_fixed_forms_window_is_calibrated_by_both_engines(tmp_path: Path) -> None:
    adept = sat_window(
        f"sqlite:///{tmp_path}/adept.sqlite", tmp_path, form=shipped_form(), people=40
    )
    run = adept.done("calibrate", "--window", WINDOW, "--engine", "girth", "--model", "1pl")
    assert run["options"]["engine"] == "girth"
    assert run["persons"] == 40
    checked = ["calibration", "cross-check", "--window", WINDOW, "--model", "1pl"]
    found = adept.done(*checked)
    assert {one["item"] for one in found["items"]} <= set(shipped_form())
    assert len(found["items"]) > 30
    assert found["log_likelihood"] >= found["girth_log_likelihood"]
    assert f"Verdict: {found['verdict']}" in adept.run(*checked).stdout
