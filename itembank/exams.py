"""ExamDefinition: an exam as data."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from itembank.blueprint.blueprint import Blueprint
from itembank.document import Document, Identifier, Text
from itembank.items.item import ItemVersion
from itembank.parameters import Prior


class Scoring(StrEnum):
    """How a mark is made from the responses."""

    DOMAIN_SCORE = "domain_score"
    NUMBER_CORRECT = "number_correct"


class AdaptivePaper(Document):
    """A paper assembled while it is sat, `block_size` items at a time."""

    kind: Literal["adaptive"] = "adaptive"
    block_size: int = Field(ge=1)


class FixedForm(Document):
    """A given list of items, handed out `block_size` at a time."""

    kind: Literal["fixed"] = "fixed"
    items: tuple[Identifier, ...]
    block_size: int = Field(ge=1)


class RandomPaper(Document):
    """A paper drawn at random under the blueprint: for a first window, and for calibration."""

    kind: Literal["random"] = "random"
    block_size: int = Field(ge=1)


class NoControl(Document):
    """Information alone decides."""

    rule: Literal["none"] = "none"


class ProgressiveControl(Document):
    """Chance is strong in the first block and fades."""

    rule: Literal["progressive"] = "progressive"
    strength: float = Field(ge=0, le=5, default=0.4)


class RandomesqueControl(Document):
    """Chance chooses among the `size` best items of a criterion."""

    rule: Literal["randomesque"] = "randomesque"
    size: int = Field(ge=2, le=50)


class EligibilityControl(Document):
    """No item is met by more than the target share of candidates, of each ability if asked."""

    rule: Literal["eligibility"] = "eligibility"
    target: float = Field(gt=0, le=1)
    conditional: bool = False


ExposureControl = Annotated[
    NoControl | ProgressiveControl | RandomesqueControl | EligibilityControl,
    Field(discriminator="rule"),
]


class Band(Document):
    """A grade and the lowest whole-number mark that earns it."""

    code: Text
    name: Text
    lowest: int = Field(ge=0, le=100)


class ExamDefinition(Document):
    """One immutable version of an exam."""

    code: Identifier
    version: int = Field(ge=1)
    title: Text
    framework: Text
    minutes: int = Field(ge=1)
    paper: Annotated[AdaptivePaper | RandomPaper | FixedForm, Field(discriminator="kind")]
    blueprint: Blueprint
    exposure: ExposureControl = ProgressiveControl()
    scoring: Scoring = Scoring.DOMAIN_SCORE
    reference_form: tuple[Identifier, ...] | None = None
    bands: tuple[Band, ...] = Field(min_length=2)
    threshold: int = Field(ge=0, le=100)
    credits: int = Field(ge=0)
    prior: Prior
    release_on_provisional: bool = False

    @model_validator(mode="after")
    def _bands_cover_the_marks(self) -> Self:
        lows = [band.lowest for band in self.bands]
        if lows != sorted(set(lows), reverse=True) or lows[-1] != 0:
            raise ValueError("bands go from the highest down, each lower, and the last starts at 0")
        if self.threshold not in lows:
            raise ValueError(f"the threshold {self.threshold} is not where a band starts")
        return self

    def asks_for(self, item: ItemVersion) -> bool:
        """Say whether an item is tagged to the exam's framework, under one of its criteria."""
        return item.is_tagged(self.framework) and self.criterion_of(item) in self.blueprint.criteria

    def criterion_of(self, item: ItemVersion) -> str:
        """Return the code of an item's criterion in the exam's framework; raise NotTagged."""
        return item.tag(self.framework).code

    @property
    def length(self) -> int:
        """Return the number of scored items in a paper."""
        return self.blueprint.items

    @property
    def positions(self) -> int:
        """Return the number of positions in a paper: scored items and pretest slots."""
        trial = self.blueprint.pretest
        return self.length + (0 if trial is None else trial.slots)

    @property
    def block_count(self) -> int:
        """Return the number of blocks in a paper."""
        return -(-self.positions // self.paper.block_size)
