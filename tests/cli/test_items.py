"""Suspending items and watching exposure, from the command line."""

import json
from pathlib import Path

import pytest

from app.services.bank import starter
from app.store import migrate
from app.store.bank import exposure
from app.store.database import connect
from itembank.exams import EligibilityControl
from tests.cli.conftest import Adept
from tests.services.season import WINDOW, at_random, make_season

IVO = "ivo@x.org"
BECAUSE = ["--reason", "seen on a forum", "--by", IVO]


@pytest.fixture
def adept(tmp_path: Path) -> Adept:
    """Give the command line on a window that three people have sat and a fourth has begun."""
    url = f"sqlite:///{tmp_path}/adept.sqlite"
    database = connect(url)
    migrate.upgrade(database)
    with database.begin() as tx:
        starter.load_starter(tx)
    control = {"exposure": EligibilityControl(target=0.6)}
    season = make_season(database, block_size=45, more=control)
    # For the command line, which knows the true time, the window is still to come.
    for seed in range(3):
        season.sitter().sit(at_random(seed))
    season.sitter().start()
    database.close()
    made = Adept(url, tmp_path)
    made.done("staff", "add", IVO, "--role", "psychometrician")
    return made


def test_an_item_is_suspended_listed_and_resumed(adept: Adept) -> None:
    assert "No item has been suspended." in adept.run("item", "list").stdout
    item = most_met(adept)
    made = adept.done("item", "suspend", item, *BECAUSE)
    assert made["suspension"]["item"] == item
    assert made["suspension"]["suspended_by"] == IVO
    assert made["held_by"] in {0, 1}
    assert "seen on a forum" in adept.run("item", "list").stdout
    assert "there is already" in adept.refused("item", "suspend", item, *BECAUSE).lower()
    lifted = adept.done("item", "resume", item, "--reason", "another one", "--by", IVO)
    assert lifted["lift_reason"] == "another one"
    [kept] = adept.done("item", "list")
    assert kept == lifted


def test_an_item_that_papers_need_is_suspended_by_force_alone(adept: Adept) -> None:
    names = [f"SMM-1.1-{number:02}" for number in range(1, 17)]
    for name in names:
        result = adept.run("item", "suspend", name, *BECAUSE)
        if result.exit_code:
            break
    said = adept.refused("item", "suspend", name, *BECAUSE)
    assert f"Item '{name}' is needed: exam 'demo' (window {WINDOW})" in said
    assert adept.done("item", "suspend", name, "--force", *BECAUSE)["suspension"]["item"] == name
    [warned] = [one for one in checks(adept) if one["name"] == "suspended items"]
    assert warned["status"] == "warn"


def test_a_windows_exposure_is_shown(adept: Adept) -> None:
    found = adept.done("window", "exposure", WINDOW)
    assert (found["window"], found["rule"], found["is_conditional"]) == (
        WINDOW,
        "eligibility",
        False,
    )
    told = found["exposure"]
    assert (told["sittings"], told["target"]) == (4, 0.6)
    assert sum(one["seen"] for one in told["items"]) == 4 * 45
    assert sum(one["sittings"] for one in told["groups"]) == 4
    shown = adept.run("window", "exposure", WINDOW).stdout
    for words in ("overlap", "never seen", "SMM-1.1-01", "below -0.34", "+1.34 and above"):
        assert words in shown
    adept.done("item", "suspend", most_met(adept), *BECAUSE)
    assert "suspended" in adept.run("window", "exposure", WINDOW).stdout
    assert "no window 'w9'" in adept.refused("window", "exposure", "w9")


def test_counts_that_went_wrong_are_found_by_the_doctor_and_counted_again(adept: Adept) -> None:
    assert status(adept) == "ok"
    assert adept.done("window", "recount", WINDOW) == {"window": WINDOW, "wrong": 0}
    database = connect(adept.url)
    with database.begin() as tx:
        [key] = exposure.every(tx)
        document = json.loads(str(exposure.read(tx, key)))
        document["held"][0][2] += 1
        exposure.save(tx, key, json.dumps(document))
    database.close()
    assert status(adept) == "fail"
    assert adept.done("window", "recount", WINDOW)["wrong"] == 1
    assert status(adept) == "ok"
    assert "The counts are right." in adept.run("window", "recount", WINDOW).stdout


def most_met(adept: Adept) -> str:
    items = adept.done("window", "exposure", WINDOW)["exposure"]["items"]
    return str(max(items, key=lambda one: one["seen"])["item"])


def checks(adept: Adept) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(adept.run("doctor", "--json").stdout)["checks"]
    return found


def status(adept: Adept) -> str:
    [found] = [one["status"] for one in checks(adept) if one["name"] == "exposure"]
    return found
