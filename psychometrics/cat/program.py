"""What a paper must meet, as the rows of a linear program over its items and its linked sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen, frozen_floats
from psychometrics.cat.blueprint import Quotas
from psychometrics.cat.constraints import Constraints, LinkedSets
from psychometrics.errors import DataError

SLACK = 1e-9
"""How far a sum may lie beyond its limit, as a share of the limit or of 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The constraints lower <= matrix @ x <= upper over m items and s linked sets, x binary.

    Attributes
    ----------
    matrix : FloatArray, shape (k, m + s)
        First the rows of the quotas that nest, then those that cross them.
    lower, upper : FloatArray, shape (k,)
        Inclusive limits; infinite where there is none.
    nested : int
        How many rows belong to the quotas that nest, the whole paper's last.
    sums : slice
        The rows of `Constraints.rows`.
    crossing : FloatArray, shape (k - nested, m + s)
        The rows that are not nested.
    grows : BoolArray, shape (k - nested,)
        Which of those only grow with more items: what they have reached stays reached.
    caps : IntArray
        Which of those have an upper limit and only grow with more items or sets.
    capped : FloatArray, shape (len(caps), m + s)
        Those rows.
    owner : IntArray, shape (m,)
        The linked set of each item, -1 for none.
    """

    matrix: FloatArray
    lower: FloatArray
    upper: FloatArray
    nested: int
    sums: slice
    crossing: FloatArray
    grows: BoolArray
    caps: IntArray
    capped: FloatArray
    owner: IntArray

    @property
    def items(self) -> int:
        """Return m, the number of items."""
        return len(self.owner)

    @property
    def columns(self) -> int:
        """Return m + s, the number of items and sets."""
        return int(self.matrix.shape[1])

    def indicator(self, items: Sequence[int]) -> FloatArray:
        """Return x for a paper: 1 for its items and for the sets they belong to."""
        x = np.zeros(self.columns)
        kept = np.array(items, np.int64)
        x[kept] = 1.0
        sets = self.owner[kept]
        x[self.items + sets[sets >= 0]] = 1.0
        return x


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The limits of one paper: those of the program, given what it holds already.

    Attributes
    ----------
    lower, upper : FloatArray, shape (k,)
        Of each row.
    least, most : FloatArray, shape (m + s,)
        Of each item and set: 1 and 1 where it is on the paper, 0 and 0 where it cannot come.
    """

    lower: FloatArray
    upper: FloatArray
    least: FloatArray
    most: FloatArray


def build_program(constraints: Constraints) -> Program:
    """Return the program of constraints over m items.

    Parameters
    ----------
    constraints : Constraints
        With r rows, e sets of enemies and s linked sets.

    Returns
    -------
    Program
        Immutable.
    """
    m, sets = constraints.quotas.leaf.size, constraints.sets
    enemies = np.zeros((len(constraints.enemies), m + len(sets)))
    for row, one in enumerate(constraints.enemies):
        enemies[row, list(one)] = 1.0
    sums = np.pad(constraints.rows.coefficients, ((0, 0), (0, len(sets))))
    linked, least, most = _linked_rows(sets, m)
    nested = np.pad(nested_rows(constraints.quotas), ((0, 0), (0, len(sets))))
    quotas, rows = constraints.quotas, constraints.rows
    crossing = np.vstack([sums, enemies, linked])
    length = np.array([quotas.length], np.float64)
    lower = [quotas.minimum, length, rows.lower, np.full(len(enemies), -np.inf), least]
    upper = [quotas.maximum, length, rows.upper, np.ones(len(enemies)), most]
    limited = np.isfinite(np.concatenate([rows.upper, np.ones(len(enemies)), most]))
    caps = np.flatnonzero((crossing >= 0).all(axis=1) & limited)
    owner = np.full(m, -1, np.int64)
    for number, one in enumerate(sets.members):
        owner[list(one)] = number
    return Program(
        matrix=frozen(np.vstack([nested, crossing])),
        lower=frozen(np.concatenate(lower)),
        upper=frozen(np.concatenate(upper)),
        nested=len(nested),
        sums=slice(len(nested), len(nested) + len(rows)),
        crossing=frozen(crossing),
        grows=frozen(np.asarray((crossing[:, :m] >= 0).all(axis=1))),
        caps=frozen(caps),
        capped=frozen(crossing[caps]),
        owner=frozen(owner),
    )


def nested_rows(quotas: Quotas) -> FloatArray:
    """Return ones where an item lies beneath a node; the last row is the whole paper.

    Parameters
    ----------
    quotas : Quotas
        Of v nodes and m items.

    Returns
    -------
    FloatArray, shape (v + 1, m)
    """
    beneath = np.zeros((quotas.parent.size + 1, quotas.parent.size + 1))
    for node, path in enumerate(quotas.paths):
        beneath[list(path), node] = 1.0
    return np.asarray(beneath[:, quotas.leaf])


def _linked_rows(sets: LinkedSets, m: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return for each set its fewest and most items and x <= z for each member; then the count.

    With x <= z the rows describe the convex hull of each set, so the relaxation is tight.
    """
    rows, lower, upper = [], [], []
    for number, one in enumerate(sets.members):
        for limit, least, most in (
            (sets.minimum[number], 0.0, np.inf),
            (sets.maximum[number], -np.inf, 0.0),
            *((1, -np.inf, 0.0) for _ in one),
        ):
            row = np.zeros(m + len(sets))
            row[m + number] = -limit
            rows.append(row)
            lower.append(least)
            upper.append(most)
        rows[-len(one) - 2][list(one)] = rows[-len(one) - 1][list(one)] = 1.0
        for row, item in zip(rows[-len(one) :], one, strict=True):
            row[item] = 1.0
    if len(sets):
        rows.append(np.concatenate([np.zeros(m), np.ones(len(sets))]))
        lower.append(float(sets.fewest))
        upper.append(float(sets.most))
    matrix = np.array(rows).reshape(len(rows), m + len(sets))
    return matrix, np.array(lower), np.array(upper)


def shifted(program: Program, held: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Return the rows' limits, less what is held beyond the coefficients.

    Parameters
    ----------
    program : Program
        With r rows of `Constraints.rows`.
    held : array_like, shape (r,), optional
        Nothing unless given.

    Returns
    -------
    lower, upper : FloatArray, shape (k,)

    Raises
    ------
    DataError
        Another shape, or not finite.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    if held is None:
        return lower, upper
    beyond = frozen_floats(held, "held")
    rows = program.sums.stop - program.sums.start
    if beyond.shape != (rows,):
        raise DataError(f"held must have one number for each of the {rows} rows")
    lower[program.sums] -= beyond
    upper[program.sums] -= beyond
    return lower, upper


def bounds_of(
    program: Program, taken: Sequence[int], free: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the most of each item and set: 1 if taken, at most 1 if free.

    Parameters
    ----------
    program : Program
        Over m items and s linked sets.
    taken : sequence of int
        Items on the paper.
    free : BoolArray, shape (m,)
        Which others may still come.

    Returns
    -------
    least, most : FloatArray, shape (m + s,)
    """
    least = program.indicator(taken)
    most = np.ones(program.columns)
    most[: program.items] = free
    return least, np.maximum(most, least)


def limits_of(
    program: Program,
    taken: Sequence[int],
    free: BoolArray,
    *,
    held: npt.ArrayLike | None = None,
) -> Limits:
    """Return the limits of a paper that holds some items already.

    A limit that the taken items have passed is moved to what they reach, and an item that would
    pass a limit cannot come.

    Parameters
    ----------
    program : Program
        Over m items and s linked sets.
    taken : sequence of int
        Items on the paper.
    free : BoolArray, shape (m,)
        Which others may still come.
    held : array_like, shape (r,), optional
        What the taken items add to `Constraints.rows` beyond their coefficients.

    Returns
    -------
    Limits

    Raises
    ------
    DataError
        As `shifted`.
    """
    lower, upper = shifted(program, held)
    least, most = bounds_of(program, taken, free)
    reached = program.crossing @ least
    limit = upper[program.nested :]
    passed = program.grows & (reached > limit)
    limit[passed] = reached[passed]
    room = (limit - reached + _slack(limit))[program.caps]
    most[(program.capped > room[:, None]).any(axis=0)] = 0.0
    np.maximum(most, least, out=most)
    return Limits(lower, upper, least, most)


def meets(program: Program, limits: Limits, items: Sequence[int]) -> bool:
    """Say whether a paper lies within the limits, counted afresh.

    Parameters
    ----------
    program : Program
        Over m items and s linked sets.
    limits : Limits
        Of this paper.
    items : sequence of int
        All of its items.

    Returns
    -------
    bool
    """
    x = program.indicator(items)
    sums = program.matrix @ x
    above = sums >= limits.lower - _slack(limits.lower)
    below = sums <= limits.upper + _slack(limits.upper)
    within = (x >= limits.least) & (x <= limits.most)
    return bool(above.all() and below.all() and within.all())


def _slack(limit: FloatArray) -> FloatArray:
    return np.asarray(SLACK * np.maximum(1.0, np.abs(limit)))
