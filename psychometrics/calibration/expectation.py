"""The E-step: what the responses lead us to expect at each node, and their likelihood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.grid import Grid
from psychometrics.calibration.space import Point
from psychometrics.responses import ResponseMatrix

_ROWS = 2048
"""Persons worked on at a time, so that their rows over the nodes stay in the cache."""
_FEW = 16
"""Items below which persons with the same answers may well outnumber the answers there are."""

Single = npt.NDArray[np.floating[Any]]
"""An array in single precision where that suffices, else in double."""
Kind = type[np.float32] | type[np.float64]


class Portion(Protocol):
    """Responses of some persons of one group, as the sums that EM needs of them."""

    @property
    def group(self) -> int:
        """The latent distribution that they come from."""
        ...

    @property
    def weights(self) -> FloatArray:
        """How many persons each row stands for, shape (n,)."""
        ...

    @property
    def cells(self) -> int:
        """How many responses these are."""
        ...

    def presented_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over presented items of their rows (m, q): shape (n, q) or (1, q)."""
        ...

    def right_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over items answered rightly of their rows (m, k): shape (n, k)."""
        ...

    def presented_counts(self, rows: FloatArray) -> FloatArray:
        """Return each item's sum of the rows (n, q) of its takers: (m, q), or (1, q) for all."""
        ...

    def right_counts(self, rows: FloatArray) -> FloatArray:
        """Return each item's sum of the rows (n, k) of those who had it right: (m, k)."""
        ...

    def dense(self, items: IntArray, kind: Kind) -> tuple[Single | None, Single]:
        """Return who was presented some items and who had them right, shape (n, f), in 1 and 0.

        The first is None where everyone was presented every item.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CompleteRows:
    """Persons who were all presented every item.

    Parameters
    ----------
    group : int
        Their latent distribution.
    weights : FloatArray, shape (n,)
        How many persons each row stands for.
    scores : FloatArray, shape (n, m)
        1 right, 0 wrong.
    """

    group: int
    weights: FloatArray
    scores: FloatArray

    @property
    def cells(self) -> int:
        """How many responses these are."""
        return self.scores.size

    def presented_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over all items of their rows, shape (1, q)."""
        return np.asarray(table.sum(axis=0, keepdims=True))

    def right_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over items answered rightly of their rows (m, k): shape (n, k)."""
        return self.scores @ table

    def presented_counts(self, rows: FloatArray) -> FloatArray:
        """Return the sum of the rows (n, q), which is every item's: shape (1, q)."""
        return np.asarray(rows.sum(axis=0, keepdims=True))

    def right_counts(self, rows: FloatArray) -> FloatArray:
        """Return each item's sum of the rows (n, k) of those who had it right: (m, k)."""
        return self.scores.T @ rows

    def dense(self, items: IntArray, kind: Kind) -> tuple[Single | None, Single]:
        """Return None, and who had some items right, shape (n, f), in 1 and 0."""
        return None, np.asarray(self.scores[:, items], dtype=kind)


@dataclass(frozen=True, slots=True, eq=False)
class SparseRows:
    """Persons who were presented some of the items.

    Parameters
    ----------
    group : int
        Their latent distribution.
    weights : FloatArray, shape (n,)
        How many persons each row stands for.
    presented, right : csr_array, shape (n, m)
        1 where an item was presented, and where it was answered rightly.
    """

    group: int
    weights: FloatArray
    presented: sparse.csr_array[np.float64]
    right: sparse.csr_array[np.float64]

    @property
    def cells(self) -> int:
        """How many responses these are."""
        return int(self.presented.nnz)

    def presented_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over presented items of their rows (m, q): shape (n, q)."""
        return np.asarray(self.presented @ table)

    def right_sum(self, table: FloatArray) -> FloatArray:
        """Return the sum over items answered rightly of their rows (m, k): shape (n, k)."""
        return np.asarray(self.right @ table)

    def presented_counts(self, rows: FloatArray) -> FloatArray:
        """Return each item's sum of the rows (n, q) of its takers: shape (m, q)."""
        return np.asarray(self.presented.T @ rows)

    def right_counts(self, rows: FloatArray) -> FloatArray:
        """Return each item's sum of the rows (n, k) of those who had it right: (m, k)."""
        return np.asarray(self.right.T @ rows)

    def dense(self, items: IntArray, kind: Kind) -> tuple[Single | None, Single]:
        """Return who was presented some items and who had them right, shape (n, f), in 1 and 0."""
        presented: Single = np.asarray(self.presented.astype(kind).toarray(), dtype=kind)
        right: Single = np.asarray(self.right.astype(kind).toarray(), dtype=kind)
        if items.size == presented.shape[1]:
            return presented, right
        return presented[:, items], right[:, items]


def split_rows(responses: ResponseMatrix, group_of_person: IntArray) -> tuple[Portion, ...]:
    """Return the responses by group, in portions that fit the cache.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        No person without a response.
    group_of_person : IntArray, shape (n,)
        Counted from 0.

    Returns
    -------
    tuple of Portion
        Together all persons.
    """
    portions: list[Portion] = []
    complete = responses.is_complete
    for group in np.unique(group_of_person).tolist():
        members = np.flatnonzero(group_of_person == group)
        if complete:
            portions.extend(_complete(responses, members, group))
        else:
            portions.extend(
                _sparse(responses, members[begin : begin + _ROWS], group)
                for begin in range(0, members.size, _ROWS)
            )
    return tuple(portions)


def _complete(responses: ResponseMatrix, members: IntArray, group: int) -> Iterator[CompleteRows]:
    """Yield the rows of a group; those that are alike as one where few items allow few patterns."""
    scores, weights = responses.scores.reshape(responses.shape)[members], responses.weights[members]
    items = responses.shape[1]
    if items < _FEW and 2**items < members.size:
        code = scores @ (1 << np.arange(items))
        _, first, row = np.unique(code, return_index=True, return_inverse=True)
        scores, weights = scores[first], np.bincount(row, weights=weights).astype(np.float64)
    for begin in range(0, len(scores), _ROWS):
        part = slice(begin, begin + _ROWS)
        yield CompleteRows(group, weights[part], scores[part].astype(np.float64))


def _sparse(responses: ResponseMatrix, index: IntArray, group: int) -> SparseRows:
    part = responses.take_persons(index)
    shape = part.shape
    starts, columns = part.starts.astype(np.int32), part.columns.astype(np.int32)
    presented = sparse.csr_array((np.ones(columns.size), columns, starts), shape=shape)
    hits = part.scores == 1
    before = np.concatenate([[0], np.cumsum(hits)])
    right = sparse.csr_array(
        (np.ones(int(before[-1])), columns[hits], before[starts].astype(np.int32)), shape=shape
    )
    return SparseRows(group, part.weights, presented, right)


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What an E-step finds, pooled over all nodes of all k groups: Q = k q of them.

    Parameters
    ----------
    log_likelihood : float
        Marginal, natural log, of all persons.
    theta : FloatArray, shape (Q,)
        The nodes, group after group, in theta units.
    members : FloatArray, shape (k, q)
        Persons expected at each node of each group.
    persons : FloatArray, shape (m, Q) or (1, Q)
        Takers of each item expected at each node; one row where all took all.
    right : FloatArray, shape (m, Q), or None
        Right answers expected at each node; None where `moments` suffice.
    moments : FloatArray, shape (m, 2)
        Right answers, and the sum of theta expected over them.
    """

    log_likelihood: float
    theta: FloatArray
    members: FloatArray
    persons: FloatArray
    right: FloatArray | None
    moments: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What the items say at the nodes of one group.

    Parameters
    ----------
    theta : FloatArray, shape (q,)
        The nodes, in theta units.
    log_weights : FloatArray, shape (q,)
        Of the latent distribution.
    log_q : FloatArray, shape (m, q)
        Log probability of a wrong answer.
    log_odds : FloatArray, shape (m, q), or None
        log P - log Q; None where it is a theta + d, of which `slopes` tell.
    slopes : FloatArray, shape (m, 2)
        a and d.
    """

    theta: FloatArray
    log_weights: FloatArray
    log_q: FloatArray
    log_odds: FloatArray | None
    slopes: FloatArray


def tabulate(point: Point, grid: Grid, *, asymptotes: bool) -> tuple[Tables, ...]:
    """Return the tables of each group at a point."""
    found = []
    for mean, sd in zip(point.mean.tolist(), point.sd.tolist(), strict=True):
        theta = mean + sd * grid.nodes
        found.append(_tables(point, theta, grid.log_weights, asymptotes=asymptotes))
    return tuple(found)


def _tables(
    point: Point, theta: FloatArray, log_weights: FloatArray, *, asymptotes: bool
) -> Tables:
    logit = point.a[:, np.newaxis] * theta
    logit += point.d[:, np.newaxis]
    log_q = log_one_minus_expit(logit)
    slopes = np.column_stack([point.a, point.d])
    if not asymptotes:
        return Tables(theta, log_weights, log_q, None, slopes)
    c = point.c[:, np.newaxis]
    with np.errstate(divide="ignore"):
        log_p = np.logaddexp(np.log(c), np.log1p(-c) + logit + log_q)
    log_q += np.log1p(-c)
    return Tables(theta, log_weights, log_q, log_p - log_q, slopes)


def log_one_minus_expit(logit: FloatArray) -> FloatArray:
    """Return log(1 - expit(x)) = -log(1 + exp(x)), which no x overflows."""
    tail = np.exp(-np.abs(logit))
    tail += 1.0
    np.log(tail, out=tail)
    tail += np.maximum(logit, 0.0)
    return np.negative(tail, out=tail)


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Posteriors of some persons, as yet unscaled.

    Parameters
    ----------
    values : FloatArray, shape (n, q)
        Proportional to each person's posterior over the nodes; the greatest is 1.
    sums : FloatArray, shape (n,)
        Of each row.
    log_likelihood : FloatArray, shape (n,)
        Of each person.
    """

    values: FloatArray
    sums: FloatArray
    log_likelihood: FloatArray


def kernel(rows: Portion, tables: Tables) -> Kernel:
    """Return the posteriors of some persons under the tables of their group.

    Notes
    -----
    In log space until the greatest term of each person is taken out, so that no number of
    items underflows. Without lower asymptotes the items answered rightly enter only by the
    sums of their a and of their d.
    """
    if tables.log_odds is None:
        weighted = rows.right_sum(tables.slopes)
        base = rows.presented_sum(tables.log_q)
        values = weighted[:, :1] * tables.theta
        values += base
        extra: FloatArray | float = weighted[:, 1]
    else:
        values = rows.right_sum(tables.log_odds)
        values += rows.presented_sum(tables.log_q)
        extra = 0.0
    values += tables.log_weights
    top = values.max(axis=1)
    values -= top[:, np.newaxis]
    np.exp(values, out=values)
    sums = values.sum(axis=1)
    return Kernel(values, sums, np.log(sums) + top + extra)


def expect(
    portions: Sequence[Portion], point: Point, *, grid: Grid, asymptotes: bool
) -> Expectation:
    """Return the E-step at a point.

    Parameters
    ----------
    portions : sequence of Portion
        All persons, by group.
    point : Point
        Of m items and k groups.
    grid : Grid
        Standardised nodes.
    asymptotes : bool
        Some item can have c above 0.

    Returns
    -------
    Expectation
        Pooled over groups.

    Notes
    -----
    Bock & Aitkin (1981). The posterior of one portion of persons at a time is all that is
    ever held: memory grows with neither persons x items x nodes nor persons x nodes.
    """
    tables = tabulate(point, grid, asymptotes=asymptotes)
    groups, items, nodes = len(tables), point.a.size, len(grid.nodes)
    one_row = all(isinstance(rows, CompleteRows) for rows in portions)
    persons = np.zeros((1 if one_row else items, groups, nodes))
    right = np.zeros((items, groups, nodes)) if asymptotes else None
    members, moments = np.zeros((groups, nodes)), np.zeros((items, 2))
    log_likelihood = 0.0
    for rows in portions:
        group = rows.group
        found = kernel(rows, tables[group])
        scale = rows.weights / found.sums
        log_likelihood += float(rows.weights @ found.log_likelihood)
        members[group] += scale @ found.values
        if one_row and right is None:
            persons[:, group] = members[group]
            mean = scale * (found.values @ tables[group].theta)
        else:
            found.values[...] *= scale[:, np.newaxis]
            persons[:, group] += rows.presented_counts(found.values)
            mean = found.values @ tables[group].theta
        if right is None:
            moments += rows.right_counts(np.column_stack([rows.weights, mean]))
        else:
            right[:, group] += rows.right_counts(found.values)
    return Expectation(
        log_likelihood=log_likelihood,
        theta=np.concatenate([each.theta for each in tables]),
        members=members,
        persons=persons.reshape(len(persons), -1),
        right=None if right is None else right.reshape(items, -1),
        moments=moments,
    )


def log_likelihood(
    portions: Sequence[Portion], point: Point, *, grid: Grid, asymptotes: bool
) -> FloatArray:
    """Return the marginal log-likelihood of each row of each portion, one after another."""
    tables = tabulate(point, grid, asymptotes=asymptotes)
    return np.concatenate([kernel(rows, tables[rows.group]).log_likelihood for rows in portions])
