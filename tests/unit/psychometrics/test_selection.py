"""Posterior, perturbation, quantisation, tiers and blocks."""

import numpy as np
import pytest

import psychometrics as psy
from psychometrics import Conditions, DataError, InfeasibleBlueprint, next_block
from psychometrics.cat import estimate, perturb, posterior, posterior_information, quantise
from tests.unit.psychometrics.papers import LENGTH, make_generator, make_pool, meets_quotas

POOL = make_pool()
M = len(POOL)
STILL = np.full(M, 0.5)


def sit(size: int, seed: int, *, tier: np.typing.NDArray[np.int64] | None = None) -> list[int]:
    """Answer at random, block by block, to the end."""
    generator = make_generator(seed)
    administered: list[int] = []
    scores: list[int] = []
    while len(administered) < LENGTH:
        block = next_block(
            POOL,
            administered=administered,
            scores=scores,
            conditions=Conditions(generator.random(M), tier=tier),
            size=size,
        )
        begin = len(administered)
        assert len(block.items) == min(size, LENGTH - begin)
        assert block.shadow[:begin] == tuple(administered)
        assert block.shadow[begin : begin + size] == block.items
        assert meets_quotas(block.shadow, POOL.quotas)
        administered += block.items
        scores += generator.integers(0, 2, len(block.items)).tolist()
    return administered


def test_posterior_is_prior_times_likelihood() -> None:
    p = psy.probability(POOL.prior.nodes, POOL.items)
    expected = POOL.prior.weights * p[:, 3] * (1 - p[:, 7])
    np.testing.assert_allclose(posterior(POOL, [3, 7], [1, 0]), expected / expected.sum())


def test_estimate_agrees_with_eap_and_is_rounded() -> None:
    found = estimate(POOL, posterior(POOL, [3, 7, 9], [1, 0, 1]))
    codes = np.full((1, M), psy.Code.NOT_PRESENTED)
    codes[0, [3, 7, 9]] = [1, 0, 1]
    ability = psy.estimate_ability(codes, POOL.items, method="eap", prior=POOL.prior)
    assert found.theta == round(ability.theta[0], 6)
    assert found.sem == round(ability.sem[0], 6)


def test_posterior_information_is_the_expected_information() -> None:
    weights = posterior(POOL, [3], [1])
    expected = sum(
        weight * psy.information(node, POOL.items)
        for weight, node in zip(weights, POOL.prior.nodes, strict=True)
    )
    np.testing.assert_allclose(posterior_information(POOL, weights), expected, rtol=1e-12)


def test_perturb_without_share_or_with_middling_noise_changes_nothing() -> None:
    values = np.array([1.0, 2.0, 0.0])
    assert perturb(values, [0.0, 0.3, 0.99], share=0.0).tolist() == values.tolist()
    assert perturb(values, [0.5, 0.5, 0.5], share=1.0).tolist() == values.tolist()


def test_perturb_keeps_values_finite_and_rises_with_the_noise() -> None:
    found = perturb(np.ones(4), [0.0, 0.2, 0.8, np.nextafter(1, 0)], share=1.0)
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize(("noise", "share"), [([1.0], 0.5), ([-0.1], 0.5), ([0.5], 1.1)])
def test_perturb_refuses_noise_or_share_out_of_range(noise: list[float], share: float) -> None:
    with pytest.raises(DataError):
        perturb([1.0], noise, share=share)


def test_quantise_ignores_scale_and_the_last_bits() -> None:
    values = make_generator(2).random(50)
    grid = quantise(values)
    assert grid.max() == 1e9
    assert (grid == np.rint(grid)).all()
    np.testing.assert_array_equal(quantise(grid), grid)
    np.testing.assert_array_equal(quantise(values * 4.0), grid)
    np.testing.assert_array_equal(quantise(values * (1 + 1e-15)), grid)


def test_quantise_makes_a_tie_of_what_differs_by_rounding() -> None:
    low, high = quantise([0.1 + 0.2, 0.3, 1.0])[:2]
    assert low == high
    assert quantise([0.0, 0.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("size", [1, 5, 15, 45])
@pytest.mark.parametrize("seed", [0, 1])
def test_blocks_of_any_size_end_in_a_paper_that_meets_the_quotas(size: int, seed: int) -> None:
    assert meets_quotas(sit(size, seed), POOL.quotas)


def test_the_same_noise_gives_the_same_paper_and_other_noise_another() -> None:
    assert sit(5, 4) == sit(5, 4)
    assert sit(5, 4) != sit(5, 5)


def test_a_block_draws_on_as_many_criteria_as_it_has_items() -> None:
    paper = sit(5, 6)
    first = POOL.quotas.leaf[paper[:5]].tolist()
    assert len(set(first)) == 5
    assert len(set(POOL.quotas.leaf[paper[:10]].tolist())) == 8


def test_a_complete_paper_has_no_next_block() -> None:
    paper = sit(15, 1)
    block = next_block(
        POOL, administered=paper, scores=[1] * 45, conditions=Conditions(STILL), size=5
    )
    assert block.items == ()
    assert block.shadow == tuple(paper)


def test_seen_items_stay_out_while_fresh_ones_suffice() -> None:
    tier = np.zeros(M, np.int64)
    tier[::2] = 1
    assert (tier[sit(5, 3, tier=tier)] == 0).all()


def test_seen_items_enter_only_as_far_as_the_quotas_need_them() -> None:
    tier = np.zeros(M, np.int64)
    tier[2:16] = 1  # Criterion 0 has two fresh items, and its minimum is five.
    tier[4:16] = 2
    paper = sit(5, 3, tier=tier)
    assert sorted(tier[paper]) == [0] * 42 + [1, 1, 2]


def test_a_pool_without_enough_available_items_is_refused() -> None:
    available = POOL.quotas.leaf != 2
    with pytest.raises(InfeasibleBlueprint):
        next_block(
            POOL,
            administered=[],
            scores=[],
            conditions=Conditions(STILL, available=available),
            size=5,
        )


def test_items_not_available_are_not_selected() -> None:
    available = np.arange(M) % 4 != 0
    block = next_block(
        POOL, administered=[], scores=[], conditions=Conditions(STILL, available=available), size=45
    )
    assert available[list(block.items)].all()


@pytest.mark.parametrize(
    ("administered", "scores", "size"),
    [
        ([0], [], 5),
        ([0], [2], 5),
        ([-1], [1], 5),
        ([500], [1], 5),
        ([0, 0], [1, 1], 5),
        ([], [], 0),
    ],
)
def test_input_that_makes_no_sense_is_refused(
    administered: list[int], scores: list[int], size: int
) -> None:
    with pytest.raises(DataError):
        next_block(
            POOL, administered=administered, scores=scores, conditions=Conditions(STILL), size=size
        )


@pytest.mark.parametrize("tier", [[0], [-1] * M])
def test_tiers_of_the_wrong_shape_or_sign_are_refused(tier: list[int]) -> None:
    with pytest.raises(DataError):
        next_block(
            POOL, administered=[], scores=[], conditions=Conditions(STILL, tier=tier), size=5
        )


def test_no_item_goes_to_more_than_four_in_five_candidates() -> None:
    generator = make_generator(8)
    exposure = np.zeros(M)
    openings = set()
    for theta in generator.normal(0.5, 1.0, 500):
        right = (generator.random(M) < psy.probability(theta, POOL.items)).astype(int)
        paper: tuple[int, ...] = ()
        while len(paper) < LENGTH:
            scores = right[list(paper)].tolist()
            block = next_block(
                POOL,
                administered=paper,
                scores=scores,
                conditions=Conditions(generator.random(M)),
                size=5,
            )
            paper += block.items
        openings.add(paper[:5])
        exposure[list(paper)] += 1 / 500
    assert exposure.max() < 0.80
    assert len(openings) == 500
