"""Measurement of ability and adaptive selection: pure functions over arrays and frozen values."""

from psychometrics.ability import Ability, estimate_ability
from psychometrics.cat import (
    Block,
    Estimate,
    Paper,
    Pool,
    Quotas,
    best_paper,
    build_pool,
    check_feasible,
    estimate,
    next_block,
    perturb,
    posterior,
    posterior_information,
    quantise,
)
from psychometrics.choices import BLANK, ChoiceMatrix
from psychometrics.domain import DomainScale, domain_score, domain_slope, domain_theta
from psychometrics.errors import DataError, InfeasibleBlueprint, PsychometricsError
from psychometrics.models import (
    ItemParameters,
    expected_score,
    information,
    log_probability,
    probability,
    probability_slope,
    test_information,
)
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import Code, ResponseMatrix, score_omissions

__all__ = [
    "BLANK",
    "Ability",
    "Block",
    "ChoiceMatrix",
    "Code",
    "DataError",
    "DomainScale",
    "Estimate",
    "InfeasibleBlueprint",
    "ItemParameters",
    "Paper",
    "Pool",
    "PsychometricsError",
    "Quadrature",
    "Quotas",
    "ResponseMatrix",
    "best_paper",
    "build_pool",
    "check_feasible",
    "domain_score",
    "domain_slope",
    "domain_theta",
    "estimate",
    "estimate_ability",
    "expected_score",
    "information",
    "log_probability",
    "next_block",
    "normal_quadrature",
    "perturb",
    "posterior",
    "posterior_information",
    "probability",
    "probability_slope",
    "quantise",
    "score_omissions",
    "test_information",
]
