"""Calibration: item parameters from responses, by own EM or, as a cross-check, by girth."""

from psychometrics.calibration.calibrate import calibrate
from psychometrics.calibration.priors import (
    DEFAULT_GUESSING,
    WINDOW_PRIORS,
    Beta,
    LogitNormal,
    LogNormal,
    Normal,
    Priors,
)
from psychometrics.calibration.result import (
    Anchors,
    Calibration,
    Engine,
    Latent,
    LeftOut,
    Model,
    StandardErrors,
)

__all__ = [
    "DEFAULT_GUESSING",
    "WINDOW_PRIORS",
    "Anchors",
    "Beta",
    "Calibration",
    "Engine",
    "Latent",
    "LeftOut",
    "LogNormal",
    "LogitNormal",
    "Model",
    "Normal",
    "Priors",
    "StandardErrors",
    "calibrate",
]
