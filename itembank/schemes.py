"""The scheme: what an exam can award for a place on its reporting scale from 0 to 100."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from itembank.document import Document, Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be awarded; `lowest` is the whole mark on the reporting scale from which it is."""

    code: str
    name: str
    lowest: int
    passes: bool


class Band(Document):
    """A grade and the lowest whole-number mark that earns it."""

    code: Text
    name: Text
    lowest: int = Field(ge=0, le=100)


class PercentageBands(Document):
    """A mark of 100, halves rounded up, and the band that it falls in."""

    kind: Literal["percentage_bands"] = "percentage_bands"
    bands: tuple[Band, ...] = Field(min_length=2)
    threshold: int = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _bands_cover_the_marks(self) -> Self:
        lows = [band.lowest for band in self.bands]
        if lows != sorted(set(lows), reverse=True) or lows[-1] != 0:
            raise ValueError("bands go from the highest down, each lower, and the last starts at 0")
        if self.threshold not in lows:
            raise ValueError(f"the threshold {self.threshold} is not where a band starts")
        return self

    @property
    def title(self) -> str:
        """Return what its outcomes are called together."""
        return "Bands"

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Return the bands, the highest first."""
        return tuple(
            Outcome(band.code, band.name, band.lowest, band.lowest >= self.threshold)
            for band in self.bands
        )


Scheme = PercentageBands
"""Every scheme has a `kind`, a `title`, its `outcomes`, the best first, and the `threshold`:
the whole mark on the reporting scale from which an outcome passes."""


def cuts(scheme: Scheme) -> tuple[Outcome, ...]:
    """Return the outcomes that a cut score parts from those below them."""
    return tuple(one for one in scheme.outcomes if one.lowest > 0)


def outcome_words(scheme: Scheme) -> str:
    """Return the outcomes, each with where it begins."""
    return ", ".join(f"{one.name} from {one.lowest}" for one in scheme.outcomes)
