from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.sitting.deadline import Clock, allowance, deadline, last_save
from tests.factories import AT, at


def clock(
    *, minutes: int = 90, extra_time: float = 0.0, grace: int = 20, extended: int = 0
) -> Clock:
    return Clock(AT, minutes, extra_time, timedelta(seconds=grace), timedelta(seconds=extended))


@pytest.mark.parametrize(
    ("extra_time", "minutes"),
    [(0.0, 90), (0.1, 99), (0.25, 112.5), (0.4, 126), (0.5, 135), (1, 180)],
)
def test_extra_time_is_a_share_of_the_allowance(extra_time: float, minutes: float) -> None:
    assert deadline(clock(extra_time=extra_time)) == at(minutes)


def test_extensions_are_added_after_extra_time_and_are_not_multiplied() -> None:
    assert deadline(clock(extra_time=0.25, extended=600)) == at(112.5 + 10)


def test_a_save_is_accepted_until_the_grace_after_the_deadline() -> None:
    assert last_save(clock(grace=20)) == at(90, seconds=20)
    assert last_save(clock(grace=0)) == deadline(clock(grace=0))


@pytest.mark.parametrize("minutes", [30, 45, 60, 90, 120, 180])
@pytest.mark.parametrize("percent", [5, 10, 15, 20, 25, 30, 40, 50, 75, 100])
def test_the_allowance_is_exact_to_the_second(minutes: int, percent: int) -> None:
    # As plain floats 90 x 1.4 is a hair under 126, which would read as 125 minutes.
    wanted = timedelta(seconds=minutes * 60 * (100 + percent) // 100)
    assert allowance(minutes, percent / 100) == wanted


@given(st.integers(1, 600), st.floats(0, 3), st.integers(0, 86400))
def test_more_time_is_never_an_earlier_deadline(
    minutes: int, extra_time: float, extended: int
) -> None:
    plain = deadline(clock(minutes=minutes))
    longer = deadline(clock(minutes=minutes, extra_time=extra_time))
    assert plain <= longer
    assert deadline(
        clock(minutes=minutes, extra_time=extra_time, extended=extended)
    ) == longer + timedelta(seconds=extended)
