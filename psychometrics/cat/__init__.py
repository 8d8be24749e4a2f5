"""Adaptive selection: blueprint, pool, next block."""

from psychometrics.cat.assembly import Assembler, is_feasible
from psychometrics.cat.blueprint import Paper, Quotas, Solver, best_paper, check_feasible
from psychometrics.cat.conflict import smallest_conflict
from psychometrics.cat.constraints import Constraints, LinkedSets, Sums
from psychometrics.cat.control import (
    ExposureCounts,
    Holding,
    ability_bounds,
    ability_group,
    draw_ineligible,
    eligibility,
    exposure_rates,
    mean_overlap,
    merge,
    no_counts,
    record,
)
from psychometrics.cat.exposure import (
    Blind,
    Plain,
    Progressive,
    Randomesque,
    Sparing,
    ValueRule,
    perturb,
    value_items,
)
from psychometrics.cat.floor import attainable_exposure, fewest_taken
from psychometrics.cat.pool import Pool, build_pool
from psychometrics.cat.pretest import calibration_need
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
    "Assembler",
    "Blind",
    "Block",
    "Conditions",
    "Constraints",
    "Estimate",
    "ExposureCounts",
    "Holding",
    "LinkedSets",
    "Paper",
    "Plain",
    "Pool",
    "Progressive",
    "Quotas",
    "Randomesque",
    "Solver",
    "Sparing",
    "Sums",
    "ValueRule",
    "ability_bounds",
    "ability_group",
    "attainable_exposure",
    "best_paper",
    "build_pool",
    "calibration_need",
    "check_feasible",
    "draw_ineligible",
    "eligibility",
    "estimate",
    "exposure_rates",
    "fewest_taken",
    "is_feasible",
    "mean_overlap",
    "merge",
    "next_block",
    "no_counts",
    "perturb",
    "posterior",
    "posterior_information",
    "quantise",
    "record",
    "smallest_conflict",
    "value_items",
]
