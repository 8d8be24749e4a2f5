from dataclasses import replace
from datetime import datetime

import pytest

from app.errors import (
    AlreadyReleased,
    Invalid,
    NotGraded,
    ProvisionalScale,
    Refused,
    SamePerson,
    WindowBusy,
    WindowNotOpen,
)
from app.exam.window.window import (
    Phase,
    Window,
    phase,
    require_admission,
    require_all_graded,
    require_gradable,
    require_releasable,
    require_span,
    require_two_people,
)
from tests.factories import at

PLANNED = Window("w", "A window", "small", 1, opens_at=at(0), closes_at=at(60))
GRADED = replace(PLANNED, graded_at=at(61))
RELEASED = replace(GRADED, released_at=at(62), released_by="a, b")


@pytest.mark.parametrize(
    ("window", "minute", "wanted"),
    [
        (PLANNED, -0.01, Phase.PLANNED),
        (PLANNED, 0, Phase.OPEN),
        (PLANNED, 59.99, Phase.OPEN),
        (PLANNED, 60, Phase.CLOSED),
        (GRADED, 61, Phase.GRADED),
        (RELEASED, 62, Phase.RELEASED),
        (RELEASED, 30, Phase.RELEASED),
    ],
)
def test_a_window_goes_from_planned_to_released(
    window: Window, minute: float, wanted: Phase
) -> None:
    assert phase(window, at(minute)) is wanted


@pytest.mark.parametrize(
    ("minute", "words"), [(-1, "is not open yet"), (60, "has closed"), (90, "has closed")]
)
def test_an_exam_cannot_be_started_outside_its_window_and_the_words_say_when(
    minute: float, words: str
) -> None:
    span = "from 09:00 UTC on 11 January 2027 to 10:00 UTC on 11 January 2027"
    with pytest.raises(WindowNotOpen, match=f"{words}.*{span}"):
        require_admission(PLANNED, at(minute))


@pytest.mark.parametrize("minute", [0, 30, 59.99])
def test_an_exam_can_be_started_in_its_window(minute: float) -> None:
    require_admission(PLANNED, at(minute))


@pytest.mark.parametrize("closes", [at(-1), at(0)])
def test_a_window_must_close_after_it_opens(closes: datetime) -> None:
    with pytest.raises(Invalid, match="must close after it opens"):
        require_span(at(0), closes)


def test_a_window_in_an_impossible_year_is_refused() -> None:
    with pytest.raises(Invalid, match="a year from 2000 to 2199"):
        require_span(at(0).replace(year=202), at(0))
    with pytest.raises(Invalid, match="a year from"):
        require_span(at(0), at(0).replace(year=9999))


def test_a_window_without_a_time_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="with its zone"):
        require_span(at(0).replace(tzinfo=None), at(60))


def test_a_window_is_graded_after_it_has_closed_and_its_last_sitting_has_ended() -> None:
    require_gradable(PLANNED, 0, at(60))
    require_gradable(GRADED, 0, at(61))
    with pytest.raises(WindowBusy, match="still open"):
        require_gradable(PLANNED, 0, at(59))
    with pytest.raises(WindowBusy, match="2 sittings are still in progress"):
        require_gradable(PLANNED, 2, at(60))


def test_a_released_window_is_never_graded_again() -> None:
    with pytest.raises(AlreadyReleased):
        require_gradable(RELEASED, 0, at(70))


def test_only_a_graded_window_that_is_not_out_yet_can_be_released() -> None:
    require_releasable(GRADED, provisional=False, allowed=False)
    with pytest.raises(NotGraded):
        require_releasable(PLANNED, provisional=False, allowed=True)
    with pytest.raises(AlreadyReleased):
        require_releasable(RELEASED, provisional=False, allowed=True)


def test_judged_parameters_are_released_on_only_where_the_exam_says_so() -> None:
    require_releasable(GRADED, provisional=True, allowed=True)
    with pytest.raises(ProvisionalScale, match="exam 'small'"):
        require_releasable(GRADED, provisional=True, allowed=False)


def test_a_release_leaves_no_sitting_out() -> None:
    require_all_graded(in_progress=0, ended=3, graded=3)
    with pytest.raises(WindowBusy, match="1 sitting is still in progress"):
        require_all_graded(in_progress=1, ended=3, graded=3)
    with pytest.raises(WindowBusy, match="grade it again"):
        require_all_graded(in_progress=0, ended=3, graded=2)


def test_release_needs_two_people() -> None:
    assert require_two_people("ann@x.org", "ben@x.org") == "ann@x.org"
    with pytest.raises(SamePerson):
        require_two_people("ann@x.org", "ann@x.org")
    with pytest.raises(Refused):
        require_two_people(None, "ann@x.org")
