"""Each candidate's story, written once and lived through every face, on both databases."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.contract.driver import ApiCandidate, CandidateDriver, Refused
from tests.contract.page_candidate import PageCandidate
from tests.contract.world import Person, World

pytestmark = pytest.mark.each_database

# A face joins the contract with one line here.
DRIVERS: dict[str, Callable[[TestClient, World], CandidateDriver]] = {
    "api": ApiCandidate,
    "page": PageCandidate,
}

LENGTH = 45
ALLOWANCE = 90
GRACE_SECONDS = 20
BANDS = (("D", 80), ("M", 70), ("P", 60), ("F", 0))


@pytest.fixture(params=DRIVERS)
def candidate(request: pytest.FixtureRequest, world: World) -> CandidateDriver:
    return DRIVERS[request.param](world.client(), world)


@pytest.fixture
def ada(world: World) -> Person:
    return world.people[0]


@pytest.fixture
def sitting(candidate: CandidateDriver, ada: Person) -> CandidateDriver:
    """Give a candidate whose paper has been started."""
    candidate.sign_in(ada.number, ada.code)
    candidate.start()
    return candidate


def option(candidate: CandidateDriver, position: int, place: int = 0) -> str:
    return candidate.see(position).options[place][0]


def answer_to_the_end(candidate: CandidateDriver) -> None:
    """Answer every question with its first option, up to the last block."""
    while True:
        positions = candidate.state().positions
        for position in positions:
            candidate.answer(position, option(candidate, position))
        if positions[-1] == LENGTH:
            return
        candidate.close_block()


def refusal(act: Callable[[], object]) -> str:
    """Return the kind of the refusal that an act meets."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.kind


def test_a_whole_paper_is_sat_and_handed_in(candidate: CandidateDriver, ada: Person) -> None:
    candidate.sign_in(ada.number, ada.code)
    assert candidate.state().state == "booked"
    candidate.start()
    stems = set()
    for block in range(1, 10):
        overview = candidate.state()
        assert overview.block == block
        assert overview.positions == tuple(range(5 * block - 4, 5 * block + 1))
        for position in overview.positions:
            seen = candidate.see(position)
            assert len({text for _, text in seen.options}) == 4
            assert seen.chosen is None
            stems.add(seen.stem)
            chosen = seen.options[position % 4][0]
            candidate.answer(position, chosen)
            assert candidate.see(position).chosen == chosen
        if block < 9:
            candidate.close_block()
    assert len(stems) == LENGTH
    candidate.finish()
    overview = candidate.state()
    assert (overview.state, overview.answered) == ("handed_in", LENGTH)
    assert refusal(lambda: candidate.answer(45, "a")) == "sitting-ended"


def test_a_paper_cannot_be_handed_in_before_its_last_part(sitting: CandidateDriver) -> None:
    assert refusal(sitting.finish) == "paper-not-complete"
    assert sitting.state().state == "block_open"


def test_a_change_of_mind_is_kept_until_the_part_is_closed(sitting: CandidateDriver) -> None:
    sitting.answer(1, option(sitting, 1, 0))
    sitting.answer(1, option(sitting, 1, 2))
    assert sitting.see(1).chosen == option(sitting, 1, 2)
    sitting.answer(1, None)
    assert sitting.see(1).chosen is None
    last = option(sitting, 1, 3)
    sitting.answer(1, last)
    sitting.close_block()
    assert refusal(lambda: sitting.answer(1, last)) == "block-closed"
    assert refusal(lambda: sitting.see(1)) == "block-closed"
    assert sitting.state().answered == 1


def test_questions_are_flagged_and_reviewed(sitting: CandidateDriver) -> None:
    chosen = option(sitting, 1, 1)
    sitting.answer(1, chosen)
    sitting.flag(1, on=True)
    sitting.flag(2, on=True)
    overview = sitting.state()
    assert (overview.answered, overview.flagged) == (1, 2)
    assert (sitting.see(1).chosen, sitting.see(1).flagged) == (chosen, True)
    sitting.flag(1, on=False)
    assert (sitting.see(1).chosen, sitting.see(1).flagged) == (chosen, False)
    assert sitting.see(2).flagged


def test_sending_twice_changes_nothing(sitting: CandidateDriver, world: World) -> None:
    first, second = option(sitting, 1, 0), option(sitting, 1, 1)
    sitting.answer(1, first, request="first")
    sitting.answer(1, first, request="first")
    sitting.answer(1, second, request="second")
    sitting.answer(1, first, request="first")
    assert sitting.see(1).chosen == second
    world.clock.advance(minutes=10)
    sitting.start()
    assert sitting.state().remaining_seconds == 60 * (ALLOWANCE - 10)
    answer_to_the_end(sitting)
    sitting.finish()
    sitting.finish()
    assert sitting.state().state == "handed_in"


def test_two_tabs_sit_one_paper(sitting: CandidateDriver) -> None:
    tab = sitting.another_tab()
    sitting.answer(1, option(sitting, 1, 0))
    tab.answer(2, option(tab, 2, 1))
    assert tab.see(1) == sitting.see(1)
    assert sitting.state() == tab.state()
    tab.answer(1, option(tab, 1, 3))
    assert sitting.see(1).chosen == option(tab, 1, 3)
    late = option(sitting, 1, 0)
    tab.close_block()
    assert refusal(lambda: sitting.answer(1, late)) == "block-closed"
    assert sitting.state().positions == (6, 7, 8, 9, 10)


def test_a_paper_is_resumed_on_another_machine(
    sitting: CandidateDriver, world: World, ada: Person
) -> None:
    sitting.answer(1, option(sitting, 1, 2))
    sitting.flag(2, on=True)
    before = [sitting.see(position) for position in range(1, 6)]
    world.clock.advance(minutes=7)
    elsewhere = sitting.other_machine()
    elsewhere.sign_in(ada.number, ada.code)
    assert [elsewhere.see(position) for position in range(1, 6)] == before
    assert elsewhere.state().remaining_seconds == 60 * (ALLOWANCE - 7)
    answer_to_the_end(elsewhere)
    elsewhere.finish()
    assert elsewhere.state().answered == LENGTH


def test_a_choice_is_still_saved_in_the_grace_after_the_deadline(
    sitting: CandidateDriver, world: World
) -> None:
    sitting.answer(1, option(sitting, 1, 0))
    unsaved = option(sitting, 2, 1)
    world.clock.advance(minutes=ALLOWANCE, seconds=GRACE_SECONDS / 2)
    sitting.answer(2, unsaved)
    sitting.finish()
    overview = sitting.state()
    assert (overview.state, overview.answered) == ("time_ended", 2)


def test_a_late_answer_is_refused_and_the_saved_ones_are_kept(
    sitting: CandidateDriver, world: World
) -> None:
    sitting.answer(1, option(sitting, 1, 0))
    late = option(sitting, 2, 1)
    world.clock.advance(minutes=ALLOWANCE, seconds=GRACE_SECONDS + 1)
    assert refusal(lambda: sitting.answer(2, late)) == "deadline-passed"
    assert refusal(lambda: sitting.answer(2, late)) == "deadline-passed"
    overview = sitting.state()
    assert (overview.state, overview.answered) == ("time_ended", 1)
    sitting.finish()
    assert sitting.state().state == "time_ended"


def test_time_given_after_an_outage_opens_the_paper_again(
    sitting: CandidateDriver, world: World
) -> None:
    chosen = option(sitting, 1, 0)
    world.clock.advance(minutes=ALLOWANCE + 1)
    assert refusal(lambda: sitting.answer(1, chosen)) == "deadline-passed"
    world.extend(minutes=15)
    assert sitting.state().remaining_seconds == 60 * 14
    sitting.answer(1, chosen)
    assert sitting.see(1).chosen == chosen


def test_a_wrong_code_is_refused_and_guessing_is_slowed_down(
    candidate: CandidateDriver, world: World, ada: Person
) -> None:
    somebody_else = world.people[1].code
    assert refusal(lambda: candidate.sign_in(ada.number, somebody_else)) == "wrong-code"
    candidate.sign_in(ada.number, ada.code.lower().replace("-", " "))
    for _ in range(world.settings.sign_in_attempts):
        assert refusal(lambda: candidate.sign_in(ada.number, "WRONG")) == "wrong-code"
    assert refusal(lambda: candidate.sign_in(ada.number, ada.code)) == "too-many-attempts"
    world.clock.advance(seconds=world.settings.sign_in_wait_seconds)
    candidate.sign_in(ada.number, ada.code)
    candidate.start()


def test_a_second_sign_in_takes_over_and_keeps_the_answers(
    sitting: CandidateDriver, ada: Person
) -> None:
    chosen = option(sitting, 1, 1)
    sitting.answer(1, chosen)
    newer = sitting.other_machine()
    newer.sign_in(ada.number, ada.code)
    assert refusal(lambda: sitting.answer(2, chosen)) == "superseded"
    assert refusal(lambda: sitting.see(1)) == "superseded"
    assert newer.see(1).chosen == chosen
    newer.answer(2, option(newer, 2, 0))
    sitting.sign_in(ada.number, ada.code)
    assert sitting.state().answered == 2
    assert refusal(lambda: newer.answer(2, chosen)) == "superseded"


def test_a_result_is_seen_only_after_release(sitting: CandidateDriver, world: World) -> None:
    answer_to_the_end(sitting)
    sitting.finish()
    assert sitting.result() is None
    world.clock.advance(minutes=5)
    world.close_and_grade()
    assert sitting.result() is None
    world.release()
    told = sitting.result()
    assert told is not None
    mark, band = told
    assert 0 <= mark <= 100
    assert band == next(code for code, least in BANDS if mark >= least)
