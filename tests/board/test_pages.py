"""What the board sees: tables that sort and filter, results, records, replays, refusals."""

import re

from sqlalchemy import func, select, update

from app.store.tables import events
from tests.board.desk import CHAIR, INVIGILATOR, PASSWORD, at_desk, rows, sit_paper
from tests.contract.world import WINDOW, World

HERE = f"/board/windows/{WINDOW}"


def test_windows_are_listed_with_their_counts(world: World) -> None:
    sit_paper(world, "M1001", parts=2, hand_in=False)
    desk = at_desk(world)
    [line] = rows(desk.get("/board"), "Exam windows")
    counts = ("Booked", "Not started", "In progress", "Ended")
    assert [line[name] for name in counts] == ["2", "1", "1", "0"]
    assert line["Phase"] == "open"
    assert line["Exam"].endswith("PROVISIONAL")
    assert desk.get("/board").link("January 2027") == HERE


def test_sittings_say_who_where_and_how_long(world: World) -> None:
    sit_paper(world, "M1001", parts=3, hand_in=False)
    world.clock.advance(minutes=20, seconds=30)
    [line] = rows(at_desk(world).get(HERE), "Sittings")
    assert line == {
        "Candidate": "Ada",
        "Membership number": "M1001",
        "State": "in progress",
        "Where": "part 3 of 9",
        "Answered": "15 of 45",
        "Time left (minutes)": "69",
        "Ends (UTC)": "11 Jan, 10:30",
        "Last save (UTC)": "11 Jan, 09:00:00",
        "Time": "Extend Ada",
    }


def test_sittings_are_sorted_and_filtered_by_links(small_world: World) -> None:
    sit_paper(small_world, "M1001", parts=1, hand_in=False)
    sit_paper(small_world, "M1002")
    desk = at_desk(small_world)
    page = desk.get(HERE)
    order = ["Ada", "Ben"]
    assert [line["Candidate"] for line in rows(page, "Sittings")] == order
    once = desk.get(page.link("Candidate"))
    assert [line["Candidate"] for line in rows(once, "Sittings")] == order
    assert [one.get("aria-sort") for one in once.all("th") if one.get("aria-sort")] == ["ascending"]
    twice = desk.get(once.link("Candidate"))
    assert [line["Candidate"] for line in rows(twice, "Sittings")] == order[::-1]
    ended = desk.get(twice.link("Ended (1)"))
    assert [line["Candidate"] for line in rows(ended, "Sittings")] == ["Ben"]
    odd = desk.get(f"{HERE}?state=%00&sort=--name&page=9%C2%B2")
    assert [line["Candidate"] for line in rows(odd, "Sittings")] == order


def test_only_the_running_view_reloads_itself(small_world: World) -> None:
    desk = at_desk(small_world, INVIGILATOR)
    running = desk.get(f"{HERE}?state=in-progress&sort=-left&said=closed")
    assert running.response.headers["refresh"] == f"20; url={HERE}?state=in-progress&sort=-left"
    for path in ("/board", HERE, f"{HERE}?state=ended", f"{HERE}/extend"):
        assert "refresh" not in desk.get(path).response.headers


def test_a_sitting_shows_its_result_and_its_record(world: World) -> None:
    sitting = sit_paper(world, "M1001")
    world.close_and_grade()
    page = at_desk(world).get(f"/board/sittings/{sitting}")
    assert "PROVISIONAL" in page.text
    assert "NOT RELEASED" in page.text
    assert "45 answered, 0 left blank, 0 never handed out" in page.text
    assert [line["Outcome"] for line in rows(page, "By learning outcome")] == ["1", "2", "3"]
    criteria = rows(page, "By assessment criterion")
    assert len(criteria) == 8
    assert sum(int(line["Items"]) for line in criteria) == 45
    record = rows(page, "The record")
    assert [line["Kind"] for line in record[:4]] == [
        "created",
        "signed in",
        "started",
        "block delivered",
    ]
    assert record[2]["What"] == "Clock started: 90 minutes"
    assert record[-1]["What"] == "Handed in"
    assert {len(line["Hash"]) for line in record} == {12}


def test_a_replay_that_agrees_says_so(world: World) -> None:
    sitting = sit_paper(world, "M1001")
    world.close_and_grade()
    page = at_desk(world).fill(f"/board/sittings/{sitting}", "Replay now")
    assert "The sitting has been replayed just now." in page.text
    assert "The record agrees" in page.text
    assert len(rows(page, "Parts, chosen again")) == 9


TAMPERED: tuple[dict[str, object], ...] = (
    {"body": func.replace(events.c.body, "false", "true")},
    {"at": "2027-01-11T09:59:59.000000Z"},
    {"at": "yesterday"},
    {"body": "not json"},
    {"body": '{"position": 99, "option": "p", "flagged": false}'},
    {"kind": "handed_in", "body": "{}"},
    {"kind": "nothing"},
)


def test_a_replay_names_an_event_that_was_changed(world: World) -> None:
    sitting = sit_paper(world, "M1001", parts=2, hand_in=False)
    desk = at_desk(world)
    place = (events.c.sitting_id == sitting) & (events.c.sequence == 7)
    for change in TAMPERED:
        with world.database.engine.begin() as connection:
            written = connection.execute(select(events).where(place)).one()._asdict()
            connection.execute(update(events).where(place).values(**change))
        page = desk.fill(f"/board/sittings/{sitting}", "Replay now")
        assert "The record does not agree" in page.text
        chain = next(line for line in rows(page, "Differences") if line["Where"] == "chain")
        said = r"event 7 \(\w+\) was changed or reordered"
        assert re.fullmatch(said, chain["In the record"]), change
        assert len(rows(desk.get(f"/board/sittings/{sitting}"), "The record")) == 16
        with world.database.engine.begin() as connection:
            connection.execute(update(events).where(place).values(**written))
    assert "The record agrees" in desk.get(f"/board/sittings/{sitting}/replay").text


def test_a_replay_names_what_a_removed_event_leaves(world: World) -> None:
    sitting = sit_paper(world, "M1001", parts=1, hand_in=False)
    with world.database.engine.begin() as connection:
        connection.execute(events.delete().where(events.c.sitting_id == sitting))
    page = at_desk(world).get(f"/board/sittings/{sitting}/replay")
    assert "the record has 0 events, the sitting counted 9" in page.text


def test_unknown_names_are_not_found(world: World) -> None:
    desk = at_desk(world)
    typed = {"token": desk.token(), "minutes": "5", "reason": "x"}
    seen = ("windows/{}", "windows/{}/results", "windows/{}/extend", "sittings/{}")
    sent = ("windows/{}/grade", "windows/{}/extend", "sittings/{}/extend", "sittings/{}/replay")
    for name in (
        "none",
        "%00",
        "a%00b",
        "%ff%fe",
        "%01%c2%85",
        "x" * 3000,
        "..%5c",
        "%F0%9F%98%80",
    ):
        for path in seen:
            page = desk.get(f"/board/{path.format(name)}")
            assert (page.status, page.heading) == (404, "Not found")
        for path in sent:
            assert desk.browser.post(f"/board/{path.format(name)}", typed).status == 404


def test_malformed_forms_are_refused(small_world: World) -> None:
    desk = at_desk(small_world)
    token = desk.token()
    replies = [
        desk.client.post(f"{HERE}/extend", files={"minutes": b"5"}, data={"token": token}),
        desk.client.post(f"{HERE}/extend", json={"minutes": 5}),
        desk.client.post(
            f"{HERE}/extend",
            content=b"\xff\xfe&&==%%",
            headers={"content-type": "application/x-www-form-urlencoded"},
        ),
        desk.client.post(
            f"{HERE}/extend",
            content=b"no boundary",
            headers={"content-type": "multipart/form-data"},
        ),
        desk.client.post(f"{HERE}/extend", content=b"x" * 10_000_000),
        desk.client.post("/board/sign-in", data={"email": ["a\x00", "b"], "password": "\x00"}),
        desk.client.put(HERE),
        desk.client.get(f"{HERE}/nothing"),
        desk.client.get("/board/nothing"),
    ]
    assert [r.status_code for r in replies if not 400 <= r.status_code < 500] == []


def test_who_signs_in_with_control_characters_is_just_wrong(world: World) -> None:
    desk = at_desk(world)
    page = desk.fill("/board/sign-in", "Sign in", email=f"{CHAIR}\x00", password=f"{PASSWORD}\x00x")
    assert page.status == 401
