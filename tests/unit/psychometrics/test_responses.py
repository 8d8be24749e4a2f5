"""Response codes and the one step that scores omissions."""

import numpy as np
import pytest

from psychometrics import Code, DataError, score_omissions


def test_omissions_score_as_wrong_unless_told_otherwise() -> None:
    codes = np.array([[0, 1, 2, 3, 4]], dtype=np.int8)
    assert score_omissions(codes).tolist() == [[0, 1, 0, 0, 4]]
    assert codes.tolist() == [[0, 1, 2, 3, 4]]


def test_items_not_reached_can_count_as_not_presented() -> None:
    scored = score_omissions(np.array([2, 3]), not_reached=Code.NOT_PRESENTED)
    assert scored.tolist() == [0, 4]
    assert scored.dtype == np.int8


def test_an_omission_scored_as_not_reached_is_not_scored_twice() -> None:
    scored = score_omissions(np.array([2, 3]), omitted=Code.NOT_REACHED, not_reached=Code.RIGHT)
    assert scored.tolist() == [3, 1]


@pytest.mark.parametrize("codes", [[5], [-1], [0.5], [np.nan], [True]])
def test_what_is_no_code_is_refused(codes: list[object]) -> None:
    with pytest.raises(DataError):
        score_omissions(np.array(codes))
