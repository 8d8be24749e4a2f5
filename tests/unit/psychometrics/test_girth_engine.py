"""The girth engine: sound where it is served, refused where it is not, compared with our EM."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit, logsumexp

from psychometrics import DataError, ItemParameters, ResponseMatrix, normal_quadrature
from psychometrics.calibration.calibrate import calibrate
from psychometrics.calibration.cross_check import cross_check
from psychometrics.calibration.presentation import presentation_by_chance
from psychometrics.calibration.priors import WINDOW_PRIORS
from psychometrics.calibration.result import Anchors, Model
from psychometrics.models import probability

Scores = npt.NDArray[np.float64]
Generator = np.random.Generator


def make_generator(seed: int) -> Generator:
    return np.random.Generator(np.random.PCG64(seed))


def make_items(items: int, random: Generator) -> ItemParameters:
    a, b = random.lognormal(0.0, 0.3, items), random.normal(0.0, 1.0, items)
    return ItemParameters(a, b, np.zeros(items))


def draw(theta: Scores, items: ItemParameters, random: Generator) -> Scores:
    right = random.random((theta.size, len(items))) < probability(theta, items)
    return right.astype(np.float64)


def make_scores(persons: int, items: int, *, seed: int = 1) -> Scores:
    random = make_generator(seed)
    return draw(random.normal(size=persons), make_items(items, random), random)


def hide_by_chance(scores: Scores, *, shown: int, seed: int = 2) -> Scores:
    order = make_generator(seed).random(scores.shape).argsort(axis=1)
    return np.where(order < shown, scores, np.nan)


def make_adaptive(persons: int, items: int, *, length: int, seed: int = 3) -> ResponseMatrix:
    """Give each person the most informative item left at the EAP so far, `length` times."""
    random = make_generator(seed)
    bank, prior = make_items(items, random), normal_quadrature()
    scores = draw(random.normal(size=persons), bank, random)
    p = probability(prior.nodes, bank)
    log_posterior = np.tile(np.log(prior.weights), (persons, 1))
    seen = np.zeros((persons, items), dtype=np.bool_)
    everyone = np.arange(persons)
    for _ in range(length):
        posterior = np.exp(log_posterior - logsumexp(log_posterior, axis=1, keepdims=True))
        odds = bank.a * ((posterior @ prior.nodes)[:, np.newaxis] - bank.b)
        told = np.where(seen, -1.0, bank.a**2 * expit(odds) * expit(-odds))
        chosen = told.argmax(axis=1)
        seen[everyone, chosen] = True
        right = scores[everyone, chosen][:, np.newaxis] == 1
        log_posterior += np.log(np.where(right, p[:, chosen].T, 1.0 - p[:, chosen].T))
    return ResponseMatrix.from_scores(np.where(seen, scores, np.nan))


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl"])
def test_girth_agrees_with_em_on_complete_data(model: Model) -> None:
    found = cross_check(ResponseMatrix.from_scores(make_scores(500, 20)), model)
    assert found.verdict == "agree"
    assert found.girth.converged
    assert found.girth.engine == "girth"
    assert len(found.compared) == 20
    assert found.widest[1] < 0.3


def test_girth_agrees_with_em_on_data_missing_by_chance() -> None:
    scores = hide_by_chance(make_scores(800, 40), shown=20)
    found = cross_check(ResponseMatrix.from_scores(scores))
    assert found.verdict == "agree"
    assert found.widest[1] < 1.3


def test_engines_differ_where_theta_is_far_from_normal() -> None:
    random = make_generator(8)
    theta = (random.chisquare(2.0, 2000) - 2.0) / 2.0
    scores = draw(theta, make_items(20, random), random)
    assert cross_check(ResponseMatrix.from_scores(scores)).verdict == "differ"


def test_rasch_is_girths_1pl_told_with_slopes_of_one() -> None:
    responses = ResponseMatrix.from_scores(make_scores(400, 10))
    rasch = calibrate(responses, "rasch", engine="girth")
    one = calibrate(responses, "1pl", engine="girth")
    np.testing.assert_array_equal(rasch.items.a, 1.0)
    np.testing.assert_allclose(rasch.latent.sd, one.items.a[:1])
    np.testing.assert_allclose(rasch.items.b, one.items.b * one.items.a)
    assert rasch.log_likelihood == pytest.approx(one.log_likelihood)


def test_log_likelihood_and_criteria_are_ours_at_girths_estimates() -> None:
    scores = hide_by_chance(make_scores(300, 12), shown=8)
    responses = ResponseMatrix.from_scores(scores)
    prior = normal_quadrature(points=81)
    found = calibrate(responses, "2pl", engine="girth", quadrature=prior)
    p = probability(prior.nodes, found.items)[np.newaxis]
    answer = scores[:, np.newaxis, :]
    cells = np.where(np.isnan(answer), 1.0, np.where(answer == 1, p, 1.0 - p))
    expected = float(np.log(cells.prod(axis=2) @ prior.weights).sum())
    assert found.log_likelihood == pytest.approx(expected, abs=1e-8)
    assert found.aic == pytest.approx(2 * 24 - 2 * expected)
    assert found.bic == pytest.approx(np.log(300) * 24 - 2 * expected)


def test_standard_errors_are_our_observed_information_at_girths_estimates() -> None:
    found = cross_check(ResponseMatrix.from_scores(make_scores(500, 20)))
    np.testing.assert_allclose(found.girth.standard_errors.a, found.em.standard_errors.a, rtol=0.05)
    np.testing.assert_allclose(found.girth.standard_errors.b, found.em.standard_errors.b, rtol=0.05)


def test_rows_that_stand_for_several_persons_count_as_them() -> None:
    whole = ResponseMatrix.from_scores(make_scores(400, 5))
    patterns, _ = whole.distinct()
    one, other = (calibrate(each, engine="girth") for each in (whole, patterns))
    np.testing.assert_allclose(one.items.a, other.items.a, atol=1e-6)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)


def test_items_that_everyone_has_right_or_wrong_are_left_out_by_name() -> None:
    scores = make_scores(300, 8)
    scores[:, 2], scores[:, 5] = 1.0, 0.0
    found = calibrate(ResponseMatrix.from_scores(scores), engine="girth")
    assert [item.label for item in found.left_out_items] == ["2", "5"]
    assert found.labels == ("0", "1", "3", "4", "6", "7")
    assert (np.abs(found.items.b) < 5).all()


def test_run_cut_off_early_says_that_it_has_not_converged() -> None:
    responses = ResponseMatrix.from_scores(make_scores(500, 20))
    assert calibrate(responses, engine="girth").converged
    assert not calibrate(responses, engine="girth", max_iterations=2).converged


def test_item_without_discrimination_is_named_as_out_of_girths_reach() -> None:
    scores = make_scores(600, 10)
    scores[:, 4] = make_generator(9).random(600) < 0.5
    found = calibrate(ResponseMatrix.from_scores(scores), engine="girth")
    assert found.diverged_items == ("4",)
    assert not found.converged


ANCHOR = Anchors(("0",), ItemParameters([1.0], [0.0], [0.0]))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"model": "3pl"}, "3PL"),
        ({"priors": WINDOW_PRIORS}, "priors"),
        ({"anchors": ANCHOR}, "anchors"),
        ({"groups": ["x"] * 50}, "groups"),
        ({"adaptive": True}, "adaptive selection"),
    ],
    ids=["3pl", "priors", "anchors", "groups", "adaptive"],
)
def test_what_girth_does_not_serve_is_refused(asked: Mapping[str, Any], reason: str) -> None:
    responses = ResponseMatrix.from_scores(make_scores(50, 5))
    with pytest.raises(DataError, match=reason):
        calibrate(responses, engine="girth", **asked)


def test_data_collected_adaptively_are_refused_without_being_told() -> None:
    with pytest.raises(DataError, match="depends on ability"):
        calibrate(make_adaptive(400, 100, length=20), engine="girth")


def test_forms_handed_out_by_ability_are_refused() -> None:
    random = make_generator(4)
    theta, items = random.normal(size=1000), make_items(40, random)
    scores = draw(theta, items, random)
    able = theta + random.normal(size=1000) > 0
    scores[np.ix_(able, np.arange(15))] = np.nan
    scores[np.ix_(~able, np.arange(25, 40))] = np.nan
    with pytest.raises(DataError, match="depends on ability"):
        calibrate(ResponseMatrix.from_scores(scores), engine="girth")


def test_items_not_reached_by_the_weak_are_refused() -> None:
    random = make_generator(5)
    theta, items = random.normal(size=1000), make_items(30, random)
    scores = draw(theta, items, random)
    reached = 25 + np.round(3 * theta + 2 * random.normal(size=1000))
    scores[np.arange(30) >= reached[:, np.newaxis]] = np.nan
    with pytest.raises(DataError, match="depends on ability"):
        calibrate(ResponseMatrix.from_scores(scores), engine="girth")


def test_presentation_by_chance_is_seldom_refused() -> None:
    prior, refused = normal_quadrature(), 0
    for seed in range(40):
        random = make_generator(100 + seed)
        items = make_items(60, random)
        scores = draw(random.normal(size=400), items, random)
        shown = ResponseMatrix.from_scores(hide_by_chance(scores, shown=20, seed=seed))
        refused += presentation_by_chance(shown, items, prior=prior).depends
    assert refused == 0


def test_blocks_of_unlike_difficulty_are_no_sign_of_selection() -> None:
    random = make_generator(6)
    items = make_items(60, random)
    order = np.argsort(items.b)
    scores = draw(random.normal(size=1500), items, random)
    form = random.integers(0, 3, 1500)
    for number in range(3):
        shown = order[10 * number : 10 * number + 40]
        scores[np.ix_(form == number, np.setdiff1d(order, shown))] = np.nan
    found = presentation_by_chance(
        ResponseMatrix.from_scores(scores), items, prior=normal_quadrature()
    )
    assert not found.depends


def test_complete_data_have_no_presentation_to_depend_on_ability() -> None:
    items = make_items(10, make_generator(1))
    found = presentation_by_chance(
        ResponseMatrix.from_scores(make_scores(100, 10)), items, prior=normal_quadrature()
    )
    assert (found.correlation, found.shift, found.item, found.depends) == (0.0, 0.0, "", False)


def test_parts_of_persons_are_refused() -> None:
    responses = ResponseMatrix.from_scores(make_scores(50, 5), weights=np.full(50, 0.5))
    with pytest.raises(DataError, match="whole persons"):
        calibrate(responses, engine="girth")


def test_more_responses_than_girth_can_multiply_are_refused() -> None:
    responses = ResponseMatrix.from_scores(make_scores(20, 600))
    with pytest.raises(DataError, match="underflows beyond 500 responses"):
        calibrate(responses, engine="girth")
