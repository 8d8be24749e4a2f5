"""Nodes and weights of a normal distribution."""

import numpy as np
import pytest

from psychometrics import DataError, Quadrature, normal_quadrature


def test_normal_quadrature_has_the_moments_asked_for() -> None:
    prior = normal_quadrature(0.5, 2.0)
    mean = prior.weights @ prior.nodes
    assert len(prior) == 61
    assert (prior.nodes[0], prior.nodes[-1]) == (-11.5, 12.5)
    assert mean == pytest.approx(0.5, abs=1e-12)
    assert prior.weights @ (prior.nodes - mean) ** 2 == pytest.approx(4.0, rel=1e-6)


@pytest.mark.parametrize(
    ("nodes", "weights"),
    [
        ([], []),
        ([0.0, 0.0], [0.5, 0.5]),
        ([1.0, 0.0], [0.5, 0.5]),
        ([0.0, 1.0], [0.5, 0.6]),
        ([0.0, 1.0], [1.5, -0.5]),
        ([0.0, 1.0], [1.0]),
    ],
)
def test_what_is_no_distribution_is_refused(nodes: list[float], weights: list[float]) -> None:
    with pytest.raises(DataError):
        Quadrature(nodes, weights)


@pytest.mark.parametrize(("sd", "points"), [(0.0, 61), (-1.0, 61), (np.nan, 61), (1.0, 1)])
def test_a_normal_distribution_without_width_is_refused(sd: float, points: int) -> None:
    with pytest.raises(DataError):
        normal_quadrature(0.0, sd, points=points)
