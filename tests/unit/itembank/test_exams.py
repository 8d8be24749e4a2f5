from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.services.bank.starter import read_starter
from itembank.exams import AdaptivePaper, ExamDefinition, FixedForm, Scoring
from itembank.parameters import provisional_parameters
from itembank.schemes import Band
from psychometrics import probability
from tests.factories import BANDS, make_exam, make_form, make_item


def with_bands(*lowest: int, threshold: int = 60) -> ExamDefinition:
    bands = [Band(code=f"B{low}", name="A band", lowest=low) for low in lowest]
    raw = {**make_exam().model_dump(), "bands": bands, "threshold": threshold}
    return ExamDefinition.model_validate(raw)


@pytest.mark.parametrize("lowest", [(80, 60), (60, 80, 0), (60, 60, 0), (0, 60)])
def test_bands_that_do_not_go_down_to_0_are_refused(lowest: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="bands go from the highest down"):
        with_bands(*lowest)


def test_one_band_is_no_grading() -> None:
    with pytest.raises(ValidationError):
        with_bands(0, threshold=0)


def test_a_threshold_that_is_no_band_is_refused() -> None:
    with pytest.raises(ValidationError, match="the threshold 55 is not where a band starts"):
        with_bands(80, 60, 0, threshold=55)


def test_a_paper_is_read_by_its_kind() -> None:
    fixed = make_exam(form=make_form(), block_size=8)
    assert isinstance(fixed.paper, FixedForm)
    assert ExamDefinition.model_validate_json(fixed.model_dump_json()) == fixed
    assert isinstance(make_exam().paper, AdaptivePaper)


@pytest.mark.parametrize(("size", "blocks"), [(1, 8), (2, 4), (3, 3), (5, 2), (8, 1), (9, 1)])
def test_a_paper_has_as_many_blocks_as_hold_it(size: int, blocks: int) -> None:
    assert make_exam(block_size=size).block_count == blocks


@given(st.floats(0.02, 0.98))
def test_a_provisional_difficulty_gives_the_just_passing_candidate_the_judged_rating(
    rating: float,
) -> None:
    parameters = provisional_parameters([make_item(rating=rating)])
    only = parameters.items["I-1"]
    assert parameters.provisional
    assert (only.a, only.c) == (1.0, 0.0)
    assert only.b == pytest.approx(-log(rating / (1 - rating)), abs=1e-6)
    right = float(np.asarray(probability(0.0, parameters.arrays(["I-1"])))[0])
    assert right == pytest.approx(rating, abs=1e-6)
    assert 1 / (1 + exp(only.b)) == pytest.approx(rating, abs=1e-6)


def test_parameters_name_the_item_versions_they_are_for() -> None:
    item = make_item().model_copy(update={"version": 3})
    assert provisional_parameters([item]).items["I-1"].version == 3


def test_arrays_come_in_the_order_asked_for() -> None:
    parameters = provisional_parameters(
        [make_item("I-1", rating=0.4), make_item("I-2", rating=0.8)]
    )
    assert parameters.arrays(["I-2", "I-1"]).b.tolist() == pytest.approx(
        [-log(4), log(1.5)], abs=1e-6
    )


def test_the_shipped_exam_is_that_of_the_issue() -> None:
    exam = read_starter().exam
    assert (exam.length, exam.minutes, exam.paper.block_size) == (45, 90, 5)
    assert exam.scoring is Scoring.DOMAIN_SCORE
    assert [(one.code, one.lowest) for one in exam.scheme.outcomes] == [
        (band.code, band.lowest) for band in BANDS
    ]
    assert (exam.scheme.threshold, exam.credits) == (60, 10)
    assert (exam.prior.mean, exam.prior.sd) == (0.5, 1.0)


def test_the_shipped_exam_does_not_allow_release_on_judged_parameters() -> None:
    assert not read_starter().exam.release_on_provisional
