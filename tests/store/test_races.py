"""Races on a real database: whatever comes at once, one truth is kept and nobody is told a lie."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest

from app.errors import (
    DeadlinePassed,
    Duplicate,
    ExamError,
    NumberTaken,
    Overtaken,
    SittingEnded,
    WindowBusy,
    WrongCode,
)
from app.exam.sitting.events import Answered, Event, SignedIn, Started
from app.exam.sitting.sitting import Change, Sitting, State
from app.services.award import grade
from app.services.people import bookings, keys
from app.services.sitting import sit
from app.services.sitting.sit import Credentials, Receipt, SignIn
from app.services.upkeep import replay
from app.services.window import exam_windows
from app.store.database import Database
from app.store.sitting import sittings as store
from itembank.items.response import OptionId
from tests.factories import anybody
from tests.services.season import CHAIRS, SETTINGS, Season, Sitter, first_option, make_season

pytestmark = pytest.mark.each_database

THREADS = 20

T = TypeVar("T")


@pytest.fixture
def season(database: Database) -> Season:
    return make_season(database, block_size=15)


@pytest.fixture
def sitter(season: Season) -> Sitter:
    sitter = season.sitter()
    sitter.start()
    return sitter


def at_once(moves: Sequence[Callable[[], T]]) -> list[T | ExamError]:
    """Make all moves at the same moment, each in its own thread; a refusal is an outcome too."""
    gate = Barrier(len(moves))

    def make(move: Callable[[], T]) -> T | ExamError:
        gate.wait(timeout=60)
        try:
            return move()
        except ExamError as refusal:
            return refusal

    with ThreadPoolExecutor(len(moves)) as threads:
        return list(threads.map(make, moves))


def record(sitter: Sitter) -> list[Event]:
    with sitter.season.database.read() as tx:
        return store.record(tx, sitter.sitting)


def kinds(sitter: Sitter) -> Counter[str]:
    return Counter(event.body.kind for event in record(sitter))


def assert_proven(season: Season) -> None:
    """Every chain verifies and every sitting is what its record gives."""
    with season.database.read() as tx:
        assert replay.verify(tx).breaks == ()
        for name in store.every(tx):
            assert replay.replay(tx, name, actor=anybody()).differences == ()


def answering(sitter: Sitter, option: str, request: str) -> Callable[[], Receipt]:
    return lambda: sitter.answer(1, option, request)


def test_of_twenty_answers_to_one_position_all_are_kept_and_the_last_one_counts(
    season: Season, sitter: Sitter
) -> None:
    options = [str(option) for option in sitter.now().places[0].options]
    told = at_once([answering(sitter, options[n % 4], f"r{n}") for n in range(THREADS)])
    receipts = [one for one in told if isinstance(one, Receipt)]
    with season.database.read() as tx:
        answered = [one for one in store.links(tx, sitter.sitting) if one.kind == "answered"]
    assert len(receipts) == len({one.receipt for one in receipts}) == THREADS
    assert {one.receipt for one in receipts} == {one.hash for one in answered}
    assert sitter.now().answers[0].response == (json.loads(answered[-1].body)["option"],)
    assert_proven(season)


def test_answers_to_all_positions_at_once_are_all_kept(season: Season, sitter: Sitter) -> None:
    places = sitter.now().places
    chosen = [place.options[number % 4] for number, place in enumerate(places)]

    def move(position: int) -> Callable[[], Receipt]:
        return lambda: sitter.answer(position, chosen[position - 1], f"r{position}")

    at_once([move(position) for position in range(1, 16)])
    assert [one.response for one in sitter.now().answers] == [(one,) for one in chosen]
    assert_proven(season)


def test_the_same_request_twenty_times_is_one_event_with_one_receipt(
    season: Season, sitter: Sitter
) -> None:
    told = at_once([answering(sitter, "q", "double-click")] * THREADS)
    assert len(told) == THREADS
    assert len({one.receipt for one in told if isinstance(one, Receipt)}) == 1
    assert not any(isinstance(one, ExamError) for one in told)
    assert kinds(sitter)["answered"] == 1
    assert_proven(season)


def test_a_late_retry_never_undoes_a_later_change(season: Season, sitter: Sitter) -> None:
    first = sitter.answer(1, "p", "r1")
    sitter.answer(1, "q", "r2")
    assert sitter.answer(1, "p", "r1") == first
    assert sitter.now().answers[0].response == ("q",)
    # The same request with another wish is another request.
    sitter.answer(1, "r", "r1")
    assert sitter.now().answers[0].response == ("r",)
    assert_proven(season)


def test_of_two_starts_one_starts_the_clock_and_hands_out_the_block(season: Season) -> None:
    for _ in range(3):
        sitter = season.sitter()
        told = at_once([sitter.start, sitter.start])
        both = [one for one in told if isinstance(one, Sitting)]
        assert len(both) == 2
        assert both[0] == both[1]
        assert (kinds(sitter)["started"], kinds(sitter)["block_delivered"]) == (1, 1)
    assert_proven(season)


def test_of_two_first_sign_ins_both_get_the_one_sitting_and_the_newest_holds_it(
    season: Season,
) -> None:
    known = season.keys
    person = season.book()

    def sign_in() -> SignIn:
        with season.database.begin() as tx:
            typed = Credentials(person.number, person.code)
            return sit.sign_in(tx, typed, keys=known, settings=SETTINGS, at=season.clock.now)

    told = [one for one in at_once([sign_in] * 8) if isinstance(one, SignIn)]
    assert len(told) == 8
    assert len({one.sitting for one in told}) == 1
    assert sorted(one.session for one in told) == list(range(1, 9))
    assert [one.is_new for one in told].count(True) == 1
    sitter = Sitter(season, told[0].sitting, 8)
    assert sitter.now().session == 8
    assert [type(one.body) for one in record(sitter)].count(SignedIn) == 8


def test_sign_ins_right_and_wrong_at_once_are_each_answered_and_counted(season: Season) -> None:
    """A right code forgets the wrong ones while a wrong one waits for the same line."""
    known = season.keys
    person = season.book()
    patient = SETTINGS.model_copy(update={"sign_in_attempts": 1000})

    def sign_in(code: str) -> Callable[[], SignIn]:
        def move() -> SignIn:
            with season.database.begin() as tx:
                typed = Credentials(person.number, code)
                return sit.sign_in(tx, typed, keys=known, settings=patient, at=season.clock.now)

        return move

    codes = [person.code, "wrong"] * 8
    told = at_once([sign_in(code) for code in codes])
    assert [type(one) for one in told] == [SignIn, WrongCode] * 8


def test_guesses_at_once_are_counted_one_by_one(season: Season) -> None:
    known = season.keys
    person = season.book()

    def guess() -> SignIn:
        with season.database.begin() as tx:
            typed = Credentials(person.number, "wrong")
            return sit.sign_in(tx, typed, keys=known, settings=SETTINGS, at=season.clock.now)

    told = Counter(type(one).__name__ for one in at_once([guess] * THREADS))
    assert told == {"WrongCode": 8, "TooManyAttempts": 12}


def test_of_two_sittings_made_for_one_booking_at_once_one_is_kept(season: Season) -> None:
    person = season.book()
    told = [one for one in at_once([lambda: season.sitter(person)] * 4) if isinstance(one, Sitter)]
    assert sorted(one.session for one in told) == [1, 2, 3, 4]
    assert len({one.sitting for one in told}) == 1


def test_closing_a_block_twice_at_once_gives_one_next_block(season: Season, sitter: Sitter) -> None:
    told = at_once([lambda: sitter.close_block(1)] * 4)
    blocks = [one for one in told if isinstance(one, Sitting)]
    assert len(blocks) == 4
    assert {(one.block, len(one.places)) for one in blocks} == {(2, 30)}
    assert len({one.places for one in blocks}) == 1
    assert (kinds(sitter)["block_closed"], kinds(sitter)["block_delivered"]) == (1, 2)
    assert_proven(season)


def test_an_answer_against_the_close_of_its_block_is_kept_or_refused_as_told(
    season: Season, sitter: Sitter
) -> None:
    moves: list[Callable[[], object]] = [
        *(answering(sitter, "q", f"r{n}") for n in range(6)),
        lambda: sitter.close_block(1),
    ]
    told = at_once(moves)
    kept = sum(isinstance(one, Receipt) for one in told)
    events = [event.body.kind for event in record(sitter)]
    assert events.count("answered") == kept
    assert "answered" not in events[events.index("block_closed") :]
    assert sitter.now().answers[0].response == (("q",) if kept else ())
    assert_proven(season)


def test_a_hand_in_against_answers_ends_it_once_and_keeps_what_was_acknowledged(
    season: Season, sitter: Sitter
) -> None:
    sitter.close_block(1)
    sitter.close_block(2)

    def answer(number: int) -> Callable[[], Receipt]:
        return lambda: sitter.answer(31, "pqrs"[number % 4], f"r{number}")

    moves: list[Callable[[], object]] = [*map(answer, range(8)), sitter.hand_in, sitter.hand_in]
    told = at_once(moves)
    assert {type(one) for one in told} <= {Receipt, Sitting, SittingEnded}
    receipts = {one.receipt for one in told if isinstance(one, Receipt)}
    with season.database.read() as tx:
        links = store.links(tx, sitter.sitting)
    assert {one.hash for one in links if one.kind == "answered"} == receipts
    assert links[-1].kind == "handed_in"
    assert [one.kind for one in links].count("handed_in") == 1
    assert_proven(season)


def test_a_hand_in_at_the_deadline_against_the_sweep_and_a_late_answer(season: Season) -> None:
    """All three end it; it ends once, by time, and the late answer is refused and recorded."""
    sitter = season.sitter()
    sitter.sit(first_option, blocks=3 - 1)
    sitter.close_block(2)
    season.clock.minutes = 91
    told = at_once([sitter.hand_in, season.sweep, answering(sitter, "q", "late")])
    assert isinstance(told[0], Sitting)
    assert isinstance(told[2], DeadlinePassed)
    assert sitter.now().state is State.TIME_ENDED
    assert kinds(sitter)["time_ended"] == 1
    assert kinds(sitter)["late_refused"] == 1
    assert_proven(season)


def test_the_sweep_against_an_answer_in_the_grace_keeps_the_answer(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    season.clock.minutes = 90 + 15 / 60
    caller = sitter.caller

    def answer() -> Receipt:
        with season.database.begin() as tx:
            change = Change((OptionId("q"),))
            return sit.answer(tx, sitter.sitting, 1, change, request="r", caller=caller)

    season.clock.minutes = 90.4
    told = at_once([answer, season.sweep, season.sweep])
    assert isinstance(told[0], Receipt)
    assert sitter.now().answers[0].response == ("q",)
    assert_proven(season)


def test_two_sweeps_at_once_end_each_sitting_once(season: Season) -> None:
    sitters = [season.sitter() for _ in range(6)]
    for sitter in sitters:
        sitter.start()
    season.clock.minutes = 91
    told = at_once([season.sweep] * 4)
    assert sum(one for one in told if isinstance(one, int)) == 6
    assert all(kinds(sitter)["time_ended"] == 1 for sitter in sitters)


def test_an_extension_against_the_sweep_leaves_the_sitting_open(
    season: Season, sitter: Sitter
) -> None:
    season.clock.minutes = 91

    def extend() -> Sitting:
        with season.database.begin() as tx:
            return exam_windows.extend_sitting(
                tx, sitter.sitting, minutes=10, reason="outage", actor=season.actor()
            )

    moves: list[Callable[[], object]] = [extend, season.sweep]
    at_once(moves)
    assert sitter.now().state is State.BLOCK_OPEN
    assert sitter.answer(1, "q").response == ("q",)
    assert_proven(season)


def test_a_window_extended_for_all_while_they_answer_loses_nothing(season: Season) -> None:
    sitters = [season.sitter() for _ in range(5)]
    for sitter in sitters:
        sitter.start()

    def extend() -> int:
        with season.database.begin() as tx:
            return len(
                exam_windows.extend_window(
                    tx, "w1", minutes=10, reason="outage", actor=season.actor()
                )
            )

    moves: list[Callable[[], object]] = [
        *(answering(one, "q", "r") for one in sitters),
        extend,
        extend,
    ]
    told = at_once(moves)
    assert told[-2:] == [5, 5]
    assert all(one.now().answers[0].response == ("q",) for one in sitters)
    assert_proven(season)


def test_of_two_candidates_of_one_number_and_two_bookings_of_one_person_one_is_made(
    season: Season,
) -> None:
    known = season.keys

    def add(number: str) -> Callable[[], object]:
        def move() -> object:
            with season.database.begin() as tx:
                return bookings.add_candidate(tx, number, "Ann", actor=season.actor())

        return move

    told = at_once([add("x1"), add("X1"), add("x1"), add("X1")])
    refused = [one for one in told if isinstance(one, ExamError)]
    assert len(refused) == 3
    assert {type(one) for one in refused} <= {Duplicate, NumberTaken, Overtaken}
    season.window("w2")
    person = season.book()

    def book() -> object:
        with season.database.begin() as tx:
            return bookings.book(tx, person.candidate, "w2", keys=known, actor=season.actor())

    told = at_once([book] * 4)
    refused = [one for one in told if isinstance(one, ExamError)]
    assert len(refused) == 3
    assert {type(one) for one in refused} <= {Duplicate, NumberTaken, Overtaken}


def test_two_confirmations_at_once_release_once(season: Season) -> None:
    season.sitter().sit(first_option)
    season.close()
    season.grade()
    season.add_chairs()
    season.propose(CHAIRS[0])
    told = at_once([lambda: season.confirm(CHAIRS[1])] * 3)
    assert [one is None for one in told].count(True) == 1


def test_grading_against_an_extension_never_leaves_a_stale_grading(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    season.clock.minutes = 91
    season.sweep()
    season.close()

    def extend() -> Sitting:
        with season.database.begin() as tx:
            return exam_windows.extend_sitting(
                tx, sitter.sitting, minutes=10, reason="outage", actor=season.actor()
            )

    def do_grade() -> grade.Summary:
        return season.grade()

    moves: list[Callable[[], object]] = [extend, do_grade]
    told = at_once(moves)
    assert isinstance(told[1], grade.Summary | WindowBusy)
    with season.database.read() as tx:
        window = exam_windows.view(tx, "w1", actor=anybody(at=season.clock.now))
    assert (window.in_progress, window.window.graded_at) == (1, None)


def test_the_services_secret_is_one_however_many_processes_begin_at_once(
    database: Database,
) -> None:
    def load() -> str:
        with database.begin() as tx:
            return keys.load_keys(tx).secret

    assert len(set(at_once([load] * 6))) == 1


def test_an_audit_while_everybody_answers_finds_nothing_broken(
    season: Season, sitter: Sitter
) -> None:
    """A reader must see the row and its record at one instant, or it would cry wolf."""

    def verify() -> int:
        found = 0
        for _ in range(10):
            with season.database.read() as tx:
                found += len(replay.verify(tx).breaks)
                found += len(replay.replay(tx, sitter.sitting, actor=anybody()).differences)
        return found

    def answer_on(name: str) -> Callable[[], object]:
        return lambda: [sitter.answer(1, "pqrs"[n % 4], f"{name}-{n}") for n in range(15)]

    moves: list[Callable[[], object]] = [verify, verify, answer_on("a"), answer_on("b")]
    told = at_once(moves)
    assert told[:2] == [0, 0]
    assert [type(one.body) for one in record(sitter)].count(Answered) == 30
    assert [type(one.body) for one in record(sitter)].count(Started) == 1
