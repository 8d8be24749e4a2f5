"""Distractor analysis and key checks."""

import numpy as np
import pytest

from psychometrics.arrays import FloatArray
from psychometrics.choices import BLANK, ChoiceMatrix
from psychometrics.classical import check_keys, distractors
from psychometrics.errors import DataError

OPTIONS = ("A", "B", "C", "D")


def answers(
    n: int = 400, m: int = 12, *, seed: int = 1
) -> tuple[list[list[str | None]], FloatArray]:
    """Abler persons choose A more often; B, C and D draw the others, and a few leave blanks."""
    generator = np.random.Generator(np.random.PCG64(seed))
    theta = generator.normal(size=n)
    right = generator.random((n, m)) < 1 / (1 + np.exp(-1.5 * theta))[:, np.newaxis]
    other = generator.choice(np.array(["B", "C", "D", ""]), size=(n, m), p=[0.5, 0.35, 0.1, 0.05])
    table = np.where(right, "A", other).tolist()
    return [[choice or None for choice in row] for row in table], theta


def matrix(table: list[list[str | None]], *, key: str = "A", first: str = "A") -> ChoiceMatrix:
    m = len(table[0])
    return ChoiceMatrix.from_choices(table, options=[OPTIONS] * m, key=[first] + [key] * (m - 1))


def test_the_table_is_its_definitions() -> None:
    choices = matrix(answers()[0])
    table = distractors(choices)
    scores = choices.responses.dense_scores()
    rest = scores.sum(axis=1) - scores[:, 3]
    chosen = choices.chosen.reshape(scores.shape)[:, 3]
    rows = np.flatnonzero(table.item == 3)
    assert [table.name[row] for row in rows] == ["A", "B", "C", "D", ""]
    for row in rows:
        took = chosen == table.option[row]
        assert table.count[row] == took.sum()
        assert table.share[row] == pytest.approx(took.mean())
        assert table.mean_ability[row] == pytest.approx(rest[took].mean())
        error = rest[took].std(ddof=1) / np.sqrt(took.sum())
        assert table.mean_error[row] == pytest.approx(error)
        assert table.point_biserial[row] == pytest.approx(np.corrcoef(took, rest)[0, 1])
    assert table.matched_on == "rest score"
    assert table.is_key.sum() == 12
    assert table.option[rows[-1]] == BLANK


def test_traces_are_shares_of_ability_groups_and_add_up_to_one() -> None:
    table_of_answers, theta = answers()
    table = distractors(matrix(table_of_answers), theta, groups=4)
    for item in range(12):
        np.testing.assert_allclose(table.trace[table.item == item].sum(axis=0), 1.0)
    np.testing.assert_array_equal(table.group_persons, 100.0)
    assert (np.diff(table.group_ability, axis=1) > 0).all()
    key = table.trace[table.is_key].mean(axis=0)
    assert (np.diff(key) > 0).all()
    lowest = np.sort(theta)[:100].mean()
    assert table.group_ability[5, 0] == pytest.approx(lowest)


def test_the_error_of_a_difference_agrees_with_the_bootstrap() -> None:
    table_of_answers, theta = answers(300, 1, seed=4)
    table = distractors(matrix(table_of_answers), theta)
    generator = np.random.Generator(np.random.PCG64(2))
    choice = np.array([row[0] or "" for row in table_of_answers])
    drawn = []
    for _ in range(1000):
        index = generator.integers(0, 300, 300)
        ability, taken = theta[index], choice[index]
        drawn.append(
            np.corrcoef(taken == "B", ability)[0, 1] - np.corrcoef(taken == "A", ability)[0, 1]
        )
    assert table.difference[1] == pytest.approx(np.mean(drawn), abs=0.02)
    assert table.difference_error[1] == pytest.approx(np.std(drawn), rel=0.1)
    assert table.difference[0] == table.difference_error[0] == 0.0


def test_weights_count_persons() -> None:
    table_of_answers, theta = answers(60, 4)
    once = matrix(table_of_answers)
    weights = np.arange(60) % 3
    responses = type(once.responses).from_scores(once.responses.dense_scores(), weights=weights)
    heavy = ChoiceMatrix(responses, once.chosen, once.options, once.key)
    rows = np.repeat(np.arange(60), weights)
    many = matrix([table_of_answers[i] for i in rows])
    weighted, expanded = distractors(heavy, theta), distractors(many, theta[rows])
    for name in ("count", "share", "mean_ability", "mean_error", "point_biserial", "trace"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(expanded, name), atol=1e-12)
    np.testing.assert_allclose(weighted.difference_error, expanded.difference_error, atol=1e-12)


def test_a_sound_key_is_not_flagged_and_a_wrong_one_is() -> None:
    table_of_answers, theta = answers()
    assert check_keys(distractors(matrix(table_of_answers))) == ()
    wrong = matrix(table_of_answers, first="B")
    for table in (distractors(wrong), distractors(wrong, theta)):
        flags = [flag for flag in check_keys(table) if flag.item == "0"]
        faults = {(flag.option, flag.fault) for flag in flags}
        assert ("A", "distractor beats key") in faults
        assert ("B", "negative key") in faults
        assert {flag.item for flag in check_keys(table)} == {"0"}


def test_a_key_that_nobody_chose_is_flagged() -> None:
    table = [["C" if choice == "A" else choice for choice in row] for row in answers()[0]]
    flags = [flag for flag in check_keys(distractors(matrix(table))) if flag.item == "0"]
    assert [(flag.fault, flag.reason) for flag in flags if flag.option == "A"] == [
        ("negative key", "nobody chose the key")
    ]


def test_a_distractor_nobody_chooses_is_named() -> None:
    table = [["C" if choice == "D" else choice for choice in row] for row in answers()[0]]
    flags = check_keys(distractors(matrix(table)))
    assert {flag.fault for flag in flags} == {"unused distractor"}
    assert [flag.option for flag in flags] == ["D"] * 12
    assert flags[0].reason == "chosen by 0 of 400"


def test_few_persons_are_no_evidence_of_anything() -> None:
    table: list[list[str | None]] = [["A", "A"], ["B", "A"], ["A", "B"], ["B", "A"], ["A", "A"]]
    assert check_keys(distractors(matrix(table))) == ()


def test_incomplete_data_ask_for_ability() -> None:
    table: list[list[str | None]] = [["A", ""], ["B", "A"], ["A", "B"]]
    with pytest.raises(DataError, match="give ability, such as the EAP"):
        distractors(matrix(table))
    given = distractors(matrix(table), [0.1, -0.4, 0.3])
    assert given.count[given.item == 1].sum() == 2
    with pytest.raises(DataError, match="one finite number a person"):
        distractors(matrix(table), [0.1, np.inf, 0.3])


def test_limits_below_zero_are_refused() -> None:
    with pytest.raises(DataError, match="at least 0"):
        check_keys(distractors(matrix(answers(20, 2)[0])), critical=-1.0)
