"""CalibrationRun: what calibrating a window found, whole and immutable, as the board reads it."""

from enum import StrEnum
from math import isfinite
from typing import Literal

from pydantic import Field

from itembank.document import Document, Identifier, Text
from itembank.parameters import LinkingConstants

DECIMALS = 6


def rounded(value: float) -> float | None:
    """Return a figure as a run keeps it; None stands for what is not finite."""
    return round(float(value), DECIMALS) if isfinite(value) else None


class Flag(StrEnum):
    """What a person must look at before an item is accepted."""

    KEY = "key"
    """A distractor does better than the key, or the key does badly."""
    FIT = "fit"
    """The responses depart from the curve: the score test, or infit and outfit."""
    FEW = "few"
    """Too few responses for its errors to be trusted."""
    STEEPNESS = "steepness"
    """It hardly discriminates, or so well that a dependence is likely."""
    DRIFT = "drift"
    """An anchor that is no longer what it was when the reporting scale was frozen."""
    DEPENDENCE = "dependence"
    """Its residuals go with another item's."""


class Role(StrEnum):
    """What became of an item in a run."""

    ANCHOR = "anchor"
    """Held at its reporting-scale parameters."""
    CALIBRATED = "calibrated"
    LEFT_OUT = "left_out"
    """Not presented, or constant with no prior to hold it."""


class RunOptions(Document):
    """What was asked for."""

    model: Literal["rasch", "1pl", "2pl"]
    engine: Literal["em", "girth"]
    anchors: Literal["scale", "free"]
    priors: Text
    quadrature_points: int
    max_iterations: int
    tolerance: float


class Value(Document):
    """A parameter and its standard error; None where it was held fixed or is unknown."""

    value: float
    error: float | None


class CurvePoint(Document):
    """A group of persons of like ability: their mean theta, share right observed and expected."""

    theta: float
    persons: float
    observed: float
    expected: float


class OptionRow(Document):
    """How an option was chosen: by how many, how able they were, and over ability groups."""

    option: Text | None
    """None is a blank."""
    is_key: bool
    chosen: float
    share: float
    mean_theta: float | None
    trace: tuple[float, ...]
    """Share of each ability group (those of the curve) that chose it."""


class Fit(Document):
    """How well an item's responses follow its curve."""

    infit: float | None
    outfit: float | None
    score: float | None
    """The score test's statistic."""
    df: int | None
    p: float | None


class ItemRow(Document):
    """One item of a run."""

    item: Identifier
    version: int
    criterion: Text
    role: Role
    presented: int
    right: int
    a: Value | None
    b: Value | None
    c: Value | None
    before_a: float
    before_b: float
    """The parameters that selected the papers, on their own scale."""
    fit: Fit | None
    flags: tuple[Flag, ...]
    notes: tuple[Text, ...]
    """A sentence for each flag, and why an item was left out."""
    curve: tuple[CurvePoint, ...]
    options: tuple[OptionRow, ...]


class DriftRow(Document):
    """How an anchor stands against the frozen scale."""

    item: Identifier
    robust_z_a: float | None
    robust_z_b: float | None
    d2: float | None
    drifted: bool


class InformationPoint(Document):
    """Information of all calibrated items at a theta."""

    theta: float
    information: float


class CalibrationRun(Document):
    """One run. Floats are rounded when it is made, so that its hash is the same on any machine."""

    id: Identifier
    window: Text
    exam: Identifier
    exam_version: int
    made_at: Text
    by: Text
    input_hash: Text
    """SHA-256 of the responses: sitting, item, version, score, in the order of ids and places."""
    options: RunOptions
    versions: dict[str, str]
    seed: int | None
    """None: nothing in the run was left to chance."""
    persons: int
    responses: int
    latent_mean: Value
    latent_sd: Value
    log_likelihood: float
    log_posterior: float
    aic: float
    bic: float
    parameter_count: int
    iterations: int
    converged: bool
    trace: tuple[float, ...]
    reliability: float | None
    """Marginal reliability of the EAP estimates."""
    scale: int | None
    """The reporting scale it is on; None for a first, free run."""
    linking: LinkingConstants | None
    drift: tuple[DriftRow, ...]
    information: tuple[InformationPoint, ...]
    items: tuple[ItemRow, ...]

    def row(self, item: str) -> ItemRow:
        """Return the row of an item; raise KeyError."""
        for one in self.items:
            if one.item == item:
                return one
        raise KeyError(item)


class Acceptance(Document):
    """A board's decision on a run: what it made, who decided, and why."""

    run: Identifier
    parameters: Text
    scale: int
    accepted: tuple[Identifier, ...]
    barred: tuple[Identifier, ...]
    re_expressed: tuple[Identifier, ...]
    by: Text
    reason: Text
    at: Text = Field(description="An instant.")
