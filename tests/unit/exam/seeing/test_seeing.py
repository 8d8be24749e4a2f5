"""What may be seen of a sitting and a result, at its edges."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from app.errors import (
    BlockClosed,
    DeadlinePassed,
    NotStarted,
    PaperNotComplete,
    SittingEnded,
    Superseded,
    UnknownPosition,
)
from app.exam.people.people import Booking, Candidate
from app.exam.people.permissions import EVERYTHING, Actor, Face, Role, Through
from app.exam.seeing.line import line, may_get_time
from app.exam.seeing.result import grades_are_open
from app.exam.seeing.sitting import (
    Person,
    SittingView,
    require_complete,
    require_newest,
    require_open,
    require_running,
    seen,
)
from app.exam.sitting.sitting import Caller, Sitting, State
from app.exam.window.window import Phase, Window
from tests.factories import AT, at, make_exam, make_open_sitting, make_sitting, make_started

INSTANT = timedelta(microseconds=1)
WINDOW = Window("w", "A window", "small", 1, opens_at=at(-5), closes_at=at(30))
PERSON = Person(Candidate("c", "M1", "Ada", AT), Booking("b", "c", "w", "hmac", AT, 0.5, AT))


def view(sitting: Sitting, minutes: float = 0) -> SittingView:
    return seen(sitting, PERSON, WINDOW, make_exam(), at(minutes))


def member(role: Role) -> Actor:
    through = Through(Face.PAGES, "ann@x.org")
    return Actor("ann@x.org", AT, frozenset({role}), EVERYTHING, through)


def test_a_question_can_be_seen_until_the_last_instant_of_grace() -> None:
    sitting = make_open_sitting(begin=make_started(minutes=60, grace_seconds=20))
    last = at(60, seconds=20)
    require_open(sitting, 1, last)
    with pytest.raises(DeadlinePassed):
        require_open(sitting, 1, last + INSTANT)


def test_only_a_question_of_the_open_block_can_be_seen() -> None:
    sitting = make_open_sitting()
    (first, *_), shown = sitting.open_positions(), len(sitting.places)
    require_open(sitting, first, AT)
    for beyond in (0, shown + 1):
        with pytest.raises(UnknownPosition):
            require_open(sitting, beyond, AT)
    with pytest.raises(NotStarted):
        require_open(make_sitting(), 1, AT)


def test_a_closed_block_and_an_ended_sitting_show_no_question() -> None:
    sitting = make_open_sitting()
    closed = replace(sitting, block=sitting.block + 1)
    assert not closed.open_positions()
    with pytest.raises(BlockClosed):
        require_open(closed, 1, AT)
    with pytest.raises(SittingEnded):
        require_open(replace(sitting, state=State.HANDED_IN), 1, AT)


def test_a_sign_in_that_was_taken_over_sees_nothing() -> None:
    sitting = make_open_sitting()
    require_newest(sitting, Caller(AT, sitting.session))
    require_newest(sitting, Caller(AT))
    with pytest.raises(Superseded):
        require_newest(sitting, Caller(AT, sitting.session - 1))


def test_a_sitting_runs_until_its_deadline() -> None:
    sitting = make_open_sitting(begin=make_started(minutes=60))
    require_running(view(sitting), at(60) - INSTANT)
    with pytest.raises(DeadlinePassed):
        require_running(view(sitting), at(60))
    with pytest.raises(NotStarted):
        require_running(view(make_sitting()), AT)
    with pytest.raises(SittingEnded):
        require_running(view(replace(sitting, state=State.TIME_ENDED)), AT)


def test_a_paper_is_handed_in_from_its_last_block() -> None:
    with pytest.raises(PaperNotComplete):
        require_complete(view(make_open_sitting()))
    require_complete(replace(view(make_open_sitting()), is_last_block=True))


def test_what_is_shown_says_the_time_of_the_clock_or_of_the_booking() -> None:
    before, running = view(make_sitting()), view(make_open_sitting(), 15)
    assert (before.rules.total_minutes, before.remaining, before.deadline) == (90, None, None)
    assert (running.deadline, running.remaining) == (at(60), timedelta(minutes=45))
    assert view(make_open_sitting(), 61).remaining == timedelta()
    assert (running.window_phase, running.window_is_closed) == (Phase.OPEN, False)
    assert view(make_open_sitting(), 30).window_is_closed


def test_a_candidates_view_has_no_room_for_a_key_a_theta_or_a_seed() -> None:
    names = {one.name for one in fields(SittingView)}
    assert not names & {"key", "theta", "sem", "seed", "made", "places", "items"}


def test_more_time_is_for_a_paper_that_has_begun_and_was_not_handed_in() -> None:
    def may(sitting: Sitting) -> bool:
        return may_get_time(line(sitting, "Ada", "M1", AT))

    running = make_open_sitting()
    assert may(running)
    assert may(replace(running, state=State.TIME_ENDED))
    assert not may(replace(running, state=State.HANDED_IN))
    assert not may(make_sitting())


def test_the_board_sees_the_time_of_running_papers_alone() -> None:
    running = make_open_sitting()
    assert line(running, "Ada", "M1", at(15)).remaining == timedelta(minutes=45)
    assert line(running, "Ada", "M1", at(61)).remaining == timedelta()
    ended = line(replace(running, state=State.TIME_ENDED), "Ada", "M1", at(15))
    assert (ended.remaining, ended.deadline) == (None, at(60))


def test_grades_are_open_to_markers_and_after_release_to_everyone() -> None:
    out = replace(WINDOW, released_at=at(60))
    for role in Role:
        marks = role in (Role.CHAIR, Role.PSYCHOMETRICIAN)
        assert grades_are_open(WINDOW, member(role)) == marks
        assert grades_are_open(out, member(role))
