"""What a paper must meet besides nested quotas: rows, enemies, required items, linked sets."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    frozen,
    frozen_floats,
    frozen_integers,
)
from psychometrics.cat.blueprint import Quotas
from psychometrics.errors import DataError


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Sums:
    """Sums over a paper that lie between limits: lower <= coefficients @ x <= upper.

    Parameters
    ----------
    coefficients : array_like, shape (r, m)
        What each item adds to each sum: 1 for a member of a class, or words, or seconds.
    lower, upper : array_like, shape (r,)
        Inclusive limits, in the units of the sum; minus and plus infinity for none.

    Raises
    ------
    DataError
        Shapes do not fit, or a coefficient is not finite, or a limit is NaN.
    """

    coefficients: FloatArray
    lower: FloatArray
    upper: FloatArray

    def __init__(
        self, coefficients: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike
    ) -> None:
        """Copy the arrays, make them read-only and check them."""
        weights = frozen_floats(coefficients, "coefficients", ndim=2)
        least, most = np.array(lower, np.float64), np.array(upper, np.float64)
        if not least.shape == most.shape == weights.shape[:1]:
            raise DataError("each row of coefficients needs one lower and one upper limit")
        if np.isnan(least).any() or np.isnan(most).any():
            raise DataError("limits must be numbers, or infinite where there is none")
        object.__setattr__(self, "coefficients", weights)
        object.__setattr__(self, "lower", frozen(least))
        object.__setattr__(self, "upper", frozen(most))

    def __len__(self) -> int:
        """Return r, the number of rows."""
        return len(self.lower)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class LinkedSets:
    """Items that share a stimulus: a paper uses a set with enough of its items, or not at all.

    Parameters
    ----------
    members : sequence of sequence of int
        The items of each of s sets; no item is in two.
    minimum, maximum : array_like of int, shape (s,)
        The fewest and most items of a set on a paper that uses it.
    fewest, most : int
        How many sets a paper uses; `most` is s unless given.

    Raises
    ------
    DataError
        Shapes do not fit, an item is in two sets, or a minimum is below 1.
    """

    members: tuple[tuple[int, ...], ...]
    minimum: IntArray
    maximum: IntArray
    fewest: int
    most: int

    def __init__(
        self,
        members: tuple[tuple[int, ...], ...],
        minimum: npt.ArrayLike,
        maximum: npt.ArrayLike,
        *,
        fewest: int = 0,
        most: int | None = None,
    ) -> None:
        """Copy the arrays, make them read-only and check them."""
        named = [item for one in members for item in one]
        if len(set(named)) != len(named):
            raise DataError("an item belongs to two linked sets, or to one twice")
        least, upmost = frozen_integers(minimum, "minimum"), frozen_integers(maximum, "maximum")
        if not len(least) == len(upmost) == len(members):
            raise DataError("each linked set needs one minimum and one maximum")
        if (least < 1).any():
            raise DataError("a set that is used has at least 1 item")
        object.__setattr__(self, "members", tuple(tuple(one) for one in members))
        object.__setattr__(self, "minimum", least)
        object.__setattr__(self, "maximum", upmost)
        object.__setattr__(self, "fewest", fewest)
        object.__setattr__(self, "most", len(members) if most is None else most)

    def __len__(self) -> int:
        """Return s, the number of sets."""
        return len(self.members)


def _no_rows(m: int) -> Sums:
    return Sums(np.zeros((0, m)), np.zeros(0), np.zeros(0))


def _no_sets() -> LinkedSets:
    return LinkedSets((), np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Constraints:
    """All that a paper from m items must meet.

    Parameters
    ----------
    quotas : Quotas
        The length of the paper and the quotas that nest.
    rows : Sums, optional
        Quotas that cross the tree, and sums such as words.
    enemies : sequence of sequence of int
        At most one item of each on a paper.
    required : sequence of int
        Items that every paper has.
    allowed : array_like of bool, shape (m,), optional
        Items that a paper may have; all unless given.
    sets : LinkedSets, optional
        Items that share a stimulus.

    Raises
    ------
    DataError
        An item does not exist, or shapes do not fit.
    """

    quotas: Quotas
    rows: Sums
    enemies: tuple[tuple[int, ...], ...]
    required: tuple[int, ...]
    allowed: BoolArray
    sets: LinkedSets
    nested_only: bool = field(init=False)
    """Whether the quotas and the required and allowed items are all there is."""

    def __init__(  # noqa: PLR0913 - the kinds of constraint there are, each by name
        self,
        quotas: Quotas,
        *,
        rows: Sums | None = None,
        enemies: tuple[tuple[int, ...], ...] = (),
        required: tuple[int, ...] = (),
        allowed: npt.ArrayLike | None = None,
        sets: LinkedSets | None = None,
    ) -> None:
        """Check that everything is about the same m items."""
        m = quotas.leaf.size
        kept_rows, kept_sets = rows or _no_rows(m), sets or _no_sets()
        may = np.ones(m, np.bool_) if allowed is None else np.array(allowed)
        if kept_rows.coefficients.shape[1] != m:
            raise DataError(f"rows for {kept_rows.coefficients.shape[1]} items, quotas for {m}")
        if may.shape != (m,) or may.dtype != np.bool_:
            raise DataError(f"allowed must be {m} booleans")
        named = [*required, *(i for one in (*enemies, *kept_sets.members) for i in one)]
        if not all(0 <= item < m for item in named):
            raise DataError(f"items must be 0 to {m - 1}")
        object.__setattr__(self, "quotas", quotas)
        object.__setattr__(self, "rows", kept_rows)
        object.__setattr__(self, "enemies", tuple(tuple(one) for one in enemies))
        object.__setattr__(self, "required", tuple(required))
        object.__setattr__(self, "allowed", frozen(may))
        object.__setattr__(self, "sets", kept_sets)
        nested = not (len(kept_rows) or enemies or len(kept_sets))
        object.__setattr__(self, "nested_only", nested)
