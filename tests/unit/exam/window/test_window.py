from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from app.errors import (
    AlreadyReleased,
    Invalid,
    NotGraded,
    ParametersSuperseded,
    ProvisionalScale,
    Refused,
    SamePerson,
    WindowBusy,
    WindowNotOpen,
)
from app.exam.window.window import (
    InForce,
    Phase,
    Tally,
    Window,
    closed,
    credited,
    graded,
    opened,
    phase,
    proposed,
    released,
    require_admission,
    require_gradable,
    require_releasable,
    require_span,
    require_two_people,
    ungraded,
)
from tests.factories import at
from tests.refusals import refuses

PLANNED = Window("w", "A window", "small", 1, opens_at=at(0), closes_at=at(60))
GRADED = replace(PLANNED, graded_at=at(61), graded_with="set")
PROPOSED = replace(GRADED, proposed_by="ann@x.org")
RELEASED = replace(PROPOSED, released_at=at(62), released_by="a, b")

DONE = Tally(in_progress=0, ended=3, graded=3)
CALIBRATED = InForce("set", provisional=False, provisional_allowed=False)
JUDGED = InForce("set", provisional=True, provisional_allowed=True)


@pytest.mark.parametrize(
    ("window", "minute", "wanted"),
    [
        (PLANNED, -0.01, Phase.PLANNED),
        (PLANNED, 0, Phase.OPEN),
        (PLANNED, 59.99, Phase.OPEN),
        (PLANNED, 60, Phase.CLOSED),
        (GRADED, 61, Phase.GRADED),
        (PROPOSED, 61, Phase.PROPOSED),
        (PROPOSED, 59, Phase.OPEN),
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
    with refuses(WindowNotOpen, match=f"{words}.*{span}"):
        require_admission(PLANNED, at(minute))


@pytest.mark.parametrize("minute", [0, 30, 59.99])
def test_an_exam_can_be_started_in_its_window(minute: float) -> None:
    require_admission(PLANNED, at(minute))


@pytest.mark.parametrize("closes", [at(-1), at(0)])
def test_a_window_must_close_after_it_opens(closes: datetime) -> None:
    with refuses(Invalid, match="must close after it opens"):
        require_span(at(0), closes)


def test_a_window_in_an_impossible_year_is_refused() -> None:
    with refuses(Invalid, match="a year from 2000 to 2199"):
        require_span(at(0).replace(year=202), at(0))
    with refuses(Invalid, match="a year from"):
        require_span(at(0), at(0).replace(year=9999))


def test_a_window_without_a_time_zone_is_refused() -> None:
    with refuses(Invalid, match="with its zone"):
        require_span(at(0).replace(tzinfo=None), at(60))


def test_a_window_is_graded_after_it_has_closed_and_its_last_sitting_has_ended() -> None:
    require_gradable(PLANNED, DONE, at(60))
    require_gradable(GRADED, DONE, at(61))
    with refuses(WindowBusy, match="still open"):
        require_gradable(PLANNED, DONE, at(59))
    with refuses(WindowBusy, match="2 sittings are still in progress"):
        require_gradable(PLANNED, Tally(2, 3, 3), at(60))


def test_a_released_window_is_never_graded_again() -> None:
    with pytest.raises(AlreadyReleased):
        require_gradable(RELEASED, DONE, at(70))


def test_only_a_graded_window_that_is_not_out_yet_can_be_released() -> None:
    require_releasable(GRADED, CALIBRATED)
    with pytest.raises(NotGraded):
        require_releasable(PLANNED, CALIBRATED)
    with pytest.raises(AlreadyReleased):
        require_releasable(RELEASED, CALIBRATED)


def test_judged_parameters_are_released_on_only_where_the_exam_says_so() -> None:
    require_releasable(GRADED, JUDGED)
    with refuses(ProvisionalScale, match="exam 'small'"):
        require_releasable(GRADED, replace(JUDGED, provisional_allowed=False))


def test_a_release_leaves_no_sitting_out() -> None:
    proposed(GRADED, DONE, CALIBRATED, "ann@x.org")
    with refuses(WindowBusy, match="1 sitting is still in progress"):
        proposed(GRADED, Tally(1, 3, 3), CALIBRATED, "ann@x.org")
    with refuses(WindowBusy, match="grade it again"):
        proposed(GRADED, Tally(0, 3, 2), CALIBRATED, "ann@x.org")
    with pytest.raises(ParametersSuperseded):
        proposed(GRADED, DONE, replace(CALIBRATED, parameters="newer"), "ann@x.org")


def test_release_needs_two_people() -> None:
    assert require_two_people(PROPOSED, "ben@x.org") == "ann@x.org"
    with pytest.raises(SamePerson):
        require_two_people(PROPOSED, "ann@x.org")
    with pytest.raises(Refused):
        require_two_people(GRADED, "ann@x.org")


def test_an_act_never_changes_the_plan() -> None:
    early = opened(PLANNED, at(-30))
    assert (early.opens, early.closes) == (at(-30), at(60))
    longer = opened(early, at(70), at(90))
    assert (longer.opens, longer.closes) == (at(-30), at(90))
    shut = closed(longer, at(80))
    assert (shut.opens, shut.closes) == (at(-30), at(80))
    for window in (early, longer, shut):
        assert (window.opens_at, window.closes_at) == (at(0), at(60))


def test_a_window_that_was_closed_early_is_opened_again_until_a_said_instant() -> None:
    shut = closed(PLANNED, at(20))
    assert phase(shut, at(20)) is Phase.CLOSED
    with refuses(Invalid, match="closing time is past"):
        opened(shut, at(30))
    assert opened(shut, at(30), at(60)) == PLANNED
    assert opened(shut, at(60), at(61)).closes == at(61)


def test_a_window_that_is_kept_open_for_longer_stays_so_when_it_is_opened_again() -> None:
    longer = opened(PLANNED, at(30), at(90))
    assert opened(longer, at(40)).closes == at(90)
    assert opened(longer, at(40), at(50)).closes == at(50)


def test_a_window_that_was_closed_before_it_opened_is_closed() -> None:
    shut = closed(PLANNED, at(-5))
    assert phase(shut, at(-6)) is Phase.PLANNED
    assert phase(shut, at(-5)) is phase(shut, at(5)) is Phase.CLOSED
    with refuses(WindowNotOpen, match="has closed"):
        require_admission(shut, at(5))
    assert phase(opened(shut, at(-4), at(60)), at(-4)) is Phase.OPEN


def test_closing_again_changes_nothing() -> None:
    assert closed(PLANNED, at(60)) == PLANNED
    assert closed(closed(PLANNED, at(20)), at(30)) == closed(PLANNED, at(20))


ACTS: dict[str, Callable[[Window], Window]] = {
    "opened": lambda window: opened(window, at(63), at(90)),
    "closed": lambda window: closed(window, at(63)),
    "ungraded": ungraded,
    "graded": lambda window: graded(window, DONE, "new", at(63)),
    "credited": lambda window: credited(window, DONE, at(63)),
    "proposed": lambda window: proposed(window, DONE, CALIBRATED, "cleo@x.org"),
    "released": lambda window: released(window, DONE, CALIBRATED, second="ben@x.org", at=at(63)),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_can_be_done_to_a_released_window(act: str) -> None:
    with pytest.raises(AlreadyReleased):
        ACTS[act](RELEASED)


@pytest.mark.parametrize(
    ("act", "undone"),
    [
        ("opened", {"graded_at": None, "proposed_by": None, "ends_at": at(90)}),
        ("closed", {}),
        ("ungraded", {"graded_at": None, "proposed_by": None}),
        ("graded", {"graded_at": at(63), "graded_with": "new", "proposed_by": None}),
        ("credited", {"graded_at": None, "proposed_by": None}),
        ("proposed", {"proposed_by": "cleo@x.org"}),
        ("released", {"released_at": at(63), "released_by": "ann@x.org, ben@x.org"}),
    ],
)
def test_an_act_on_a_proposed_window_changes_this_and_keeps_the_rest(
    act: str, undone: dict[str, object]
) -> None:
    after = ACTS[act](PROPOSED)
    changed = {
        name: getattr(after, name)
        for name in Window.__dataclass_fields__
        if getattr(after, name) != getattr(PROPOSED, name)
    }
    assert changed == undone
