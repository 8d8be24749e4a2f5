"""Item eligibility: counts, probabilities, draws, and the statistics of exposure."""

from itertools import combinations

import numpy as np
import pytest

from psychometrics import (
    DataError,
    ExposureCounts,
    Holding,
    ability_bounds,
    ability_group,
    draw_ineligible,
    eligibility,
    exposure_rates,
    mean_overlap,
    merge,
    no_counts,
    record,
)
from tests.unit.psychometrics.papers import make_generator

M = 6
NONE = np.zeros(M, np.bool_)


def barred(*items: int) -> np.ndarray:
    mask = NONE.copy()
    mask[list(items)] = True
    return mask


def test_a_person_counts_once_in_the_group_of_the_newest_block() -> None:
    first = Holding(0, (1, 2), barred(3, 4))
    second = Holding(1, (1, 5), barred(4))
    counts = record(no_counts(2, M), first)
    assert counts.held.tolist() == [[0, 1, 1, 0, 0, 0], [0] * M]
    assert counts.eligible.tolist() == [[1, 1, 1, 0, 0, 1], [0] * M]
    counts = record(counts, second, old=first)
    assert counts.held.tolist() == [[0] * M, [0, 1, 0, 0, 0, 1]]
    assert counts.eligible.tolist() == [[0] * M, [1, 1, 1, 1, 0, 1]]


def test_what_a_paper_holds_counts_as_eligible_whatever_was_drawn() -> None:
    counts = record(no_counts(1, M), Holding(0, (3,), barred(3, 4)))
    assert counts.eligible[0].tolist() == [1, 1, 1, 1, 0, 1]


def test_recording_leaves_the_counts_that_were_given_as_they_are() -> None:
    before = no_counts(1, M)
    record(before, Holding(0, (3,), NONE))
    assert before.held.sum() == before.eligible.sum() == 0


def test_counts_do_not_depend_on_the_order_in_which_persons_are_recorded() -> None:
    generator = make_generator(3)
    holdings = [
        Holding(
            int(generator.integers(2)),
            tuple(generator.choice(M, 3, replace=False).tolist()),
            generator.random(M) < 0.3,
        )
        for _ in range(20)
    ]
    forth = back = no_counts(2, M)
    for holding in holdings:
        forth = record(forth, holding)
    for holding in reversed(holdings):
        back = record(back, holding)
    np.testing.assert_array_equal(forth.held, back.held)
    np.testing.assert_array_equal(forth.eligible, back.eligible)


def test_merging_cohorts_equals_recording_one_after_the_other() -> None:
    start = record(no_counts(1, M), Holding(0, (0, 1), NONE))
    one, two = Holding(0, (1, 2), barred(0)), Holding(0, (2, 3), barred(5))
    merged = merge(start, [record(start, one), record(start, two)])
    after = record(record(start, one), two)
    np.testing.assert_array_equal(merged.held, after.held)
    np.testing.assert_array_equal(merged.eligible, after.eligible)


def test_eligibility_is_target_times_eligible_over_held() -> None:
    counts = ExposureCounts([[100, 80, 50, 100, 0, 0]], [[50, 20, 25, 10, 0, 0]])
    assert eligibility(counts, 0.25).tolist() == [0.5, 1, 0.5, 1, 1, 1]


def test_conditional_eligibility_looks_at_its_own_group() -> None:
    counts = ExposureCounts([[100, 100], [100, 100]], [[50, 0], [10, 40]])
    assert eligibility(counts, 0.2, group=0).tolist() == [0.4, 1]
    assert eligibility(counts, 0.2, group=1).tolist() == [1, 0.5]
    np.testing.assert_allclose(eligibility(counts, 0.2), [2 / 3, 1])


def test_an_item_over_its_target_is_restored_and_one_on_it_is_left_alone() -> None:
    counts = ExposureCounts([[1000, 1000, 1000]], [[250, 260, 300]])
    plain, restored = eligibility(counts, 0.25), eligibility(counts, 0.25, persons=1000)
    np.testing.assert_allclose(restored / plain, [1, 1 - 10 / 25, 0])


@pytest.mark.parametrize(("persons", "worst"), [(False, 0.28), (True, 0.257)])
def test_eligibility_holds_an_item_that_everyone_wants_to_its_target(
    persons: bool,  # noqa: FBT001 - pytest hands it over
    worst: float,
) -> None:
    """Ten runs of 2,000 persons: the restoring factor keeps the worst within .007 of .25."""
    found = []
    for seed in range(10):
        generator, counts = make_generator(seed), no_counts(1, 1)
        for number in range(2000):
            of = float(number) if persons else None
            chance = eligibility(counts, 0.25, persons=of)
            out = draw_ineligible(chance, generator.random(1))
            counts = record(counts, Holding(0, () if out[0] else (0,), out))
        found.append(counts.held[0, 0] / 2000)
    assert max(found) < worst
    assert np.mean(found) == pytest.approx(0.25, abs=0.005)


def test_an_item_is_ineligible_when_its_deviate_is_not_below_its_probability() -> None:
    chance = np.array([0.0, 0.5, 0.5, 1.0])
    drawn = draw_ineligible(chance, [0.0, 0.5, 0.4999, 0.9999])
    assert drawn.tolist() == [True, True, False, False]


def test_ability_bounds_part_a_normal_distribution_evenly() -> None:
    bounds = ability_bounds(0.5, 2.0)
    np.testing.assert_allclose(
        bounds, 0.5 + 2 * np.array([-0.84162, -0.25335, 0.25335, 0.84162]), atol=1e-4
    )
    assert ability_group([-9, bounds[0], 0.5, 9], bounds).tolist() == [0, 1, 2, 4]
    assert ability_bounds(0, 1, groups=1).size == 0


def test_exposure_rates_are_shares_of_persons_by_group() -> None:
    papers = [[0, 1], [0, 2], [3, -1]]
    np.testing.assert_allclose(exposure_rates(papers, 4)[0], [2 / 3, 1 / 3, 1 / 3, 1 / 3])
    rates = exposure_rates(papers, 4, group=[0, 0, 2], groups=3)
    assert rates[0].tolist() == [1, 0.5, 0.5, 0]
    assert np.isnan(rates[1]).all()
    assert rates[2].tolist() == [0, 0, 0, 1]


def test_mean_overlap_equals_the_count_over_all_pairs() -> None:
    generator = make_generator(4)
    papers = [generator.choice(30, 10, replace=False).tolist() for _ in range(25)]
    shared = [len(set(one) & set(two)) / 10 for one, two in combinations(papers, 2)]
    rates = exposure_rates(papers, 30)[0]
    assert mean_overlap(rates, persons=25, length=10) == pytest.approx(np.mean(shared), rel=1e-12)


def test_overlap_of_one_person_is_no_number() -> None:
    assert np.isnan(mean_overlap([1.0], persons=1, length=1))


def test_counts_and_holdings_that_make_no_sense_are_refused() -> None:
    counts = no_counts(2, M)
    for wrong in (
        Holding(2, (0,), NONE),
        Holding(-1, (0,), NONE),
        Holding(0, (0, 0), NONE),
        Holding(0, (M,), NONE),
        Holding(0, (0,), NONE[:3]),
    ):
        with pytest.raises(DataError):
            record(counts, wrong)
    with pytest.raises(DataError, match="do not contain"):
        record(counts, Holding(0, (0,), NONE), old=Holding(0, (1,), NONE))
    with pytest.raises(DataError):
        merge(counts, [no_counts(1, M)])
    for eligible, held in ([[1.0]], [[1.0, 2.0]]), ([[-1.0]], [[0.0]]), ([], []):
        with pytest.raises(DataError):
            ExposureCounts(eligible, held)


@pytest.mark.parametrize("target", [0.0, -0.1, 1.1, float("nan")])
def test_targets_out_of_range_are_refused(target: float) -> None:
    with pytest.raises(DataError):
        eligibility(no_counts(1, M), target)


def test_other_input_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(DataError):
        eligibility(no_counts(1, M), 0.5, group=1)
    with pytest.raises(DataError):
        draw_ineligible(np.ones(3), [0.5])
    with pytest.raises(DataError):
        ability_bounds(0.0, 0.0)
    for papers, group in ([[M]], [0]), ([[0]], [1]), ([[0]], [0, 0]), ([0], [0]):
        with pytest.raises(DataError):
            exposure_rates(papers, M, group=group)
