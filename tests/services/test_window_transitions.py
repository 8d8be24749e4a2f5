"""What each act on a window changes in it, at every stage, and that it keeps the rest."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from app.errors import AlreadyReleased, ExamError
from app.exam.people.permissions import EVERYTHING
from app.exam.window.window import Phase, Window
from app.services.award import grade
from app.services.bank import exams
from app.services.window import exam_windows
from app.store.bank import bank
from app.store.database import Transaction, connect
from app.store.window import windows
from tests.databases import SqlitePlace, stock
from tests.factories import anybody, at
from tests.services.season import CHAIRS, Season, make_season

ANN, BEN = CHAIRS
ITEM = "SMM-1.1-01"
LATER = at(500)
NOW = at(120)

PLANNED, OPEN, CLOSED, GRADED, PROPOSED, RELEASED = Phase

Changes = dict[str, object]
Act = Callable[[Season, Transaction, str], object]
UNGRADED: Changes = {"graded_at": None}
WITHDRAWN: Changes = {**UNGRADED, "proposed_by": None}


def open_until(season: Season, tx: Transaction, window: str) -> object:
    return exam_windows.open_now(tx, window, until=LATER, actor=season.actor())


def close(season: Season, tx: Transaction, window: str) -> object:
    return exam_windows.close_now(tx, window, actor=season.actor())


def extend(season: Season, tx: Transaction, window: str) -> object:
    return exam_windows.extend_window(
        tx, window, minutes=10, reason="An outage.", actor=season.actor()
    )


def extend_one(season: Season, tx: Transaction, window: str) -> object:
    [name] = exam_windows.lines(tx, window, actor=season.actor())
    return exam_windows.extend_sitting(
        tx, name.id, minutes=300, reason="An outage.", actor=season.actor()
    )


def mark(season: Season, tx: Transaction, window: str) -> object:
    return grade.grade_window(tx, window, actor=season.actor())


def credit(season: Season, tx: Transaction, window: str) -> None:
    grade.credit(tx, window, ITEM, "Two keys.", actor=season.actor(ANN))


def propose(season: Season, tx: Transaction, window: str) -> object:
    return grade.propose_release(tx, window, actor=season.actor(ANN))


def confirm(season: Season, tx: Transaction, window: str) -> object:
    return grade.confirm_release(tx, window, actor=season.actor(BEN))


# Stage and act: the fields that change, and to what. Where nothing is said the act is refused.
TRANSITIONS: dict[tuple[str, Act], Changes] = {
    (PLANNED, open_until): {"opened_at": NOW, "ends_at": LATER},
    (OPEN, open_until): {"ends_at": LATER},
    (CLOSED, open_until): {"ends_at": LATER},
    (GRADED, open_until): {"ends_at": LATER, **UNGRADED},
    (PROPOSED, open_until): {"ends_at": LATER, **WITHDRAWN},
    (PLANNED, close): {"ends_at": NOW},
    (OPEN, close): {"ends_at": NOW},
    (CLOSED, close): {},
    (GRADED, close): {},
    (PROPOSED, close): {},
    (PLANNED, extend): {},
    (OPEN, extend): {},
    (CLOSED, extend): {},
    (GRADED, extend): UNGRADED,
    (PROPOSED, extend): WITHDRAWN,
    (OPEN, extend_one): {},
    (CLOSED, extend_one): {},
    (GRADED, extend_one): UNGRADED,
    (PROPOSED, extend_one): WITHDRAWN,
    (CLOSED, mark): {"graded_at": NOW, "graded_with": "the set in force"},
    (GRADED, mark): {"graded_at": NOW},
    (PROPOSED, mark): {"graded_at": NOW, "proposed_by": None},
    (CLOSED, credit): {},
    (GRADED, credit): UNGRADED,
    (PROPOSED, credit): WITHDRAWN,
    (GRADED, propose): {"proposed_by": ANN},
    (PROPOSED, propose): {},
    (PROPOSED, confirm): {"released_at": NOW, "released_by": f"{ANN}, {BEN}"},
}
LATE = {CLOSED, GRADED, PROPOSED, RELEASED}
STAGES = [PLANNED, OPEN, CLOSED, GRADED, PROPOSED, RELEASED]
ACTS = [open_until, close, extend, extend_one, mark, credit, propose, confirm]


def bring(season: Season, stage: str) -> None:
    """Make a window at a stage, with a sitting that time has ended where there could be one."""
    season.clock.minutes = 0
    opens, closes = (200 if stage == PLANNED else -1), (110 if stage in LATE else 300)
    season.window(stage, opens=opens, closes=closes)
    sitter = season.sitter(season.book(stage))
    if stage != PLANNED:
        sitter.start()
    season.clock.minutes = 111
    season.sweep()
    if stage in {GRADED, PROPOSED, RELEASED}:
        season.grade(stage)
    if stage in {PROPOSED, RELEASED}:
        season.propose(ANN, stage)
    if stage == RELEASED:
        season.confirm(BEN, stage)


def differences(before: Window, after: Window) -> Changes:
    old, new = asdict(before), asdict(after)
    return {name: new[name] for name in old if new[name] != old[name]}


@pytest.fixture(scope="module")
def stages(module_place: SqlitePlace) -> Path:
    """Give a database with a window at every stage, to be copied."""
    url = module_place.copy(stock)[0]
    database = connect(url)
    season = make_season(database, block_size=45)
    season.add_chairs()
    for stage in STAGES:
        bring(season, stage)
    database.close()
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def season(stages: Path, tmp_path: Path) -> Iterator[Season]:
    """Give a copy: what a window keeps is no matter of the store, so SQLite will do."""
    database = connect(f"sqlite:///{shutil.copy(stages, tmp_path / 'adept.sqlite')}")
    with database.read() as tx:
        exam = exams.newest(tx, "demo", actor=anybody()).exam
    yield Season(database, exam)
    database.close()


@pytest.mark.parametrize("act", ACTS)
def test_an_act_changes_what_is_said_here_and_nothing_else(season: Season, act: Act) -> None:
    season.clock.minutes = 120
    for stage in STAGES:
        before = load(season, stage)
        expected = TRANSITIONS.get((stage, act))
        if expected is None:
            refusal = AlreadyReleased if stage == RELEASED else ExamError
            with pytest.raises(refusal), season.database.begin() as tx:
                act(season, tx, stage)
            assert load(season, stage) == before, stage
        else:
            with season.database.begin() as tx:
                act(season, tx, stage)
            assert differences(before, load(season, stage)) == with_set(season, expected), stage


def load(season: Season, window: str) -> Window:
    with season.database.read() as tx:
        return windows.load(tx, window, reach=EVERYTHING)


def with_set(season: Season, expected: Changes) -> Changes:
    """Return the changes with the name of the parameters in force, which no test knows."""
    if "graded_with" not in expected or expected["graded_with"] is None:
        return expected
    with season.database.read() as tx:
        name = bank.parameters_in_force(tx, season.exam.code, season.exam.version)
    return {**expected, "graded_with": name}
