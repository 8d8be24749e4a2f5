"""The board watches exposure, and holds items back in the middle of a window."""

import pytest

from app.exam.people.permissions import EVERYTHING
from app.exam.sitting.sitting import SittingId
from app.services.bank import exams, starter, suspend
from app.services.window.exposure import exposure_report
from app.store.sitting import sittings
from tests.board.desk import PSYCHOMETRICIAN, at_desk, rows, sit_paper
from tests.contract.world import EXAM, WINDOW, World
from tests.factories import anybody
from tests.pages.browser import Page
from tests.services.season import Season, first_option

HERE = f"/board/windows/{WINDOW}/exposure"
SUSPEND, RESUME, ANYWAY = "Suspend the item", "Give the item free again", "Suspend it all the same"


def items_of(world: World, sitting: SittingId) -> list[str]:
    with world.database.read() as tx:
        return [place.item for place in sittings.load(tx, sitting, reach=EVERYTHING).sitting.places]


def fact(page: Page, name: str) -> str:
    """Return what a page says after a fact's name."""
    for pair in page.all("dl"):
        for row in pair.iter("div"):
            term, said = ("".join(one.itertext()).strip() for one in (row[0], row[1]))
            if term == name:
                return " ".join(said.split())
    raise AssertionError(f"no fact '{name}'")


def test_exposure_is_shown_while_people_sit(world: World) -> None:
    ada = sit_paper(world, "M1001")
    ben = sit_paper(world, "M1002", parts=4, hand_in=False)
    desk = at_desk(world)
    page = desk.get(desk.get(f"/board/windows/{WINDOW}").link("Exposure"))
    assert page.path == HERE
    assert fact(page, "Candidates so far") == "2"
    both = set(items_of(world, ada)) & set(items_of(world, ben))
    assert fact(page, "Largest share") == ("100.0 %" if both else "50.0 %")
    assert sum(int(row["Candidates"]) for row in rows(page, "Groups of ability")) == 2
    lines = rows(page, "Items")
    counts = [int(row["Met by"]) for row in lines]
    assert counts == sorted(counts, reverse=True)
    # Of two candidates, both are more than the 45 % that the exam allows.
    assert {row["Item"] for row in lines if row["Met by"] == "2"} == {
        f"{name} over target" for name in both
    }
    once = desk.get(page.link("Item"))
    names = [row["Item"] for row in rows(once, "Items")]
    assert names == sorted(names)


def test_items_nobody_has_met_are_listed_apart(small_world: World) -> None:
    sitting = sit_paper(small_world, "M1001")
    page = at_desk(small_world).get(HERE)
    left = 128 - len(items_of(small_world, sitting))
    never = at_desk(small_world).get(page.link(f"Never met ({left})"))
    assert len(rows(never, "Items")) == left
    assert fact(page, "Never met") == f"{left} items"


@pytest.mark.each_database
def test_an_item_is_suspended_in_mid_window_and_given_free_again(world: World) -> None:
    ben = sit_paper(world, "M1002", parts=2, hand_in=False)
    name = items_of(world, ben)[0]
    address = f"/board/items/{name}"
    desk = at_desk(world, PSYCHOMETRICIAN)
    assert fact(desk.get(address), "Held by") == "1 sitting in progress"

    page = desk.fill(address, SUSPEND, reason="Two answers are right")
    assert page.path == f"{address}?said=suspended"
    assert f"Suspended by {PSYCHOMETRICIAN}: Two answers are right" in page.text
    held = rows(desk.get(f"{HERE}?state=suspended"), "Items")
    assert [line["Item"] for line in held] == [f"{name} suspended"]
    ada = sit_paper(world, "M1001")
    assert name not in items_of(world, ada)
    assert name in items_of(world, ben)
    record = rows(desk.get(f"/board/sittings/{ada}"), "The record")
    assert any(f"suspended: {name}" in line["What"] for line in record)

    page = desk.fill(address, RESUME, reason="The key is right after all")
    assert page.path == f"{address}?said=resumed"
    what = [row["What"] for row in rows(page, "Decisions about this item")]
    assert what == ["resumed the item", "suspended the item"]


def test_an_item_that_papers_need_is_suspended_only_all_the_same(small_world: World) -> None:
    desk = at_desk(small_world)
    names = [one.id for one in starter.read_starter().items if one.tags[0].code == "2.3"]
    with small_world.database.begin() as tx:
        for name in names[4:]:  # a paper holds four at least
            suspend.suspend_item(
                tx, name, reason="Seen outside", actor=small_world.actor(PSYCHOMETRICIAN)
            )
    address = f"/board/items/{names[0]}"
    page = desk.fill(address, SUSPEND, reason="Seen outside too")
    assert page.status == 409
    assert "Nothing was changed" in page.text
    assert page.pressed(SUSPEND)[1]["reason"] == "Seen outside too"
    page = desk.browser.press(page, ANYWAY)
    assert page.path == f"{address}?said=suspended"
    assert "needed:" in rows(page, "Decisions about this item")[0]["Particulars"]


def test_suspending_needs_a_reason_and_an_item_that_is_there(small_world: World) -> None:
    desk = at_desk(small_world)
    page = desk.fill("/board/items/SMM-1.1-06", SUSPEND, reason=" ")
    assert page.status == 422
    assert page.link("Give the reason; it becomes part of the record.") == "#reason"
    assert desk.get("/board/items/SMM-9.9-99").status == 404
    form = desk.get("/board/items/SMM-1.1-06")
    desk.browser.press(form, SUSPEND, reason="Seen outside")
    again = desk.browser.press(form, SUSPEND, reason="Seen outside")
    assert again.status == 409
    assert "already" in again.text


def test_an_item_shows_its_key_to_those_who_may_mark(small_world: World) -> None:
    page = at_desk(small_world).get("/board/items/SMM-1.1-06")
    options = rows(page, "Options")
    assert sum("(key)" in line["Option"] for line in options) == 1
    assert fact(page, f"In {EXAM}, version 1").startswith("a 1.00, b ")


def test_items_over_their_target_are_marked(small_world: World) -> None:
    name = "SMM-1.1-06"
    desk = at_desk(small_world)
    page = desk.fill(
        f"/board/exams/{EXAM}/blueprint",
        "See what changes",
        rule="eligibility",
        target="40",
        required=name,
    )
    desk.browser.press(page, "Save version 2")
    with small_world.database.read() as tx:
        season = Season(small_world.database, exams.newest(tx, EXAM, actor=anybody()).exam)
    season.window("w2")
    for _ in range(2):
        season.sitter(season.book("w2")).sit(first_option)
    page = desk.get("/board/windows/w2/exposure")
    assert fact(page, "Target") == "40.0 %"
    with small_world.database.read() as tx:
        over = exposure_report(tx, "w2", actor=anybody()).exposure.over_target
    assert name in over
    lines = rows(desk.get(page.link(f"Over target ({len(over)})")), "Items")
    assert {line["Item"].removesuffix(" over target") for line in lines} == set(over)
    assert all(line["Item"].endswith("over target") for line in lines)
    assert "met by more candidates than the target allows" in page.text
