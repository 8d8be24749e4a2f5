"""What the answers of some persons tell of the items, as coefficients on a polynomial in theta."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.expectation import Single, SparseRows

_AT_ONCE = 512
"""Persons whose columns are made and multiplied at a time, so that they stay in the cache."""
FLAT = 1e-9
"""The norm of a polynomial that is no longer told apart from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemScores:
    """Derivatives of the log probability of one answer, at the nodes of one group.

    Parameters
    ----------
    wrong : array, shape (q, p f)
        Of a wrong answer: p coordinates (a, d, logit c), f items each.
    gain : array, shape (q, p f), or None
        Of a right answer over a wrong one; None where `powers` say it for every item.
    powers : tuple of p FloatArray, shape (q,)
        theta and 1.
    """

    wrong: Single
    gain: Single | None
    powers: tuple[FloatArray, ...]


class Table:
    """Answers of some persons as tables, persons by items."""

    at_once = _AT_ONCE

    def __init__(self, presented: Single | None, right: Single, parts: int) -> None:
        self.presented, self.right, self.parts = presented, right, parts

    def columns(
        self,
        weighted: FloatArray,
        scores: ItemScores,
        some: slice,
        *,
        spread: bool,  # noqa: ARG002 - as Cells
    ) -> tuple[Single, FloatArray]:
        """Return the items' coefficients on one polynomial, and their products by item.

        Parameters
        ----------
        weighted : FloatArray, shape (n, q)
            The polynomial times the posterior of each person.
        scores : ItemScores
            Of their group.
        some : slice
            Which n of the persons these are.
        spread : bool
            The columns are wanted, and not the products alone.

        Returns
        -------
        columns : array, shape (n, p f)
            Coefficients.
        own : FloatArray, shape (f, p, p)
            Products of each item's columns with each other.
        """
        right = self.right[some]
        narrow: Single = weighted.astype(right.dtype)
        columns: Single = narrow @ scores.wrong
        free = right.shape[1]
        for part in range(self.parts):
            place = slice(part * free, (part + 1) * free)
            block = columns[:, place]
            if self.presented is not None:
                block *= self.presented[some]
            if scores.gain is not None:
                block += right * (narrow @ scores.gain[:, place])
                continue
            lift: Single = (weighted @ scores.powers[part]).astype(right.dtype)
            if np.abs(lift).max(initial=0.0) > FLAT:
                block += right * lift[:, np.newaxis]
        return columns, self._own(columns)

    def _own(self, columns: Single) -> FloatArray:
        parts, free = self.parts, self.right.shape[1]
        blocks = columns.reshape(len(columns), parts, free)
        found = np.empty((free, parts, parts))
        for i, j in _pairs(parts):
            found[:, i, j] = found[:, j, i] = np.einsum("ij,ij->j", blocks[:, i], blocks[:, j])
        return found


class Cells:
    """Answers of some persons cell by cell, for those who took few of the items."""

    def __init__(
        self, rows: SparseRows, free: IntArray, parts: int, room: tuple[Single, Single]
    ) -> None:
        every = free.size == rows.presented.shape[1]
        presented = rows.presented if every else rows.presented[:, free]
        right = rows.right if every else rows.right[:, free]
        self.parts, self.free, (self.room, self.table) = parts, free.size, room
        self.at_once = len(self.room)
        self.item = presented.indices.astype(np.int64)
        self.person = _rows_of(presented)
        self.cell = self.person * free.size + self.item
        self.place = self.person * self.room.shape[1] + self.item
        hit = np.zeros(self.table.size, dtype=np.bool_)
        hit[_rows_of(right) * free.size + right.indices] = True
        self.right = hit[self.cell]
        self.room[:] = 0.0

    def columns(
        self, weighted: FloatArray, scores: ItemScores, some: slice, *, spread: bool
    ) -> tuple[Single, FloatArray]:
        """Return what `Table` returns, in columns that the next call overwrites.

        There are two more a group, for the latent coordinates.
        """
        narrow: Single = weighted.astype(self.room.dtype)
        found = [self._part(narrow, weighted, scores, part) for part in range(self.parts)]
        if spread:
            flat = self.room.reshape(-1)
            for part, values in enumerate(found):
                flat[self.place + part * self.free] = values
        own = np.empty((self.free, self.parts, self.parts))
        for i, j in _pairs(self.parts):
            own[:, i, j] = own[:, j, i] = np.bincount(
                self.item, weights=found[i] * found[j], minlength=self.free
            )
        return self.room[some], own

    def _part(self, narrow: Single, weighted: FloatArray, scores: ItemScores, part: int) -> Single:
        """Return the coefficients by one parameter in every cell."""
        place = slice(part * self.free, (part + 1) * self.free)
        values: Single = np.matmul(narrow, scores.wrong[:, place], out=self.table).take(self.cell)
        if scores.gain is not None:
            gain = np.matmul(narrow, scores.gain[:, place], out=self.table).take(self.cell)
            values += gain * self.right
            return values
        lift: Single = (weighted @ scores.powers[part]).astype(narrow.dtype)
        if np.abs(lift).max(initial=0.0) > FLAT:
            values += lift.take(self.person) * self.right
        return values


def _rows_of(cells: sparse.csr_array[np.float64]) -> IntArray:
    """Return the row of each cell that is not 0."""
    return np.repeat(np.arange(cells.shape[0]), np.diff(cells.indptr))


def _pairs(parts: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(parts) for j in range(i, parts)]
