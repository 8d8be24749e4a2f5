"""Classical analysis: item statistics, reliability, distractors, key checks."""

from psychometrics.classical.distractors import Distractors, distractors
from psychometrics.classical.items import Classical, Withheld, classical_statistics
from psychometrics.classical.keys import KeyFlag, check_keys
from psychometrics.classical.reliability import coefficient_alpha, coefficient_omega

__all__ = [
    "Classical",
    "Distractors",
    "KeyFlag",
    "Withheld",
    "check_keys",
    "classical_statistics",
    "coefficient_alpha",
    "coefficient_omega",
    "distractors",
]
