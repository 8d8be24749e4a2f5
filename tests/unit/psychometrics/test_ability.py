"""EAP, MAP, ML and WLE against brute force, on ordinary and extreme patterns."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

import psychometrics as psy
from psychometrics import (
    Ability,
    Code,
    DataError,
    ItemParameters,
    Quadrature,
    ResponseMatrix,
    estimate_ability,
    normal_quadrature,
)

Method = Literal["eap", "map", "ml", "wle"]
METHODS: tuple[Method, ...] = ("eap", "map", "ml", "wle")
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


def brute(
    codes: Codes,
    items: ItemParameters,
    *,
    weighted: bool = False,
    precision: float = 0.0,
) -> float:
    shown = items.take(codes != N)

    def loss(theta: npt.ArrayLike) -> npt.NDArray[np.float64]:
        log_p, log_q = psy.log_probability(theta, shown)
        likelihood = np.where(codes[codes != N] == R, log_p, log_q).sum(axis=-1)
        weight = 0.5 * np.log(psy.test_information(theta, shown)) if weighted else 0.0
        return np.asarray(0.5 * precision * np.square(theta) - likelihood - weight)

    grid = np.linspace(-8, 8, 3201)
    best = grid[int(np.argmin(loss(grid)))]
    found = minimize_scalar(
        lambda theta: float(loss(theta)),
        bounds=(best - 0.01, best + 0.01),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


def brute_wle(codes: Codes, items: ItemParameters) -> float:
    return brute(codes, items, weighted=True)


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


@pytest.mark.parametrize("method", METHODS)
def test_items_not_presented_add_nothing(method: Method) -> None:
    items, codes = make_items(6), np.array([[N, R, N, W, R, N]])
    whole = estimate_ability(codes, items, method=method)
    part = estimate_ability(codes[:, [1, 3, 4]], items.take([1, 3, 4]), method=method)
    # The nodes of EAP follow from the items given, so that it alone may differ.
    tolerance = 1e-6 if method == "eap" else 1e-11
    np.testing.assert_allclose(whole.theta, part.theta, atol=tolerance)
    np.testing.assert_allclose(whole.sem, part.sem, atol=tolerance)


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
    for method in METHODS:
        assert estimate_ability(empty, make_items(3), method=method).theta.shape == (0,)


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_map_is_where_the_posterior_is_highest(c: float) -> None:
    items, codes = make_items(12, c=c), random_codes(12, 12)
    expected = [brute(row, items, precision=0.25) for row in codes]
    found = estimate_ability(codes, items, method="map", prior=(0.0, 2.0))
    np.testing.assert_allclose(found.theta, expected, atol=2e-6)
    assert not found.at_bound.any()


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_ml_is_where_the_likelihood_is_highest(c: float) -> None:
    items, codes = make_items(12, c=c), random_codes(40, 12, seed=3)
    found = estimate_ability(codes, items, method="ml")
    ordinary = found.finite & (np.abs(found.theta) < 7)
    assert ordinary.sum() > 25
    expected = [brute(row, items) for row in codes[ordinary]]
    np.testing.assert_allclose(found.theta[ordinary], expected, atol=3e-6)


def second_derivative(theta: float, codes: Codes, items: ItemParameters) -> float:
    h = 1e-4
    ahead, here, behind = (log_likelihood(theta + k * h, codes, items) for k in (1, 0, -1))
    return (ahead - 2 * here + behind) / h**2


@pytest.mark.parametrize("c", [0.0, 0.2])
@pytest.mark.parametrize(("method", "precision"), [("ml", 0.0), ("map", 1 / 2.25)])
def test_sem_of_a_mode_is_of_the_observed_information(
    method: Method, precision: float, c: float
) -> None:
    items, codes = make_items(25, c=c), random_codes(10, 25)
    ability = estimate_ability(codes, items, method=method, prior=(0.0, 1.5))
    for row, theta, sem in zip(codes, ability.theta, ability.sem, strict=True):
        curvature = precision - second_derivative(float(theta), row, items)
        assert sem == pytest.approx(curvature**-0.5, rel=1e-5)


def test_ml_of_all_right_and_all_wrong_is_infinite_and_says_so() -> None:
    codes = np.array([[R, R, N], [W, N, W], [R, W, R]])
    ability = estimate_ability(codes, make_items(3), method="ml")
    assert ability.theta[:2].tolist() == [np.inf, -np.inf]
    assert ability.sem[:2].tolist() == [np.inf, np.inf]
    assert ability.finite.tolist() == [False, False, True]
    assert not ability.at_bound.any()


def test_ml_within_bounds_marks_who_is_at_one() -> None:
    codes = np.array([[R] * 3, [W] * 3, [R, W, R], [R, W, W]])
    items = ItemParameters(np.ones(3), np.zeros(3), np.zeros(3))
    ability = estimate_ability(codes, items, method="ml", bounds=(-0.5, 3.0))
    np.testing.assert_allclose(ability.theta, [3.0, -0.5, np.log(2), -0.5], atol=1e-12)
    assert ability.at_bound.tolist() == [True, True, False, True]
    information = psy.test_information(ability.theta, items)
    np.testing.assert_allclose(ability.sem, information**-0.5, rtol=1e-12)


def test_ml_far_beyond_every_item_is_found() -> None:
    items = ItemParameters([0.05, 2.0, 2.0], [0.0, 0.0, 0.0], np.zeros(3))
    ability = estimate_ability(np.array([[W, R, R]]), items, method="ml")
    theta = float(ability.theta[0])
    score = items.a @ (np.array([0, 1, 1]) - psy.probability(theta, items))
    assert 2 < theta < 40
    assert score == pytest.approx(0, abs=1e-12)


def test_ml_of_guessers_is_minus_infinity() -> None:
    """With c > 0 a hard item right and easy ones wrong is best explained by guessing."""
    items = ItemParameters([1.5, 1.5, 1.5], [-2.0, -1.5, 2.0], np.full(3, 0.25))
    codes = np.array([[W, W, R], [R, R, W], [R, R, R]])
    ability = estimate_ability(codes, items, method="ml")
    assert ability.theta[[0, 2]].tolist() == [-np.inf, np.inf]
    assert np.isfinite(ability.theta[1])
    # A likelihood lower than the limit everywhere confirms it.
    limit = np.log(0.25) + 2 * np.log(0.75)
    assert max(log_likelihood(t, codes[0], items) for t in np.linspace(-9, 9, 99)) < limit


def test_the_highest_of_several_modes_of_a_guessing_model_is_found() -> None:
    items = ItemParameters([2.5, 2.5, 2.5, 2.5], [-2.0, -1.8, 1.9, 2.0], np.full(4, 0.2))
    codes = np.array([[W, R, R, R], [R, W, R, R], [W, W, R, R], [W, R, R, W]])
    grid = np.linspace(-6, 6, 4001)
    log_p, log_q = psy.log_probability(grid, items)
    height = np.where(codes[:, None] == R, log_p, log_q).sum(axis=2)
    height += 0.5 * np.log(psy.test_information(grid, items))
    rising = np.diff(height, axis=1) > 0
    assert ((rising[:, :-1] & ~rising[:, 1:]).sum(axis=1) > 1).any(), "no pattern has two modes"
    found = estimate_ability(codes, items, method="wle", bounds=(-6.0, 6.0))
    np.testing.assert_allclose(found.theta, grid[np.argmax(height, axis=1)], atol=3e-3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("c", [0.0, 0.2])
def test_a_matrix_and_its_codes_give_the_same(method: Method, c: float) -> None:
    codes = random_codes(50, 20)
    codes[7, 3:] = N
    matrix = ResponseMatrix.from_codes(codes)
    ours = estimate_ability(matrix, make_items(20, c=c), method=method)
    theirs = estimate_ability(codes, make_items(20, c=c), method=method)
    assert ours.theta.tolist() == theirs.theta.tolist()
    assert ours.sem.tolist() == theirs.sem.tolist()


@pytest.mark.parametrize("method", METHODS)
def test_weights_and_the_order_of_persons_change_nobody(method: Method) -> None:
    matrix = ResponseMatrix.from_codes(random_codes(60, 15))
    heavy = ResponseMatrix.from_scores(matrix.dense_scores(), weights=np.arange(60) + 1.0)
    order = np.argsort(np.sin(np.arange(60)))
    whole = estimate_ability(matrix, make_items(15), method=method)
    assert estimate_ability(heavy, make_items(15), method=method).theta.tolist() == (
        whole.theta.tolist()
    )
    turned = estimate_ability(matrix.take_persons(order), make_items(15), method=method)
    np.testing.assert_allclose(turned.theta, whole.theta[order], atol=1e-11)


@pytest.mark.parametrize("m", [5, 60, 300])
@pytest.mark.parametrize("prior", [(0.0, 1.0), (0.4, 3.0), (0.0, 0.3)])
def test_eap_takes_as_many_nodes_as_the_information_needs(
    m: int, prior: tuple[float, float]
) -> None:
    generator = np.random.Generator(np.random.PCG64(m))
    items = ItemParameters(generator.uniform(2, 3, m), generator.normal(0, 1, m), np.zeros(m))
    theta = np.linspace(-2, 2, 9)[:, None]
    codes = (generator.random((9, m)) < psy.probability(theta[:, 0], items)).astype(np.int8)
    codes[0], codes[8] = W, R
    found = estimate_ability(codes, items, method="eap", prior=prior)
    nodes = np.linspace(-20, 20, 8001)
    density = np.exp(-0.5 * ((nodes - prior[0]) / prior[1]) ** 2)
    dense = Quadrature(nodes, density / density.sum())
    exact = estimate_ability(codes, items, method="eap", prior=dense)
    np.testing.assert_allclose(found.theta, exact.theta, atol=1e-6)
    np.testing.assert_allclose(found.sem, exact.sem, atol=1e-6)


def test_without_responses_the_prior_is_all_there_is() -> None:
    codes = np.array([[N, N, N], [R, W, R]])
    for method in ("eap", "map"):
        ability = estimate_ability(codes, make_items(3), method=method, prior=(0.5, 2.0))
        assert ability.theta[0] == pytest.approx(0.5, abs=1e-9)
        assert ability.sem[0] == pytest.approx(2.0, abs=1e-6)


def test_map_takes_the_moments_of_a_quadrature() -> None:
    codes, items = random_codes(5, 10), make_items(10)
    grid = estimate_ability(codes, items, method="map", prior=normal_quadrature(0.3, 0.8, width=8))
    plain = estimate_ability(codes, items, method="map", prior=(0.3, 0.8))
    np.testing.assert_allclose(grid.theta, plain.theta, atol=1e-9)


def test_the_label_of_a_person_without_responses_is_named() -> None:
    matrix = ResponseMatrix.from_codes([[R, W], [N, N]], persons=["ann", "bo"])
    for method in ("ml", "wle"):
        with pytest.raises(DataError, match="person bo was presented no item"):
            estimate_ability(matrix, make_items(2), method=method)


@pytest.mark.parametrize("prior", [(0.0, 0.0), (np.nan, 1.0), (0.0, np.inf)])
def test_a_prior_that_is_no_distribution_is_refused(prior: tuple[float, float]) -> None:
    for method in ("eap", "map"):
        with pytest.raises(DataError, match="prior"):
            estimate_ability(np.array([[R, W]]), make_items(2), method=method, prior=prior)


def test_abilities_are_numbers_or_infinite() -> None:
    with pytest.raises(DataError):
        Ability([0.0, 1.0], [1.0])
    with pytest.raises(DataError):
        Ability([np.nan], [1.0])
    ability = Ability([np.inf, 0.0], [np.inf, 1.0])
    assert ability.finite.tolist() == [False, True]
    with pytest.raises(ValueError, match="read-only"):
        ability.theta[0] = 0.0


@pytest.mark.parametrize("c", [0.0, 0.2])
def test_papers_of_many_lengths_in_one_matrix(c: float) -> None:
    """Blocks are packed by length; every person gets what they get alone."""
    items, codes = make_items(40, c=c), random_codes(30, 40, seed=9)
    for person in range(30):
        codes[person, 1 + person :] = N
    for method in ("map", "wle"):
        together = estimate_ability(codes, items, method=method).theta
        alone = [estimate_ability(row[None], items, method=method).theta[0] for row in codes]
        np.testing.assert_allclose(together, alone, atol=1e-11)
