"""Fit of items, persons, pairs and the model: tests with p-values, and flags."""

from psychometrics.fit.dependence import Dependence, q3
from psychometrics.fit.item_fit import SumScoreFit, s_x2
from psychometrics.fit.model_fit import ModelFit, m2
from psychometrics.fit.person_fit import PersonFit, person_fit
from psychometrics.fit.residuals import MeanSquares, mean_squares, standardised_residuals
from psychometrics.fit.resimulation import ResimulatedNull, resimulated_null
from psychometrics.fit.rest_ability import rest_ability
from psychometrics.fit.score_test import ItemScoreTest, item_score_test

__all__ = [
    "Dependence",
    "ItemScoreTest",
    "MeanSquares",
    "ModelFit",
    "PersonFit",
    "ResimulatedNull",
    "SumScoreFit",
    "item_score_test",
    "m2",
    "mean_squares",
    "person_fit",
    "q3",
    "resimulated_null",
    "rest_ability",
    "s_x2",
    "standardised_residuals",
]
