"""Ability without the item in question: what an item can be judged against."""

import numpy as np

from psychometrics.arrays import FloatArray, frozen
from psychometrics.fit.inputs import check_items
from psychometrics.models import ItemParameters, log_probability
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

_CELLS_AT_ONCE = 50_000


def rest_ability(
    responses: ResponseMatrix, items: ItemParameters, *, latent: Quadrature
) -> FloatArray:
    """Return, for each cell, the EAP of its person from all their other responses.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Scored responses in k cells; sparse data will do.
    items : ItemParameters, length m
        Logistic metric, D = 1.
    latent : Quadrature, length q
        The latent distribution.

    Returns
    -------
    FloatArray, shape (k,)
        In theta units, in the order of `responses.columns`; the latent mean for a person with
        no other response.

    Raises
    ------
    DataError
        Lengths differ.

    Notes
    -----
    An item with a wrong key makes those who chose that key look able. The rest score of
    classical analysis guards against this; for persons who met different items this is its
    counterpart.
    """
    check_items(responses, items)
    log_p, log_q = log_probability(latent.nodes, items)
    table = np.vstack([log_q.T, log_p.T])
    log_weights = np.full(len(latent), -np.inf)
    np.log(latent.weights, out=log_weights, where=latent.weights > 0)
    height = np.asarray(responses.indicators() @ table) + log_weights
    person = responses.person_of_cell()
    place = responses.columns + np.where(responses.scores == 1, len(items), 0)
    estimates = np.empty(place.size)
    for begin in range(0, place.size, _CELLS_AT_ONCE):
        cells = slice(begin, begin + _CELLS_AT_ONCE)
        rest = height[person[cells]] - table[place[cells]]
        rest -= rest.max(axis=1, keepdims=True)
        np.exp(rest, out=rest)
        estimates[cells] = (rest @ latent.nodes) / rest.sum(axis=1)
    return frozen(estimates)
