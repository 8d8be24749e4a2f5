"""Who may do what."""

from dataclasses import replace

import pytest

from app.errors import Forbidden
from app.exam.people.permissions import (
    EVERYTHING,
    MAY,
    Act,
    Actor,
    Face,
    Role,
    Scope,
    Through,
    may,
    require,
    scope_of,
    system,
)
from app.web.words.errors import sentence_of
from tests.factories import AT

ANN = "ann@example.org"


def member(*roles: Role) -> Actor:
    return Actor(ANN, AT, frozenset(roles), EVERYTHING, Through(Face.PAGES, ANN))


def program(*scopes: Scope) -> Actor:
    return Actor("api:centre", AT, frozenset(scopes), EVERYTHING, Through(Face.API, "centre"))


def test_every_act_is_somebodys() -> None:
    assert set(MAY) == set(Act)
    assert all(MAY.values())
    assert set().union(*MAY.values()) == set(Role) | set(Scope)


@pytest.mark.parametrize("act", Act)
def test_an_act_is_done_by_who_may_and_by_nobody_else(act: Act) -> None:
    for role in Role:
        assert may(member(role), act) == (role in MAY[act])
    for scope in Scope:
        assert may(program(scope), act) == (scope in MAY[act])
    with pytest.raises(Forbidden):
        require(member(), act)


def test_no_program_decides_what_needs_a_person() -> None:
    everything = program(*Scope)
    people = {Act.PROPOSE_RELEASE, Act.CONFIRM_RELEASE, Act.CREDIT_ITEM, Act.ACCEPT_CALIBRATION}
    people |= {Act.SEE_ITEMS, Act.SEE_RESULTS, Act.SUSPEND_ITEM, Act.SAVE_EXAM}
    assert not any(may(everything, act) for act in people)


def test_the_machine_may_do_whatever_a_person_may() -> None:
    machine = system("simulation", AT)
    assert machine.through == Through(Face.SYSTEM, "simulation")
    assert all(may(machine, act) for act in Act if any(isinstance(one, Role) for one in MAY[act]))


def test_a_refusal_says_what_is_needed_in_the_words_of_the_face() -> None:
    with pytest.raises(Forbidden) as page:
        require(member(Role.AUTHOR), Act.EXTEND_WINDOW)
    assert sentence_of(page.value) == (
        f"This needs the role chair or invigilator; you are signed in as {ANN}."
    )
    with pytest.raises(Forbidden) as call:
        require(program(Scope.EXAMS_READ), Act.SEE_CANDIDATES)
    assert sentence_of(call.value) == "The token does not carry the scope candidates:read."
    typed = Through(Face.COMMAND_LINE, "root", is_claimed=True)
    with pytest.raises(Forbidden) as command:
        require(replace(member(Role.AUTHOR), through=typed), Act.SAVE_EXAM)
    assert sentence_of(command.value) == (
        f"{ANN} may not save exams: that needs the role chair or psychometrician."
    )


def test_an_operation_asks_for_the_narrowest_scope_of_its_act() -> None:
    assert scope_of(Act.SEE_WINDOWS) is Scope.WINDOWS_READ
    assert scope_of(Act.GRADE_WINDOW) is Scope.WINDOWS_WRITE
