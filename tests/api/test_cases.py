"""What several questions are about, and what is on trial, as a candidate's program is told."""

from tests.api.conftest import Program
from tests.contract.cases import STIMULUS, open_window_with_a_case, open_window_with_trial_items
from tests.contract.world import World


def started(program: Program, booking: str) -> str:
    sitting: str = program.call("POST", "/sittings", {"booking": booking}, key="k").json()["id"]
    reply = program.call("POST", f"/sittings/{sitting}/start", {})
    assert reply.status_code == 200, reply.text
    return sitting


def test_a_question_carries_the_case_it_is_about_and_nothing_to_know_it_by(
    small_world: World, small_program: Program
) -> None:
    sitting = started(small_program, open_window_with_a_case(small_world).booking)
    told = {"title": STIMULUS.title, "text": list(STIMULUS.text)}
    found = [small_program.get(f"/sittings/{sitting}/items/{number}") for number in (1, 2, 3)]
    assert [one["stimulus"] for one in found] == [told, told, None]


def test_a_program_is_told_how_many_questions_are_on_trial_and_not_which(
    small_world: World, small_program: Program
) -> None:
    sitting = started(small_program, open_window_with_trial_items(small_world).booking)
    told = small_program.get(f"/sittings/{sitting}")
    assert (told["length"], told["on_trial"], told["block_count"]) == (47, 2, 10)
    keys = {frozenset(small_program.get(f"/sittings/{sitting}/items/{n}")) for n in range(1, 6)}
    assert keys == {frozenset({"position", "stimulus", "stem", "options", "chosen", "flagged"})}
