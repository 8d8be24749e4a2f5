"""The pool of an adaptive paper: items, quotas and prior, with what selection looks up."""

from dataclasses import dataclass

from psychometrics.arrays import FloatArray, frozen_floats
from psychometrics.cat.assembly import Assembler
from psychometrics.cat.blueprint import Quotas
from psychometrics.cat.constraints import Constraints
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters, information, log_probability, peak_information
from psychometrics.quadrature import Quadrature


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Items to select from, with tables on the nodes of the prior; made by `build_pool`.

    Attributes
    ----------
    items : ItemParameters, length m
        Logistic metric, D = 1.
    constraints : Constraints
        The blueprint, for the same m items.
    assembler : Assembler
        Makes papers under the constraints.
    prior : Quadrature, length q
        Of theta, before the first response.
    log_p, log_q : FloatArray, shape (q, m)
        Natural logs of the probabilities of a right and of a wrong answer.
    information : FloatArray, shape (q, m)
        Per squared theta unit.
    peak : FloatArray, shape (m,)
        The most information that each item gives at any theta.
    """

    items: ItemParameters
    constraints: Constraints
    assembler: Assembler
    prior: Quadrature
    log_p: FloatArray
    log_q: FloatArray
    information: FloatArray
    peak: FloatArray

    @property
    def quotas(self) -> Quotas:
        """Return the quotas that nest."""
        return self.constraints.quotas

    def __len__(self) -> int:
        """Return m, the number of items."""
        return len(self.items)


def build_pool(items: ItemParameters, constraints: Quotas | Constraints, prior: Quadrature) -> Pool:
    """Return a pool with its tables.

    Parameters
    ----------
    items : ItemParameters, length m
        Logistic metric, D = 1.
    constraints : Constraints or Quotas
        For the same m items; quotas alone where that is all there is.
    prior : Quadrature, length q
        Of theta, before the first response.

    Returns
    -------
    Pool
        Immutable; build it once for an exam version and use it for every sitting.

    Raises
    ------
    DataError
        Quotas for another number of items.
    """
    given = Constraints(constraints) if isinstance(constraints, Quotas) else constraints
    if given.quotas.leaf.size != len(items):
        raise DataError(f"quotas for {given.quotas.leaf.size} items, parameters of {len(items)}")
    log_p, log_q = log_probability(prior.nodes, items)
    return Pool(
        items,
        given,
        Assembler(given),
        prior,
        frozen_floats(log_p, "log_p", ndim=2),
        frozen_floats(log_q, "log_q", ndim=2),
        frozen_floats(information(prior.nodes, items), "information", ndim=2),
        frozen_floats(peak_information(items), "peak"),
    )
