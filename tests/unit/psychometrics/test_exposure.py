"""How chance enters what an item is worth: five rules behind one call."""

import numpy as np
import pytest

from psychometrics import (
    Blind,
    Conditions,
    DataError,
    ItemParameters,
    Plain,
    Progressive,
    Randomesque,
    Sparing,
    ValueRule,
    build_pool,
    information,
    next_block,
    normal_quadrature,
    peak_information,
    perturb,
    value_items,
)
from psychometrics.arrays import FloatArray, IntArray
from tests.unit.psychometrics.papers import make_generator, make_pool, make_quotas, meets_quotas

M = 40
LEAF = np.repeat(np.arange(4), 10)
WORTH = make_generator(1).random(M)
PEAK = np.ones(M)
RULES: list[ValueRule] = [Plain(), Progressive(), Randomesque(), Sparing(), Blind()]


def value(rule: ValueRule, noise: FloatArray, *, share: float = 1.0) -> FloatArray:
    return value_items(rule, WORTH, noise, share=share, leaf=LEAF, peak=PEAK)


def ranks(values: FloatArray, leaf: IntArray = LEAF) -> list[int]:
    """Items from the best to the worst of each leaf."""
    return [int(item) for item in np.lexsort((-values, leaf))]


def uniforms(seed: int, count: int = M) -> FloatArray:
    return make_generator(seed).random(count)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_gives_finite_values_of_at_least_0(rule: ValueRule) -> None:
    edge = uniforms(2)
    edge[:2] = 0.0, np.nextafter(1, 0)
    found = value(rule, edge)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_plain_lets_chance_part_equal_items_alone() -> None:
    assert ranks(value(Plain(), uniforms(2))) == ranks(WORTH)
    tied = value_items(Plain(), np.ones(M), uniforms(2), share=1.0, leaf=LEAF, peak=PEAK)
    assert len(set(tied.tolist())) == M
    assert (
        tied.tolist()
        != value_items(Plain(), np.ones(M), uniforms(3), share=1.0, leaf=LEAF, peak=PEAK).tolist()
    )


def test_progressive_chance_fades_with_the_paper() -> None:
    noise = uniforms(2)
    np.testing.assert_array_equal(
        value(Progressive(0.7), noise, share=0.5), perturb(WORTH, noise, share=0.5, strength=0.7)
    )
    np.testing.assert_array_equal(value(Progressive(), noise, share=0.0), WORTH)
    assert ranks(value(Progressive(), noise)) != ranks(WORTH)


def test_randomesque_deals_among_the_best_of_each_criterion() -> None:
    plain, dealt = ranks(WORTH), ranks(value(Randomesque(5), uniforms(2)))
    assert dealt != plain
    for start in range(0, M, 5):
        assert sorted(dealt[start : start + 5]) == sorted(plain[start : start + 5])


def test_randomesque_gives_each_of_the_best_an_equal_chance() -> None:
    best = np.zeros(M)
    for seed in range(2000):
        best[np.argmax(np.where(LEAF == 0, value(Randomesque(5), uniforms(seed)), -1))] += 1
    among = ranks(WORTH)[:5]
    assert best.sum() == best[among].sum() == 2000
    # Five standard errors of a share of a fifth.
    assert np.abs(best[among] / 2000 - 0.2).max() < 5 * (0.2 * 0.8 / 2000) ** 0.5


def test_randomesque_of_one_is_plain() -> None:
    assert ranks(value(Randomesque(1), uniforms(2))) == ranks(WORTH)


def test_randomesque_deals_among_items_that_may_still_come() -> None:
    """Administered items are no candidates: the next one is drawn from the five best others."""
    pool = make_pool()
    first = next_block(
        pool,
        administered=[],
        scores=[],
        conditions=Conditions(np.full(len(pool), 0.5)),
        size=40,
        rule=Plain(),
    )
    seen = {
        next_block(
            pool,
            administered=first.items,
            scores=[1] * 40,
            conditions=Conditions(uniforms(seed, len(pool))),
            size=1,
            rule=Randomesque(5),
        ).items[0]
        for seed in range(60)
    }
    assert len(seen) >= 4
    assert not seen & set(first.items)


def test_blind_does_not_look_at_information() -> None:
    noise = uniforms(2)
    other = value_items(Blind(), WORTH[::-1].copy(), noise, share=0.3, leaf=LEAF, peak=PEAK)
    np.testing.assert_array_equal(value(Blind(), noise), other)


def test_blind_papers_meet_the_blueprint_and_use_the_items_of_a_criterion_evenly() -> None:
    pool = make_pool()
    met = np.zeros(len(pool))
    for seed in range(1500):
        paper = next_block(
            pool,
            administered=[],
            scores=[],
            conditions=Conditions(uniforms(seed, len(pool))),
            size=45,
            rule=Blind(),
        ).items
        assert meets_quotas(paper, pool.quotas)
        met[list(paper)] += 1
    share = met / 1500
    for node in range(8):
        of = share[pool.quotas.leaf == node]
        # Five standard errors of a share at a third.
        assert np.abs(of - of.mean()).max() < 5 * (0.33 * 0.67 / 1500) ** 0.5


def test_sparing_leaves_discriminating_items_to_those_whose_ability_they_fit() -> None:
    """Off its mark a steep item may be worth as much as a flat one that fits; it is spared."""
    items = ItemParameters([2.0, 1.0, 2.0], [1.2, 0.0, 0.0], np.zeros(3))
    worth, peak = information(0.0, items), peak_information(items)
    assert worth[2] > worth[0] > worth[1]
    one, still = np.zeros(3, np.int64), np.full(3, 0.5)
    plain, sparing = (
        value_items(rule, worth, still, share=1.0, leaf=one, peak=peak)
        for rule in (Plain(), Sparing())
    )
    assert ranks(plain, one) == [2, 0, 1]
    assert ranks(sparing, one) == [2, 1, 0]


def test_sparing_is_plain_for_items_of_one_discrimination() -> None:
    pool = build_pool(
        ItemParameters(np.ones(128), make_generator(3).normal(size=128), np.zeros(128)),
        make_quotas(),
        normal_quadrature(),
    )
    papers = [
        next_block(
            pool,
            administered=[],
            scores=[],
            conditions=Conditions(uniforms(4, 128)),
            size=45,
            rule=rule,
        ).items
        for rule in (Plain(), Sparing())
    ]
    assert papers[0] == papers[1]


def test_peak_information_is_the_highest_point_of_the_curve() -> None:
    items = ItemParameters([0.7, 1.3, 2.1], [-1.0, 0.3, 1.4], [0.0, 0.2, 0.35])
    curve = information(np.linspace(-6, 6, 60_001), items)
    np.testing.assert_allclose(peak_information(items), curve.max(axis=0), rtol=1e-6)


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(DataError, match="at least 0"):
        Progressive(-0.1)
    with pytest.raises(DataError, match="at least 0"):
        Progressive(float("nan"))
    with pytest.raises(DataError, match="at least 1"):
        Randomesque(0)
    with pytest.raises(DataError, match="0 to 1"):
        Sparing(1.5)
