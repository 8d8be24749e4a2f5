"""What ML, MAP and Warm's WLE make highest over theta, with its first two derivatives.

All three are one objective: the log-likelihood, plus a normal log prior (MAP), plus half the log
of the test information (WLE).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from psychometrics.arrays import BoolArray, FloatArray, IntArray
from psychometrics.models import ItemParameters, information, log_probability
from psychometrics.responses import ResponseMatrix

_TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True)
class Objective:
    """Log-likelihood - precision (theta - mean)^2 / 2, + log(test information) / 2 if weighted."""

    precision: float = 0.0
    mean: float = 0.0
    weighted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PackedItems:
    """The w items of each of k persons, packed to the left: a, b, c, right are (k, w).

    Padding has a = 0 and c = 0, so that it adds nothing. c is None where every item has c = 0.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray | None
    right: FloatArray

    def take(self, index: IntArray | BoolArray) -> "PackedItems":
        """Return the persons at `index`."""
        c = None if self.c is None else self.c[index]
        return PackedItems(self.a[index], self.b[index], c, self.right[index])


def pack(responses: ResponseMatrix, items: ItemParameters, persons: IntArray) -> PackedItems:
    """Return the parameters and scores of the items that each person was presented.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    persons : IntArray, shape (k,)
        Positions of the persons wanted.

    Returns
    -------
    PackedItems, k persons
        As wide as the longest of them.
    """
    begins = responses.starts[persons]
    sizes = responses.starts[persons + 1] - begins
    width = np.arange(int(sizes.max(initial=0)))
    cells = begins[:, np.newaxis] + width
    if sizes.size and sizes.min() == width.size:
        columns = responses.columns[cells]
        right = responses.scores[cells].astype(np.float64)
        a, c = items.a[columns], items.c[columns]
    else:
        shown = width < sizes[:, np.newaxis]
        cells = np.where(shown, cells, 0)
        columns = responses.columns[cells] if responses.columns.size else cells
        right = np.where(shown, responses.scores[cells], 0).astype(np.float64)
        a = np.where(shown, items.a[columns], 0.0)
        c = np.where(shown, items.c[columns], 0.0)
    return PackedItems(a, items.b[columns], c if c.any() else None, right)


def derivatives(
    theta: FloatArray, of: PackedItems, objective: Objective
) -> tuple[FloatArray, FloatArray]:
    """Return the first and second derivative of the objective.

    Parameters
    ----------
    theta : FloatArray, shape (k,)
        One ability a person.
    of : PackedItems, k persons
        Their items and scores.
    objective : Objective
        What is differentiated.

    Returns
    -------
    first, second : FloatArray, shape (k,)
        Per theta unit, and per its square.
    """
    if of.c is None:
        first, second = _two_parameter(theta, of, weighted=objective.weighted)
    else:
        first, second = _three_parameter(theta, of, of.c, weighted=objective.weighted)
    if objective.precision:
        first = first - objective.precision * (theta - objective.mean)
        second = second - objective.precision
    return first, second


def _two_parameter(
    theta: FloatArray, of: PackedItems, *, weighted: bool
) -> tuple[FloatArray, FloatArray]:
    s = expit(of.a * (theta[:, np.newaxis] - of.b))
    as_ = of.a * s
    item_information = as_ * (of.a - as_)
    total = item_information.sum(axis=1)
    first = np.einsum("ij,ij->i", of.a, of.right) - as_.sum(axis=1)
    if not weighted:
        return first, -total
    # growth, a (1 - 2 P), is the derivative of the log of an item's information.
    growth = of.a - 2.0 * as_
    safe = np.maximum(total, _TINY)
    mean_growth = np.einsum("ij,ij->i", item_information, growth) / safe
    growth *= growth
    growth -= 2.0 * item_information
    bend = np.einsum("ij,ij->i", item_information, growth) / safe
    return first + 0.5 * mean_growth, 0.5 * (bend - mean_growth**2) - total


def _three_parameter(
    theta: FloatArray, of: PackedItems, c: FloatArray, *, weighted: bool
) -> tuple[FloatArray, FloatArray]:
    # Kept above 0, so that s / P is 1 where c = 0.
    s = np.maximum(expit(of.a * (theta[:, np.newaxis] - of.b)), _TINY)
    room = 1.0 - c
    share = s / (c + room * s)
    as_ = of.a * s
    aq = of.a - as_
    hazard = room * share * aq
    item_information = as_ * hazard
    total = item_information.sum(axis=1)
    score = of.a * share * of.right - as_
    first = score.sum(axis=1)
    second = np.einsum("ij,ij->i", score, aq - hazard) - total
    if not weighted:
        return first, second
    # growth is the derivative of the log of an item's information; bend adds its square to its
    # own derivative.
    safe = np.maximum(total, _TINY)
    growth = 2.0 * aq - as_ - hazard
    mean_growth = np.einsum("ij,ij->i", item_information, growth) / safe
    growth *= growth
    growth -= 3.0 * as_ * aq + hazard * (aq - as_ - hazard)
    bend = np.einsum("ij,ij->i", item_information, growth) / safe
    return first + 0.5 * mean_growth, second + 0.5 * (bend - mean_growth**2)


def row_information(theta: FloatArray, of: PackedItems) -> FloatArray:
    """Return the test information of each person's items at their own theta.

    Parameters
    ----------
    theta : FloatArray, shape (k,)
        One ability a person.
    of : PackedItems, k persons
        Their items.

    Returns
    -------
    FloatArray, shape (k,)
        Per squared theta unit.
    """
    s = np.maximum(expit(of.a * (theta[:, np.newaxis] - of.b)), _TINY)
    as_ = of.a * s
    each = as_ * (of.a - as_)
    if of.c is not None:
        room = 1.0 - of.c
        each *= room * s / (of.c + room * s)
    return np.asarray(each.sum(axis=1))


def height(theta: FloatArray, of: PackedItems, objective: Objective) -> FloatArray:
    """Return the objective, or its limit, up to a constant of all persons.

    Parameters
    ----------
    theta : FloatArray, shape (k,)
        One ability a person; infinite only where there is neither prior nor weight.
    of : PackedItems, k persons
        Their items and scores.
    objective : Objective
        What is evaluated.

    Returns
    -------
    FloatArray, shape (k,)
        In natural logs.
    """
    shown = of.a > 0
    # An infinite theta times the 0 of the padding is no number, and no response either.
    with np.errstate(invalid="ignore"):
        logit = np.where(shown, of.a * (theta[:, np.newaxis] - of.b), np.inf)
    np.negative(logit, out=logit, where=shown & (of.right == 0))
    if of.c is None:
        each = log_expit(logit)
    else:
        with np.errstate(divide="ignore"):
            each = np.log(of.c * of.right + (1.0 - of.c) * expit(logit))
    total = each.sum(axis=1)
    if objective.precision:
        total -= 0.5 * objective.precision * (theta - objective.mean) ** 2
    if objective.weighted:
        total += 0.5 * np.log(np.maximum(row_information(theta, of), _TINY))
    return np.asarray(total)


def gradient_tables(grid: FloatArray, items: ItemParameters, objective: Objective) -> FloatArray:
    """Return what a response adds to the pieces of the first derivative at each node of a grid.

    Parameters
    ----------
    grid : FloatArray, shape (q,)
        In theta units.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    objective : Objective
        What is differentiated.

    Returns
    -------
    FloatArray, shape (2 m, q) or (2 m, 3 q)
        Rows as in `ResponseMatrix.indicators`. The gradient of the log-likelihood; if weighted,
        after it the information, and the derivative of the information.
    """
    logit = items.a * (grid[:, np.newaxis] - items.b)
    s = expit(logit)
    log_p = log_probability(grid, items)[0]
    share = np.where(items.c > 0, np.exp(log_expit(logit) - log_p), 1.0)
    hazard = items.a * (1.0 - items.c) * share * (1.0 - s)
    tables = [np.vstack([-(items.a * s).T, hazard.T])]
    if objective.weighted:
        each = information(grid, items)
        change = each * (items.a * (2.0 - 3.0 * s) - hazard)
        tables += [np.vstack([each.T, each.T]), np.vstack([change.T, change.T])]
    return np.hstack(tables)


def grid_gradient(pieces: FloatArray, grid: FloatArray, objective: Objective) -> FloatArray:
    """Return the first derivative of the objective from its pieces.

    Parameters
    ----------
    pieces : FloatArray, shape (k, q) or (k, 3 q)
        The indicators of k persons times `gradient_tables`.
    grid : FloatArray, shape (q,)
        In theta units.
    objective : Objective
        What is differentiated.

    Returns
    -------
    FloatArray, shape (k, q)
        Per theta unit.
    """
    q = grid.size
    gradient = pieces[:, :q] - objective.precision * (grid - objective.mean)
    if objective.weighted:
        gradient += 0.5 * pieces[:, 2 * q :] / np.maximum(pieces[:, q : 2 * q], _TINY)
    return gradient
