"""The sitting machine by example: every move, refused and accepted, at every boundary."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from app.errors import (
    BlockClosed,
    BlockNotReached,
    DeadlinePassed,
    ExamError,
    NotExtendable,
    NotStarted,
    PaperNotComplete,
    SittingEnded,
    Superseded,
    UnknownOption,
    UnknownPosition,
)
from app.exam.sitting.deadline import deadline
from app.exam.sitting.events import (
    Answered,
    BlockLeft,
    Event,
    Extended,
    HandedIn,
    LateRefused,
    TimeEnded,
)
from app.exam.sitting.sitting import (
    Answer,
    Caller,
    Change,
    Decided,
    Sitting,
    State,
    answer,
    close_block,
    deliver,
    evolve,
    expire,
    extend,
    hand_in,
    replayed,
    sign_in,
    start,
    wants_block,
)
from itembank.items.response import BLANK, OptionId, from_record
from tests.factories import (
    AT,
    at,
    make_block,
    make_created,
    make_open_sitting,
    make_sitting,
    make_started,
)
from tests.refusals import refuses

P, Q = OptionId("p"), OptionId("q")


def by(minutes: float, *, seconds: float = 0, session: int | None = None) -> Caller:
    return Caller(at(minutes, seconds=seconds), session)


def after(sitting: Sitting, decided: Decided) -> Sitting:
    assert decided.refusal is None
    for event in decided.events:
        sitting = evolve(sitting, event)
    return sitting


def recorded(sitting: Sitting, decided: Decided) -> Sitting:
    for event in decided.events:
        sitting = evolve(sitting, event)
    return sitting


def saved(sitting: Sitting, position: int, option: OptionId, minutes: float = 1) -> Sitting:
    change = Change(from_record(option))
    return after(sitting, answer(sitting, position, change, request="r", caller=by(minutes)))


def next_block(sitting: Sitting, minutes: float = 1) -> Sitting:
    sitting = after(sitting, close_block(sitting, sitting.block, by(minutes)))
    return after(sitting, deliver(sitting, make_block(sitting), at(minutes)))


def last_block(minutes: float = 1) -> Sitting:
    sitting = make_open_sitting()
    while not sitting.is_last_block():
        sitting = next_block(sitting, minutes)
    return sitting


def ended_by_time() -> Sitting:
    sitting = make_open_sitting()
    return after(sitting, expire(sitting, at(61)))


def handed_in() -> Sitting:
    sitting = last_block()
    return after(sitting, hand_in(sitting, by(2)))


def test_a_new_sitting_is_booked_and_has_no_clock_and_no_paper() -> None:
    sitting = make_sitting()
    assert (sitting.state, sitting.clock, sitting.places) == (State.BOOKED, None, ())
    assert not wants_block(sitting)


def test_a_start_sets_the_clock_and_a_second_start_changes_nothing() -> None:
    sitting = make_sitting()
    begun = after(sitting, start(sitting, make_started(extra_time=0.25), by(3)))
    assert begun.state is State.STARTED
    assert begun.clock is not None
    assert deadline(begun.clock) == at(3 + 75)
    assert start(begun, make_started(minutes=999), by(50)) == Decided()


def test_a_started_sitting_wants_its_first_block_once() -> None:
    sitting = make_sitting(Event(AT, make_started()))
    assert wants_block(sitting)
    begun = after(sitting, deliver(sitting, make_block(sitting), AT))
    assert (begun.state, begun.block, list(begun.open_positions())) == (State.BLOCK_OPEN, 1, [1, 2])
    assert deliver(begun, make_block(begun), AT) == Decided()


Move = Callable[[Sitting, Caller], Decided]
MOVES: dict[str, Move] = {
    "answer": lambda s, c: answer(s, 1, Change((P,)), request="r", caller=c),
    "close": lambda s, c: close_block(s, 1, c),
    "hand in": hand_in,
}


@pytest.mark.parametrize("move", MOVES)
def test_nothing_can_be_done_before_the_start(move: str) -> None:
    with pytest.raises(NotStarted):
        MOVES[move](make_sitting(), by(0))


@pytest.mark.parametrize("move", [*MOVES, "start"])
def test_an_older_sign_in_can_do_nothing_and_a_program_can(move: str) -> None:
    sitting = last_block()
    for _ in range(2):
        sitting = after(sitting, sign_in(sitting, face="page", at=at(1)))
    moves: dict[str, Move] = {
        **MOVES,
        "answer": lambda s, c: answer(s, 8, Change((P,)), request="r", caller=c),
        "start": lambda s, c: start(s, make_started(), c),
    }
    with pytest.raises(Superseded):
        moves[move](sitting, by(2, session=1))
    moves[move](sitting, by(2, session=2))
    moves[move](sitting, by(2))


def test_an_answer_is_saved_changed_and_cleared() -> None:
    sitting = saved(make_open_sitting(), 1, P)
    assert sitting.answers == (Answer((P,)), Answer())
    sitting = saved(sitting, 1, Q)
    assert sitting.answers[0] == Answer((Q,))
    cleared = answer(sitting, 1, Change(clear=True), request="r", caller=by(2))
    assert after(sitting, cleared).answers[0] == Answer(BLANK)


def test_a_flag_keeps_the_answer_and_an_answer_keeps_the_flag() -> None:
    sitting = saved(make_open_sitting(), 1, P)
    flag = answer(sitting, 1, Change(flagged=True), request="r", caller=by(2))
    sitting = after(sitting, flag)
    assert sitting.answers[0] == Answer((P,), flagged=True)
    sitting = saved(sitting, 1, Q, minutes=3)
    assert sitting.answers[0] == Answer((Q,), flagged=True)
    clear = answer(sitting, 1, Change(clear=True), request="r", caller=by(4))
    sitting = after(sitting, clear)
    assert sitting.answers[0] == Answer(BLANK, flagged=True)
    unflag = answer(sitting, 1, Change(flagged=False), request="r", caller=by(5))
    assert after(sitting, unflag).answers[0] == Answer()


@pytest.mark.parametrize("position", [-1, 0, 3, 8, 9, 10**30])
def test_a_position_that_is_not_on_the_paper_yet_is_unknown(position: int) -> None:
    with pytest.raises(UnknownPosition):
        answer(make_open_sitting(), position, Change((P,)), request="r", caller=by(1))


def test_a_position_of_a_closed_block_cannot_be_changed() -> None:
    sitting = next_block(saved(make_open_sitting(), 2, P))
    with refuses(BlockClosed, match="Question 2"):
        answer(sitting, 2, Change((Q,)), request="r", caller=by(2))
    assert sitting.answers[1] == Answer((P,))


def test_an_option_of_another_item_is_refused() -> None:
    with refuses(UnknownOption, match="'zzz'"):
        answer(make_open_sitting(), 1, Change((OptionId("zzz"),)), request="r", caller=by(1))


@pytest.mark.parametrize(
    ("when", "accepted"),
    [
        (at(60), True),
        (at(60, seconds=19.999999), True),
        (at(60, seconds=20), True),
        (at(60, seconds=20.000001), False),
    ],
)
def test_an_answer_is_accepted_until_the_grace_is_over(when: datetime, *, accepted: bool) -> None:
    sitting = make_open_sitting()
    decided = answer(sitting, 1, Change((P,)), request="r", caller=Caller(when))
    assert (decided.refusal is None) is accepted
    assert isinstance(decided.events[0].body, Answered if accepted else TimeEnded)


def test_a_late_answer_ends_the_sitting_and_is_recorded_as_refused() -> None:
    sitting = make_open_sitting()
    decided = answer(sitting, 1, Change((P,)), request="r", caller=by(70))
    assert isinstance(decided.refusal, DeadlinePassed)
    assert decided.refusal.deadline == at(60)
    assert [type(event.body) for event in decided.events] == [TimeEnded, LateRefused]
    ended = recorded(sitting, decided)
    assert (ended.state, ended.answers) == (State.TIME_ENDED, (Answer(), Answer()))
    again = answer(ended, 1, Change((P,)), request="r", caller=by(71))
    assert [event.body for event in again.events] == [LateRefused("answer", 1, (P,))]


def test_a_late_answer_does_not_use_its_request_up() -> None:
    """After an extension the browser sends the same form again, and it must count."""
    decided = answer(make_open_sitting(), 1, Change((P,)), request="r", caller=by(70))
    assert [event.request for event in decided.events] == [None, None]


def test_an_answer_after_the_hand_in_is_refused_and_leaves_no_trace() -> None:
    with pytest.raises(SittingEnded):
        answer(handed_in(), 8, Change((P,)), request="r", caller=by(3))
    with pytest.raises(SittingEnded):
        answer(handed_in(), 8, Change((P,)), request="r", caller=by(99))


def test_closing_a_block_twice_changes_nothing_and_a_block_ahead_is_refused() -> None:
    sitting = next_block(make_open_sitting())
    assert close_block(sitting, 1, by(2)) == Decided()
    with refuses(BlockNotReached, match=r"Block 3 .* the open block is 2"):
        close_block(sitting, 3, by(2))


def test_the_last_block_can_be_closed_and_nothing_follows_but_handing_in() -> None:
    sitting = last_block()
    closed = after(sitting, close_block(sitting, 4, by(2)))
    assert (closed.state, wants_block(closed)) == (State.BLOCK_CLOSED, False)
    assert close_block(closed, 4, by(3)) == Decided()
    with pytest.raises(BlockClosed):
        answer(closed, 8, Change((P,)), request="r", caller=by(3))
    assert after(closed, hand_in(closed, by(3))).state is State.HANDED_IN


def test_handing_in_closes_the_open_block_and_a_second_time_changes_nothing() -> None:
    sitting = last_block()
    decided = hand_in(sitting, by(2))
    assert [event.body for event in decided.events] == [BlockLeft(4), HandedIn()]
    ended = after(sitting, decided)
    assert (ended.state, ended.block_is_open) == (State.HANDED_IN, False)
    assert hand_in(ended, by(3)) == Decided()


def test_handing_in_before_the_last_block_is_refused_with_what_is_to_come() -> None:
    with refuses(PaperNotComplete, match="still 6 questions to come"):
        hand_in(make_open_sitting(), by(1))


@pytest.mark.parametrize(("minutes", "state"), [(59.99, None), (60, State.TIME_ENDED)])
def test_handing_in_from_any_block_ends_a_sitting_whose_deadline_is_past(
    minutes: float, state: State | None
) -> None:
    sitting = make_open_sitting()
    if state is None:
        with pytest.raises(PaperNotComplete):
            hand_in(sitting, by(minutes))
    else:
        assert after(sitting, hand_in(sitting, by(minutes))).state is state


def test_closing_a_block_at_the_deadline_ends_the_sitting_and_brings_no_block() -> None:
    sitting = make_open_sitting()
    ended = after(sitting, close_block(sitting, 1, by(60)))
    assert ended.state is State.TIME_ENDED
    assert not wants_block(ended)
    assert close_block(ended, 1, by(61)) == hand_in(ended, by(61)) == Decided()


def test_a_move_that_was_queued_behind_an_answer_in_the_grace_is_as_late_as_that_answer() -> None:
    """Its instant is never before the sitting's last event, or it would reach back in time."""
    sitting = saved(make_open_sitting(), 1, P, minutes=60.1)
    for decided in (close_block(sitting, 1, by(59)), hand_in(sitting, by(59))):
        assert [event.body for event in decided.events] == [TimeEnded()]
        assert decided.events[0].at == at(60.1)


def test_the_sweep_ends_a_sitting_after_its_grace_and_never_before() -> None:
    sitting = make_open_sitting()
    assert expire(sitting, at(60, seconds=20)) == Decided()
    assert after(sitting, expire(sitting, at(60, seconds=21))).state is State.TIME_ENDED


@pytest.mark.parametrize("make", [make_sitting, handed_in, ended_by_time])
def test_the_sweep_leaves_what_does_not_run(make: Callable[[], Sitting]) -> None:
    assert expire(make(), at(999)) == Decided()


def more(minutes: float) -> Extended:
    return Extended(int(minutes * 60), "The lights went out", "Ann")


def test_an_extension_moves_the_deadline_and_adds_up() -> None:
    sitting = make_open_sitting()
    for _ in range(2):
        sitting = after(sitting, extend(sitting, more(10), at(5)))
    assert sitting.clock is not None
    assert deadline(sitting.clock) == at(80)
    assert sitting.clock.extended == timedelta(minutes=20)


def test_an_extension_reopens_the_block_that_time_had_ended() -> None:
    sitting = after(ended_by_time(), extend(ended_by_time(), more(10), at(62)))
    assert (sitting.state, list(sitting.open_positions())) == (State.BLOCK_OPEN, [1, 2])
    assert saved(sitting, 1, P, minutes=69).answers[0] == Answer((P,))


def test_an_extension_reopens_a_closed_last_block_as_closed() -> None:
    sitting = last_block()
    sitting = after(sitting, close_block(sitting, 4, by(2)))
    sitting = after(sitting, expire(sitting, at(61)))
    sitting = after(sitting, extend(sitting, more(10), at(62)))
    assert sitting.state is State.BLOCK_CLOSED
    assert after(sitting, hand_in(sitting, by(63))).state is State.HANDED_IN


@pytest.mark.parametrize(
    ("make", "minutes", "when", "reason"),
    [
        (make_sitting, 10, 0, "has not started"),
        (handed_in, 10, 5, "has been handed in"),
        (make_open_sitting, 0, 5, "at least one second"),
        (make_open_sitting, -5, 5, "at least one second"),
        (ended_by_time, 10, 70, "give 1 minutes more"),
        (ended_by_time, 10, 99.5, "give 30 minutes more"),
    ],
)
def test_an_extension_that_would_gain_nothing_is_refused_with_the_reason(
    make: Callable[[], Sitting], minutes: float, when: float, reason: str
) -> None:
    with refuses(NotExtendable, match=reason):
        extend(make(), more(minutes), at(when))


def test_an_event_is_never_before_the_one_ahead_of_it() -> None:
    sitting = saved(make_open_sitting(), 1, P, minutes=30)
    decided = answer(sitting, 1, Change((Q,)), request="r2", caller=by(10))
    assert decided.events[0].at == at(30)


@pytest.mark.parametrize(
    ("length", "size", "blocks"),
    [(8, 2, [[1, 2], [3, 4], [5, 6], [7, 8]]), (5, 2, [[1, 2], [3, 4], [5]]), (3, 5, [[1, 2, 3]])],
)
def test_blocks_cut_the_paper_into_equal_parts_and_a_rest(
    length: int, size: int, blocks: list[list[int]]
) -> None:
    sitting = make_open_sitting(made=make_created(length=length, block_size=size))
    seen = [list(sitting.open_positions())]
    while not sitting.is_last_block():
        sitting = next_block(sitting)
        seen.append(list(sitting.open_positions()))
    assert seen == blocks


def test_a_record_that_does_not_begin_with_the_making_is_refused() -> None:
    with pytest.raises(TypeError, match="the sitting's making"):
        replayed(make_sitting().id, [Event(AT, HandedIn())])


def test_every_state_can_be_reached() -> None:
    closed = last_block()
    closed = after(closed, close_block(closed, 4, by(2)))
    reached = [
        make_sitting(),
        make_sitting(Event(AT, make_started())),
        make_open_sitting(),
        closed,
        handed_in(),
        ended_by_time(),
    ]
    assert [sitting.state for sitting in reached] == list(State)


def test_a_refusal_that_is_recorded_is_always_a_late_one() -> None:
    assert DeadlinePassed.recorded
    assert not ExamError.recorded
