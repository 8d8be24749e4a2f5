import numpy as np
import pytest

import psychometrics as psy
from psychometrics import BLANK, ChoiceMatrix, Code, DataError, ResponseMatrix

SCORES = [[1, 0, np.nan], [np.nan, 1, 1], [1, 0, np.nan], [np.nan, np.nan, np.nan]]


def test_scores_keep_what_was_presented() -> None:
    matrix = ResponseMatrix.from_scores(SCORES, persons="abcd", items=["x", "y", "z"])

    assert matrix.shape == (4, 3)
    assert matrix.columns.tolist() == [0, 1, 1, 2, 0, 1]
    assert matrix.scores.tolist() == [1, 0, 1, 1, 1, 0]
    assert matrix.persons == ("a", "b", "c", "d")
    assert not matrix.is_complete
    assert np.array_equal(matrix.dense_scores(), np.array(SCORES), equal_nan=True)


def test_triples_in_any_order_make_the_same_matrix() -> None:
    expected = ResponseMatrix.from_scores(SCORES)
    person, item = np.nonzero(~np.isnan(SCORES))
    score = np.array(SCORES)[person, item]
    order = [3, 0, 5, 2, 4, 1]

    matrix = ResponseMatrix.from_triples(person[order], item[order], score[order], (4, 3))

    assert np.array_equal(matrix.starts, expected.starts)
    assert np.array_equal(matrix.columns, expected.columns)
    assert np.array_equal(matrix.scores, expected.scores)


def test_bool_integer_and_masked_scores_are_taken() -> None:
    masked = np.ma.masked_equal([[1, 0], [9, 1]], 9)

    assert ResponseMatrix.from_scores(masked).scores.tolist() == [1, 0, 1]
    assert ResponseMatrix.from_scores([[True, False]]).scores.tolist() == [1, 0]
    assert ResponseMatrix.from_scores(np.array([[1, 0]], np.int8)).is_complete


def test_codes_are_scored_as_for_a_calibration() -> None:
    codes = [[Code.RIGHT, Code.OMITTED, Code.NOT_REACHED, Code.NOT_PRESENTED]]

    assert ResponseMatrix.from_codes(codes).codes().tolist() == [
        [Code.RIGHT, Code.WRONG, Code.NOT_PRESENTED, Code.NOT_PRESENTED]
    ]


def test_a_strange_score_is_named_with_its_place() -> None:
    with pytest.raises(DataError, match="got 2 at person b, item y"):
        ResponseMatrix.from_scores([[1, 0], [1, 2]], persons="ab", items="xy")


def test_a_response_given_twice_is_refused() -> None:
    with pytest.raises(DataError, match="twice: person 0, item 1"):
        ResponseMatrix.from_triples([0, 0], [1, 1], [1, 0], (1, 2))


@pytest.mark.parametrize(
    ("person", "item", "score", "said"),
    [
        ([0], [2], [1], "item positions must lie from 0 to 1"),
        ([-1], [0], [1], "person positions"),
        ([0.5], [0], [1], "whole numbers"),
        ([0, 1], [0], [1], "one length"),
    ],
)
def test_positions_that_do_not_fit_are_refused(
    person: list[float], item: list[int], score: list[int], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        ResponseMatrix.from_triples(person, item, score, (2, 2))


def test_labels_must_be_one_each() -> None:
    with pytest.raises(DataError, match="items must be 2 labels"):
        ResponseMatrix.from_scores([[1, 0]], items=["x", "x"])


def test_weights_must_be_counts() -> None:
    with pytest.raises(DataError, match="weights"):
        ResponseMatrix.from_scores([[1, 0]], weights=[-1])


def test_indicators_count_wrong_and_right() -> None:
    wide = ResponseMatrix.from_scores(np.ones((2, 300))).indicators()

    assert wide.shape == (2, 600)
    assert wide.sum(axis=0).tolist() == [0.0] * 300 + [2.0] * 300


def test_persons_and_items_can_be_taken() -> None:
    matrix = ResponseMatrix.from_scores(SCORES, persons="abcd", items="xyz")

    assert matrix.take_persons([2, 1]).persons == ("c", "b")
    assert matrix.take_persons([2, 1]).scores.tolist() == [1, 0, 1, 1]
    assert matrix.take_items([2, 0]).items == ("z", "x")
    taken = matrix.take_items([2, 0]).dense_scores()
    assert np.array_equal(taken, np.array(SCORES)[:, [2, 0]], equal_nan=True)


def test_distinct_rows_carry_the_weights_of_their_persons() -> None:
    matrix = ResponseMatrix.from_scores(SCORES, weights=[1, 2, 3, 1])

    patterns, row = matrix.distinct()

    assert patterns.shape == (3, 3)
    assert patterns.weights.tolist() == [4, 2, 1]
    assert row.tolist() == [0, 1, 0, 2]


def test_arrays_inside_cannot_be_changed() -> None:
    matrix = ResponseMatrix.from_scores(SCORES)

    with pytest.raises(ValueError, match="read-only"):
        matrix.scores[0] = 0


def test_choices_are_scored_by_the_key() -> None:
    made = ChoiceMatrix.from_choices(
        [["A", "C"], [None, "B"], ["B", ""]], options=["AB", "ABC"], key="AC"
    )

    assert made.chosen.tolist() == [0, 2, BLANK, 1, 1]
    assert made.responses.scores.tolist() == [1, 1, 0, 0, 0]
    assert made.key.tolist() == [0, 2]


def test_a_choice_that_is_no_option_is_refused() -> None:
    with pytest.raises(DataError, match="'E' is no option of item 0"):
        psy.ChoiceMatrix.from_choices([["E"]], options=["AB"], key="A")


def test_a_key_that_is_no_option_is_refused() -> None:
    with pytest.raises(DataError, match="key 'C'"):
        psy.ChoiceMatrix.from_choices([["A"]], options=["AB"], key="C")
