"""Adaptive selection: blueprint, pool, next block."""

from psychometrics.cat.blueprint import Paper, Quotas, Solver, best_paper, check_feasible
from psychometrics.cat.constraints import Constraints, LinkedSets, Rows
from psychometrics.cat.exposure import (
    Blind,
    Counts,
    Plain,
    Progressive,
    Randomesque,
    ValueRule,
    draw_ineligible,
    eligibility,
    perturb,
    value_items,
)
from psychometrics.cat.pool import Pool, build_pool
from psychometrics.cat.selection import (
    Block,
    Conditions,
    Estimate,
    estimate,
    next_block,
    posterior,
    posterior_information,
    quantise,
)

__all__ = [
    "Blind",
    "Block",
    "Conditions",
    "Constraints",
    "Counts",
    "Estimate",
    "LinkedSets",
    "Paper",
    "Plain",
    "Pool",
    "Progressive",
    "Quotas",
    "Randomesque",
    "Rows",
    "Solver",
    "ValueRule",
    "best_paper",
    "build_pool",
    "check_feasible",
    "draw_ineligible",
    "eligibility",
    "estimate",
    "next_block",
    "perturb",
    "posterior",
    "posterior_information",
    "quantise",
    "value_items",
]
