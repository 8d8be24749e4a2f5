"""Whether a result, or how many got each grade, may be seen yet, and by whom."""

from app.exam.award.grading import Graded
from app.exam.people.permissions import Act, Actor, may
from app.exam.window.window import Window


def released(graded: Graded | None) -> Graded | None:
    """Return a result that may be told outside the board; before its release there is none."""
    return None if graded is None or graded.released_at is None else graded


def grades_are_open(window: Window, actor: Actor) -> bool:
    """Say whether the actor may see how many got each grade: after release everyone may."""
    return window.released_at is not None or may(actor, Act.SEE_RESULTS)
