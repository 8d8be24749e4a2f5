"""Drift of anchors."""

from collections.abc import Callable

import numpy as np
import pytest

from psychometrics.drift import DSquare, RobustZ, d_square, robust_z
from psychometrics.errors import DataError
from psychometrics.linking import link
from psychometrics.models import ItemParameters

SLOPE, INTERCEPT = 1.3, -0.4
Finder = Callable[..., RobustZ | DSquare]
LABELS = tuple("ABCDEFGHIJKLMNOPQRST")


def item_sets(noise: float = 0.0) -> tuple[ItemParameters, ItemParameters]:
    """Twenty anchors; D is harder and H steeper than it was."""
    generator = np.random.Generator(np.random.PCG64(3))
    a, b = np.exp(generator.normal(0, 0.3, 20)), generator.normal(size=20)
    bent = generator.normal(0, noise, (2, 20))
    new_a, new_b = a * SLOPE * np.exp(bent[0]), (b - INTERCEPT) / SLOPE + bent[1]
    new_b[3] += 0.8
    new_a[7] *= 2.0
    zero = np.zeros(20)
    return ItemParameters(new_a, new_b, zero), ItemParameters(a, b, zero)


@pytest.mark.parametrize("find", [robust_z, d_square])
def test_drifted_items_are_named_and_the_others_link_exactly(find: Finder) -> None:
    new, base = item_sets()
    result = find(new, base, labels=LABELS)
    assert result.drifted_labels == ("D", "H")
    assert result.linking.slope == pytest.approx(SLOPE, abs=1e-8)
    assert result.linking.intercept == pytest.approx(INTERCEPT, abs=1e-8)
    assert result.linking.items == 18


@pytest.mark.parametrize("find", [robust_z, d_square])
def test_drifted_items_are_found_through_the_noise_of_estimates(find: Finder) -> None:
    new, base = item_sets(noise=0.04)
    result = find(new, base, labels=LABELS, critical=2.7)
    assert {"D", "H"} <= set(result.drifted_labels)
    bent = link(new, base)
    assert abs(result.linking.intercept - INTERCEPT) < abs(bent.intercept - INTERCEPT)


@pytest.mark.parametrize("find", [robust_z, d_square])
def test_items_that_did_not_move_are_kept(find: Finder) -> None:
    _, base = item_sets()
    new = ItemParameters(base.a * SLOPE, (base.b - INTERCEPT) / SLOPE, base.c)
    assert find(new, base).drifted_labels == ()


@pytest.mark.parametrize("find", [robust_z, d_square])
def test_the_order_of_the_items_changes_nothing(find: Finder) -> None:
    new, base = item_sets(noise=0.05)
    order = np.random.Generator(np.random.PCG64(5)).permutation(20)
    first = find(new, base, labels=LABELS)
    second = find(new.take(order), base.take(order), labels=[LABELS[j] for j in order])
    assert set(first.drifted_labels) == set(second.drifted_labels)
    assert second.linking.slope == pytest.approx(first.linking.slope, abs=1e-7)


@pytest.mark.parametrize("find", [robust_z, d_square])
def test_errors_are_those_of_the_items_that_are_left(find: Finder) -> None:
    new, base = item_sets()
    blocks = np.stack([np.diag([0.01, 0.02, 0.0])] * 20)
    kept = np.delete(np.arange(20), [3, 7])
    expected = link(
        new.take(kept), base.take(kept), covariances=(blocks[kept], blocks[kept])
    ).covariance
    whole = np.kron(np.eye(20), np.diag([0.01, 0.02, 0.0]))
    for covariance in (blocks, whole):
        found = find(new, base, covariances=(covariance, covariance)).linking
        np.testing.assert_allclose(found.covariance, expected, rtol=1e-6)


def test_robust_z_is_its_definition() -> None:
    new, base = item_sets(noise=0.1)
    ratio = np.log(new.a / base.a)
    low, high = np.percentile(ratio, [25, 75])
    result = robust_z(new, base)
    np.testing.assert_allclose(result.z_a, (ratio - np.median(ratio)) / (0.74 * (high - low)))
    slope = np.exp(ratio[np.abs(result.z_a) <= 1.645].mean())
    shift = base.b - slope * new.b
    low, high = np.percentile(shift, [25, 75])
    np.testing.assert_allclose(result.z_b, (shift - np.median(shift)) / (0.74 * (high - low)))


def test_d_square_removes_the_worst_first_and_lets_small_distances_be() -> None:
    new, base = item_sets()
    result = d_square(new, base, labels=LABELS)
    assert set(result.removed) == {"D", "H"}
    assert result.d_square[~result.drifted].max() < 1e-12
    assert result.d_square[3] > 0.01
    assert d_square(new, base, least=0.5).drifted_labels == ()


def test_too_few_items_and_odd_limits_are_refused() -> None:
    new, base = item_sets()
    with pytest.raises(DataError, match="3 are needed"):
        robust_z(new.take([0, 1]), base.take([0, 1]))
    with pytest.raises(DataError, match="without drift"):
        robust_z(*item_sets(noise=0.1), critical=0.01)
    with pytest.raises(DataError, match="same items"):
        d_square(new, base, labels=["A"])
    with pytest.raises(DataError, match="above 0"):
        d_square(new, base, critical=0.0)
    with pytest.raises(DataError, match="above 0"):
        robust_z(new, base, critical=0.0)
    with pytest.raises(DataError, match="cannot be of shape"):
        robust_z(new, base, covariances=(np.eye(2), np.eye(2)))
