"""The chapters leave nothing out of the database that the next landing will be held to."""

from pathlib import Path
from typing import get_args

import pytest

from app.exam.people.permissions import EVERYTHING, Role
from app.exam.sitting.events import Body
from app.exam.sitting.sitting import State
from app.exam.window.window import Phase, phase
from app.store import dump
from app.store.bank import bank
from app.store.database import Transaction, connect
from app.store.people import access
from app.store.sitting import sittings
from app.store.window import windows
from itembank.exams import AdaptivePaper, FixedForm, RandomPaper, Scoring
from tests.factories import at
from tests.landed.make import make

# They last only within a transaction: a block is closed in the one that hands out the next.
FLEETING = {State.STARTED, State.BLOCK_CLOSED}


@pytest.mark.slow
def test_the_chapters_fill_every_table_and_tell_of_every_kind(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/adept.sqlite")
    make(database)
    with database.read() as tx:
        assert [name for name, rows in dump.counts(tx).items() if rows == 0] == []
        names = list(sittings.every(tx))
        told = {event.body.kind for name in names for event in sittings.record(tx, name)}
        assert told == {body.kind for body in get_args(Body)}
        states = {sittings.load(tx, name, reach=EVERYTHING).sitting.state for name in names}
        assert states == {*State} - FLEETING
        phases = {phase(one, at(300)) for one in windows.page(tx, reach=EVERYTHING)}
        assert phases == {*Phase}
        assert {role for one in access.staff_list(tx) for role in one.roles} == {*Role}
        require_every_kind_of_paper(tx)
    database.close()


def require_every_kind_of_paper(tx: Transaction) -> None:
    exams = [exam for exam, _ in bank.exam_list(tx)]
    assert {type(one.paper) for one in exams} == {AdaptivePaper, FixedForm, RandomPaper}
    assert {one.exposure.rule for one in exams} == {
        "none",
        "progressive",
        "randomesque",
        "eligibility",
    }
    assert {one.scoring for one in exams} == {*Scoring}
    assert {bool(one.blueprint.trial) for one in exams} == {True, False}
    assert {one.version for one in exams} == {1, 2}
