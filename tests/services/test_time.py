"""Time through the services: deadlines, the sweep, extensions of one sitting and of a window."""

from datetime import timedelta

import pytest

from app.errors import (
    AlreadyReleased,
    DeadlinePassed,
    Invalid,
    NotExtendable,
    NotFound,
    SittingEnded,
    WindowBusy,
    WindowNotOpen,
)
from app.exam.sitting.deadline import deadline
from app.exam.sitting.sitting import Sitting, SittingId, State
from app.services.sitting import sit, views
from app.services.window import exam_windows
from app.store import audit
from app.store.database import Database
from app.store.sitting import sittings as store
from tests.factories import anybody, at
from tests.refusals import refuses
from tests.services.season import SETTINGS, Season, Sitter, first_option, make_season


@pytest.fixture
def season(database: Database) -> Season:
    return make_season(database, block_size=15)


def extend(
    season: Season, sitter: Sitter, minutes: float = 10, reason: str = "The lights went out"
) -> Sitting:
    with season.database.begin() as tx:
        return exam_windows.extend_sitting(
            tx, sitter.sitting, minutes=minutes, reason=reason, actor=season.actor("ann")
        )


def extend_all(season: Season, minutes: float, *, since: float | None = None) -> list[SittingId]:
    with season.database.begin() as tx:
        return exam_windows.extend_window(
            tx,
            "w1",
            minutes=minutes,
            reason="The lights went out",
            since=None if since is None else at(since),
            actor=season.actor("ann"),
        )


def ended_by_time(season: Season, *, start: float = 0, minutes: float = 91) -> Sitter:
    season.clock.minutes = start
    sitter = season.sitter()
    sitter.start()
    season.clock.minutes = start + minutes
    season.sweep()
    assert sitter.now().state is State.TIME_ENDED
    return sitter


def test_extra_time_of_the_booking_moves_the_deadline(season: Season) -> None:
    clock = season.sitter(season.book(extra_time=0.25)).start().clock
    assert clock is not None
    assert deadline(clock) == at(112.5)


def test_a_second_start_never_moves_the_deadline(season: Season) -> None:
    sitter = season.sitter()
    first = sitter.start()
    season.clock.minutes = 30
    again = sitter.start()
    assert (again.clock, again.places) == (first.clock, first.places)


def test_the_windows_close_never_cuts_a_sitting_short(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    season.close()
    season.clock.minutes = 89
    assert sitter.answer(1, "p").response == ("p",)


def test_nobody_starts_after_the_close_or_before_the_opening(season: Season) -> None:
    season.window("later", opens=60)
    early = season.sitter(season.book("later"))
    with refuses(WindowNotOpen, match="is not open yet"):
        early.start()
    season.clock.minutes = 60
    early.start()
    late = season.sitter()
    season.close()
    with refuses(WindowNotOpen, match="has closed"):
        late.start()
    assert late.now().state is State.BOOKED


def test_a_late_answer_is_refused_recorded_and_ends_the_sitting(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    sitter.answer(1, "p")
    season.clock.minutes = 91
    with refuses(DeadlinePassed, match="10:30 UTC"):
        sitter.answer(1, "q")
    ended = sitter.now()
    assert (ended.state, ended.answers[0].response) == (State.TIME_ENDED, ("p",))
    with season.database.read() as tx:
        kinds = [one.kind for one in store.links(tx, sitter.sitting)]
    assert kinds[-2:] == ["time_ended", "late_refused"]


@pytest.mark.each_database
def test_the_sweep_ends_what_is_over_and_only_that(season: Season) -> None:
    early, late = season.sitter(), season.sitter(season.book(extra_time=1.0))
    early.start()
    late.start()
    idle = season.sitter()
    season.clock.minutes = 90.3
    assert season.sweep() == 0
    season.clock.minutes = 91
    assert season.sweep() == 1
    assert season.sweep() == 0
    assert [one.now().state for one in (early, late, idle)] == [
        State.TIME_ENDED,
        State.BLOCK_OPEN,
        State.BOOKED,
    ]


def test_an_extension_is_right_on_the_next_page(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    extend(season, sitter, 12.5)
    with season.database.read() as tx:
        view = views.sitting_view(tx, sitter.sitting, caller=sitter.caller)
    assert view.deadline == at(102.5)
    assert view.remaining == timedelta(minutes=102.5)


def test_an_extension_after_the_end_reopens_and_the_next_answer_is_accepted(
    season: Season,
) -> None:
    sitter = ended_by_time(season)
    assert extend(season, sitter).state is State.BLOCK_OPEN
    season.clock.minutes = 99
    sitter.answer(2, "q")
    assert sitter.now().answers[1].response == ("q",)


def test_the_very_request_that_was_refused_as_late_is_accepted_after_an_extension(
    season: Season,
) -> None:
    sitter = season.sitter()
    sitter.start()
    season.clock.minutes = 91
    for _ in range(2):
        with pytest.raises(DeadlinePassed):
            sitter.answer(1, "q", "the-same-form")
    extend(season, sitter)
    assert sitter.answer(1, "q", "the-same-form").response == ("q",)
    assert sitter.now().answers[0].response == ("q",)


def test_an_extension_is_in_the_audit_log_with_who_and_why(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    extend(season, sitter, 5, "  Fire alarm ")
    with season.database.read() as tx:
        entry = audit.about(tx, sitter.sitting)[-1]
    assert (entry.actor, entry.action) == ("ann", "sitting.extended")
    assert entry.detail == {"minutes": 5, "reason": "Fire alarm"}


@pytest.mark.parametrize("minutes", [0, -1, 1441, float("nan"), float("inf")])
def test_a_senseless_extension_is_refused(season: Season, minutes: float) -> None:
    sitter = season.sitter()
    sitter.start()
    with refuses(Invalid, match="between 1 minute and 24 hours"):
        extend(season, sitter, minutes)


def test_an_extension_needs_a_reason_and_a_sitting(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    with refuses(Invalid, match="Give the reason"):
        extend(season, sitter, 5, " ")
    with pytest.raises(NotFound), season.database.begin() as tx:
        exam_windows.extend_sitting(tx, "ghost", minutes=5, reason="r", actor=season.actor())


def test_a_sitting_that_has_not_started_or_is_handed_in_cannot_be_extended(
    season: Season,
) -> None:
    with refuses(NotExtendable, match="has not started"):
        extend(season, season.sitter())
    done = season.sitter()
    done.sit(first_option)
    with refuses(NotExtendable, match="handed in"):
        extend(season, done)


@pytest.mark.each_database
def test_a_windows_extension_reaches_those_the_outage_cut_and_no_others(season: Season) -> None:
    long_over = ended_by_time(season, start=0)
    handed_in = season.sitter()
    handed_in.sit(first_option)
    cut = ended_by_time(season, start=100)
    running = season.sitter()
    running.start()
    booked = season.sitter()
    others = (long_over, handed_in, booked)
    before = [one.now() for one in others]
    season.clock.minutes = 200
    assert set(extend_all(season, 30)) == {cut.sitting, running.sitting}
    assert cut.now().state is State.BLOCK_OPEN
    clock = running.now().clock
    assert clock is not None
    assert clock.extended == timedelta(minutes=30)
    assert [one.now() for one in others] == before
    cut.answer(1, "p")


def test_a_windows_extension_reaches_back_to_the_instant_it_is_given(season: Season) -> None:
    cut = ended_by_time(season)
    season.clock.minutes = 150
    assert extend_all(season, 90) == [cut.sitting]
    again = ended_by_time(season, start=200)
    season.clock.minutes = 340
    assert extend_all(season, 60, since=300) == []
    assert extend_all(season, 60, since=285) == [again.sitting]


def test_a_windows_extension_leaves_out_whom_it_would_not_help(season: Season) -> None:
    ended_by_time(season)
    season.clock.minutes = 150
    assert extend_all(season, 10, since=80) == []


def test_an_extension_takes_a_grading_back_so_that_no_old_mark_is_released(
    season: Season,
) -> None:
    sitter = ended_by_time(season)
    season.close()
    season.grade()
    season.add_chairs()
    season.propose()
    extend(season, sitter, 60)
    with season.database.read() as tx:
        view = exam_windows.view(tx, "w1", actor=anybody(at=season.clock.now))
    assert (view.window.graded_at, view.window.proposed_by) == (None, None)
    with refuses(WindowBusy, match="1 sitting is still in progress"):
        season.grade()
    sitter.answer(1, "p")
    season.clock.minutes = 152
    season.sweep()
    season.grade()
    season.propose()
    season.confirm()


def test_nothing_is_extended_after_the_release(season: Season) -> None:
    sitter = ended_by_time(season)
    season.close()
    season.grade()
    season.add_chairs()
    season.propose()
    season.confirm()
    for again in (lambda: extend(season, sitter, 60), lambda: extend_all(season, 60)):
        with pytest.raises(AlreadyReleased):
            again()


def test_an_ended_sitting_shows_no_question_any_more(season: Season) -> None:
    sitter = ended_by_time(season)
    with season.database.read() as tx, pytest.raises(SittingEnded):
        views.item_view(tx, sitter.sitting, 1, caller=sitter.caller)


@pytest.mark.parametrize(("extra", "minutes"), [(0.0, 90), (0.25, 112), (0.4, 126), (1.0, 180)])
def test_the_minutes_a_candidate_is_told_are_those_the_deadline_gives(
    season: Season, extra: float, minutes: int
) -> None:
    sitter = season.sitter(season.book(extra_time=extra))
    with season.database.read() as tx:
        rules = views.sitting_view(tx, sitter.sitting, caller=sitter.caller).rules
    assert rules.total_minutes == minutes
    begun = sitter.start().clock
    assert begun is not None
    assert (deadline(begun) - begun.started_at) // timedelta(minutes=1) == minutes


def test_a_closed_window_can_be_opened_again_and_then_admits(season: Season) -> None:
    season.close()
    sitter = season.sitter()
    season.clock.minutes = 10
    with refuses(Invalid, match="closing time is past"), season.database.begin() as tx:
        exam_windows.open_now(tx, "w1", actor=season.actor())
    with season.database.begin() as tx:
        exam_windows.open_now(tx, "w1", until=at(600), actor=season.actor())
    sitter.start()


def test_closing_a_window_that_was_still_planned_leaves_it_closed(season: Season) -> None:
    season.window("later", opens=60)
    season.close("later")
    with season.database.read() as tx:
        view = exam_windows.view(tx, "later", actor=anybody(at=season.clock.now))
    assert str(view.phase) == "closed"


def test_a_page_in_the_grace_still_takes_the_answer(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    season.clock.minutes = 90 + 19 / 60
    assert sitter.answer(1, "p").response == ("p",)
    assert SETTINGS.grace_seconds == 20


def test_ending_at_the_candidates_word_works_only_after_the_deadline(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    for minutes, state in ((89.9, State.BLOCK_OPEN), (90, State.TIME_ENDED)):
        season.clock.minutes = minutes
        with season.database.begin() as tx:
            assert sit.end_if_over(tx, sitter.sitting, caller=sitter.caller).state is state
