"""Linking of two calibrations."""

import numpy as np
import pytest

from psychometrics.arrays import FloatArray
from psychometrics.errors import DataError
from psychometrics.linking import Linking, LinkingMethod, link, rescale
from psychometrics.models import ItemParameters, probability
from psychometrics.quadrature import normal_quadrature

SLOPE, INTERCEPT = 1.3, -0.4
METHODS: tuple[LinkingMethod, ...] = ("mean-mean", "mean-sigma", "haebara", "stocking-lord")


def item_sets(m: int = 15, *, noise: float = 0.0) -> tuple[ItemParameters, ItemParameters]:
    """The base items, and the same on a metric where theta_base = SLOPE theta + INTERCEPT."""
    generator = np.random.Generator(np.random.PCG64(3))
    a, b = np.exp(generator.normal(0, 0.3, m)), generator.normal(size=m)
    c = generator.uniform(0.05, 0.3, m)
    bent = generator.normal(0, noise, (2, m))
    new = ItemParameters(a * SLOPE * np.exp(bent[0]), (b - INTERCEPT) / SLOPE + bent[1], c)
    return new, ItemParameters(a, b, c)


def changed(items: ItemParameters, place: int, item: int, by: float) -> ItemParameters:
    values = [items.a.copy(), items.b.copy(), items.c.copy()]
    values[place][item] += by
    return ItemParameters(*values)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_a_linear_transformation_is_recovered_exactly(
    method: LinkingMethod, *, symmetric: bool
) -> None:
    new, base = item_sets()
    linking = link(new, base, method=method, symmetric=symmetric)
    assert linking.slope == pytest.approx(SLOPE, abs=1e-9)
    assert linking.intercept == pytest.approx(INTERCEPT, abs=1e-9)
    assert linking.converged
    carried = rescale(new, linking)
    np.testing.assert_allclose(carried.a, base.a, atol=1e-8)
    np.testing.assert_allclose(carried.b, base.b, atol=1e-8)
    theta = np.array([-1.0, 0.5])
    np.testing.assert_allclose(
        probability(linking.carry(theta), carried), probability(theta, new), atol=1e-12
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_items_changes_nothing(method: LinkingMethod) -> None:
    new, base = item_sets(noise=0.1)
    order = np.random.Generator(np.random.PCG64(1)).permutation(15)
    first = link(new, base, method=method)
    second = link(new.take(order), base.take(order), method=method)
    assert second.slope == pytest.approx(first.slope, abs=1e-7)
    assert second.intercept == pytest.approx(first.intercept, abs=1e-7)


@pytest.mark.parametrize("method", ["mean-mean", "mean-sigma"])
def test_moments_link_back_by_the_inverse_line(method: LinkingMethod) -> None:
    new, base = item_sets(noise=0.1)
    assert_inverse(link(new, base, method=method), link(base, new, method=method))


@pytest.mark.parametrize("method", ["haebara", "stocking-lord"])
def test_symmetric_curves_link_back_by_the_inverse_line(method: LinkingMethod) -> None:
    new, base = item_sets(noise=0.1)
    forth, back = (
        link(*pair, method=method, symmetric=True) for pair in ((new, base), (base, new))
    )
    assert_inverse(forth, back)
    one_way = link(base, new, method=method)
    assert abs(one_way.slope - 1 / link(new, base, method=method).slope) > 1e-5


def assert_inverse(forth: Linking, back: Linking) -> None:
    assert back.slope == pytest.approx(1 / forth.slope, abs=1e-6)
    assert back.intercept == pytest.approx(-forth.intercept / forth.slope, abs=1e-6)


@pytest.mark.parametrize("method", ["haebara", "stocking-lord"])
def test_the_line_is_the_least_of_its_criterion(method: LinkingMethod) -> None:
    new, base = item_sets(noise=0.2)
    grid = normal_quadrature(0.5, 1.2)
    found = link(new, base, method=method, quadrature=grid)

    def criterion(slope: float, intercept: float) -> float:
        carried = ItemParameters(new.a / slope, slope * new.b + intercept, new.c)
        gap = probability(grid.nodes, base) - probability(grid.nodes, carried)
        each = gap.sum(axis=1) ** 2 if method == "stocking-lord" else (gap**2).mean(axis=1)
        return float(grid.weights @ each)

    least = criterion(found.slope, found.intercept)
    assert found.criterion == pytest.approx(least, rel=1e-9)
    for slope, intercept in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)):
        assert criterion(found.slope + slope, found.intercept + intercept) > least


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_standard_errors_are_the_delta_method_of_numerical_derivatives(
    method: LinkingMethod, *, symmetric: bool
) -> None:
    pair = item_sets(6)
    generator = np.random.Generator(np.random.PCG64(9))
    roots = generator.normal(0, 0.05, (2, 18, 18))
    covariances = roots @ roots.transpose(0, 2, 1)
    expected = np.zeros((2, 2))
    for which in (0, 1):
        by = np.zeros((2, 18))
        for column in range(18):
            by[:, column] = derivative(pair, which, column, method, symmetric=symmetric)
        expected += by @ covariances[which] @ by.T
    found = link(
        *pair, method=method, symmetric=symmetric, covariances=(covariances[0], covariances[1])
    )
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-4)
    assert found.slope_error == pytest.approx(expected[0, 0] ** 0.5, rel=1e-4)
    assert found.intercept_error == pytest.approx(expected[1, 1] ** 0.5, rel=1e-4)


def derivative(
    pair: tuple[ItemParameters, ItemParameters],
    which: int,
    column: int,
    method: LinkingMethod,
    *,
    symmetric: bool,
) -> FloatArray:
    lines = []
    for step in (1e-4, -1e-4):
        sets = list(pair)
        sets[which] = changed(pair[which], column % 3, column // 3, step)
        found = link(sets[0], sets[1], method=method, symmetric=symmetric)
        lines.append(np.array([found.slope, found.intercept]))
    return np.asarray((lines[0] - lines[1]) / 2e-4)


def test_blocks_of_items_are_a_covariance_without_links_between_items() -> None:
    new, base = item_sets(5)
    blocks = np.stack([np.diag([0.01, 0.02, np.nan])] * 5)
    whole = np.kron(np.eye(5), np.diag([0.01, 0.02, 0.0]))
    first = link(new, base, covariances=(blocks, blocks))
    second = link(new, base, covariances=(whole, whole))
    np.testing.assert_allclose(first.covariance, second.covariance)


def test_without_covariances_there_are_no_errors() -> None:
    linking = link(*item_sets())
    assert np.isnan(linking.slope_error)
    assert np.isnan(linking.intercept_error)


def test_what_cannot_be_linked_is_refused() -> None:
    new, base = item_sets(4)
    with pytest.raises(DataError, match="2 or more common items"):
        link(new.take([0]), base.take([0]))
    with pytest.raises(DataError, match="got 3 and 4"):
        link(new.take([0, 1, 2]), base)
    with pytest.raises(DataError, match="different difficulty"):
        link(new, ItemParameters(base.a, np.zeros(4), base.c), method="mean-sigma")
    with pytest.raises(DataError, match="a covariance of 4 items"):
        link(new, base, covariances=(np.eye(3), np.eye(3)))
