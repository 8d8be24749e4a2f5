"""Where an objective is highest over theta, person by person, to 1e-12.

With c = 0 the log-likelihood is concave, and a safeguarded Newton iteration finds its mode, or
that of the posterior, wherever it starts. Warm's weighted likelihood is shown to have one mode
by a bound on its curvature. Persons for whom the bound decides nothing, and persons met with an
item of c > 0, are searched on a grid: every change of sign of the derivative from plus to minus
is refined, and the highest mode is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from psychometrics.arrays import BoolArray, FloatArray, IntArray
from psychometrics.models import ItemParameters
from psychometrics.responses import ResponseMatrix
from psychometrics.warm import (
    Objective,
    PackedItems,
    derivatives,
    gradient_tables,
    grid_gradient,
    height,
    pack,
    row_information,
)

# Blocks of persons small enough that their arrays stay in a core's cache.
_CELLS = 40_000
_GRID_CELLS = 100_000
# Modes closer together than this, in theta and in logits of the steepest item, count as one.
_GRID_STEP = 0.2
_GRID_LOGITS = 0.5
_REACH = 12.0
# A Newton step this small leaves an error of about its square.
_LAST_STEP = 1e-7
_LAST_BRACKET = 1e-13
_MOST_ITERATIONS = 300
_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """Modes of n persons, each array (n,).

    theta may be infinite. information is the test information at theta (weighted), or minus the
    second derivative of the objective there; 0 where theta is infinite. at_bound says that the
    mode within the bounds is a bound.
    """

    theta: FloatArray
    information: FloatArray
    at_bound: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    responses: ResponseMatrix
    items: ItemParameters
    objective: Objective
    bounds: tuple[float, float]


def find_modes(
    responses: ResponseMatrix,
    items: ItemParameters,
    objective: Objective,
    *,
    bounds: tuple[float, float],
) -> Modes:
    """Return the highest mode of each person, within the bounds.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Each person has at least one response, unless the objective has a prior.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    objective : Objective
        What is made highest.
    bounds : (float, float)
        In theta units, rising; both infinite where theta may be anything, both finite if the
        objective is weighted.

    Returns
    -------
    Modes
        Of n persons.

    Notes
    -----
    Warm's weighted likelihood with c = 0: let A be the largest a presented, I the test
    information, L the log-likelihood, S = L' + I' / (2 I). From |I'| <= A I and I'' <= A^2 I,
    S' <= A^2 / 2 - I, S < 0 wherever L' < -A / 2, and information falls from a root of S no
    faster than exp(-A distance). So S stays below 0 after the root, and above 0 before it, if
    I >= A^2 / 2 + A (A / 2 + |L'|) at the root: then there is no other mode.
    """
    n = len(responses.persons)
    task = _Task(responses, items, objective, bounds)
    found = Modes(np.empty(n), np.empty(n), np.zeros(n, dtype=np.bool_))
    sure = np.zeros(n, dtype=np.bool_)
    for persons in _blocks(np.diff(responses.starts)):
        of = pack(responses, items, persons)
        if of.c is None:
            modes, sure[persons] = _concave(of, task)
            _fill(found, persons, modes)
    unsure = np.flatnonzero(~sure)
    if unsure.size:
        for persons, modes in _search(unsure, task):
            _fill(found, persons, modes)
    return found


def _fill(found: Modes, persons: IntArray, modes: Modes) -> None:
    found.theta[persons] = modes.theta
    found.information[persons] = modes.information
    found.at_bound[persons] = modes.at_bound


def posterior_reach(
    items: ItemParameters, *, mean: float, precision: float, decline: float = 0.0
) -> tuple[float, float]:
    """Return an interval that holds every mode of every posterior under a normal prior.

    Parameters
    ----------
    items : ItemParameters, length m
        All that anyone was presented.
    mean, precision : float
        Of the prior, in theta units and per their square.
    decline : float
        How far each log posterior has fallen from its highest at either end, at least.

    Returns
    -------
    low, high : float
        In theta units.

    Notes
    -----
    No answers pull up harder than all items answered rightly with c = 0, nor down harder than
    all answered wrongly. Where that posterior ends, every other has ended.
    """
    ends = []
    for sign in (-1.0, 1.0):
        turned = ItemParameters(items.a, sign * (items.b - mean), np.zeros(len(items)))
        ends.append(mean + sign * _end_of_all_right(turned, precision, decline))
    return ends[0], ends[1]


def _end_of_all_right(items: ItemParameters, precision: float, decline: float) -> float:
    """Return where the posterior of all right, under mean 0, has fallen by `decline`."""

    def slope(theta: float) -> float:
        return float(items.a @ expit(-items.a * (theta - items.b))) - precision * theta

    def fallen(theta: float) -> float:
        return float(log_expit(items.a * (theta - items.b)).sum()) - 0.5 * precision * theta**2

    # Halved by hand: these ends lie under the grid of every posterior mode, so another root finder
    # could change the last digits of an ability that is on record.
    low, high = 0.0, float(items.a.sum()) / precision + 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    if decline:
        floor = fallen(high) - decline
        # The prior alone falls so far in this distance.
        high = low + float(np.sqrt(2.0 * decline / precision))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if fallen(middle) > floor else (low, middle)
    return high


def _blocks(sizes: IntArray) -> Iterator[IntArray]:
    """Yield persons in blocks of about equal length of paper, so that little is padding."""
    if not sizes.size:
        return
    ordered = np.arange(sizes.size)
    if (np.diff(sizes) < 0).any():
        ordered = np.argsort(sizes, kind="stable")
    begin = 0
    while begin < sizes.size:
        # Lengths rise, so the last person of a block is its widest.
        many = sizes[ordered[begin : begin + _CELLS]]
        fits = np.maximum(many, 1) * np.arange(1, many.size + 1) <= _CELLS
        end = begin + max(int(fits.sum()), 1)
        yield ordered[begin:end]
        begin = end


def _line(items: ItemParameters) -> tuple[float, float]:
    """Return an interval beyond which the derivative has its sign at infinity, if c = 0."""
    far = np.log(4.0 * len(items) * items.a.max() / items.a.min()) / items.a
    return float(np.min(items.b - far)), float(np.max(items.b + far))


def _concave(of: PackedItems, task: _Task) -> tuple[Modes, BoolArray]:
    """Return the modes of persons all of whose items have c = 0, and for whom they are sure."""
    objective = task.objective
    theta = _newton(of, objective, *_interval(of, task), _start(of))
    finite = np.isfinite(theta)
    plain = Objective(objective.precision, objective.mean)
    gradient, second = derivatives(np.where(finite, theta, 0.0), of, plain)
    information = np.where(finite, -second, 0.0)
    sure = np.ones(theta.size, dtype=np.bool_)
    if objective.weighted:
        steepest = of.a.max(axis=1, initial=0.0)
        sure = information >= steepest * (steepest + np.abs(gradient))
    beyond = (theta < task.bounds[0]) | (theta > task.bounds[1])
    if beyond.any():
        theta = np.clip(theta, *task.bounds)
        information[beyond] = row_information(theta[beyond], of.take(beyond))
    return Modes(theta, information, beyond), sure


def _interval(of: PackedItems, task: _Task) -> tuple[FloatArray, FloatArray]:
    """Return the interval of each person's mode where c = 0; both ends infinite if it is."""
    objective = task.objective
    right = np.einsum("ij,ij->i", of.a, of.right)
    if objective.precision:
        wrong = of.a.sum(axis=1) - right
        low = objective.mean - wrong / objective.precision
        return low, objective.mean + right / objective.precision
    line = _line(task.items)
    if objective.weighted:
        return np.full(right.size, line[0]), np.full(right.size, line[1])
    count = of.right.sum(axis=1)
    extremes = [count == (of.a > 0).sum(axis=1), count == 0]
    infinite = [np.inf, -np.inf]
    return np.select(extremes, infinite, line[0]), np.select(extremes, infinite, line[1])


def _start(of: PackedItems) -> FloatArray:
    """Return the logit of the share right, weighted by a, about the mean difficulty."""
    total = np.maximum(of.a.sum(axis=1), 1e-300)
    share = (np.einsum("ij,ij->i", of.a, of.right) + 0.5) / (total + 1.0)
    mean_a = np.einsum("ij,ij->i", of.a, of.a) / total
    difficulty = np.einsum("ij,ij->i", of.a, of.b) / total
    return np.asarray(difficulty + np.log(share / (1.0 - share)) / np.maximum(mean_a, 1e-300))


def _newton(
    of: PackedItems, objective: Objective, low: FloatArray, high: FloatArray, start: FloatArray
) -> FloatArray:
    """Return the zero of the derivative between low (where it is positive) and high.

    A person whose low is their high gets it. A person who has settled stays put, so that the
    company in the block changes nothing.
    """
    theta = low.copy()
    moving = np.flatnonzero(high > low)
    if not moving.size:
        return theta
    if moving.size < theta.size:
        of, low, high, start = of.take(moving), low[moving], high[moving], start[moving]
    at = np.clip(start, low, high)
    for _ in range(_MOST_ITERATIONS):
        first, second = derivatives(at, of, objective)
        up = first > 0
        low, high = np.where(up, at, low), np.where(up, high, at)
        step = np.divide(-first, second, out=np.full_like(first, np.inf), where=second < 0)
        inside = (at + step > low) & (at + step < high)
        settled = (np.abs(step) <= _LAST_STEP) | (high - low <= _LAST_BRACKET)
        at = np.where(inside | (np.abs(step) <= _LAST_STEP), at + step, 0.5 * (low + high))
        theta[moving] = at
        if settled.any():
            on = ~settled
            moving, at, low, high = moving[on], at[on], low[on], high[on]
            if not moving.size:
                break
            of = of.take(on)
    return theta


def _grid(task: _Task) -> FloatArray:
    """Return the nodes between which the derivative is looked at."""
    low, high = task.bounds
    prior = task.objective.precision
    if prior:
        # Some way past the outermost mode there can be, for it must not be an end.
        mean = task.objective.mean
        low, high = posterior_reach(task.items, mean=mean, precision=prior, decline=1.0)
    far = not np.isfinite(high - low)
    if far:
        low, high = -_REACH, _REACH
    step = min(_GRID_STEP, _GRID_LOGITS / float(task.items.a.max()))
    grid = np.linspace(low, high, int(np.ceil((high - low) / step)) + 1)
    if not far:
        return grid
    first, last = _line(task.items)
    return np.hstack([[first] * (first < low), grid, [last] * (last > high)])


def _search(persons: IntArray, task: _Task) -> Iterator[tuple[IntArray, Modes]]:
    """Yield blocks of these persons with their modes, the highest of all those on a grid."""
    grid = _grid(task)
    tables = gradient_tables(grid, task.items, task.objective)
    indicators = task.responses.indicators()
    many = max(_GRID_CELLS // tables.shape[1], 1)
    for begin in range(0, persons.size, many):
        block = persons[begin : begin + many]
        of = pack(task.responses, task.items, block)
        pieces = np.asarray(indicators[block] @ tables)
        gradient = grid_gradient(pieces, grid, task.objective)
        who, low, high, start = _sign_changes(gradient, grid, task.bounds)
        candidates = of.take(who) if who.size > block.size else of
        theta = _newton(candidates, task.objective, low, high, start)
        best = _highest(who, theta, candidates, task.objective)
        yield block, _measured(theta[best], of, task.objective, at_end=(low == high)[best])


def _sign_changes(
    gradient: FloatArray, grid: FloatArray, bounds: tuple[float, float]
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return the person of each mode, the interval that holds it, and a first guess.

    Beyond the ends the derivative counts as pointing inwards, so that a mode always exists; for
    a mode at an end low, high and the guess are one.
    """
    n, q = gradient.shape
    up = np.ones((n, q + 2), dtype=np.bool_)
    np.greater(gradient, 0, out=up[:, 1:-1])
    up[:, -1] = False
    who, place = np.nonzero(up[:, :-1] & ~up[:, 1:])
    nodes = np.hstack([[bounds[0]], grid, [bounds[1]]])
    low = nodes[np.where(place == q, q + 1, place)]
    high = nodes[np.where(place == 0, 0, place + 1)]
    start = low.copy()
    inner = (place > 0) & (place < q)
    before, after = gradient[who[inner], place[inner] - 1], gradient[who[inner], place[inner]]
    start[inner] += (high[inner] - low[inner]) * before / (before - after)
    return who, low, high, start


def _highest(who: IntArray, theta: FloatArray, of: PackedItems, objective: Objective) -> IntArray:
    """Return where each person's highest candidate is; the lowest theta among equals."""
    contested = np.bincount(who)[who] > 1
    if not contested.any():
        return np.arange(who.size)
    heights = np.zeros(who.size)
    heights[contested] = height(theta[contested], of.take(contested), objective)
    ordered = np.lexsort((-np.arange(who.size), heights, who))
    return np.asarray(ordered[np.flatnonzero(np.diff(who[ordered], append=-1))])


def _measured(
    theta: FloatArray, of: PackedItems, objective: Objective, *, at_end: BoolArray
) -> Modes:
    finite = np.isfinite(theta)
    at = np.where(finite, theta, 0.0)
    if objective.weighted:
        information = row_information(at, of)
    else:
        # At a bound that is no mode the curvature may have the other sign: it informs nothing.
        information = np.maximum(-derivatives(at, of, objective)[1], 0.0)
    return Modes(theta, np.where(finite, information, 0.0), at_end & finite)
