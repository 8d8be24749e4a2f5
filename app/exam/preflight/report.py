"""Report: what a pre-flight found, whole and immutable, as the board, a file and machines read it.

Marks are in marks, theta in the units of the exam's ability scale, shares from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from itembank.document import Document, Identifier, Text


class ScalePoint(Document):
    """How well people of about one ability are measured; None where there are too few."""

    theta: float
    mark: float
    persons: int
    theta_bias: float | None
    theta_rmse: float | None
    theta_sem: float | None
    mark_bias: float | None
    mark_rmse: float | None
    mark_sem: float | None


class CutPoint(Document):
    """How well people whose true mark is exactly a cut score are measured.

    `reached` is the share of them whose mark reaches the cut.
    """

    grade: Text
    cut: int
    theta: float
    persons: int
    theta_bias: float
    theta_rmse: float
    theta_sem: float
    mark_bias: float
    mark_rmse: float
    mark_sem: float
    reached: float


class GradeRow(Document):
    """How a grade is given: to how many it belongs, and how often it is given where it belongs.

    `accuracy` is over those it belongs to, `trust` over those it is given to, `consistency` over
    those it is given to in a first of two sittings; None where there are none.
    """

    code: Text
    name: Text
    true_share: float
    given_share: float
    accuracy: float | None
    trust: float | None
    consistency: float | None


class ItemUse(Document):
    """How often an item is met, by everyone and by each ability group."""

    item: Identifier
    criterion: Text
    b: float
    exposure: float
    groups: tuple[float, ...]
    over_target: bool


class AbilityGroup(Document):
    """A part of the declared ability distribution; a bound is None at an end of it."""

    low: float | None
    high: float | None
    persons: int
    max_exposure: float
    overlap: float | None


class BankCell(Document):
    """Items of a criterion in a difficulty band: how many there are, are met and are needed."""

    criterion: Text
    low: float | None
    high: float | None
    items: int
    asked: float
    given: float
    wanted: float


class Need(Document):
    """Items to write: so many of a criterion and a difficulty, in plain words too."""

    criterion: Text
    low: float | None
    high: float | None
    items: int
    words: Text


class Bank(Document):
    """How the bank is used, where it is thin for the target, and what to write."""

    items: int
    never_used: tuple[Identifier, ...]
    over_target: tuple[Identifier, ...]
    target: float
    target_is_declared: bool
    cells: tuple[BankCell, ...]
    needs: tuple[Need, ...]


class Comparison(Document):
    """One way to make papers, with the same simulated candidates as every other.

    `mark_rmse_change` is against the exam's own way, as a share, with its standard error.
    """

    name: Text
    block_size: int
    exposure: Text
    is_own: bool
    candidates: int
    blueprint_violations: int
    theta_rmse: float
    mark_bias: float
    mark_rmse: float
    mark_rmse_change: float
    mark_rmse_change_error: float
    grade_accuracy: float
    max_exposure: float
    mean_overlap: float


class Time(Document):
    """How long papers take: mean, and the 5th and 95th in a hundred, in seconds."""

    mean: float
    low: float
    high: float
    allowed: float
    items_with_time: int
    basis: Text


class Report(Document):
    """A pre-flight of an exam version on a parameter set."""

    exam: Identifier
    exam_version: int
    title: Text
    parameters: Text
    provisional: bool
    candidates: int
    seed: int
    seconds: float
    paper: Text
    block_size: int
    length: int
    trial_items: int
    exposure: Text
    target: float | None
    prior_mean: float
    prior_sd: float
    blueprint_violations: int
    solvers: Mapping[str, int]
    worst_gap: float
    theta_bias: float
    theta_rmse: float
    mark_bias: float
    mark_rmse: float
    mark_rmse_error: float
    grade_accuracy: float
    grade_consistency: float
    pass_accuracy: float
    pass_consistency: float
    replicated: int
    max_exposure: float
    attainable_exposure: float | None
    mean_overlap: float
    conditional_sem: tuple[ScalePoint, ...]
    cuts: tuple[CutPoint, ...]
    grades: tuple[GradeRow, ...]
    groups: tuple[AbilityGroup, ...]
    item_use: tuple[ItemUse, ...]
    bank: Bank
    time: Time
    comparisons: tuple[Comparison, ...] = ()
    erring_ratings: Comparison | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it is kept: with when and by whom it was made."""

    id: int
    report: Report
    made_at: datetime
    made_by: str
