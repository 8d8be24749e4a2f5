"""Differential item functioning: Mantel-Haenszel, logistic regression, likelihood ratio."""

from psychometrics.dif.adjust import benjamini_hochberg
from psychometrics.dif.likelihood_ratio import LikelihoodRatio, likelihood_ratio_dif
from psychometrics.dif.logistic import LogisticDif, LogisticTest, logistic_dif
from psychometrics.dif.mantel_haenszel import MantelHaenszel, ets_classes, mantel_haenszel
from psychometrics.dif.matching import Matching, match

__all__ = [
    "LikelihoodRatio",
    "LogisticDif",
    "LogisticTest",
    "MantelHaenszel",
    "Matching",
    "benjamini_hochberg",
    "ets_classes",
    "likelihood_ratio_dif",
    "logistic_dif",
    "mantel_haenszel",
    "match",
]
