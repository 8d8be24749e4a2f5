"""Whether what was presented depends on ability: the guard before estimators that need chance."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import ndtri

from psychometrics.arrays import FloatArray
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

FALSE_ALARM = 0.001
"""How often data presented by chance may be called dependent, over both tests together."""
SMALLEST_CORRELATION = 0.05
"""Between a person's EAP and mean presented difficulty: less does no harm worth a refusal."""
SMALLEST_SHIFT = 0.1
"""Of the mean EAP of an item's takers, in latent standard deviations: as above."""


@dataclass(frozen=True, slots=True)
class PresentationTest:
    """Two tests of presentation by chance.

    Attributes
    ----------
    correlation, correlation_z : float
        Between each person's EAP and the mean difficulty of what they were presented, and its
        standard normal deviate; 0 where all were presented the same.
    shift, shift_z : float
        Mean EAP of the takers of `item`, from that of all, in theta units, and its deviate.
    item : str
        The item whose takers differ most; "" where every item went to all.
    depends : bool
        A deviate lies beyond what chance gives once in 2,000 matrices, and is large enough to
        matter.
    """

    correlation: float
    correlation_z: float
    shift: float
    shift_z: float
    item: str
    depends: bool


def presentation_by_chance(
    responses: ResponseMatrix, items: ItemParameters, *, prior: Quadrature
) -> PresentationTest:
    """Test whether the items presented to a person depend on the person's ability.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Weights count as persons.
    items : ItemParameters, length m
        Estimates that hold whatever decided presentation by earlier answers: our EM's.
    prior : Quadrature
        The latent distribution they belong to.

    Returns
    -------
    PresentationTest
        `depends` refuses 1 matrix in 1,000 whose items were drawn by chance.

    Notes
    -----
    If what is presented has nothing to do with theta or the answers, the expectation of the
    EAP given what was presented is the latent mean, however hard that was. Both statistics are
    sums of such residuals with the variance taken from their own squares, so blocks, forms and
    unequal numbers of items do no harm. The first looks where adaptive selection shows, along
    difficulty; the second, Bonferroni over items, at any other dependence (forms for the able,
    items not reached by the weak).
    """
    residual = _centred_eap(responses, items, prior)
    correlation, correlation_z = _along_difficulty(responses, items.b, residual)
    shift, shift_z, at = _widest_shift(responses, residual)
    one_test = FALSE_ALARM / 2.0
    beyond = -float(ndtri(one_test / 2.0))
    beyond_any = -float(ndtri(one_test / (2.0 * len(items))))
    depends = (abs(correlation_z) > beyond and abs(correlation) > SMALLEST_CORRELATION) or (
        abs(shift_z) > beyond_any and abs(shift) > SMALLEST_SHIFT
    )
    label = "" if at is None else responses.items[at]
    return PresentationTest(correlation, correlation_z, shift, shift_z, label, depends)


def _centred_eap(responses: ResponseMatrix, items: ItemParameters, prior: Quadrature) -> FloatArray:
    used = prior.weights > 0
    nodes = prior.nodes[used]
    log_p, log_q = log_probability(nodes, items)
    joint = np.asarray(responses.indicators() @ np.hstack([log_q, log_p]).T)
    joint += np.log(prior.weights[used])
    joint -= joint.max(axis=1, keepdims=True)
    np.exp(joint, out=joint)
    eap = joint @ nodes / joint.sum(axis=1)
    return np.asarray(eap - responses.weights @ eap / responses.weights.sum())


def _along_difficulty(
    responses: ResponseMatrix, b: FloatArray, residual: FloatArray
) -> tuple[float, float]:
    counts = np.diff(responses.starts)
    total = np.bincount(
        responses.person_of_cell(), weights=b[responses.columns], minlength=counts.size
    )
    some, weights = counts > 0, responses.weights
    mean_b = np.zeros(counts.size)
    mean_b[some] = total[some] / counts[some]
    mean_b[some] -= weights[some] @ mean_b[some] / weights[some].sum()
    spread = float(weights @ mean_b**2) * float(weights @ residual**2)
    if spread < 1e-12 * float(weights.sum()) ** 2:
        return 0.0, 0.0
    together = float(weights @ (mean_b * residual))
    error = float(weights @ (mean_b * residual) ** 2) ** 0.5
    return together / spread**0.5, together / error


def _widest_shift(
    responses: ResponseMatrix, residual: FloatArray
) -> tuple[float, float, int | None]:
    n, m = responses.shape
    weights = responses.weights
    shown = sparse.csr_array(
        (np.ones(responses.columns.size), responses.columns, responses.starts), shape=(n, m)
    ).T
    takers = np.asarray(shown @ weights)
    share = takers / weights.sum()
    squares = weights * residual**2
    sums = np.asarray(shown @ (weights * residual))
    variance = (1.0 - 2.0 * share) * np.asarray(shown @ squares) + share**2 * squares.sum()
    chosen = np.flatnonzero((share > 0) & (share < 1) & (variance > 0))
    if not chosen.size:
        return 0.0, 0.0, None
    deviates = sums[chosen] / np.sqrt(variance[chosen])
    at = int(np.argmax(np.abs(deviates)))
    item = int(chosen[at])
    return float(sums[item] / takers[item]), float(deviates[at]), item
