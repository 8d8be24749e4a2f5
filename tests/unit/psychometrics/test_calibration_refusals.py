"""What calibrate and estimate_ability refuse, with a sentence that says what to do."""

import numpy as np
import pytest

from psychometrics import DataError, ItemParameters, ResponseMatrix, calibrate, estimate_ability

SCORES = np.random.Generator(np.random.PCG64(1)).integers(0, 2, (60, 5))
MATRIX = ResponseMatrix.from_scores(SCORES)


@pytest.mark.parametrize("model", ["2PL", "4pl", ""])
def test_a_model_that_does_not_exist_is_refused(model: str) -> None:
    with pytest.raises(DataError, match="model must be one of rasch, 1pl, 2pl, 3pl"):
        calibrate(MATRIX, model)  # type: ignore[arg-type]  # what a notebook would type


def test_an_array_is_refused_with_what_to_make_of_it() -> None:
    with pytest.raises(DataError, match="from_scores"):
        calibrate(SCORES)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_that_never_ends_is_refused(tolerance: float) -> None:
    with pytest.raises(DataError, match="tolerance"):
        calibrate(MATRIX, tolerance=tolerance)


def test_a_person_without_a_group_is_refused() -> None:
    with pytest.raises(DataError, match="person 3 has no group"):
        calibrate(MATRIX, groups=["a", "a", "a", None] + ["b"] * 56)  # type: ignore[arg-type]  # as above


def test_a_method_that_does_not_exist_is_refused() -> None:
    items = ItemParameters(np.ones(5), np.zeros(5), np.zeros(5))
    with pytest.raises(DataError, match="method must be one of eap, map, ml, wle"):
        estimate_ability(MATRIX, items, method="EAP")  # type: ignore[arg-type]  # as above
