"""The server is killed under load; nothing that was acknowledged may be missing."""

import random
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app import ambient
from app.exam.people.permissions import EVERYTHING, Scope, system
from app.exam.sitting.sitting import Answer
from app.services.bank import starter
from app.services.people import access, bookings
from app.services.people.keys import load_keys
from app.services.upkeep import replay
from app.services.window import exam_windows
from app.settings import Settings
from app.store import migrate
from app.store.database import Database, connect
from app.store.sitting import sittings
from itembank.items.response import only_option
from tests.factories import anybody
from tests.kill.candidates import Candidate, sitting_at_once
from tests.kill.server import Server

pytestmark = pytest.mark.each_database

CANDIDATES = 8
SEED = 20261122


def season(database: Database) -> tuple[str, list[str]]:
    """Make an open window with bookings, and return a bearer token and the bookings."""
    migrate.upgrade(database)
    actor = system("test", ambient.now())
    with database.begin() as tx:
        starter.load_starter(tx)
        keys = load_keys(tx)
        plan = exam_windows.Plan(
            id="w",
            title="Kill",
            exam="cim-l6-smm",
            opens_at=actor.at - timedelta(hours=1),
            closes_at=actor.at + timedelta(days=1),
        )
        exam_windows.plan(tx, plan, actor=actor)
        booked = []
        for number in range(CANDIDATES):
            person = bookings.add_candidate(tx, f"K{number}", f"Candidate {number}", actor=actor)
            booked.append(bookings.book(tx, person.id, "w", keys=keys, actor=actor).booking.id)
        secret = access.add_client(tx, "load", frozenset(Scope))
        token, _ = access.issue_token(
            tx, ("load", secret), frozenset(), settings=Settings(), at=actor.at
        )
    return token, booked


def kill_under_load(database_url: str, folder: Path, *, kills: int) -> None:
    database = connect(database_url)
    token, booked = season(database)
    server, stop = Server(database_url, folder), threading.Event()
    candidates = [
        Candidate(server.base_url, token, booking, seed, stop)
        for seed, booking in enumerate(booked)
    ]
    chance = random.Random(SEED)  # noqa: S311 - the moments of the kills
    server.start()
    try:
        with sitting_at_once(candidates, stop):
            for _ in range(kills):
                time.sleep(chance.uniform(0.2, 1.2))
                server.kill()
                server.start()
            time.sleep(0.5)
    finally:
        server.kill()
    assert [one.refusals for one in candidates] == [[]] * CANDIDATES
    assert all(one.acknowledged for one in candidates)
    require_nothing_lost(database, candidates)
    database.close()


def require_nothing_lost(database: Database, candidates: list[Candidate]) -> None:
    with database.read() as tx:
        assert replay.verify(tx).breaks == ()
        for one in candidates:
            kept = {link.hash for link in sittings.links(tx, one.sitting)}
            assert {answer.receipt for answer in one.acknowledged} <= kept
            assert replay.replay(tx, one.sitting, actor=anybody()).differences == ()
            require_last_answers(
                one, sittings.load(tx, one.sitting, reach=EVERYTHING).sitting.answers
            )


def require_last_answers(one: Candidate, answers: tuple[Answer, ...]) -> None:
    """Check that each position holds what was acknowledged last.

    Every request is sent until it is acknowledged, so only the request that was in flight when
    the test stopped can have come after the last acknowledgement: none, since threads are joined.
    """
    last = {answer.position: answer.option for answer in one.acknowledged}
    assert {position: only_option(answers[position - 1].response) for position in last} == last


@pytest.mark.kill
@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_thirty_times(
    database_url: str, tmp_path: Path
) -> None:
    kill_under_load(database_url, tmp_path, kills=30)
