"""The covariance of the complete data's score given the responses, summed over persons.

Given the responses only theta is unknown, and the score of an item is a function of it. Two ways
lead to the sum: exact products where everyone took every item of a logistic model, and an
expansion on the polynomials that are orthonormal under each person's posterior everywhere else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.answers import FLAT, Cells, ItemScores, Table
from psychometrics.calibration.expectation import (
    Expectation,
    Kernel,
    Kind,
    Portion,
    Single,
    SparseRows,
    kernel,
    tabulate,
)
from psychometrics.calibration.grid import Grid
from psychometrics.calibration.space import Layout, Point, Slope

_ROUNDS = ((0, 1), (2, 2), (3, 4), (5, 10), (11, 24))
"""First and last degree of each round of the expansion; most calibrations end after the first."""
_COUPLED = 5e-4
"""Of an item's complete information, times the square of the share of items that a person takes:
what couples no two items any more. Standard errors then move by less than 1 in 500."""
_NEGLIGIBLE = 1e-3
"""The same for a coordinate that all persons share."""
_DUST = 1e-20
"""Posterior probability taken for 0, since numbers too small for single precision are slow."""
_TINY = 1e-300
_SPARSE = 0.25
"""Share of items that a person takes below which answers are read cell by cell."""
_MANY = 400
"""Single above which products between items are taken in single precision."""


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Where each coordinate stands: slopes, intercepts, logits of c, then means, then sds.

    Parameters
    ----------
    free : int
        Items that are estimated.
    parts : int
        Coordinates of each: 2, or 3 with logit c.
    together : bool
        All slopes are one coordinate.
    groups : int
        Latent distributions.
    """

    free: int
    parts: int
    together: bool
    groups: int

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """Return the coordinates of a layout, those that it holds fixed among them."""
        return cls(
            free=layout.free.size,
            parts=3 if layout.guessing else 2,
            together=layout.slope is Slope.COMMON and layout.free.size > 0,
            groups=layout.free_mean.size,
        )

    @property
    def slopes(self) -> int:
        """How many slopes there are."""
        return 1 if self.together else self.free

    @property
    def items(self) -> int:
        """How many coordinates belong to items."""
        return self.slopes + (self.parts - 1) * self.free

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        return self.items + 2 * self.groups

    @property
    def means(self) -> IntArray:
        """The places of the means, shape (k,)."""
        return self.items + np.arange(self.groups)

    @property
    def sds(self) -> IntArray:
        """The places of the sds, shape (k,)."""
        return self.means + self.groups

    def of_items(self) -> IntArray:
        """Return the place of each coordinate of each item, shape (f, p)."""
        own = np.arange(self.free)
        slope = np.zeros_like(own) if self.together else own
        rest = [self.slopes + part * self.free + own for part in range(self.parts - 1)]
        return np.column_stack([slope, *rest])

    def add_blocks(self, full: FloatArray, blocks: FloatArray) -> None:
        """Add each item's own block (f, p, p) to a matrix over all coordinates."""
        place = self.of_items()
        np.add.at(full, (place[:, :, np.newaxis], place[:, np.newaxis, :]), blocks)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Where the covariance is wanted.

    Parameters
    ----------
    portions : sequence of Portion
        All persons, by group.
    point : Point
        The parameters.
    grid : Grid
        Standardised nodes.
    layout : Layout
        What is free.
    found : Expectation
        The E-step at the point.
    """

    portions: Sequence[Portion]
    point: Point
    grid: Grid
    layout: Layout
    found: Expectation


def _posteriors(scene: Scene) -> Iterator[tuple[Portion, Kernel]]:
    """Yield each portion with its posteriors, scaled to sum to 1."""
    tables = tabulate(scene.point, scene.grid, asymptotes=scene.layout.asymptotes)
    for rows in scene.portions:
        found = kernel(rows, tables[rows.group])
        found.values[...] /= found.sums[:, np.newaxis]
        yield rows, found


def _latent_scores(scene: Scene, group: int) -> FloatArray:
    """Return the derivatives of the log density by mean and sd at the nodes, shape (q, 2)."""
    nodes = scene.grid.nodes
    return np.asarray(np.column_stack([nodes, nodes**2 - 1.0]) / scene.point.sd[group])


def missing_if_complete(scene: Scene) -> FloatArray:
    """Return the covariance where everyone took every item and no item has an asymptote.

    Parameters
    ----------
    scene : Scene
        All of its rows complete.

    Returns
    -------
    FloatArray, shape (s, s)
        In the order of `Coordinates`; exact on the grid.

    Notes
    -----
    The score of item j is y_j f - f P_j with f = (theta, 1), so that with V_i and C_i the
    posterior variance and covariance of person i
    Cov_i = y_j y_k V_i(theta) - y_j C_i(theta, f P_k) - y_k C_i(f P_j, theta) + C_i(f P_j, f P_k)
    and each sum over persons is one product of their rows with each other or with the responses.
    """
    place, free = Coordinates.of(scene.layout), scene.layout.free
    nodes = scene.grid.nodes.size
    full = np.zeros((2 * free.size + 2 * place.groups,) * 2)
    for group in range(place.groups):
        both, lean = np.zeros((nodes, nodes)), np.zeros((free.size, nodes))
        theta = scene.point.mean[group] + scene.point.sd[group] * scene.grid.nodes
        for rows, found in _posteriors(scene):
            if rows.group == group:
                _, right = rows.dense(free, np.float64)
                posterior = found.values
                weighted = posterior * rows.weights[:, np.newaxis]
                both += weighted.T @ posterior
                centred = theta - (posterior @ theta)[:, np.newaxis]
                weighted *= centred
                lean += right.T @ weighted
                variance = np.einsum("ij,ij->i", weighted, centred)
                full[: free.size, : free.size] += (right * variance[:, np.newaxis]).T @ right
        _add_smooth(full, scene, group, theta=theta, both=both, lean=lean)
    return _collapsed(full, place)


def _add_smooth(  # noqa: PLR0913 - what one group's persons sum to, under its names
    full: FloatArray,
    scene: Scene,
    group: int,
    *,
    theta: FloatArray,
    both: FloatArray,
    lean: FloatArray,
) -> None:
    """Add the terms in which responses enter only by the posteriors of one group."""
    free, groups = scene.layout.free, scene.point.mean.size
    p = expit(theta[:, np.newaxis] * scene.point.a[free] + scene.point.d[free])
    curves = np.zeros((theta.size, len(full)))
    curves[:, : free.size] = theta[:, np.newaxis] * p
    curves[:, free.size : 2 * free.size] = p
    curves[:, [2 * free.size + group, 2 * free.size + groups + group]] = -_latent_scores(
        scene, group
    )
    full += (curves.T * scene.found.members[group] - curves.T @ both) @ curves
    cross = lean @ curves
    full[: free.size] -= cross
    full[:, : free.size] -= cross.T


def _collapsed(full: FloatArray, place: Coordinates) -> FloatArray:
    """Return the matrix with all slopes made one, where they are."""
    if not place.together:
        return full
    free = place.free
    rows = np.vstack([full[:free].sum(axis=0), full[free:]])
    return np.column_stack([rows[:, :free].sum(axis=1), rows[:, free:]])


def missing_by_expansion(scene: Scene, complete: FloatArray) -> FloatArray:
    """Return the covariance by expansion on each person's posterior.

    Parameters
    ----------
    scene : Scene
        Any.
    complete : FloatArray, shape (s,)
        The complete information of each coordinate.

    Returns
    -------
    FloatArray, shape (s, s)
        In the order of `Coordinates`.

    Notes
    -----
    The covariance of two functions of theta under a posterior is the sum over r = 1, 2, ... of
    the products of their coefficients on the polynomials orthonormal under it. What an item has
    in common with itself is known exactly from the counts at the nodes; the expansion ends
    when so little of it is left that nothing more can couple two items.
    """
    state = _Expansion(scene, Coordinates.of(scene.layout), complete)
    for first, last in _ROUNDS:
        state.go(first, last)
        if state.is_enough:
            break
    return state.total()


class _Expansion:
    """The sum of an expansion as far as it has been taken."""

    def __init__(self, scene: Scene, place: Coordinates, complete: FloatArray) -> None:
        layout, groups = scene.layout, range(place.groups)
        self.scene, self.place, self.complete = scene, place, complete
        self.kind = np.float32 if place.size > _MANY else np.float64
        self.scores = [_item_scores(scene, group, self.kind) for group in groups]
        self.latent = [_latent_scores(scene, group) for group in groups]
        free_latent = np.concatenate(
            [place.means[layout.free_mean], place.sds[layout.free_sd]]
        ).astype(np.int64)
        slope = np.zeros(int(place.together), dtype=np.int64)
        self.shared = np.concatenate([slope, free_latent])
        cells = sum(float(rows.cells) for rows in scene.portions)
        persons = sum(rows.weights.size for rows in scene.portions)
        self.density = cells / (persons * scene.point.a.size)
        self.within = np.zeros((place.size, place.size), dtype=self.kind)
        self.across = np.zeros((self.shared.size, place.size))
        self.rest = np.zeros((place.free, place.parts, place.parts))
        self.last = np.zeros(place.size)
        self.only_shared = False
        self.room: tuple[Single, Single] | None = None

    @property
    def is_enough(self) -> bool:
        """Whether what is left couples neither items nor shared coordinates to others."""
        own = self.complete[self.place.of_items()]
        left = np.diagonal(self.rest, axis1=1, axis2=2)
        if self.place.together:
            own, left = own[:, 1:], left[:, 1:]
        coupled = self.density**2 * left
        self.only_shared = bool((coupled < _COUPLED * np.maximum(own, _TINY)).all())
        shared = self.last[self.shared] < _NEGLIGIBLE * self.complete[self.shared]
        return self.only_shared and bool(shared.all())

    def go(self, first: int, last: int) -> None:
        """Add the degrees from `first` to `last`."""
        self.last[:] = 0.0
        right = np.zeros((self.place.groups, self.place.free, self.scene.grid.nodes.size))
        for rows, found in _posteriors(self.scene):
            if first == 0:
                weighted = found.values * rows.weights[:, np.newaxis]
                right[rows.group] += rows.right_counts(weighted)[self.scene.layout.free]
            self._add(rows, found.values, first, last)
        if first == 0:
            self.rest += _second_moments(self.scene, right)

    def _add(self, rows: Portion, posterior: FloatArray, first: int, last: int) -> None:
        posterior[posterior < _DUST] = 0.0
        answers = self._answers(rows)
        root = np.sqrt(rows.weights)[:, np.newaxis]
        for degree, weighted in enumerate(_polynomials(posterior, self.scene.grid.nodes, last)):
            if degree < first:
                continue
            weighted *= root
            for begin in range(0, len(weighted), answers.at_once):
                some = slice(begin, begin + answers.at_once)
                columns, own = answers.columns(
                    weighted[some], self.scores[rows.group], some, spread=degree > 0
                )
                self.rest -= own
                if degree:
                    told = self._told(columns, weighted[some] @ self.latent[rows.group], rows.group)
                    self._couple(told)
                    if degree == last:
                        self._remember(told)

    def _answers(self, rows: Portion) -> Cells | Table:
        """Return the answers of some persons in the form that is quicker to read."""
        free, parts = self.scene.layout.free, self.place.parts
        if isinstance(rows, SparseRows) and self.density < _SPARSE:
            size = rows.weights.size
            if self.room is None or len(self.room[0]) < size:
                width = parts * free.size + 2 * self.place.groups
                self.room = (
                    np.empty((size, width), dtype=self.kind),
                    np.empty((size, free.size), dtype=self.kind),
                )
            return Cells(rows, free, parts, (self.room[0][:size], self.room[1][:size]))
        presented, right = rows.dense(free, self.kind)
        return Table(presented, right, parts)

    def _couple(self, told: Single) -> None:
        """Add the products between coordinates, or only those with what all persons share."""
        if self.only_shared:
            self.across += told[:, self.shared].T @ told
            return
        self.within += told.T @ told

    def _told(self, columns: Single, latent: FloatArray, group: int) -> Single:
        """Return the columns by coordinate; there may be room for the latent ones at their end."""
        place, own = self.place, self.place.parts * self.place.free
        at = [place.means[group], place.sds[group]]
        if columns.shape[1] == place.size and not place.together:
            columns[:, own:] = 0.0
            columns[:, at] = latent
            return columns
        told = np.zeros((len(columns), place.size), dtype=self.kind)
        if place.together:
            told[:, 0] = columns[:, : place.free].sum(axis=1)
        else:
            told[:, : place.slopes] = columns[:, : place.free]
        told[:, place.slopes : place.items] = columns[:, place.free : own]
        told[:, at] = latent
        return told

    def _remember(self, told: Single) -> None:
        """Note how much the last degree tells of the shared coordinates."""
        if self.shared.size:
            shared = told[:, self.shared]
            self.last[self.shared] += np.einsum("ij,ij->j", shared, shared)

    def total(self) -> FloatArray:
        """Return the covariance as far as it has been taken, shape (s, s)."""
        full = self.within.astype(np.float64)
        others = np.setdiff1d(np.arange(self.place.size), self.shared)
        full[self.shared] += self.across
        full[np.ix_(others, self.shared)] += self.across[:, others].T
        self.place.add_blocks(full, self.rest)
        return full


def _second_moments(scene: Scene, right: FloatArray) -> FloatArray:
    """Return the expected products of each item's score with itself, shape (f, p, p)."""
    free, groups = scene.layout.free, scene.point.mean.size
    persons = scene.found.persons
    takers = np.broadcast_to(
        persons if len(persons) == 1 else persons[free], (free.size, persons.shape[1])
    )
    parts = Coordinates.of(scene.layout).parts
    total = np.zeros((free.size, parts, parts))
    if not free.size:
        return total
    takers = takers.reshape(free.size, groups, -1)
    for group in range(groups):
        scores = _item_scores(scene, group, np.float64)
        wrong = scores.wrong.reshape(-1, parts, free.size).transpose(2, 1, 0)
        gain: Single = np.stack(scores.powers)[np.newaxis]
        if scores.gain is not None:
            gain = scores.gain.reshape(-1, parts, free.size).transpose(2, 1, 0)
        hit = wrong + gain
        missed = (takers[:, group] - right[group])[:, np.newaxis]
        total += (wrong * missed) @ wrong.transpose(0, 2, 1)
        total += (hit * right[group][:, np.newaxis]) @ hit.transpose(0, 2, 1)
    return total


def _polynomials(posterior: FloatArray, nodes: FloatArray, last: int) -> Iterator[FloatArray]:
    """Yield the polynomials orthonormal under each person's posterior, times that posterior.

    Parameters
    ----------
    posterior : FloatArray, shape (n, q)
        Each row sums to 1.
    nodes : FloatArray, shape (q,)
        Where it stands.
    last : int
        The last degree wanted.

    Yields
    ------
    FloatArray, shape (n, q)
        Of degree 0, 1, ...; 0 where the posterior has no more nodes to tell apart. It may be
        overwritten.
    """
    yield posterior.copy()
    before, now, weighted = np.zeros_like(posterior), np.ones_like(posterior), posterior
    carried = np.zeros((len(posterior), 1))
    for _ in range(min(last, nodes.size - 1)):
        centre = np.einsum("ij,ij->i", weighted * now, np.broadcast_to(nodes, now.shape))
        after = nodes - centre[:, np.newaxis]
        after *= now
        before *= carried
        after -= before
        weighted = posterior * after
        norm = np.sqrt(np.einsum("ij,ij->i", weighted, after))
        scale = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > FLAT)[:, np.newaxis]
        after *= scale
        weighted *= scale
        before, now, carried = now, after, norm[:, np.newaxis]
        yield weighted.copy()


def _item_scores(scene: Scene, group: int, kind: Kind) -> ItemScores:
    """Return the derivatives of log Q and of log P - log Q by a, d and logit c.

    Notes
    -----
    With s = expit(a theta + d): those of log Q are -s theta, -s and -c; of log P - log Q they
    are s / P theta, s / P and c / P, which is theta and 1 without an asymptote.
    """
    free, point = scene.layout.free, scene.point
    theta = point.mean[group] + point.sd[group] * scene.grid.nodes
    column = theta[:, np.newaxis]
    s = expit(column * point.a[free] + point.d[free])
    powers: tuple[FloatArray, ...] = (theta, np.ones_like(theta))
    wrong = [-column * s, -s]
    if not point.c[free].any():
        return ItemScores(np.asarray(np.hstack(wrong), dtype=kind), None, powers)
    c = point.c[free]
    p = c + (1.0 - c) * s
    gain = [column * s / p, s / p]
    if scene.layout.guessing:
        wrong.append(np.broadcast_to(-c, s.shape))
        gain.append(c / p)
        powers = (*powers, np.ones_like(theta))
    return ItemScores(
        np.asarray(np.hstack(wrong), dtype=kind), np.asarray(np.hstack(gain), dtype=kind), powers
    )
