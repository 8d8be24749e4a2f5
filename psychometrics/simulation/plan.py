"""What a simulation is of: the paper's plan, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, CodeArray, FloatArray, IntArray, frozen, frozen_floats
from psychometrics.cat.blueprint import Solver
from psychometrics.cat.control import ExposureCounts
from psychometrics.cat.exposure import PROGRESSIVE, ValueRule
from psychometrics.errors import DataError

COHORT = 200
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TargetEligibility:
    """Item eligibility: no item is met by more than the target share of persons.

    Attributes
    ----------
    target : float
        Above 0 to 1.
    conditional : bool
        Whether the target holds within each group of ability, not only over all persons.
    """

    target: float
    conditional: bool = False


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Plan:
    """How papers are made, the same for all persons of a simulation.

    Parameters
    ----------
    block_size : int
        Items chosen at a time, at least 1.
    rule : ValueRule
        How chance enters what an item is worth.
    control : TargetEligibility, optional
        None is without.
    bounds : array_like, shape (g - 1,)
        The thetas that part g groups of ability, rising; from `ability_bounds`.
    available : array_like of bool, shape (m,), optional
        Which items may come at all; all unless given.
    cohort : int
        How many persons sit at the same time: what one is given bears on the others at once.
    seconds : float
        What the search for one paper may take.

    Raises
    ------
    DataError
        A number out of its range, or bounds that do not rise.
    """

    block_size: int
    rule: ValueRule
    control: TargetEligibility | None
    bounds: FloatArray
    available: BoolArray | None
    cohort: int
    seconds: float

    def __init__(  # noqa: PLR0913 - what there is to plan, by name
        self,
        block_size: int = 5,
        rule: ValueRule = PROGRESSIVE,
        *,
        control: TargetEligibility | None = None,
        bounds: npt.ArrayLike = (),
        available: npt.ArrayLike | None = None,
        cohort: int = COHORT,
        seconds: float = SECONDS,
    ) -> None:
        """Copy the arrays, make them read-only and check the numbers."""
        if block_size < 1 or cohort < 1 or not seconds >= 0:
            raise DataError("a block and a cohort are at least 1, and no time is below 0")
        if control is not None and not 0.0 < control.target <= 1.0:
            raise DataError(f"an exposure target is above 0 and at most 1, not {control.target}")
        parting = frozen_floats(bounds, "bounds")
        if (np.diff(parting) <= 0).any():
            raise DataError("the bounds of the groups of ability must rise")
        may = None if available is None else frozen(np.array(available, np.bool_))
        object.__setattr__(self, "block_size", block_size)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "control", control)
        object.__setattr__(self, "bounds", parting)
        object.__setattr__(self, "available", may)
        object.__setattr__(self, "cohort", cohort)
        object.__setattr__(self, "seconds", seconds)

    @property
    def groups(self) -> int:
        """Return g, the number of groups of ability."""
        return self.bounds.size + 1


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """The papers of n simulated persons, each of l items from m.

    Attributes
    ----------
    true_theta : FloatArray, shape (n,)
        What the responses were drawn with.
    items : IntArray, shape (n, l)
        In their order of delivery.
    scores : CodeArray, shape (n, l)
        Code.RIGHT or Code.WRONG.
    theta, sem : FloatArray, shape (n,)
        Posterior mean and standard deviation after the last item, under the pool's prior and
        the parameters that selection knew.
    blocks : int
        How many blocks a paper had.
    solvers : mapping of Solver to int
        How many blocks' papers each solver found.
    worst_gap : float
        The largest share by which a better paper could have existed; 0 is proven best, always.
    counts : ExposureCounts
        Eligible and held, by group of ability, with what was there at the start.
    """

    true_theta: FloatArray
    items: IntArray
    scores: CodeArray
    theta: FloatArray
    sem: FloatArray
    blocks: int
    solvers: Mapping[Solver, int] = field(repr=False)
    worst_gap: float
    counts: ExposureCounts = field(repr=False)

    def __len__(self) -> int:
        """Return n, the number of persons."""
        return len(self.items)
