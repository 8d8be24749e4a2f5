"""Every span of time that is promised, at its last instant and just after, through the services."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from app.errors import DeadlinePassed, NotExtendable, NotSignedIn, TooManyAttempts, WindowNotOpen
from app.exam.people.permissions import Role, Scope
from app.exam.seeing.sitting import require_running
from app.exam.sitting.sitting import Caller, Change, State
from app.services.people import access, replies, throttle
from app.services.people.replies import Attempt
from app.services.sitting import sit, views
from app.services.window import exam_windows
from app.store.database import connect
from tests.databases import SqlitePlace, stock
from tests.factories import anybody, at
from tests.refusals import refuses
from tests.services.season import PASSWORD, SETTINGS, WINDOW, Season, Sitter, make_season

MOMENT = timedelta(microseconds=1)
START, END = at(0), at(90)
GRACE = timedelta(seconds=SETTINGS.grace_seconds)


@pytest.fixture
def season(sqlite_place: SqlitePlace) -> Iterator[Season]:
    """Give a season in one database: instants are text of one width, and compare alike in both."""
    database = connect(sqlite_place.copy(stock)[0])
    yield make_season(database, block_size=45)
    database.close()


@pytest.fixture
def sitter(season: Season) -> Sitter:
    """Give a candidate who started at nine and has until half past ten."""
    sitter = season.sitter()
    sitter.start()
    return sitter


def test_the_promised_spans_are_those_that_are_documented() -> None:
    assert timedelta(days=7) == replies.KEPT
    assert (SETTINGS.staff_session_hours, SETTINGS.token_minutes) == (12, 60)
    assert (SETTINGS.grace_seconds, SETTINGS.sign_in_wait_seconds) == (20, 60)
    assert SETTINGS.sign_in_attempts == 8


@pytest.mark.parametrize(
    ("after", "kept"), [(timedelta(days=7), True), (timedelta(days=7, microseconds=1), False)]
)
def test_a_reply_is_kept_for_seven_days(season: Season, after: timedelta, *, kept: bool) -> None:
    attempt = Attempt("portal", "key", "print", START)
    with season.database.begin() as tx:
        access.add_client(tx, "portal", frozenset(Scope))
        replies.keep(tx, attempt, 201, "first")
        replies.keep(tx, Attempt("portal", "other", "print", START + after), 201, "other")
        assert replies.replay(tx, attempt) == ((201, "first") if kept else None)


def test_a_token_lasts_its_minutes_and_not_an_instant_more(season: Season) -> None:
    end = START + timedelta(minutes=SETTINGS.token_minutes)
    with season.database.begin() as tx:
        secret = access.add_client(tx, "portal", frozenset(Scope))
        token, _ = access.issue_token(
            tx, ("portal", secret), frozenset(), settings=SETTINGS, at=START
        )
        assert access.bearer_of(tx, token, Scope.EXAMS_READ, end - MOMENT).name == "api:portal"
        with pytest.raises(NotSignedIn):
            access.bearer_of(tx, token, Scope.EXAMS_READ, end)


def test_a_staff_session_lasts_its_hours_and_not_an_instant_more(season: Season) -> None:
    end = START + timedelta(hours=SETTINGS.staff_session_hours)
    with season.database.begin() as tx:
        access.add_staff(
            tx, "ann@example.org", PASSWORD, frozenset({Role.CHAIR}), settings=SETTINGS
        )
    first = come_in(season, START)
    # Somebody's sign-in sweeps sessions that are over, and no other.
    come_in(season, end - MOMENT)
    with season.database.read() as tx:
        assert access.staff_of(tx, first, end - MOMENT).email == "ann@example.org"
        with pytest.raises(NotSignedIn):
            access.staff_of(tx, first, end)
    come_in(season, end)
    with season.database.read() as tx, pytest.raises(NotSignedIn):
        access.staff_of(tx, first, end - MOMENT)


def come_in(season: Season, when: datetime) -> str:
    signed = access.sign_in_staff(
        season.database, "ann@example.org", PASSWORD, settings=SETTINGS, at=when
    )
    return signed.token


def test_who_guessed_too_often_waits_the_whole_minute(season: Season) -> None:
    with season.database.begin() as tx:
        for failures in range(SETTINGS.sign_in_attempts):
            assert throttle.require_patience(tx, "x", SETTINGS, START) == failures
            throttle.note_wrong(tx, "x", failures, START)
        end = START + timedelta(seconds=SETTINGS.sign_in_wait_seconds)
        for when, left in ((START, 60), (end - timedelta(seconds=1), 1), (end - MOMENT, 1)):
            with pytest.raises(TooManyAttempts) as caught:
                throttle.require_patience(tx, "x", SETTINGS, when)
            assert caught.value.seconds == left
        assert throttle.require_patience(tx, "x", SETTINGS, end) == SETTINGS.sign_in_attempts


@pytest.mark.parametrize(
    ("after", "left"), [(timedelta(days=1), 1), (timedelta(days=1) + MOMENT, 0)]
)
def test_wrong_attempts_are_remembered_for_a_day(
    season: Season, after: timedelta, left: int
) -> None:
    with season.database.begin() as tx:
        secret = access.add_client(tx, "portal", frozenset(Scope))
        throttle.note_wrong(tx, "x", throttle.require_patience(tx, "x", SETTINGS, START), START)
        access.issue_token(tx, ("portal", secret), frozenset(), settings=SETTINGS, at=START + after)
        assert throttle.require_patience(tx, "x", SETTINGS, START + after) == left


@pytest.mark.parametrize("when", [at(60), at(120) - MOMENT])
def test_an_exam_starts_from_the_opening_to_the_last_instant_before_the_close(
    season: Season, when: datetime
) -> None:
    assert start_in_a_window(season, when) is State.BLOCK_OPEN


@pytest.mark.parametrize("when", [at(60) - MOMENT, at(120)])
def test_an_exam_does_not_start_just_before_or_at_the_close(season: Season, when: datetime) -> None:
    with pytest.raises(WindowNotOpen):
        start_in_a_window(season, when)


def start_in_a_window(season: Season, when: datetime) -> State:
    season.window("w2", opens=60, closes=120)
    sitter = season.sitter(season.book("w2"))
    with season.database.begin() as tx:
        caller = Caller(when, sitter.session)
        return sit.start(tx, sitter.sitting, caller=caller, settings=SETTINGS).state


def test_a_question_is_shown_and_an_answer_saved_to_the_last_instant_of_the_grace(
    season: Season, sitter: Sitter
) -> None:
    last = Caller(END + GRACE, sitter.session)
    with season.database.begin() as tx:
        shown = views.item_view(tx, sitter.sitting, 1, caller=last)
        option = shown.item.options[0].id
        change = Change((option,))
        saved = sit.answer(tx, sitter.sitting, 1, change, request="r", caller=last)
        assert (saved.response, saved.saved_at) == ((option,), last.at)
        assert views.item_view(tx, sitter.sitting, 1, caller=last).chosen == (option,)
        assert shown.sitting.save_until == last.at
    late = Caller(END + GRACE + MOMENT, sitter.session)
    with season.database.read() as tx, pytest.raises(DeadlinePassed):
        views.item_view(tx, sitter.sitting, 1, caller=late)
    with pytest.raises(DeadlinePassed), season.database.begin() as tx:
        sit.answer(tx, sitter.sitting, 2, Change(flagged=True), request="s", caller=late)
    assert sitter.now().state is State.TIME_ENDED


def test_the_page_counts_down_to_the_deadline_and_never_below_nothing(
    season: Season, sitter: Sitter
) -> None:
    with season.database.read() as tx:
        for when, left in ((END - MOMENT, MOMENT), (END, timedelta()), (END + GRACE, timedelta())):
            caller = Caller(when, sitter.session)
            view = views.sitting_view(tx, sitter.sitting, caller=caller)
            assert view.remaining == left
            [line] = exam_windows.lines(tx, WINDOW, actor=anybody(at=when))
            assert (line.remaining, line.deadline) == (left, END)
        early = views.sitting_view(tx, sitter.sitting, caller=Caller(START, sitter.session))
    require_running(early, END - MOMENT)
    with pytest.raises(DeadlinePassed):
        require_running(early, END)


Move = Callable[[Sitter, Caller], State]


def end_if_over(sitter: Sitter, caller: Caller) -> State:
    with sitter.season.database.begin() as tx:
        return sit.end_if_over(tx, sitter.sitting, caller=caller).state


def hand_in(sitter: Sitter, caller: Caller) -> State:
    with sitter.season.database.begin() as tx:
        return sit.hand_in(tx, sitter.sitting, caller=caller).state


def close_the_block(sitter: Sitter, caller: Caller) -> State:
    with sitter.season.database.begin() as tx:
        return sit.close_block(tx, sitter.sitting, 1, caller=caller).state


@pytest.mark.parametrize(
    ("move", "before"),
    [
        (end_if_over, State.BLOCK_OPEN),
        (hand_in, State.HANDED_IN),
        (close_the_block, State.BLOCK_CLOSED),
    ],
)
def test_a_move_at_the_deadline_ends_the_sitting_and_just_before_it_does_not(
    season: Season, move: Move, before: State
) -> None:
    for when, state in ((END - MOMENT, before), (END, State.TIME_ENDED)):
        sitter = season.sitter()
        sitter.start()
        assert move(sitter, Caller(when, sitter.session)) is state


def test_the_sweep_lets_queued_answers_through_for_ten_seconds(
    season: Season, sitter: Sitter
) -> None:
    over = END + GRACE + timedelta(seconds=10)
    with season.database.begin() as tx:
        assert sit.end_overdue(tx, over) == 0
        assert sit.end_overdue(tx, over + MOMENT) == 1
    assert sitter.now().state is State.TIME_ENDED


def test_an_extension_must_end_after_now(season: Season, sitter: Sitter) -> None:
    def extend(when: datetime) -> None:
        season.clock.minutes = (when - START) / timedelta(minutes=1)
        with season.database.begin() as tx:
            exam_windows.extend_sitting(
                tx, sitter.sitting, minutes=10, reason="Fire.", actor=season.actor()
            )

    with refuses(NotExtendable, match="give 1 minutes more"):
        extend(END + timedelta(minutes=10))
    extend(END + timedelta(minutes=10) - timedelta(seconds=1))
    clock = sitter.now().clock
    assert clock is not None
    assert clock.extended == timedelta(minutes=10)


@pytest.mark.parametrize(("since", "reached"), [(END, True), (END + MOMENT, False)])
def test_a_windows_extension_reaches_whose_time_ended_at_that_very_instant(
    season: Season, sitter: Sitter, since: datetime, *, reached: bool
) -> None:
    season.clock.minutes = 95
    season.sweep()
    assert sitter.now().state is State.TIME_ENDED
    with season.database.begin() as tx:
        found = exam_windows.extend_window(
            tx, WINDOW, minutes=60, reason="Fire.", since=since, actor=season.actor()
        )
    assert found == ([sitter.sitting] if reached else [])


@pytest.mark.parametrize("minutes", [24 * 60, 1 / 60])
def test_an_extension_is_from_a_second_to_a_day(
    season: Season, sitter: Sitter, minutes: float
) -> None:
    with season.database.begin() as tx:
        given = exam_windows.extend_sitting(
            tx, sitter.sitting, minutes=minutes, reason="Fire.", actor=season.actor()
        )
    assert given.clock is not None
    assert given.clock.extended == timedelta(minutes=minutes)
