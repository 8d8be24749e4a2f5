"""The award: what a paper earns under its exam's scheme. Law, in whole numbers and Decimal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import assert_never

from itembank.schemes import Band, PercentageBands, Scheme

WHOLE = Decimal(1)
# A mark is computed to six decimals before it is rounded, so that every machine rounds alike.
EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Award:
    """An outcome of a scheme by its code and in words, and a mark where the scheme gives one."""

    scheme: str
    outcome: str
    mark: int | None
    words: str

    @property
    def figure(self) -> str:
        """Return the mark, or the outcome in words where there is none."""
        return self.words if self.mark is None else str(self.mark)

    @property
    def brief(self) -> str:
        """Return the mark with the outcome's code, or the outcome in words where there is none."""
        return self.words if self.mark is None else f"{self.mark} ({self.outcome})"


def award_of(scheme: Scheme, exact: Decimal) -> Award:
    """Return what an unrounded mark on the reporting scale, from 0 to 100, earns."""
    match scheme:
        case PercentageBands():
            mark = half_up(exact)
            earned = band(mark, scheme.bands)
            return Award(scheme.kind, earned.code, mark, earned.name)
        case _:
            assert_never(scheme)


def recorded_award(scheme: Scheme, outcome: str, mark: int | None) -> Award:
    """Return an award as it was made; an outcome that the scheme lacks is told by its code."""
    words = next((one.name for one in scheme.outcomes if one.code == outcome), outcome)
    return Award(scheme.kind, outcome, mark, words)


def exact_mark(mark: Decimal) -> Decimal:
    """Return a mark from 0 to 100, to six decimals."""
    return min(max(mark, Decimal(0)), Decimal(100)).quantize(EXACT, rounding=ROUND_HALF_UP)


def half_up(mark: Decimal) -> int:
    """Return the whole-number mark: halves go up."""
    return int(mark.quantize(WHOLE, rounding=ROUND_HALF_UP))


def band(mark: int, bands: Sequence[Band]) -> Band:
    """Return the band of a whole-number mark; bands go from the highest down to 0."""
    return next(band for band in bands if mark >= band.lowest)
