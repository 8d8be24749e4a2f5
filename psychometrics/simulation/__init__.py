"""Simulated persons on adaptive papers, and what their papers were worth."""

from psychometrics.simulation.plan import EligibilityControl, Plan, Simulated
from psychometrics.simulation.precision import (
    ConditionalPrecision,
    conditional_precision,
    meets_constraints,
)
from psychometrics.simulation.sittings import simulate

__all__ = [
    "ConditionalPrecision",
    "EligibilityControl",
    "Plan",
    "Simulated",
    "conditional_precision",
    "meets_constraints",
    "simulate",
]
