"""Invariants of the model, of ability and of the domain score, over random items."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import psychometrics as psy
from psychometrics import Code, DomainScale, ItemParameters


@st.composite
def item_sets(draw: Any, *, guessing: bool = True) -> ItemParameters:  # noqa: ANN401 - hypothesis' own type is private
    m = draw(st.integers(1, 12))
    a = draw(st.lists(st.floats(0.2, 3.0), min_size=m, max_size=m))
    b = draw(st.lists(st.floats(-4.0, 4.0), min_size=m, max_size=m))
    c = draw(st.lists(st.floats(0.0, 0.4), min_size=m, max_size=m)) if guessing else [0.0] * m
    return ItemParameters(a, b, c)


@settings(deadline=None, derandomize=True)
@given(item_sets())
def test_probability_rises_with_theta_between_c_and_1(items: ItemParameters) -> None:
    p = psy.probability(np.linspace(-8, 8, 65), items)
    assert (np.diff(p, axis=0) >= 0).all()
    assert (p >= items.c).all()
    assert (p <= 1).all()


@settings(deadline=None, derandomize=True)
@given(item_sets(), st.data())
def test_wle_is_a_stationary_point_or_a_bound(items: ItemParameters, data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from([0, 1]), min_size=len(items), max_size=len(items)))
    ability = psy.estimate_ability(np.array([codes]), items, method="wle")
    theta = float(ability.theta[0])
    log_p, log_q = psy.log_probability(theta + np.array([-1e-4, 0.0, 1e-4]), items)
    nearby = psy.test_information(theta + np.array([-1e-4, 0.0, 1e-4]), items)
    likelihood = np.where(np.array(codes) == Code.RIGHT, log_p, log_q).sum(axis=1)
    height = likelihood + 0.5 * np.log(nearby)
    assert -8.0 <= theta <= 8.0
    assert abs(theta) == 8.0 or height[1] >= max(height[0], height[2]) - 1e-12


@settings(deadline=None, derandomize=True)
@given(item_sets(guessing=False), st.integers(0, 11))
def test_one_more_right_answer_never_lowers_eap(items: ItemParameters, position: int) -> None:
    codes = np.zeros((2, len(items)), dtype=np.int8)
    codes[1, position % len(items)] = Code.RIGHT
    low, high = psy.estimate_ability(codes, items, method="eap").theta
    assert high > low


@settings(deadline=None, derandomize=True)
@given(item_sets(), st.floats(-5.0, 5.0))
def test_domain_score_and_its_inverse_undo_each_other(items: ItemParameters, theta: float) -> None:
    scale = DomainScale(items, np.zeros(len(items), np.int64), [1.0])
    score = psy.domain_score(theta, scale)
    again = psy.domain_score(psy.domain_theta(score, scale), scale)
    assert abs(float(again) - float(score)) < 1e-12
