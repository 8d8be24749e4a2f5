"""A sitting driven at random beside a simple model: no accepted answer is lost, none comes late."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.errors import DeadlinePassed, ExamError
from app.exam.sitting.deadline import deadline, last_save
from app.exam.sitting.events import Answered, Event, Extended
from app.exam.sitting.sitting import (
    IN_PROGRESS,
    Answer,
    Caller,
    Change,
    Decided,
    SittingId,
    State,
    answer,
    close_block,
    created,
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
from itembank.items.response import BLANK, OptionId
from tests.factories import AT, make_block, make_created, make_started

LENGTH, SIZE, MINUTES, GRACE = 7, 3, 10, timedelta(seconds=20)
BLOCKS = ((1, 2, 3), (4, 5, 6), (7,))

positions = st.integers(-1, LENGTH + 2)
changes = st.builds(
    Change,
    response=st.sampled_from([BLANK, *((OptionId(one),) for one in ("p", "q", "r", "s", "zzz"))]),
    clear=st.booleans(),
    flagged=st.sampled_from([None, True, False]),
)
# Which sign-in a request comes with: the newest, an older one, or none (a program vouches).
holders = st.sampled_from(["newest", "newest", "newest", "older", "program"])


class SittingMachine(RuleBasedStateMachine):
    """Every move a candidate, a board, a sweep or the network's delays can make."""

    @initialize(extra_time=st.sampled_from([0.0, 0.25, 1.0]), begun=st.sampled_from([1, 1, 1, 0]))
    def make(self, extra_time: float = 0.0, begun: int = 0) -> None:
        self.now = AT
        self.begin = make_started(
            minutes=MINUTES, extra_time=extra_time, grace_seconds=int(GRACE.total_seconds())
        )
        made = make_created(length=LENGTH, block_size=SIZE)
        self.sitting, first = created(SittingId("sitting-1"), made, AT)
        self.events: list[Event] = [first]
        self.seen = {self.sitting.state}
        # The model: what was acknowledged, what is closed, and when the time is over.
        self.kept: dict[int, Answer] = {}
        self.closed: dict[int, Answer] = {}
        self.deadline = AT
        if begun:
            self.sign_in()
            self.start()

    def _record(self, decided: Decided) -> bool:
        """Apply a decision as the service does; return whether it was no refusal."""
        for one in decided.events:
            assert one.at >= self.sitting.last_at
            self.sitting = evolve(self.sitting, one)
            self.events.append(one)
            self.seen.add(self.sitting.state)
        return decided.refusal is None

    def _deliver(self) -> None:
        if wants_block(self.sitting):
            before = len(self.sitting.places)
            assert self._record(deliver(self.sitting, make_block(self.sitting), self.now))
            new = range(before + 1, len(self.sitting.places) + 1)
            self.kept |= dict.fromkeys(new, Answer())

    def _caller(self, holder: str, delay: int) -> Caller:
        """Return who acts: a request may have waited behind others for some seconds."""
        session = {"newest": self.sitting.session, "older": self.sitting.session - 1}.get(holder)
        return Caller(self.now - timedelta(seconds=delay), session)

    @rule(seconds=st.integers(0, 60))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.sitting.state in IN_PROGRESS)
    @rule(seconds=st.integers(-30, 22), luck=st.integers(0, 3))
    def wait_for_the_deadline(self, seconds: int = 0, luck: int = 0) -> None:
        if luck == 0:
            self.now = max(self.now, self.deadline + timedelta(seconds=seconds))

    @rule()
    def sign_in(self) -> None:
        session = self.sitting.session
        assert self._record(sign_in(self.sitting, face="page", at=self.now))
        assert self.sitting.session == session + 1

    @rule(holder=holders)
    def start(self, holder: str = "newest") -> None:
        clock = self.sitting.clock
        caller = self._caller(holder, 0)
        try:
            assert self._record(start(self.sitting, self.begin, caller))
        except ExamError:
            assert holder == "older"
            return
        if clock is not None:
            assert self.sitting.clock == clock
        else:
            allowed = timedelta(minutes=MINUTES) * (1 + self.begin.extra_time)
            self.deadline = self.sitting.last_at + allowed
        self._deliver()

    @rule(position=positions, change=changes, holder=holders, delay=st.sampled_from([0, 0, 30]))
    def answer(self, position: int, change: Change, holder: str = "newest", delay: int = 0) -> None:
        caller = self._caller(holder, delay)
        at = max(caller.at, self.sitting.last_at)
        may = (
            holder != "older"
            and self.sitting.state is State.BLOCK_OPEN
            and at <= self.deadline + GRACE
            and position in BLOCKS[self.sitting.block - 1]
            and "zzz" not in change.response
        )
        try:
            decided = answer(self.sitting, position, change, request="r", caller=caller)
        except ExamError:
            assert not may
            return
        if self._record(decided):
            assert may
            self._accept(position, change, decided)
        else:
            assert not may
            assert isinstance(decided.refusal, DeadlinePassed)

    @precondition(lambda self: self.sitting.state is State.BLOCK_OPEN)
    @rule(place=st.integers(0, SIZE - 1), option=st.sampled_from(["p", "q", "r", "s"]))
    def choose(self, place: int, option: str) -> None:
        positions = self.sitting.open_positions()
        self.answer(positions[place % len(positions)], Change((OptionId(option),)))

    @precondition(lambda self: self.sitting.state is State.BLOCK_OPEN)
    @rule(seconds=st.sampled_from([-1, 0, 5, 19, 20, 21]), option=st.sampled_from(["p", "q"]))
    def choose_at_the_last_moment(self, seconds: int, option: str) -> None:
        self.now = max(self.now, self.deadline + timedelta(seconds=seconds))
        self.choose(0, option)

    @precondition(lambda self: self.sitting.state is State.BLOCK_OPEN)
    @rule()
    def go_on(self) -> None:
        self.close()

    def _accept(self, position: int, change: Change, decided: Decided) -> None:
        before = self.kept[position]
        response = change.response or (BLANK if change.clear else before.response)
        flagged = before.flagged if change.flagged is None else change.flagged
        self.kept[position] = Answer(response, flagged)
        assert [one.body for one in decided.events] == [
            Answered(position, response, flagged=flagged)
        ]

    @rule(
        ahead=st.sampled_from([0, 0, 0, -1, 1]),
        holder=holders,
        delay=st.sampled_from([0, 0, 30]),
    )
    def close(self, ahead: int = 0, holder: str = "newest", delay: int = 0) -> None:
        block, before = self.sitting.block + ahead, self.sitting
        try:
            assert self._record(close_block(before, block, self._caller(holder, delay)))
        except ExamError:
            assert self.sitting == before
            return
        if self.sitting.state is State.BLOCK_CLOSED and before.state is State.BLOCK_OPEN:
            assert self.sitting.last_at < self.deadline
            self.closed |= {place: self.kept[place] for place in BLOCKS[block - 1]}
        self._deliver()

    @rule(holder=holders, delay=st.sampled_from([0, 0, 30]))
    def hand_in(self, holder: str = "newest", delay: int = 0) -> None:
        before = self.sitting
        try:
            assert self._record(hand_in(before, self._caller(holder, delay)))
        except ExamError:
            assert self.sitting == before
            return
        if self.sitting.state is State.HANDED_IN:
            assert len(self.sitting.places) == LENGTH
            assert before.state is State.HANDED_IN or self.sitting.last_at < self.deadline

    @rule()
    def sweep(self) -> None:
        before = self.sitting
        assert self._record(expire(before, self.now))
        if before.state in IN_PROGRESS:
            over = self.now > self.deadline + GRACE
            assert (self.sitting.state is State.TIME_ENDED) is over

    @rule(seconds=st.sampled_from([-60, 0, 1, 60, 900]))
    def extend(self, seconds: int = 900) -> None:
        before = self.sitting
        try:
            assert self._record(extend(before, Extended(seconds, "outage", "Ann"), self.now))
        except ExamError:
            assert self.sitting == before
            return
        assert before.state not in {State.BOOKED, State.HANDED_IN}
        self.deadline += timedelta(seconds=seconds)
        assert self.deadline > self.now
        assert self.sitting.state in IN_PROGRESS

    @invariant()
    def no_accepted_answer_is_lost_or_altered(self) -> None:
        assert dict(enumerate(self.sitting.answers, start=1)) == self.kept

    @invariant()
    def a_closed_block_never_changes(self) -> None:
        assert all(self.kept[place] == found for place, found in self.closed.items())

    @invariant()
    def the_record_gives_the_sitting(self) -> None:
        assert replayed(self.sitting.id, self.events) == self.sitting

    @invariant()
    def the_deadline_is_what_was_promised(self) -> None:
        clock = self.sitting.clock
        if clock is not None:
            assert deadline(clock) == self.deadline
            assert last_save(clock) == self.deadline + GRACE

    @invariant()
    def no_answer_was_accepted_late(self) -> None:
        accepted = [one.at for one in self.events if isinstance(one.body, Answered)]
        assert all(at <= self.deadline + GRACE for at in accepted)

    @invariant()
    def nothing_can_be_answered_once_it_is_over(self) -> None:
        if self.sitting.state is not State.BLOCK_OPEN:
            assert not self.sitting.open_positions()

    @invariant()
    def a_paper_is_never_longer_than_planned(self) -> None:
        delivered = len(self.sitting.places)
        assert delivered in (0, 3, 6, LENGTH)
        if delivered:
            assert delivered + len(self.sitting.remaining) == LENGTH


TestSittingMachine = SittingMachine.TestCase
TestSittingMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_the_machine_can_reach_every_state_by_its_own_rules() -> None:
    driven = SittingMachine()
    driven.make(begun=1)
    driven.choose(0, "p")
    states = [driven.sitting.state]
    for move in (driven.close, driven.close, driven.close, driven.wait_for_the_deadline):
        move()
    states.append(driven.sitting.state)
    for move in (lambda: driven.wait(21), driven.sweep):
        move()
    states.append(driven.sitting.state)
    for move in (driven.extend, driven.hand_in):
        move()
    states.append(driven.sitting.state)
    assert states == [State.BLOCK_OPEN, State.BLOCK_CLOSED, State.TIME_ENDED, State.HANDED_IN]
    assert driven.seen == set(State)
    assert driven.kept[1] == Answer((OptionId("p"),))
