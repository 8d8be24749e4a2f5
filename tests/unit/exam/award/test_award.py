from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from app.exam.award.award import Award, award_of, band, exact_mark, half_up, recorded_award
from app.exam.award.record import read_record, record_of
from tests.factories import BANDS, SCHEME
from tests.unit.exam.award.test_grading import EMPTY, RIGHT, WRONG, marked

MET = Award("competence", "met", None, "Met")
RESULT = marked([RIGHT, WRONG, EMPTY, RIGHT, RIGHT])


@given(st.decimals(0, 100, places=6))
def test_an_award_is_the_whole_mark_and_the_band_it_falls_in(exact: Decimal) -> None:
    earned = band(half_up(exact), BANDS)
    assert award_of(SCHEME, exact) == Award(
        "percentage_bands", earned.code, half_up(exact), earned.name
    )


@pytest.mark.parametrize(
    ("exact", "brief", "words"),
    [
        ("59.499999", "59 (F)", "Fail"),
        ("59.5", "60 (P)", "Pass"),
        ("79.5", "80 (D)", "Distinction"),
    ],
)
def test_an_award_is_told_by_its_mark_and_in_words(exact: str, brief: str, words: str) -> None:
    award = award_of(SCHEME, Decimal(exact))
    assert (award.brief, award.words) == (brief, words)
    assert award.figure == str(award.mark)


def test_an_award_without_a_mark_is_told_in_words() -> None:
    assert (MET.figure, MET.brief) == ("Met", "Met")


@pytest.mark.parametrize(
    ("computed", "mark"),
    [("59.4999994", 59), ("59.4999996", 60), ("-0.1", 0), ("79.5", 80), ("100.0000001", 100)],
)
def test_an_award_rests_on_six_decimals_of_a_mark_from_0_to_100(computed: str, mark: int) -> None:
    exact = exact_mark(Decimal(computed))
    assert exact.as_tuple().exponent == -6
    assert award_of(SCHEME, exact).mark == mark


@given(st.decimals(0, 100, places=6))
def test_a_recorded_award_is_the_one_that_was_made(exact: Decimal) -> None:
    award = award_of(SCHEME, exact)
    assert recorded_award(SCHEME, award.outcome, award.mark) == award


def test_an_outcome_that_the_scheme_lacks_is_told_by_its_code() -> None:
    assert recorded_award(SCHEME, "Z", 99).words == "Z"


def test_a_record_has_the_mark_and_the_band_at_its_top_and_then_the_reasons() -> None:
    record = record_of(RESULT)
    assert (record["mark"], record["band"]) == (RESULT.award.mark, RESULT.award.outcome)
    assert list(record) == [
        "mark",
        "band",
        "exact_mark",
        "mark_error",
        "theta",
        "sem",
        "domain_score",
        "scoring",
        "provisional",
        "outcomes",
        "criteria",
        "counts",
        "basis",
    ]


def test_a_record_is_read_as_the_result_it_was_made_of() -> None:
    assert read_record(to_json(record_of(RESULT)).decode(), SCHEME) == RESULT


def test_a_record_whose_mark_is_no_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="mark"):
        read_record(to_json({**record_of(RESULT), "mark": "many"}).decode(), SCHEME)


def test_a_record_without_a_mark_is_read_as_an_award_without_one() -> None:
    text = to_json(record_of(replace(RESULT, award=replace(RESULT.award, mark=None)))).decode()
    assert from_json(text)["mark"] is None
    assert read_record(text, SCHEME).award.mark is None
