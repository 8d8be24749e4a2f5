"""Simulated persons on adaptive papers, and what their papers were worth."""

from psychometrics.simulation.plan import Plan, Simulated, TargetEligibility
from psychometrics.simulation.precision import (
    ConditionalPrecision,
    conditional_precision,
    meets_constraints,
)
from psychometrics.simulation.sittings import simulate

__all__ = [
    "ConditionalPrecision",
    "Plan",
    "Simulated",
    "TargetEligibility",
    "conditional_precision",
    "meets_constraints",
    "simulate",
]
