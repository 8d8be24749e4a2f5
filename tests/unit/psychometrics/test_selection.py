"""Posterior, perturbation, quantisation, tiers and blocks."""

import numpy as np
import pytest

import psychometrics as psy
from psychometrics import (
    Conditions,
    Constraints,
    DataError,
    InfeasibleBlueprint,
    LinkedSets,
    Solver,
    Sums,
    next_block,
)
from psychometrics.cat import estimate, perturb, posterior, posterior_information, quantise
from tests.unit.psychometrics.papers import (
    LENGTH,
    make_generator,
    make_pool,
    meets_everything,
    meets_quotas,
)

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


STIMULI = LinkedSets(
    ((0, 17, 33), (2, 50, 51, 80), (5, 90)), [3, 3, 2], [3, 4, 2], fewest=2, most=2
)
KIND = np.arange(M) % 3
CROSSING = Constraints(
    POOL.quotas,
    rows=Sums([KIND == 0, KIND == 1, KIND == 2], [13, 12, 12], [18, 18, 18]),
    enemies=((1, 18, 34), (3, 19), (20, 36, 52, 68), (7, 8)),
    required=(9,),
    sets=STIMULI,
)


def sit_under_everything(size: int, seed: int, *, seconds: float = 1.0) -> tuple[int, ...]:
    """Answer at random, block by block, each with the paper before to fall back upon."""
    pool = psy.build_pool(POOL.items, CROSSING, POOL.prior)
    generator = make_generator(seed)
    paper: tuple[int, ...] = ()
    done = 0
    while done < LENGTH:
        block = next_block(
            pool,
            administered=paper[:done],
            scores=generator.integers(0, 2, done).tolist(),
            conditions=Conditions(generator.random(M), earlier=paper, seconds=seconds),
            size=size,
        )
        assert block.shadow[:done] == paper[:done]
        assert len(block.items) == min(size, LENGTH - done)
        assert meets_everything(block.shadow, CROSSING)
        assert block.gap == 0 or seconds == 0
        paper, done = block.shadow, done + len(block.items)
    return paper


@pytest.mark.parametrize("size", [1, 5, 15, 45])
def test_blocks_of_any_size_meet_constraints_of_every_kind_and_keep_sets_together(
    size: int,
) -> None:
    paper = sit_under_everything(size, size)
    for one in STIMULI.members:
        places = [paper.index(item) for item in one if item in paper]
        assert not places or max(places) - min(places) == len(places) - 1


def test_a_set_stays_within_a_block_that_has_room_for_it() -> None:
    paper = sit_under_everything(5, 3)
    for one in STIMULI.members:
        assert len({paper.index(item) // 5 for item in one if item in paper}) <= 1


def test_a_sitting_without_any_time_for_its_solver_meets_the_constraints_all_the_same() -> None:
    assert meets_everything(sit_under_everything(5, 1, seconds=0.0), CROSSING)


def test_without_time_the_block_says_that_a_better_paper_may_exist() -> None:
    pool = psy.build_pool(POOL.items, CROSSING, POOL.prior)
    block = next_block(
        pool, administered=[], scores=[], conditions=Conditions(STILL, seconds=0.0), size=5
    )
    assert block.solver is Solver.EARLIER
    assert 0 < block.gap < 1


def test_what_is_held_bears_on_the_next_block() -> None:
    rows = Sums([KIND == 0], [0], [15])
    pool = psy.build_pool(POOL.items, Constraints(POOL.quotas, rows=rows), POOL.prior)
    given = Conditions(STILL, held=[5.0])
    block = next_block(pool, administered=[], scores=[], conditions=given, size=5)
    assert (KIND[list(block.shadow)] == 0).sum() <= 10


def test_a_tier_far_above_another_is_the_last_resort_under_crossing_constraints() -> None:
    # Kind 0 must come ten times; it is suspended but for five items, which were seen before.
    rows = Sums([KIND == 0], [10], [45])
    pool = psy.build_pool(POOL.items, Constraints(POOL.quotas, rows=rows), POOL.prior)
    tier = np.where(KIND == 0, 1_000_000, 0)
    seen = np.flatnonzero(KIND == 0)[::8][:5]
    tier[seen] = 40
    block = next_block(
        pool, administered=[], scores=[], conditions=Conditions(STILL, tier=tier), size=5
    )
    assert set(seen) <= set(block.shadow)
    assert (tier[list(block.shadow)] == 1_000_000).sum() == 5
