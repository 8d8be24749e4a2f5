"""What persons did with items: codes, the one step that scores omissions, and ResponseMatrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from psychometrics.arrays import CodeArray, FloatArray, IntArray, frozen
from psychometrics.errors import DataError


class Code(IntEnum):
    """The value of one cell of a response matrix (persons in rows, items in columns)."""

    WRONG = 0
    RIGHT = 1
    OMITTED = 2
    """The item was shown and passed over."""
    NOT_REACHED = 3
    """The item was on the paper, but time ended before it was shown."""
    NOT_PRESENTED = 4
    """The item was not on this person's paper."""


def response_codes(responses: npt.ArrayLike, *, ndim: int | None = None) -> CodeArray:
    """Return responses as int8, refusing what is not a Code.

    Parameters
    ----------
    responses : array_like of int
        Codes, of any shape.
    ndim : int, optional
        The number of dimensions it must have.

    Returns
    -------
    CodeArray
        Same shape.

    Raises
    ------
    DataError
        Not of an integer type, a value that is no Code, or the wrong number of dimensions.
    """
    given = np.asarray(responses)
    if ndim is not None and given.ndim != ndim:
        raise DataError(f"responses must have {ndim} dimension(s), got shape {given.shape}")
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise DataError(f"responses must be integer codes, got {given.dtype}")
    if given.size and (given.min() < min(Code) or given.max() > max(Code)):
        raise DataError(f"responses must be codes {min(Code):d} to {max(Code):d}")
    return given.astype(np.int8)


def score_omissions(
    codes: npt.ArrayLike, *, omitted: Code = Code.WRONG, not_reached: Code = Code.WRONG
) -> CodeArray:
    """Return the codes with omissions scored: the one explicit scoring step.

    Parameters
    ----------
    codes : array_like of int
        Codes, of any shape; left as they are.
    omitted : Code
        What an OMITTED item counts as.
    not_reached : Code
        What a NOT_REACHED item counts as: WRONG for a mark, NOT_PRESENTED for calibration.

    Returns
    -------
    CodeArray
        Same shape, a new array.

    Raises
    ------
    DataError
        A value that is no Code.
    """
    given = response_codes(codes)
    scored = given.copy()
    scored[given == Code.OMITTED] = omitted
    scored[given == Code.NOT_REACHED] = not_reached
    return scored


@dataclass(frozen=True, slots=True, eq=False)
class ResponseMatrix:
    """Scored responses of n persons to m items, kept as the k cells that were presented.

    Made by `from_scores`, `from_triples` or `from_codes`, which check what they are given.

    Attributes
    ----------
    starts : IntArray, shape (n + 1,)
        The cells of person i are `starts[i]` to `starts[i + 1]`.
    columns : IntArray, shape (k,)
        The item of each cell, rising within a person.
    scores : CodeArray, shape (k,)
        1 right, 0 wrong.
    persons, items : tuple of str, lengths n and m
        Labels; positions as text where none were given.
    weights : FloatArray, shape (n,)
        How many persons each row stands for, at least 0.
    """

    starts: IntArray
    columns: IntArray
    scores: CodeArray
    persons: tuple[str, ...]
    items: tuple[str, ...]
    weights: FloatArray

    @classmethod
    def from_scores(
        cls,
        scores: npt.ArrayLike,
        *,
        persons: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> Self:
        """Return the matrix of an array of scores.

        Parameters
        ----------
        scores : array_like, shape (n, m)
            1 right, 0 wrong, NaN (or masked) for not presented.
        persons, items : sequence of str, optional
            Labels of rows and columns, each once.
        weights : array_like, shape (n,), optional
            How many persons each row stands for; 1 where not given.

        Returns
        -------
        ResponseMatrix, shape (n, m)
            Of the cells that are not NaN.

        Raises
        ------
        DataError
            Another score, with its person and item; or shapes and labels that do not fit.
        """
        given = np.ma.filled(np.ma.asarray(scores, dtype=np.float64), np.nan)
        if given.ndim != 2:
            raise DataError(f"scores must be persons x items, got shape {given.shape}")
        person, item = np.nonzero(~np.isnan(given))
        names = _labels(persons, items, given.shape)
        return cls._checked(person, item, given[person, item], names, weights)

    @classmethod
    def from_triples(  # noqa: PLR0913 - a long table is four columns, and labels said by name
        cls,
        person: npt.ArrayLike,
        item: npt.ArrayLike,
        score: npt.ArrayLike,
        shape: tuple[int, int],
        *,
        persons: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> Self:
        """Return the matrix of a long table: one row a response, in any order.

        Parameters
        ----------
        person, item : array_like of int, shape (k,)
            Positions from 0, below `shape`.
        score : array_like, shape (k,)
            1 right, 0 wrong, NaN for not presented.
        shape : tuple of int
            n persons and m items.
        persons, items : sequence of str, optional
            Labels of rows and columns, each once.
        weights : array_like, shape (n,), optional
            How many persons each row stands for; 1 where not given.

        Returns
        -------
        ResponseMatrix, shape (n, m)
            Of the triples whose score is not NaN.

        Raises
        ------
        DataError
            Another score, a position out of range, one cell given twice, lengths that differ.
        """
        rows, columns = _positions(person, "person", shape[0]), _positions(item, "item", shape[1])
        values = np.asarray(score, dtype=np.float64)
        if not rows.shape == columns.shape == values.shape:
            lengths = f"{rows.size}, {columns.size}, {values.size}"
            raise DataError(f"person, item and score must have one length, got {lengths}")
        cell = rows * shape[1] + columns
        if (np.diff(cell) <= 0).any():
            order = np.argsort(cell, kind="stable")
            rows, columns, values, cell = rows[order], columns[order], values[order], cell[order]
        names = _labels(persons, items, shape)
        twice = np.flatnonzero(np.diff(cell) == 0)
        if twice.size:
            at = f"person {names[0][rows[twice[0]]]}, item {names[1][columns[twice[0]]]}"
            raise DataError(f"a response is given twice: {at}; keep one of them")
        shown = ~np.isnan(values)
        if not shown.all():
            rows, columns, values = rows[shown], columns[shown], values[shown]
        return cls._checked(rows, columns, values, names, weights)

    @classmethod
    def from_codes(
        cls,
        codes: npt.ArrayLike,
        *,
        omitted: Code = Code.WRONG,
        not_reached: Code = Code.NOT_PRESENTED,
        persons: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
    ) -> Self:
        """Return the matrix of an array of codes, omissions scored as said.

        Parameters
        ----------
        codes : array_like of int, shape (n, m)
            Codes.
        omitted, not_reached : Code
            RIGHT, WRONG or NOT_PRESENTED: what they count as.
        persons, items : sequence of str, optional
            Labels of rows and columns, each once.

        Returns
        -------
        ResponseMatrix, shape (n, m)
            Each row stands for one person.

        Raises
        ------
        DataError
            A value that is no Code, or labels that do not fit.
        """
        given = response_codes(codes, ndim=2)
        scored = score_omissions(given, omitted=omitted, not_reached=not_reached)
        person, item = np.nonzero(scored != Code.NOT_PRESENTED)
        names = _labels(persons, items, given.shape)
        return cls._checked(person, item, scored[person, item].astype(np.float64), names, None)

    @classmethod
    def _checked(
        cls,
        person: IntArray,
        item: IntArray,
        values: FloatArray,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        weights: npt.ArrayLike | None,
    ) -> Self:
        persons, items = names
        strange = np.flatnonzero((values != 0) & (values != 1))
        if strange.size:
            at = f"person {persons[person[strange[0]]]}, item {items[item[strange[0]]]}"
            raise DataError(
                f"scores are 1, 0 or NaN (not presented), got {values[strange[0]]:g} at {at}; "
                f"score the choices by their key first"
            )
        starts = np.concatenate([[0], np.cumsum(np.bincount(person, minlength=len(persons)))])
        heavy = np.ones(len(persons)) if weights is None else np.asarray(weights, np.float64)
        if heavy.shape != (len(persons),) or not np.isfinite(heavy).all() or (heavy < 0).any():
            raise DataError("weights must be one finite number of at least 0 a person")
        return cls(
            starts=frozen(starts.astype(np.int64)),
            columns=frozen(item.astype(np.int64)),
            scores=frozen(values.astype(np.int8)),
            persons=persons,
            items=items,
            weights=frozen(heavy.copy()),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Return n and m."""
        return len(self.persons), len(self.items)

    @property
    def is_complete(self) -> bool:
        """Say whether every person was presented every item."""
        return self.columns.size == len(self.persons) * len(self.items)

    def person_of_cell(self) -> IntArray:
        """Return the row of each cell, shape (k,)."""
        return np.repeat(np.arange(len(self.persons)), np.diff(self.starts))

    def codes(self) -> CodeArray:
        """Return the dense matrix of codes, shape (n, m): RIGHT, WRONG or NOT_PRESENTED."""
        dense = np.full(self.shape, Code.NOT_PRESENTED, dtype=np.int8)
        dense[self.person_of_cell(), self.columns] = self.scores
        return dense

    def dense_scores(self) -> FloatArray:
        """Return the dense matrix of scores, shape (n, m): 1, 0, NaN for not presented."""
        dense = np.full(self.shape, np.nan)
        dense[self.person_of_cell(), self.columns] = self.scores
        return dense

    def indicators(self) -> sparse.csr_array[np.float64]:
        """Return who did what, shape (n, 2 m): a 1 in column j for wrong, in m + j for right.

        One product with the (2 m, q) stack of log Q over log P is the log-likelihood of every
        person at every node; the transposed product counts wrong and right answers.
        """
        n, m = self.shape
        place = (self.columns + np.where(self.scores == 1, m, 0)).astype(np.int32)
        ones = np.ones(place.size)
        return sparse.csr_array((ones, place, self.starts.astype(np.int32)), shape=(n, 2 * m))

    def take_persons(self, index: npt.ArrayLike) -> Self:
        """Return the persons at `index` (positions or a mask), in its order."""
        chosen = np.arange(len(self.persons))[np.asarray(index)]
        sizes = np.diff(self.starts)[chosen]
        begins = np.cumsum(sizes) - sizes
        cells = np.arange(sizes.sum()) + np.repeat(self.starts[chosen] - begins, sizes)
        return type(self)(
            starts=frozen(np.concatenate([[0], np.cumsum(sizes)])),
            columns=frozen(self.columns[cells]),
            scores=frozen(self.scores[cells]),
            persons=tuple(self.persons[i] for i in chosen),
            items=self.items,
            weights=frozen(self.weights[chosen]),
        )

    def take_items(self, index: npt.ArrayLike) -> Self:
        """Return the items at `index` (positions or a mask), in its order; all persons stay."""
        n, m = self.shape
        chosen = np.arange(m)[np.asarray(index)]
        new = np.full(m, -1)
        new[chosen] = np.arange(chosen.size)
        here = new[self.columns] >= 0
        return type(self).from_triples(
            self.person_of_cell()[here],
            new[self.columns[here]],
            self.scores[here],
            (n, chosen.size),
            persons=self.persons,
            items=[self.items[j] for j in chosen],
            weights=self.weights,
        )

    def distinct(self) -> tuple[Self, IntArray]:
        """Return the matrix of distinct rows, weights added, and the row of each person in it.

        Returns
        -------
        matrix : ResponseMatrix, shape (p, m)
            In the order of first appearance; a row is labelled by its first person.
        row : IntArray, shape (n,)
            Where each person's pattern is.
        """
        found: dict[bytes, int] = {}
        row = np.empty(len(self.persons), dtype=np.int64)
        first: list[int] = []
        keyed = 2 * self.columns + self.scores.astype(np.int64)
        for i, (begin, end) in enumerate(
            zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        ):
            row[i] = found.setdefault(keyed[begin:end].tobytes(), len(found))
            if row[i] == len(first):
                first.append(i)
        taken = self.take_persons(np.array(first, dtype=np.int64))
        weights = frozen(
            np.bincount(row, weights=self.weights, minlength=len(first)).astype(np.float64)
        )
        return type(self)(
            taken.starts, taken.columns, taken.scores, taken.persons, taken.items, weights
        ), row


def _positions(values: npt.ArrayLike, name: str, size: int) -> IntArray:
    given = np.asarray(values)
    if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
        raise DataError(f"{name} must be a list of whole numbers, positions from 0")
    if given.size and (given.min() < 0 or given.max() >= size):
        raise DataError(f"{name} positions must lie from 0 to {size - 1}: give shape=(n, m)")
    return given.astype(np.int64)


def _labels(
    persons: Sequence[str] | None, items: Sequence[str] | None, shape: tuple[int, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _names(persons, "persons", shape[0]), _names(items, "items", shape[1])


def _names(labels: Sequence[str] | None, name: str, size: int) -> tuple[str, ...]:
    if labels is None:
        return tuple(str(position) for position in range(size))
    given = tuple(str(label) for label in labels)
    if len(given) != size or len(set(given)) != size:
        raise DataError(f"{name} must be {size} labels, each once, got {len(given)}")
    return given
