"""Adaptive selection: blueprint, pool, next block."""

from psychometrics.cat.blueprint import Paper, Quotas, best_paper, check_feasible
from psychometrics.cat.pool import Pool, build_pool
from psychometrics.cat.selection import (
    Block,
    Estimate,
    estimate,
    next_block,
    perturb,
    posterior,
    posterior_information,
    quantise,
)

__all__ = [
    "Block",
    "Estimate",
    "Paper",
    "Pool",
    "Quotas",
    "best_paper",
    "build_pool",
    "check_feasible",
    "estimate",
    "next_block",
    "perturb",
    "posterior",
    "posterior_information",
    "quantise",
]
