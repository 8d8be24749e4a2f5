"""EAP and WLE against brute force, on ordinary and extreme patterns."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

import psychometrics as psy
from psychometrics import Code, DataError, ItemParameters, estimate_ability, normal_quadrature

N, R, W = Code.NOT_PRESENTED, Code.RIGHT, Code.WRONG
Codes = npt.NDArray[np.int8]


def make_items(m: int, *, seed: int = 0, c: float = 0.0) -> ItemParameters:
    generator = np.random.Generator(np.random.PCG64(seed))
    return ItemParameters(generator.lognormal(0, 0.3, m), generator.normal(0, 1, m), np.full(m, c))


def random_codes(n: int, m: int, *, seed: int = 1) -> Codes:
    generator = np.random.Generator(np.random.PCG64(seed))
    codes = generator.choice([0, 1, 1, 4], (n, m)).astype(np.int8)
    codes[:, 0] = 1
    return codes


def log_likelihood(theta: float, codes: Codes, items: ItemParameters) -> float:
    p = psy.probability(theta, items)
    return float(np.log(p[codes == R]).sum() + np.log1p(-p[codes == W]).sum())


def brute_wle(codes: Codes, items: ItemParameters) -> float:
    shown = items.take(codes != N)

    def loss(theta: float) -> float:
        weight = 0.5 * np.log(psy.test_information(theta, shown))
        return -(log_likelihood(theta, codes, items) + float(weight))

    grid = np.linspace(-8, 8, 3201)
    best = grid[int(np.argmin([loss(theta) for theta in grid]))]
    found = minimize_scalar(
        loss, bounds=(best - 0.01, best + 0.01), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_wle_is_where_the_weighted_likelihood_is_highest(c: float) -> None:
    items, codes = make_items(12, c=c), random_codes(12, 12)
    expected = [brute_wle(row, items) for row in codes]
    found = estimate_ability(codes, items, method="wle").theta
    # The brute-force optimum of a flat top is good to about the root of machine precision.
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_wle_takes_the_higher_of_two_modes() -> None:
    items = ItemParameters([3.0, 3.0, 1.0], [-3.0, 3.0, 0.0], [0.0, 0.0, 0.0])
    for pattern in ([W, R, W], [R, W, R], [W, R, R]):
        codes = np.array([pattern])
        found = estimate_ability(codes, items, method="wle").theta[0]
        assert found == pytest.approx(brute_wle(codes[0], items), abs=1e-5)


def test_wle_of_one_rasch_item_is_log_3_from_its_difficulty() -> None:
    """Weighted score x - P + (1 - 2P) / 2 = 0 gives P = 3/4 for a right answer."""
    items = ItemParameters([1.0], [0.7], [0.0])
    found = estimate_ability(np.array([[R], [W]]), items, method="wle").theta
    np.testing.assert_allclose(found, [0.7 + np.log(3), 0.7 - np.log(3)], atol=1e-10)


def test_wle_of_extreme_patterns_is_finite_and_symmetric() -> None:
    items = ItemParameters(np.ones(45), np.linspace(-2, 2, 45), np.zeros(45))
    ability = estimate_ability(np.array([[R] * 45, [W] * 45]), items, method="wle")
    # With k equal items the estimate lies near the logit of (k + 1/2) / (1/2).
    assert 4 < ability.theta[0] < 7
    assert ability.theta[0] == pytest.approx(-ability.theta[1], abs=1e-9)
    information = psy.test_information(ability.theta, items)
    np.testing.assert_allclose(ability.sem, 1 / np.sqrt(information), rtol=1e-12)


def test_wle_beyond_the_bounds_is_the_bound() -> None:
    items = ItemParameters(np.ones(5), np.full(5, 7.0), np.zeros(5))
    ability = estimate_ability(
        np.array([[R] * 5, [W] * 5]), items, method="wle", bounds=(-3.0, 3.0)
    )
    assert ability.theta.tolist() == [3.0, 3.0]


def test_a_person_scores_the_same_alone_and_in_company() -> None:
    items, codes = make_items(30), random_codes(40, 30)
    together = estimate_ability(codes, items, method="wle").theta
    alone = [estimate_ability(row[None], items, method="wle").theta[0] for row in codes]
    np.testing.assert_allclose(together, alone, atol=1e-11)


def test_rasch_wle_rises_with_the_number_right() -> None:
    items = ItemParameters(np.ones(20), np.linspace(-2, 2, 20), np.zeros(20))
    codes = np.tril(np.ones((21, 20), dtype=np.int8), -1)
    assert (np.diff(estimate_ability(codes, items, method="wle").theta) > 0).all()


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_eap_is_the_mean_of_the_posterior(c: float) -> None:
    items, codes = make_items(10, c=c), random_codes(5, 10)
    prior = normal_quadrature(0.3, 0.8, points=201)
    ability = estimate_ability(codes, items, method="eap", prior=prior)
    for person, row in enumerate(codes):

        def moment(k: int, row: Codes = row) -> float:
            def integrand(theta: float) -> float:
                likelihood = np.exp(log_likelihood(theta, row, items))
                return float(theta**k * likelihood * np.exp(-((theta - 0.3) ** 2) / 1.28))

            return float(quad(integrand, -4.5, 5.1, epsabs=1e-14)[0])

        total, mean = moment(0), moment(1) / moment(0)
        assert ability.theta[person] == pytest.approx(mean, abs=1e-6)
        assert ability.sem[person] == pytest.approx(np.sqrt(moment(2) / total - mean**2), abs=1e-6)


def test_eap_of_thousands_of_items_does_not_underflow() -> None:
    items = ItemParameters(np.full(5000, 2.0), np.zeros(5000), np.zeros(5000))
    codes = np.array([[R] * 5000, [W] * 5000, [R, W] * 2500])
    ability = estimate_ability(codes, items, method="eap")
    # All right: prior and 5000 log P balance where theta = 10000 Q, which is near 4.
    np.testing.assert_allclose(ability.theta, [4, -4, 0], atol=0.1)
    assert (ability.sem > 0).all()


@pytest.mark.parametrize("method", ["eap", "wle"])
def test_items_not_presented_add_nothing(method: Literal["eap", "wle"]) -> None:
    items, codes = make_items(6), np.array([[N, R, N, W, R, N]])
    whole = estimate_ability(codes, items, method=method)
    part = estimate_ability(codes[:, [1, 3, 4]], items.take([1, 3, 4]), method=method)
    np.testing.assert_allclose(whole.theta, part.theta, atol=1e-11)
    np.testing.assert_allclose(whole.sem, part.sem, atol=1e-11)


@pytest.mark.parametrize("code", [Code.OMITTED, Code.NOT_REACHED])
def test_unscored_omissions_are_refused(code: Code) -> None:
    with pytest.raises(DataError, match="person 1, item 0"):
        estimate_ability(np.array([[R, W], [code, R]]), make_items(2), method="eap")


def test_a_person_without_items_is_named() -> None:
    with pytest.raises(DataError, match="person 1 was presented no item"):
        estimate_ability(np.array([[R, W], [N, N]]), make_items(2), method="wle")


def test_shapes_and_bounds_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError):
        estimate_ability(np.array([[R, W]]), make_items(3), method="eap")
    with pytest.raises(DataError):
        estimate_ability(np.array([R, W]), make_items(2), method="eap")
    with pytest.raises(DataError):
        estimate_ability(np.array([[R, W]]), make_items(2), method="wle", bounds=(1.0, 1.0))


def test_nobody_gives_no_estimates() -> None:
    empty = np.zeros((0, 3), dtype=np.int8)
    assert estimate_ability(empty, make_items(3), method="wle").theta.shape == (0,)
    assert estimate_ability(empty, make_items(3), method="eap").theta.shape == (0,)
