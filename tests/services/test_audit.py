"""Every service that acts for somebody leaves an entry: who, what, to which subject, and when."""

import re
from collections.abc import Callable, Iterator
from inspect import getsource
from typing import TypeVar

import pytest
from sqlalchemy import select

from app.exam.calibration.calibration import CalibrationRequest
from app.exam.people.permissions import Act, Role
from app.services.award import grade
from app.services.bank import exams, states, suspend
from app.services.calibration import accept, calibrate
from app.services.people import access, bookings
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.store import audit, tables
from app.store.audit import Entry
from app.store.database import connect
from itembank.items.state import ItemState
from tests.databases import SqlitePlace, stock
from tests.factories import at
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    WINDOW,
    Season,
    at_random,
    first_option,
    make_season,
)

ANN, BEN = CHAIRS
IVO = "ivo@example.org"
ITEM = "SMM-1.1-02"
REASON = "Because of the fire."

Result = TypeVar("Result")

# A service, and the entry it must leave: who, the action, the subject, and part of the detail.
Told = tuple[Callable[..., object], str, str, str, dict[str, object]]

# What these change is told elsewhere, or is no decision that the log should tell.
SILENT = {
    Act.RUN_PREFLIGHT: "the report that is kept names who asked, and when",
    Act.TAKE_SITTING: "the sitting's own record tells every sign-in",
    Act.REPLAY_SITTING: "it only reads",
    Act.RECOUNT_EXPOSURE: "the counts are made anew from the records",
}
SEEING = "SEE_"
ACT = re.compile(r"\bAct\.(\w+)")


def acts(season: Season) -> Iterator[Told]:
    """Do what each service is for, in an order in which all can be done, and say what it was."""
    yield from about_people(season)
    running = season.sitter()
    running.start()
    yield from about_an_open_window(season, running.sitting)
    yield from about_the_bank(season)
    running.sit(first_option)
    yield from about_results(season)


def do(
    season: Season, by: str, service: Callable[..., Result], *given: object, **more: object
) -> Result:
    """Let somebody act, in a transaction of its own."""
    with season.database.begin() as tx:
        return service(tx, *given, actor=season.actor(by), **more)


def about_people(season: Season) -> Iterator[Told]:
    nia = do(season, "portal", bookings.add_candidate, "N-1", "Nia")
    detail: dict[str, object] = {"membership_number": "N-1"}
    yield bookings.add_candidate, "portal", "candidate.added", nia.id, detail
    keys = season.keys
    booked = do(season, "portal", bookings.book, nia.id, WINDOW, extra_time=0.25, keys=keys)
    name, detail = booked.booking.id, {"window": WINDOW, "extra_time": 0.25}
    yield bookings.book, "portal", "booking.added", name, detail
    do(season, "ina", bookings.reissue_code, name, f" {REASON} ", keys=keys)
    yield bookings.reissue_code, "ina", "booking.code_reissued", name, {"reason": REASON}


def about_an_open_window(season: Season, sitting: str) -> Iterator[Told]:
    plan = Plan("w2", "Second", season.exam.code, at(0), at(60))
    do(season, "ann", exam_windows.plan, plan)
    span = {"opens_at": at(0).isoformat(), "closes_at": at(60).isoformat()}
    detail: dict[str, object] = {"exam": season.exam.code, "version": 1, **span}
    yield exam_windows.plan, "ann", "window.planned", "w2", detail
    do(season, "ann", exam_windows.open_now, "w2", until=at(90), reason=REASON)
    detail = {"until": at(90).isoformat(), "reason": REASON}
    yield exam_windows.open_now, "ann", "window.opened", "w2", detail
    do(season, "ben", exam_windows.close_now, "w2", reason=REASON)
    yield exam_windows.close_now, "ben", "window.closed", "w2", {"reason": REASON}
    more: dict[str, object] = {"minutes": 5, "reason": REASON}
    do(season, "ina", exam_windows.extend_sitting, sitting, **more)
    yield exam_windows.extend_sitting, "ina", "sitting.extended", sitting, more
    do(season, "ina", exam_windows.extend_window, WINDOW, **more)
    detail = {**more, "sittings": 1}
    yield exam_windows.extend_window, "ina", "window.extended", WINDOW, detail


def about_the_bank(season: Season) -> Iterator[Told]:
    do(season, ANN, suspend.suspend_item, ITEM, reason=REASON)
    detail: dict[str, object] = {"reason": REASON, "needed": []}
    yield suspend.suspend_item, ANN, "item.suspended", ITEM, detail
    do(season, IVO, suspend.resume_item, ITEM, reason=REASON)
    yield suspend.resume_item, IVO, "item.resumed", ITEM, {"reason": REASON}
    do(season, IVO, states.set_state, ITEM, ItemState.RETIRED, reason=REASON)
    detail = {"reason": REASON, "before": "live", "after": "retired"}
    yield states.set_state, IVO, "item.state_set", ITEM, detail
    other = season.exam.model_copy(update={"code": "other"})
    do(season, IVO, exams.save_exam, other)
    yield exams.save_exam, IVO, "exam.saved", "other", {"version": 1, "changes": []}
    with season.database.read() as tx:
        longer = other.model_copy(update={"version": 2, "minutes": 100})
        saving = exams.plan_exam(tx, longer)
    do(season, IVO, exams.keep_exam, saving, reason=REASON)
    detail = {"version": 2, "changes": [str(one) for one in saving.changes], "reason": REASON}
    yield exams.keep_exam, IVO, "exam.saved", "other", detail


def about_results(season: Season) -> Iterator[Told]:
    season.sitter().sit(at_random(1))
    season.sitter().sit(at_random(2))
    season.clock.minutes += 10
    season.close()
    actor = season.actor(IVO)
    run = calibrate.calibrate_window(season.database, WINDOW, CalibrationRequest(), actor=actor)
    detail: dict[str, object] = {"run": run.id, "input": run.input_hash}
    yield calibrate.calibrate_window, IVO, "window.calibrated", WINDOW, detail
    wish = accept.Wish(items=["all"], bar=[], reason=REASON)
    made = do(season, IVO, accept.accept, run.id, wish)
    detail = {"parameters": made.parameters, "scale": 1, "reason": REASON}
    yield accept.accept, IVO, "calibration.accepted", run.id, detail
    do(season, ANN, grade.credit, WINDOW, ITEM, REASON)
    yield grade.credit, ANN, "item.credited", WINDOW, {"item": ITEM, "reason": REASON}
    do(season, "ben", grade.grade_window, WINDOW)
    detail = {"graded": 3, "parameters": made.parameters, "credited": [ITEM]}
    yield grade.grade_window, "ben", "window.graded", WINDOW, detail
    do(season, ANN, grade.propose_release, WINDOW)
    yield grade.propose_release, ANN, "window.release_proposed", WINDOW, {}
    do(season, BEN, grade.confirm_release, WINDOW)
    yield grade.confirm_release, BEN, "window.released", WINDOW, {"by": ANN, "second": BEN}


@pytest.fixture
def season(sqlite_place: SqlitePlace) -> Iterator[Season]:
    """Give a season in one database: what is noted is no matter of the store."""
    database = connect(sqlite_place.copy(stock)[0])
    season = make_season(database, block_size=45)
    season.add_chairs()
    with database.begin() as tx:
        access.add_staff(tx, IVO, PASSWORD, frozenset({Role.PSYCHOMETRICIAN}), settings=SETTINGS)
    yield season
    database.close()


def entries(season: Season) -> list[Entry]:
    """Return the whole log, oldest first."""
    with season.database.read() as tx:
        rows = tx.connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
        subjects = dict.fromkeys(row.subject for row in rows)
        found = {subject: iter(audit.about(tx, subject)) for subject in subjects}
        return [next(found[row.subject]) for row in rows]


def test_every_act_leaves_one_entry_with_who_did_what_to_which_subject(season: Season) -> None:
    known, done = 0, set[Callable[..., object]]()
    for service, actor, action, subject, detail in acts(season):
        *_, entry = found = entries(season)
        mine = [one for one in found[known:] if one.action == action]
        assert mine == [entry], service
        assert (entry.actor, entry.action, entry.subject) == (actor, action, subject)
        assert entry.at == season.clock.now
        assert entry.detail.items() >= detail.items(), service
        known = len(found)
        done.add(service)
    told = {Act[name] for service in done for name in ACT.findall(getsource(service))}
    assert told | SILENT.keys() == {act for act in Act if not act.name.startswith(SEEING)}
