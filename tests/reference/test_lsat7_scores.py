"""EAP and WLE against mirt on LSAT section 7; lsat7/README.md says where the numbers come from."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from psychometrics import ItemParameters, estimate_ability, normal_quadrature

TABLES = Path(__file__).parent / "lsat7"
VARIANCE = {"rasch": 1.022647577, "2pl": 1.0, "3pl_norm_logit": 1.0}

# EAP: the same integral, on as many nodes. WLE: mirt's optimiser stops at about 1e-6.
EAP_TOLERANCE = 1e-9
WLE_TOLERANCE = 5e-6


def read_items(model: str) -> ItemParameters:
    table = np.loadtxt(TABLES / f"{model}_items.csv", delimiter=",", skiprows=1)
    return ItemParameters(table[:, 1], table[:, 2], table[:, 3])


def read_scores(model: str) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    rows = [line.split(",") for line in (TABLES / f"{model}_scores.csv").read_text().split()[1:]]
    codes = np.array([[int(answer) for answer in row[0]] for row in rows], dtype=np.int8)
    return codes, np.array([row[1:] for row in rows], dtype=np.float64)


@pytest.mark.parametrize("model", VARIANCE)
def test_eap_agrees_with_mirt(model: str) -> None:
    codes, expected = read_scores(model)
    prior = normal_quadrature(0.0, VARIANCE[model] ** 0.5, points=121, width=8.0)
    ability = estimate_ability(codes, read_items(model), method="eap", prior=prior)
    np.testing.assert_allclose(ability.theta, expected[:, 0], atol=EAP_TOLERANCE)
    np.testing.assert_allclose(ability.sem, expected[:, 1], atol=EAP_TOLERANCE)


@pytest.mark.parametrize("model", VARIANCE)
def test_wle_agrees_with_mirt(model: str) -> None:
    codes, expected = read_scores(model)
    ability = estimate_ability(codes, read_items(model), method="wle")
    np.testing.assert_allclose(ability.theta, expected[:, 2], atol=WLE_TOLERANCE)
