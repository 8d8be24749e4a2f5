"""ExamDefinition: an exam as data."""

from enum import StrEnum
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from itembank.blueprint.blueprint import Blueprint
from itembank.document import Document, Identifier, Text
from itembank.items.item import ItemVersion
from itembank.parameters import Prior
from itembank.schemes import Scheme


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


# Percentage bands have no place of their own in an exam's document: they stand at its top.
_AT_THE_TOP = ("bands", "threshold")
_NESTED = ("scheme", "percentage_bands")


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
    scheme: Scheme
    credits: int = Field(ge=0)
    prior: Prior
    release_on_provisional: bool = False

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, given: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Read percentage bands at the top, and say what is wrong with them as being there."""
        if not isinstance(given, dict) or "scheme" in given:
            return handler(given)
        bands = {name: given[name] for name in _AT_THE_TOP if name in given}
        rest = {name: value for name, value in given.items() if name not in _AT_THE_TOP}
        try:
            return handler({**rest, "scheme": {"kind": "percentage_bands", **bands}})
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                error.title, [_at_the_top(one) for one in error.errors(include_url=False)]
            ) from error

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Return the document with percentage bands at the top: its text and hash stay."""
        document: dict[str, object] = {}
        for name, value in handler(self).items():
            if name == "scheme" and value["kind"] == "percentage_bands":
                document |= {each: value[each] for each in _AT_THE_TOP}
            else:
                document[name] = value
        return document

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


def _at_the_top(error: ErrorDetails) -> InitErrorDetails:
    """Return a fault of the scheme as one of the field at the top that it was read from."""
    place, kind = error["loc"], error["type"]
    while place and place[0] in _NESTED:
        place = place[1:]
    if kind not in get_args(ErrorType):  # pydantic makes only errors of its own again by their kind
        ours = PydanticCustomError(kind, error["msg"], error.get("ctx"))
        return InitErrorDetails(type=ours, loc=place, input=error["input"])
    told = InitErrorDetails(type=kind, loc=place, input=error["input"])
    return told if "ctx" not in error else {**told, "ctx": error["ctx"]}
