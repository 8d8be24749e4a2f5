"""S-X2 and the score test of items, against enumeration and slow loops."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from psychometrics import DataError, ItemParameters, Quadrature, ResponseMatrix, normal_quadrature
from psychometrics.arrays import FloatArray
from psychometrics.calibration.result import Model
from psychometrics.fit import item_score_test, s_x2
from tests.unit.psychometrics.fitted import (
    make_items,
    make_responses,
    make_scores,
    weighted_and_expanded,
)

LATENT = normal_quadrature(points=31)


def curve(items: ItemParameters, theta: npt.ArrayLike) -> FloatArray:
    at = np.asarray(theta)[..., np.newaxis]
    return np.asarray(items.c + (1 - items.c) / (1 + np.exp(-items.a * (at - items.b))))


def enumerated_proportions(items: ItemParameters) -> FloatArray:
    """Return the expected proportion right (m, m - 1) at each sum score, pattern by pattern."""
    m = len(items)
    p = curve(items, LATENT.nodes)
    right, whole = np.zeros((m, m + 1)), np.zeros(m + 1)
    for pattern in product((0, 1), repeat=m):
        chance = LATENT.weights @ np.prod(np.where(pattern, p, 1 - p), axis=1)
        whole[sum(pattern)] += chance
        right[:, sum(pattern)] += chance * np.array(pattern)
    return (right / whole)[:, 1:m]


def test_s_x2_without_merging_is_the_sum_over_enumerated_score_groups() -> None:
    items = make_items(6)
    scores = make_scores(items, 4000, seed=2)
    found = s_x2(ResponseMatrix.from_scores(scores), items, latent=LATENT, model="2pl")
    total = scores.sum(axis=1)
    persons = np.array([(total == k).sum() for k in range(1, 6)])
    share = np.array([scores[total == k].mean(axis=0) for k in range(1, 6)]).T
    expected = enumerated_proportions(items)
    slow = (persons * (share - expected) ** 2 / (expected * (1 - expected))).sum(axis=1)
    least = (persons * np.minimum(expected, 1 - expected)).min(axis=1)
    assert (least > 1).all()
    np.testing.assert_allclose(found.statistic, slow, rtol=1e-9)
    np.testing.assert_array_equal(found.df, 3)


def test_s_x2_of_weighted_rows_is_that_of_the_persons_they_stand_for() -> None:
    items = make_items(12)
    weighted, expanded = weighted_and_expanded(make_scores(items, 300, seed=3), seed=4)
    one = s_x2(weighted, items, latent=LATENT, model="2pl")
    other = s_x2(expanded, items, latent=LATENT, model="2pl")
    for name in ("statistic", "df", "p", "rmsea"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


def test_s_x2_merges_so_that_every_cell_expects_one_person() -> None:
    items = make_items(20)
    small = s_x2(make_responses(items, 100, seed=5), items, latent=LATENT, model="2pl")
    large = s_x2(make_responses(items, 5000, seed=5), items, latent=LATENT, model="2pl")
    assert (small.df < large.df).all()
    assert large.df.max() <= 17


def test_s_x2_of_many_items_neither_underflows_nor_fails() -> None:
    items = make_items(300)
    found = s_x2(make_responses(items, 400, seed=6), items, latent=LATENT, model="2pl")
    assert np.isfinite(found.statistic).all()
    assert 0.02 < (found.p < 0.05).mean() < 0.12


def test_s_x2_with_no_degree_of_freedom_is_not_a_number() -> None:
    items = make_items(3)
    found = s_x2(make_responses(items, 100, seed=7), items, latent=LATENT, model="2pl")
    assert np.isnan(found.statistic).all()
    assert np.isnan(found.p).all()
    assert (found.df == 0).all()


def test_s_x2_refuses_incomplete_data_and_names_the_other_test() -> None:
    items = make_items(5)
    with pytest.raises(DataError, match="item_score_test"):
        s_x2(make_responses(items, 50, seed=8, share=0.5), items, latent=LATENT, model="2pl")


@pytest.mark.parametrize(
    ("guessing", "model", "says"),
    [(0.2, "2pl", "model='3pl'"), (0.0, "1pl", "model='2pl'"), (0.0, "4pl", "one of")],
)
def test_a_model_that_cannot_have_given_the_items_is_refused(
    guessing: float, model: Model, says: str
) -> None:
    items = make_items(5, guessing=guessing)
    with pytest.raises(DataError, match=says):
        item_score_test(make_responses(items, 50, seed=9), items, latent=LATENT, model=model)


def test_parameters_of_other_items_are_refused() -> None:
    responses = make_responses(make_items(5), 50, seed=9)
    with pytest.raises(DataError, match="5 items, parameters of 4"):
        s_x2(responses, make_items(4), latent=LATENT, model="2pl")


def test_a_matrix_of_nobody_is_refused() -> None:
    responses = make_responses(make_items(5), 0, seed=9)
    with pytest.raises(DataError, match="fit needs persons"):
        item_score_test(responses, make_items(5), latent=LATENT, model="2pl")


def slow_score_test(
    scores: FloatArray, items: ItemParameters, item: int, *, own: int, degree: int
) -> float:
    """Return the statistic from numerical derivatives of each person's marginal likelihood.

    The information is the mean square of a person's score over the two answers to the item,
    given the other answers.
    """
    powers = np.vander(LATENT.nodes, degree + 1, increasing=True)
    powers = powers if own < 3 else np.insert(powers, 2, 0.0, axis=1)
    size, step = powers.shape[1], 1e-5
    p = curve(items, LATENT.nodes)

    def moved(by: FloatArray) -> FloatArray:
        logit = items.a[item] * (LATENT.nodes - items.b[item]) + powers @ by
        c = items.c[item] + (by[2] if own == 3 else 0.0)
        return np.asarray(c + (1 - c) / (1 + np.exp(-logit)))

    total, information = np.zeros(size), np.zeros((size, size))
    for row in scores[~np.isnan(scores[:, item])]:
        shown = ~np.isnan(row)
        shown[item] = False
        rest = LATENT.weights * np.prod(np.where(row == 1, p, 1 - p)[:, shown], axis=1)
        rest /= rest.sum()
        for answer in (0, 1):
            gradient = np.zeros(size)
            for k in range(size):
                up = rest @ moved(step * np.eye(size)[k])
                down = rest @ moved(-step * np.eye(size)[k])
                ends = (up, down) if answer else (1 - up, 1 - down)
                gradient[k] = (np.log(ends[0]) - np.log(ends[1])) / (2 * step)
            chance = rest @ p[:, item] if answer else 1 - rest @ p[:, item]
            information += chance * np.outer(gradient, gradient)
            total += gradient * (row[item] == answer)
    regression = np.linalg.solve(information[:own, :own], information[:own, own:])
    efficient = total[own:] - regression.T @ total[:own]
    variance = information[own:, own:] - regression.T @ information[:own, own:]
    return float(efficient @ np.linalg.solve(variance, efficient))


@pytest.mark.parametrize(
    ("model", "own", "degree", "guessing"),
    [("1pl", 1, 2, 0.0), ("2pl", 2, 3, 0.0), ("2pl", 2, 2, 0.0), ("3pl", 3, 3, 0.2)],
)
def test_score_test_is_that_of_numerical_derivatives(
    model: Model, own: int, degree: int, guessing: float
) -> None:
    items = make_items(8, guessing=guessing)
    if model == "1pl":
        items = ItemParameters([1.2] * 8, items.b, items.c)
    scores = make_scores(items, 60, seed=10, share=0.7)
    matrix = ResponseMatrix.from_scores(scores)
    found = item_score_test(matrix, items, latent=LATENT, model=model, degree=degree)
    for item in (0, 5):
        slow = slow_score_test(scores, items, item, own=own, degree=degree)
        assert found.statistic[item] == pytest.approx(slow, rel=1e-4)
    assert (found.df == degree + 1 - min(own, 2)).all()


def test_score_test_of_weighted_rows_is_that_of_the_persons_they_stand_for() -> None:
    items = make_items(12)
    scores = make_scores(items, 300, seed=11, share=0.6)
    weighted, expanded = weighted_and_expanded(scores, seed=12)
    one = item_score_test(weighted, items, latent=LATENT, model="2pl")
    other = item_score_test(expanded, items, latent=LATENT, model="2pl")
    for name in ("statistic", "df", "p", "departure", "persons"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


def test_score_test_does_not_mind_the_order_of_persons_and_items() -> None:
    items = make_items(10)
    responses = make_responses(items, 200, seed=13, share=0.6)
    shuffled = responses.take_persons(np.arange(200)[::-1]).take_items(np.arange(10)[::-1])
    backwards = items.take(np.arange(10)[::-1])
    one = item_score_test(responses, items, latent=LATENT, model="2pl")
    other = item_score_test(shuffled, backwards, latent=LATENT, model="2pl")
    np.testing.assert_allclose(one.statistic, other.statistic[::-1], rtol=1e-9)


def test_score_test_does_not_mind_the_origin_and_unit_of_theta() -> None:
    items = make_items(10)
    responses = make_responses(items, 400, seed=14)
    moved = ItemParameters(items.a / 2, items.b * 2 + 3, items.c)
    latent = Quadrature(LATENT.nodes * 2 + 3, LATENT.weights)
    one = item_score_test(responses, items, latent=LATENT, model="2pl")
    other = item_score_test(responses, moved, latent=latent, model="2pl")
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-8)
    np.testing.assert_allclose(one.departure, other.departure, rtol=1e-8)


def test_an_item_that_nobody_answered_has_no_test() -> None:
    items = make_items(4)
    scores = make_scores(items, 50, seed=15)
    scores[:, 2] = np.nan
    matrix = ResponseMatrix.from_scores(scores)
    found = item_score_test(matrix, items, latent=LATENT, model="2pl")
    assert np.isnan(found.statistic[2])
    assert np.isnan(found.p[2])
    assert np.isnan(found.departure[2])
    assert found.df[2] == 0
    assert found.persons.tolist() == [50, 50, 0, 50]


def test_a_guessed_hard_item_stands_out_by_its_test_and_by_its_departure() -> None:
    fitted = make_items(20)
    hard = int(np.argmax(fitted.b))
    true = ItemParameters(fitted.a, fitted.b, np.eye(20)[hard] * 0.25)
    responses = make_responses(true, 3000, seed=16)
    found = item_score_test(responses, fitted, latent=LATENT, model="2pl")
    assert np.argmax(found.statistic) == hard
    assert np.argmax(found.departure) == hard
    assert found.p[hard] < 1e-4


@pytest.mark.parametrize(("model", "degree"), [("2pl", 1), ("2pl", 7), ("3pl", 1)])
def test_a_degree_out_of_its_range_is_refused(model: Model, degree: int) -> None:
    items = make_items(5)
    responses = make_responses(items, 50, seed=9)
    with pytest.raises(DataError, match="degree must be from 2 to 6"):
        item_score_test(responses, items, latent=LATENT, model=model, degree=degree)
