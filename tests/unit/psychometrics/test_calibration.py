"""calibrate(): what it keeps, what it holds fixed, what it says of itself."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from scipy.optimize import approx_fprime
from scipy.special import expit, logit, logsumexp

from psychometrics.arrays import CodeArray, FloatArray
from psychometrics.calibration import (
    DEFAULT_GUESSING,
    WINDOW_PRIORS,
    Anchors,
    Beta,
    Calibration,
    LogitNormal,
    LogNormal,
    Model,
    Normal,
    Priors,
    calibrate,
    missing,
)
from psychometrics.errors import DataError
from psychometrics.linking import link
from psychometrics.models import ItemParameters, log_probability, probability
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import Code, ResponseMatrix

NAN = float("nan")
TIGHT = 1e-8


def make_items(size: int, *, c: float = 0.0) -> ItemParameters:
    """Return items of several slopes, spread over the scale."""
    a = np.linspace(0.7, 1.8, size)[np.argsort(np.arange(size) * 7 % size, kind="stable")]
    return ItemParameters(a, np.linspace(-1.6, 1.6, size), np.full(size, c))


def answers(
    items: ItemParameters, persons: int, *, seed: int, mean: float = 0.0, sd: float = 1.0
) -> FloatArray:
    """Return simulated scores, persons x items."""
    random = np.random.Generator(np.random.PCG64(seed))
    theta = random.normal(mean, sd, persons)
    draws = random.random((persons, len(items)))
    return (draws < probability(theta, items)).astype(np.float64)


def matrix(scores: FloatArray) -> ResponseMatrix:
    """Return a response matrix with items i0, i1, ..."""
    return ResponseMatrix.from_scores(scores, items=[f"i{j}" for j in range(scores.shape[1])])


def log_posterior(
    codes: CodeArray, items: ItemParameters, priors: Priors, quadrature: Quadrature
) -> float:
    """Return the log-posterior, written anew from the definitions and scipy's densities."""
    log_p, log_q = log_probability(quadrature.nodes, items)
    each = (codes == Code.RIGHT) @ log_p.T + (codes == Code.WRONG) @ log_q.T
    total = float(logsumexp(each + np.log(quadrature.weights), axis=1).sum())
    densities: list[FloatArray | float] = []
    if priors.a is not None:
        gap = (np.log(items.a) - np.asarray(priors.a.mean)) / np.asarray(priors.a.sd)
        densities.append(stats.norm.logpdf(gap) - np.log(items.a * np.asarray(priors.a.sd)))
    if priors.b is not None:
        densities.append(stats.norm.logpdf(items.b, *_numbers(priors.b.mean, priors.b.sd)))
    match priors.c:
        case Beta():
            densities.append(stats.beta.logpdf(items.c, *_numbers(priors.c.alpha, priors.c.beta)))
        case LogitNormal():
            told = _numbers(priors.c.mean, priors.c.sd)
            densities.append(stats.norm.logpdf(logit(items.c), *told))
    return total + float(sum(np.sum(each) for each in densities))


def _numbers(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    return np.asarray(first, np.float64), np.asarray(second, np.float64)


PRIORS = {
    "none": Priors(),
    "on a and b": Priors(LogNormal(0.1, 0.4), Normal(0.2, 1.5)),
    "an item each": Priors(
        LogNormal(np.linspace(-0.2, 0.2, 6), 0.3), Normal(np.linspace(-1, 1, 6), 0.8)
    ),
    "beta on c": Priors(c=Beta(5, 17)),
    "all three": Priors(LogNormal(0.0, 0.5), Normal(0.0, 2.0), LogitNormal(-1.2, 0.6)),
}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("none", "2pl"),
        ("on a and b", "2pl"),
        ("an item each", "2pl"),
        ("none", "3pl"),
        ("on a and b", "3pl"),
        ("beta on c", "3pl"),
        ("all three", "3pl"),
    ],
)
def test_log_posterior_is_true_and_flat_at_the_estimates(name: str, model: Model) -> None:
    responses = matrix(answers(make_items(6, c=0.15), 700, seed=3))
    grid = normal_quadrature(points=81, width=7)
    found = calibrate(responses, model, priors=PRIORS[name], quadrature=grid, tolerance=TIGHT)
    used = found.priors if model == "3pl" else replace(found.priors, c=None)
    codes = responses.codes()

    def height(row: FloatArray) -> float:
        a, b, rest = np.split(row, [6, 12])
        c = expit(rest) if model == "3pl" else np.zeros(6)
        return log_posterior(codes, ItemParameters(a, b, c), used, grid)

    row = np.concatenate(
        [found.items.a, found.items.b, logit(found.items.c) if model == "3pl" else []]
    )
    assert found.converged
    assert height(row) == pytest.approx(found.log_posterior, abs=1e-7)
    assert np.abs(approx_fprime(row, height, 1e-5)).max() < 0.02


def test_standard_errors_are_those_of_the_numerical_second_derivatives() -> None:
    responses = matrix(answers(make_items(4), 600, seed=5))
    grid = normal_quadrature(points=61, width=6)
    priors = Priors(LogNormal(0.0, 0.5), Normal(0.0, 1.0))
    found = calibrate(responses, "2pl", priors=priors, quadrature=grid, tolerance=TIGHT)
    codes, size = responses.codes(), 8

    def height(row: FloatArray) -> float:
        a, d = np.split(row, 2)
        return log_posterior(codes, ItemParameters(a, -d / a, np.zeros(4)), priors, grid)

    row = np.concatenate([found.items.a, -found.items.a * found.items.b])
    step = 1e-3
    hessian = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            up, across = step * np.eye(size)[i], step * np.eye(size)[j]
            hessian[i, j] = (
                height(row + up + across)
                - height(row + up - across)
                - height(row - up + across)
                + height(row - up - across)
            ) / (4 * step**2)
    errors = np.sqrt(np.diagonal(np.linalg.inv(-hessian)))
    assert found.standard_errors.a == pytest.approx(errors[:4], rel=1e-3)
    assert found.standard_errors.d == pytest.approx(errors[4:], rel=1e-3)
    assert found.standard_errors.log_a == pytest.approx(errors[:4] / found.items.a, rel=1e-3)


def test_rasch_and_1pl_are_one_fit() -> None:
    responses = matrix(answers(make_items(8), 800, seed=1))
    rasch, one = calibrate(responses, "rasch"), calibrate(responses, "1pl")
    slope = one.items.a[0]
    assert rasch.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-9)
    assert (rasch.items.a == 1.0).all()
    assert rasch.items.b == pytest.approx(slope * one.items.b, rel=1e-9)
    assert rasch.latent.sd[0] == pytest.approx(slope, rel=1e-9)
    assert rasch.latent.sd_error[0] == pytest.approx(one.standard_errors.a[0], rel=1e-6)
    assert np.isnan(rasch.standard_errors.a).all()
    assert np.isnan(one.latent.sd_error).all()
    assert rasch.parameter_count == one.parameter_count == 9


@pytest.mark.parametrize(("model", "count"), [("rasch", 9), ("1pl", 9), ("2pl", 16), ("3pl", 24)])
def test_parameters_are_counted(model: Model, count: int) -> None:
    scores = answers(make_items(8), 400, seed=2)
    found = calibrate(matrix(scores), model, priors=WINDOW_PRIORS)
    assert found.parameter_count == count
    assert found.aic == pytest.approx(2 * count - 2 * found.log_likelihood)
    assert found.bic == pytest.approx(np.log(400) * count - 2 * found.log_likelihood)
    groups = ["b" if i % 2 else "a" for i in range(400)]
    two = calibrate(matrix(scores), model, priors=WINDOW_PRIORS, groups=groups)
    assert two.parameter_count == count + 2


def test_3pl_always_has_a_named_prior_on_c() -> None:
    found = calibrate(matrix(answers(make_items(8, c=0.2), 500, seed=4)), "3pl")
    assert found.priors.c is DEFAULT_GUESSING
    assert str(found.priors) == "LogitNormal(-1.386, 0.5) on c"


def test_constant_and_unused_items_and_empty_persons_are_named_and_left_out() -> None:
    scores = answers(make_items(8), 300, seed=6)
    scores[:, 2], scores[:, 4], scores[:, 6] = 1.0, 0.0, NAN
    scores[7] = NAN
    found = calibrate(matrix(scores), "2pl")
    assert [(each.label, each.reason.split(":")[0]) for each in found.left_out_items] == [
        ("i2", "everyone presented it was right"),
        ("i4", "everyone presented it was wrong"),
        ("i6", "nobody was presented it"),
    ]
    assert [each.label for each in found.left_out_persons] == ["7"]
    assert found.labels == ("i0", "i1", "i3", "i5", "i7")
    assert found.persons == 299
    rest = np.delete(np.delete(scores, 7, axis=0), [2, 4, 6], axis=1)
    assert found.items.a == pytest.approx(calibrate(matrix(rest), "2pl").items.a, abs=1e-9)


def test_proper_priors_keep_constant_and_unused_items() -> None:
    scores = answers(make_items(8), 300, seed=6)
    scores[:, 2], scores[:, 6] = 1.0, NAN
    found = calibrate(matrix(scores), "2pl", priors=WINDOW_PRIORS)
    assert found.converged
    assert found.left_out_items == ()
    assert found.items.b[2] < -2.0
    assert found.items.b[6] == pytest.approx(0.0, abs=0.05)
    assert found.standard_errors.b[6] > 1.0


def test_nothing_left_is_refused() -> None:
    with pytest.raises(DataError, match="nothing is left"):
        calibrate(matrix(np.ones((20, 3))), "2pl")


def test_items_seen_by_thirty_do_not_diverge_under_window_priors() -> None:
    random = np.random.Generator(np.random.PCG64(8))
    scores = answers(make_items(60), 120, seed=8)
    hidden = np.array([random.permutation(60)[15:] for _ in range(120)])
    np.put_along_axis(scores, hidden, NAN, axis=1)
    found = calibrate(matrix(scores), "2pl", priors=WINDOW_PRIORS)
    assert found.converged
    assert found.diverged_items == ()
    assert found.items.a.max() < 4.0
    assert np.abs(found.items.b).max() < 5.0
    assert np.isfinite(found.standard_errors.b).all()


def test_an_unpenalised_item_that_diverges_is_said_to() -> None:
    scores = answers(make_items(10), 40, seed=9)
    scores[:, 9] = (scores[:, :9].sum(axis=1) > 4).astype(np.float64)
    found = calibrate(matrix(scores), "2pl", max_iterations=2000)
    assert not found.converged
    assert "i9" in found.diverged_items or found.iterations == 2000


def test_too_few_iterations_are_said() -> None:
    found = calibrate(matrix(answers(make_items(8), 300, seed=10)), "2pl", max_iterations=3)
    assert not found.converged
    assert found.iterations <= 3


def test_progress_is_told_each_step() -> None:
    told: list[tuple[int, float]] = []
    found = calibrate(
        matrix(answers(make_items(8), 300, seed=10)),
        "2pl",
        progress=lambda step, height: told.append((step, height)),
    )
    assert [step for step, _ in told] == sorted({step for step, _ in told})
    assert told[-1][1] <= found.log_posterior


def test_anchors_are_held_exactly_and_the_latent_distribution_is_free() -> None:
    true = make_items(20)
    responses = matrix(answers(true, 3000, seed=11, mean=1.0, sd=1.3))
    known = Anchors(tuple(f"i{j}" for j in range(12)), true.take(np.arange(12)))
    found = calibrate(responses, "2pl", anchors=known)
    assert found.converged
    assert (found.items.a[:12] == true.a[:12]).all()
    assert (found.items.b[:12] == true.b[:12]).all()
    assert np.isnan(found.standard_errors.a[:12]).all()
    assert np.isnan(found.covariance[:12]).all()
    assert abs(found.latent.mean[0] - 1.0) < 4 * found.latent.mean_error[0]
    assert abs(found.latent.sd[0] - 1.3) < 4 * found.latent.sd_error[0]
    assert (np.abs(found.items.b - true.b)[12:] < 4 * found.standard_errors.b[12:]).all()
    assert found.parameter_count == 2 * 8 + 2


def test_with_all_items_anchored_only_the_latent_distribution_is_estimated() -> None:
    true = make_items(15)
    responses = matrix(answers(true, 2000, seed=12, mean=-0.5, sd=0.8))
    found = calibrate(responses, "2pl", anchors=Anchors(responses.items, true))
    assert found.parameter_count == 2
    assert found.latent.mean[0] == pytest.approx(-0.5, abs=0.1)
    assert found.latent.sd[0] == pytest.approx(0.8, abs=0.1)


def test_rasch_anchors_fix_the_metric() -> None:
    true = ItemParameters(np.ones(12), np.linspace(-2, 2, 12), np.zeros(12))
    responses = matrix(answers(true, 3000, seed=13, mean=0.7, sd=1.5))
    known = Anchors(tuple(f"i{j}" for j in range(6)), true.take(np.arange(6)))
    found = calibrate(responses, "rasch", anchors=known)
    assert (found.items.a == 1.0).all()
    assert found.parameter_count == 6 + 2
    assert found.items.b[6:] == pytest.approx(true.b[6:], abs=0.25)
    assert found.latent.sd[0] == pytest.approx(1.5, abs=0.15)
    steep = Anchors(("i0",), ItemParameters([1.2], [0.0], [0.0]))
    with pytest.raises(DataError, match="a = 1"):
        calibrate(responses, "rasch", anchors=steep)


def test_anchors_with_asymptotes_serve_a_2pl() -> None:
    true = make_items(12, c=0.2)
    plain = ItemParameters(true.a, true.b, np.where(np.arange(12) < 6, 0.2, 0.0))
    responses = matrix(answers(plain, 3000, seed=14))
    known = Anchors(tuple(f"i{j}" for j in range(6)), plain.take(np.arange(6)))
    found = calibrate(responses, "2pl", anchors=known)
    assert found.converged
    assert (found.items.c == plain.c).all()
    assert found.items.b[6:] == pytest.approx(plain.b[6:], abs=0.3)
    assert np.isfinite(found.standard_errors.a[6:]).all()


def two_groups(model: Model, *, anchors: Anchors | None = None) -> Calibration:
    """Return a fit to a reference group and one that is abler and more varied."""
    true = make_items(16)
    scores = np.vstack(
        [answers(true, 2000, seed=15), answers(true, 2000, seed=16, mean=0.8, sd=1.4)]
    )
    labels = ["2025"] * 2000 + ["2026"] * 2000
    return calibrate(matrix(scores), model, groups=labels, anchors=anchors)


def test_groups_have_their_own_means_and_sds() -> None:
    found = two_groups("2pl")
    assert found.latent.groups == ("2025", "2026")
    assert found.latent.mean[0] == 0.0
    assert found.latent.sd[0] == 1.0
    assert np.isnan(found.latent.mean_error[0])
    assert abs(found.latent.mean[1] - 0.8) < 4 * found.latent.mean_error[1]
    assert abs(found.latent.sd[1] - 1.4) < 4 * found.latent.sd_error[1]
    assert found.parameter_count == 34
    nodes = found.latent_quadrature(1)
    assert nodes.weights @ nodes.nodes == pytest.approx(found.latent.mean[1], abs=1e-6)


def test_anchors_free_every_group() -> None:
    true = make_items(16)
    known = Anchors(tuple(f"i{j}" for j in range(8)), true.take(np.arange(8)))
    found = two_groups("2pl", anchors=known)
    assert np.isfinite(found.latent.mean_error).all()
    assert found.latent.mean == pytest.approx([0.0, 0.8], abs=0.15)
    assert found.parameter_count == 16 + 4


def test_groups_of_a_rasch_model_are_those_of_the_1pl_rescaled() -> None:
    rasch, one = two_groups("rasch"), two_groups("1pl")
    slope = one.items.a[0]
    assert rasch.latent.mean == pytest.approx(slope * one.latent.mean, abs=1e-9)
    assert rasch.latent.sd == pytest.approx(slope * one.latent.sd, rel=1e-9)
    assert np.isfinite(rasch.latent.sd_error).all()


def test_groups_and_anchors_that_do_not_fit_are_refused() -> None:
    responses = matrix(answers(make_items(5), 50, seed=1))
    with pytest.raises(DataError, match="one label a person"):
        calibrate(responses, "2pl", groups=["a"])
    absent = Anchors(("other",), ItemParameters([1.0], [0.0], [0.0]))
    with pytest.raises(DataError, match="other"):
        calibrate(responses, "2pl", anchors=absent)
    with pytest.raises(DataError, match="one label each"):
        Anchors(("i0", "i0"), make_items(2))
    with pytest.raises(DataError, match="standardised"):
        calibrate(responses, "2pl", quadrature=normal_quadrature(0.0, 2.0))
    with pytest.raises(DataError, match="needs 5 numbers"):
        calibrate(responses, "2pl", priors=Priors(b=Normal([0.0, 1.0], 1.0)))
    with pytest.raises(DataError, match="one slope"):
        calibrate(responses, "1pl", priors=Priors(a=LogNormal(np.zeros(5), 1.0)))
    with pytest.raises(DataError, match="above 0"):
        Normal(0.0, 0.0)


def test_a_latent_sd_of_four_is_not_truncated() -> None:
    """Four steep items, as in the Abortion data of McGrath & Waterton, and ten for a check."""
    for size, persons in ((4, 400), (10, 4000)):
        true = ItemParameters(np.ones(size), np.linspace(-2.5, 2.5, size), np.zeros(size))
        responses = matrix(answers(true, persons, seed=17, sd=4.0))
        found = calibrate(responses, "rasch")
        wide = calibrate(responses, "rasch", quadrature=normal_quadrature(points=601, width=9))
        assert found.converged
        assert found.latent.sd[0] == pytest.approx(wide.latent.sd[0], rel=0.002)
        assert found.log_likelihood == pytest.approx(wide.log_likelihood, abs=0.005)
        assert abs(found.latent.sd[0] - 4.0) < 4 * found.latent.sd_error[0]


def test_the_grid_chosen_gives_the_likelihood_of_a_far_finer_one() -> None:
    true = ItemParameters(np.linspace(0.5, 3.5, 30), np.linspace(-2.5, 2.5, 30), np.zeros(30))
    responses = matrix(answers(true, 1500, seed=18))
    found = calibrate(responses, "2pl")
    fine = calibrate(responses, "2pl", quadrature=normal_quadrature(points=801, width=9))
    assert found.log_likelihood == pytest.approx(fine.log_likelihood, abs=0.005)
    assert found.items.a == pytest.approx(fine.items.a, abs=0.002)


def test_many_items_do_not_underflow() -> None:
    random = np.random.Generator(np.random.PCG64(19))
    items = ItemParameters(
        random.lognormal(0, 0.3, 1500), random.normal(0, 1, 1500), np.zeros(1500)
    )
    found = calibrate(matrix(answers(items, 250, seed=19)), "rasch")
    assert found.converged
    assert np.isfinite(found.log_likelihood)
    assert np.isfinite(found.standard_errors.b).all()


@pytest.mark.parametrize("model", ["rasch", "2pl", "3pl"])
def test_the_joint_covariance_has_the_blocks_of_each_item(model: Model) -> None:
    responses = matrix(answers(make_items(8), 800, seed=20))
    found = calibrate(responses, model)
    whole = found.joint_covariance()
    assert whole.shape == (24, 24)
    np.testing.assert_allclose(whole, whole.T, rtol=1e-12)
    blocks = whole.reshape(8, 3, 8, 3)[np.arange(8), :, np.arange(8)]
    np.testing.assert_allclose(blocks, np.nan_to_num(found.covariance), rtol=1e-9, atol=1e-15)
    assert np.linalg.eigvalsh(whole).min() > -1e-9


def test_errors_of_a_link_are_larger_by_the_joint_covariance_than_by_blocks() -> None:
    items = make_items(20)
    first, second = (calibrate(matrix(answers(items, 1000, seed=seed))) for seed in (21, 22))
    blocks = link(first.items, second.items, covariances=(first.covariance, second.covariance))
    whole = link(
        first.items,
        second.items,
        covariances=(first.joint_covariance(), second.joint_covariance()),
    )
    assert whole.slope == blocks.slope
    assert whole.slope_error > blocks.slope_error
    assert whole.intercept_error > blocks.intercept_error


def test_without_a_maximum_there_is_no_joint_covariance() -> None:
    found = calibrate(matrix(answers(make_items(8), 300, seed=23)))
    with pytest.raises(DataError, match="no covariance"):
        replace(found, joint=None).joint_covariance()


@pytest.mark.parametrize(
    ("anchored", "model"),
    [
        (0, "1pl"),
        (0, "2pl"),
        pytest.param(0, "3pl", marks=pytest.mark.slow),
        (2, "1pl"),
        (2, "2pl"),
        (2, "3pl"),
    ],
)
def test_few_answers_a_person_give_the_same_errors_cell_by_cell(
    model: Model, anchored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = make_items(40, c=0.2 if model == "3pl" else 0.0)
    random = np.random.Generator(np.random.PCG64(24))
    scores = answers(items, 2500, seed=24)
    person, item = np.nonzero(random.random(scores.shape) < 0.2)
    responses = ResponseMatrix.from_triples(person, item, scores[person, item] == 1, scores.shape)
    anchors = Anchors(responses.items[:anchored], items.take(range(anchored)))
    priors, groups = WINDOW_PRIORS, ["a" if i % 3 else "b" for i in range(2500)]

    def errors() -> Calibration:
        return calibrate(responses, model, priors=priors, anchors=anchors, groups=groups)

    sparse = errors()
    monkeypatch.setattr(missing, "_SPARSE", 0.0)
    tables = errors()
    np.testing.assert_allclose(sparse.covariance, tables.covariance, rtol=1e-6)
    np.testing.assert_allclose(sparse.latent.mean_error, tables.latent.mean_error, rtol=1e-6)
