"""What somebody may do about a window, and what stands against doing it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.errors import (
    ExamError,
    NothingToExtend,
    WindowClosed,
)
from app.exam.people.permissions import Act, Actor, may
from app.exam.window.window import (
    InForce,
    Tally,
    Window,
    closed,
    graded,
    proposed,
    released,
    require_unreleased,
)


class Action(StrEnum):
    """What the board can do about a window."""

    EXTEND = "extend"
    OPEN = "open"
    CLOSE = "close"
    GRADE = "grade"
    PROPOSE = "propose"
    CONFIRM = "confirm"


ACTS: Final[Mapping[Action, Act]] = {
    Action.EXTEND: Act.EXTEND_WINDOW,
    Action.OPEN: Act.OPEN_WINDOW,
    Action.CLOSE: Act.CLOSE_WINDOW,
    Action.GRADE: Act.GRADE_WINDOW,
    Action.PROPOSE: Act.PROPOSE_RELEASE,
    Action.CONFIRM: Act.CONFIRM_RELEASE,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An action the actor may take, and what stands against taking it now."""

    action: Action
    refusal: ExamError | None


def offers(window: Window, tally: Tally, in_force: InForce, actor: Actor) -> tuple[Offer, ...]:
    """Return what the actor may do about a window."""
    return tuple(
        Offer(action, _refusal(action, window, (tally, in_force), actor))
        for action in Action
        if may(actor, ACTS[action])
    )


def _refusal(
    action: Action, window: Window, standing: tuple[Tally, InForce], actor: Actor
) -> ExamError | None:
    try:
        if action in (Action.GRADE, Action.PROPOSE, Action.CONFIRM):
            _mark(action, window, *standing, actor)
        else:
            _time(action, window, standing[0], actor)
    except ExamError as error:
        return error
    return None


def _mark(action: Action, window: Window, tally: Tally, in_force: InForce, actor: Actor) -> None:
    """Do it to the window in hand alone; raise what stands against it."""
    if action is Action.GRADE:
        graded(window, tally, in_force.parameters, actor.at)
    elif action is Action.PROPOSE:
        proposed(window, tally, in_force, actor.name)
    else:
        released(window, tally, in_force, second=actor.name, at=actor.at)


def _time(action: Action, window: Window, tally: Tally, actor: Actor) -> None:
    require_unreleased(window)
    if action is Action.EXTEND and not tally.in_progress + tally.ended:
        raise NothingToExtend
    if action is Action.CLOSE and closed(window, actor.at) == window:
        raise WindowClosed
