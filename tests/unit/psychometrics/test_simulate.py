"""Simulated sittings: they follow the rules of real ones, and their figures are right."""

import pickle

import numpy as np
import pytest

from psychometrics import (
    Blind,
    Code,
    Conditions,
    Constraints,
    DataError,
    ItemParameters,
    LinkedSets,
    Plain,
    Plan,
    Pool,
    Progressive,
    Quotas,
    Simulated,
    Solver,
    Sums,
    TargetEligibility,
    ValueRule,
    ability_bounds,
    ability_group,
    build_pool,
    conditional_precision,
    draw_ineligible,
    eligibility,
    estimate_ability,
    exposure_rates,
    meets_constraints,
    merge,
    next_block,
    no_counts,
    normal_quadrature,
    probability,
    simulate,
)
from tests.unit.psychometrics.papers import LENGTH, make_generator, make_pool

POOL = make_pool()
M = len(POOL)
BOUNDS = ability_bounds(0.5, 1.0)
THETA = make_generator(1).normal(0.5, 1.0, 60)
TIGHT = TargetEligibility(0.45)


def run(plan: Plan, *, theta: np.ndarray = THETA, seed: int = 2, pool: Pool = POOL) -> Simulated:
    return simulate(pool, theta, plan=plan, generator=make_generator(seed))


@pytest.mark.parametrize("size", [1, 5, 7, 45])
@pytest.mark.parametrize("rule", [Plain(), Progressive(), Blind()])
def test_one_person_is_given_exactly_what_next_block_gives(size: int, rule: ValueRule) -> None:
    """The same noise and the same answers, by the public functions of a real sitting."""
    found = simulate(POOL, [0.3], plan=Plan(size, rule), generator=make_generator(size))
    responding, _, chance = make_generator(size).spawn(3)
    right = responding.random(M) < probability(0.3, POOL.items)
    paper: tuple[int, ...] = ()
    while len(paper) <= LENGTH:
        scores = right[list(paper)].astype(int).tolist()
        given = Conditions(chance.random(M)) if len(paper) < LENGTH else Conditions(np.zeros(M))
        block = next_block(
            POOL, administered=paper, scores=scores, conditions=given, size=size, rule=rule
        )
        if not block.items:
            break
        paper += block.items
    assert found.items[0].tolist() == list(paper)
    assert found.scores[0].tolist() == right[list(paper)].astype(int).tolist()
    assert (found.theta[0], found.sem[0]) == (block.theta, block.sem)
    assert found.blocks == -(-LENGTH // size)


def test_eligibility_of_two_persons_who_sit_at_once_is_as_the_public_functions_say() -> None:
    plan = Plan(15, Plain(), control=TargetEligibility(0.5))
    found = run(plan, theta=np.array([0.0, 1.0]))
    responding, luck, chance = make_generator(2).spawn(3)
    right = responding.random((2, M)) < probability(np.array([0.0, 1.0]), POOL.items)
    uniforms = luck.random((2, M))
    eligible, shadows = np.ones((2, M)), np.zeros((2, M))
    papers: list[tuple[int, ...]] = [(), ()]
    there = 0
    for _ in range(3):
        noise = chance.random((2, M))
        for person in range(2):
            there = max(there, person + 1)
            # The person's own block before is in the counts until the new one replaces it.
            before = [i for i in range(2) if shadows[i].any()]
            counts = no_counts(1, M)
            if before:
                counts = type(counts)([eligible[before].sum(axis=0)], [shadows[before].sum(axis=0)])
            barred = draw_ineligible(
                eligibility(counts, 0.5, persons=float(len(before))), uniforms[person]
            )
            paper = papers[person]
            block = next_block(
                POOL,
                administered=paper,
                scores=right[person, list(paper)].astype(int).tolist(),
                conditions=Conditions(noise[person], tier=barred.astype(int)),
                size=15,
                rule=Plain(),
            )
            papers[person] += block.items
            shadows[person] = np.isin(np.arange(M), block.shadow)
            eligible[person] = ~barred | (shadows[person] > 0)
    assert [paper.tolist() for paper in found.items] == [list(paper) for paper in papers]
    np.testing.assert_array_equal(found.counts.held[0], shadows.sum(axis=0))
    np.testing.assert_array_equal(found.counts.eligible[0], eligible.sum(axis=0))


def test_every_paper_meets_the_blueprint_and_every_block_was_proven_best() -> None:
    found = run(Plan(5, control=TIGHT, bounds=BOUNDS))
    assert meets_constraints(found.items, POOL.constraints).all()
    assert found.solvers == {Solver.GREEDY: len(THETA) * 9}
    assert found.worst_gap == 0.0
    assert len(found) == len(THETA)


def test_estimates_are_the_eap_of_the_responses() -> None:
    found = run(Plan(5))
    codes = np.full((len(found), M), Code.NOT_PRESENTED)
    np.put_along_axis(codes, found.items, found.scores, axis=1)
    ability = estimate_ability(codes, POOL.items, method="eap", prior=POOL.prior)
    np.testing.assert_allclose(found.theta, ability.theta, atol=1e-6)
    np.testing.assert_allclose(found.sem, ability.sem, atol=1e-6)


def test_responses_come_from_the_true_parameters_and_selection_from_the_pools() -> None:
    hard = ItemParameters(POOL.items.a, POOL.items.b + 5.0, POOL.items.c)
    found = simulate(POOL, THETA, plan=Plan(45, Plain()), generator=make_generator(2), truth=hard)
    as_known = run(Plan(45, Plain()))
    np.testing.assert_array_equal(found.items, as_known.items)
    assert found.scores.mean() < 0.1 < 0.4 < as_known.scores.mean()


def test_the_same_seed_gives_the_same_papers_and_another_seed_others() -> None:
    plan = Plan(5, control=TIGHT)
    np.testing.assert_array_equal(run(plan).items, run(plan).items)
    assert (run(plan).items != run(plan, seed=3).items).any()


def test_plans_are_compared_on_the_same_persons_and_answers() -> None:
    one, two = run(Plan(5, Plain())), run(Plan(15, cohort=7, control=TIGHT))
    for person in range(len(THETA)):
        first = dict(zip(one.items[person].tolist(), one.scores[person].tolist(), strict=True))
        second = dict(zip(two.items[person].tolist(), two.scores[person].tolist(), strict=True))
        shared = first.keys() & second.keys()
        assert shared
        assert all(first[item] == second[item] for item in shared)


def test_counts_hold_every_final_paper_once_in_the_group_of_its_last_block() -> None:
    found = run(Plan(5, control=TIGHT, bounds=BOUNDS, cohort=25))
    held = found.counts.held.sum(axis=0)
    np.testing.assert_array_equal(held, np.bincount(found.items.ravel(), minlength=M))
    assert (found.counts.eligible >= found.counts.held).all()
    assert found.counts.held.sum(axis=1).min() > 0


def test_cohorts_in_two_processes_merge_to_the_papers_of_both() -> None:
    plan = Plan(5, control=TIGHT, bounds=BOUNDS, cohort=30)
    start = run(plan, theta=THETA[:10]).counts
    parts = [
        simulate(POOL, theta, plan=plan, generator=make_generator(seed), counts=start)
        for seed, theta in ((5, THETA[:30]), (6, THETA[30:]))
    ]
    merged = merge(start, [part.counts for part in parts])
    both = np.concatenate([part.items for part in parts])
    added = merged.held.sum(axis=0) - start.held.sum(axis=0)
    np.testing.assert_array_equal(added, np.bincount(both.ravel(), minlength=M))


def test_what_a_worker_process_is_sent_and_sends_back_can_be_pickled() -> None:
    plan = Plan(5, control=TIGHT, bounds=BOUNDS)
    sent = pickle.loads(pickle.dumps((POOL, THETA, plan, make_generator(2))))  # noqa: S301 - our own bytes
    pool, theta, again, generator = sent
    found = simulate(pool, theta, plan=again, generator=generator)
    back = pickle.loads(pickle.dumps(found))  # noqa: S301 - as above
    np.testing.assert_array_equal(back.items, run(plan).items)


def test_eligibility_lowers_the_exposure_of_what_everyone_would_get() -> None:
    theta = make_generator(4).normal(0.5, 1.0, 400)
    free = exposure_rates(run(Plan(5, Plain()), theta=theta).items, M)[0]
    held = exposure_rates(run(Plan(5, Plain(), control=TIGHT), theta=theta).items, M)[0]
    assert free.max() > 0.95
    assert held.max() < 0.49


def test_conditional_control_holds_each_group_of_ability() -> None:
    theta = make_generator(4).normal(0.5, 1.0, 600)
    worst = []
    for conditional in (False, True):
        control = TargetEligibility(0.5, conditional=conditional)
        found = run(Plan(5, Plain(), control=control, bounds=BOUNDS), theta=theta)
        group = ability_group(found.theta, BOUNDS)
        worst.append(exposure_rates(found.items, M, group=group, groups=5).max())
    # A group inherits what its persons met before their estimates moved into it.
    assert worst[1] < 0.68 < worst[0]


def test_items_that_are_not_available_are_given_to_nobody() -> None:
    available = np.arange(M) % 4 != 0
    found = run(Plan(5, available=available))
    assert available[found.items].all()


def test_progress_is_told_of_every_person() -> None:
    told: list[int] = []
    plan = Plan(15, cohort=25)
    simulate(POOL, THETA, plan=plan, generator=make_generator(2), progress=told.append)
    assert told == [25, 25, 10]


def test_nobody_to_simulate_gives_an_empty_result() -> None:
    found = run(Plan(5), theta=np.zeros(0))
    assert found.items.shape == (0, LENGTH)
    assert found.theta.size == 0


def test_a_blueprint_that_crosses_is_met_in_every_simulated_paper() -> None:
    pool = crossing_pool()
    found = run(Plan(5, Plain(), control=TargetEligibility(0.8)), theta=THETA[:12], pool=pool)
    assert meets_constraints(found.items, pool.constraints).all()
    assert sum(found.solvers.values()) == 12 * 3


def crossing_pool() -> Pool:
    generator = make_generator(9)
    m = 60
    kind = (generator.random(m) < 0.4).astype(float)
    constraints = Constraints(
        Quotas(15, [-1, -1, -1], [4, 4, 4], [6, 6, 6], np.arange(m) % 3),
        rows=Sums([kind], [5], [7]),
        enemies=((0, 3, 6), (1, 4)),
        required=(10,),
        allowed=np.arange(m) != 20,
        sets=LinkedSets(((30, 31, 32), (40, 41, 42)), [2, 2], [3, 3], fewest=1, most=1),
    )
    items = ItemParameters(np.ones(m), generator.normal(size=m), np.zeros(m))
    return build_pool(items, constraints, normal_quadrature())


SOUND = [10, 30, 31, 0, 1, 2, 5, 7, 8, 9, 11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    ("paper", "sound"),
    [
        pytest.param(SOUND, True, id="sound"),
        pytest.param([*SOUND[:3], 3, *SOUND[4:-1], 0], False, id="enemies"),
        pytest.param([16, *SOUND[1:]], False, id="required"),
        pytest.param([*SOUND[:-1], 20], False, id="not allowed"),
        pytest.param([10, 30, *SOUND[3:], 16], False, id="half a set"),
        pytest.param([10, 16, 17, *SOUND[3:]], False, id="no set"),
        pytest.param([10, 30, 31, 40, 41, *SOUND[5:]], False, id="two sets"),
        pytest.param([*SOUND[:-1], 10], False, id="an item twice"),
        pytest.param([*SOUND, 16], False, id="too long"),
        pytest.param([*range(10, 55, 3)], False, id="one area"),
    ],
)
def test_papers_are_judged_by_counting(paper: list[int], sound: bool) -> None:  # noqa: FBT001 - pytest hands it over
    m = 60
    full = crossing_pool().constraints
    without_rows = Constraints(
        full.quotas,
        enemies=full.enemies,
        required=full.required,
        allowed=full.allowed,
        sets=full.sets,
    )
    assert meets_constraints([paper], without_rows).tolist() == [sound]
    if sound:
        weights = np.zeros((1, m))
        weights[0, paper[:4]] = 2.5
        for lower, upper, met in ((10, 10, True), (10.1, 20, False), (0, 9.9, False)):
            rows = Sums(weights, [lower], [upper])
            assert meets_constraints([paper], Constraints(full.quotas, rows=rows)).all() == met


def test_conditional_precision_is_worked_by_hand() -> None:
    found = conditional_precision(
        [-1.0, -2.0, 1.0], [-0.5, -2.5, 1.5], [0.3, 0.4, 0.5], bounds=[0.0, 5.0]
    )
    assert found.persons.tolist() == [2, 1, 0]
    np.testing.assert_allclose(found.true, [-1.5, 1.0, np.nan])
    np.testing.assert_allclose(found.bias, [0.0, 0.5, np.nan], atol=1e-12)
    np.testing.assert_allclose(found.rmse, [0.5, 0.5, np.nan])
    np.testing.assert_allclose(found.sem, [(0.25 / 2) ** 0.5, 0.5, np.nan])


def test_input_that_makes_no_sense_is_refused() -> None:
    few = ItemParameters([1.0], [0.0], [0.0])
    with pytest.raises(DataError):
        simulate(POOL, THETA, plan=Plan(), generator=make_generator(1), truth=few)
    with pytest.raises(DataError):
        simulate(POOL, THETA, plan=Plan(), generator=make_generator(1), counts=no_counts(2, M))
    with pytest.raises(DataError):
        simulate(POOL, [np.nan], plan=Plan(), generator=make_generator(1))
    with pytest.raises(DataError):
        Plan(0)
    with pytest.raises(DataError):
        Plan(5, cohort=0)
    with pytest.raises(DataError):
        Plan(5, control=TargetEligibility(0.0))
    with pytest.raises(DataError):
        Plan(5, bounds=[1.0, 0.0])
    with pytest.raises(DataError):
        conditional_precision([0.0], [0.0, 1.0], [1.0], bounds=[])
    with pytest.raises(DataError):
        meets_constraints([[M]], POOL.constraints)
