"""A result that is an outcome without a mark, as every face tells it."""

from pydantic_core import from_json, to_json
from sqlalchemy import select, update

from app.services.upkeep import replay
from app.store.tables import results
from tests.board.desk import PSYCHOMETRICIAN, at_desk, rows, sit_paper
from tests.contract.world import WINDOW, World
from tests.pages.browser import Browser


def awarded_without_a_mark(world: World) -> str:
    """Let Ada's paper be graded and released, and its record hold no mark; return its sitting."""
    sitting = sit_paper(world, "M1001")
    world.close_and_grade()
    world.release()
    with world.database.begin() as tx:
        record = from_json(tx.connection.execute(select(results.c.document)).scalar_one())
        text = to_json({**record, "mark": None}).decode()
        tx.connection.execute(update(results).values(mark=None, document=text))
    return sitting


def test_its_candidate_is_told_the_outcome_in_words(small_world: World) -> None:
    awarded_without_a_mark(small_world)
    ada, browser = small_world.person("M1001"), Browser(small_world.client())
    browser.sign_in(ada.number, ada.code)
    page = browser.get("/results")
    assert page.heading == "Your result"
    assert page.one("p", class_="mark").find("span[@class='band']") is not None
    assert "data-mark" not in page.one("section", class_="result").attrib
    assert "You answered 45 of 45 questions." in page.text
    assert "This result rests on the difficulty" in page.text
    for word in ("out of 100", "To pass takes", "standard error", "None"):
        assert word not in page.text


def test_a_program_is_told_that_there_is_no_mark(small_world: World) -> None:
    sitting = awarded_without_a_mark(small_world)
    bearer = {"Authorization": f"Bearer {small_world.token}"}
    told = small_world.client().get(f"/api/v1/results/{sitting}", headers=bearer).json()
    assert (told["mark"], told["mark_error"]) == (None, None)
    assert told["band"] in {"D", "M", "P", "F"}


def test_the_board_sees_the_outcome(small_world: World) -> None:
    sitting = awarded_without_a_mark(small_world)
    desk = at_desk(small_world, PSYCHOMETRICIAN)
    [row] = rows(desk.get(f"/board/windows/{WINDOW}/results"), "Results")
    assert (row["Mark (of 100)"], row["Standard error (marks)"]) == ("—", "—")
    assert row["Grade"] in {"Distinction", "Merit", "Pass", "Fail"}
    page = desk.get(f"/board/sittings/{sitting}")
    facts = [term.text for term in page.all("dt")]
    assert "Grade" in facts
    assert "Mark" not in facts


def test_replay_says_that_the_mark_is_missing(world: World) -> None:
    sitting = awarded_without_a_mark(world)
    with world.database.read() as tx:
        found = replay.replay(tx, sitting, actor=world.actor()).differences
    assert [one.where for one in found] == ["result: mark", "result: mark and band columns"]
    assert found[0].recorded == "None"
