"""The least exposure that constraints allow: what no control can go below."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, eye_array, hstack

from psychometrics.arrays import BoolArray
from psychometrics.cat.blueprint import free_items
from psychometrics.cat.constraints import Constraints
from psychometrics.cat.program import bounds_of, build_program
from psychometrics.errors import InfeasibleBlueprint


def attainable_exposure(
    constraints: Constraints, *, available: npt.ArrayLike | None = None
) -> float:
    """Return the least share of papers that the most exposed item can be held to.

    Parameters
    ----------
    constraints : Constraints
        For m items.
    available : array_like of bool, shape (m,), optional
        Which items may come; all that are allowed unless given.

    Returns
    -------
    float
        0 to 1. Required items are on every paper, and are left out of the maximum.

    Raises
    ------
    InfeasibleBlueprint
        No paper meets the constraints, not even on average.
    DataError
        `available` has another shape.

    Notes
    -----
    The exposures x of items are the average of papers, so they meet every linear constraint:
    the least r with x <= r. Under quotas that nest each such x is an average of whole papers
    (their polytope is integral), and the figure is exact. Under constraints that cross it is a
    lower bound, since an x may be no average of papers.
    """
    program = build_program(constraints)
    free = free_items(constraints.quotas, (), available) & constraints.allowed
    if not free[list(constraints.required)].all():
        raise InfeasibleBlueprint(-1, "a required item cannot come")
    least, most = bounds_of(program, constraints.required, free)
    counted = free.copy()
    counted[list(constraints.required)] = False
    found = milp(
        np.concatenate([np.zeros(program.columns), [1.0]]),
        constraints=[
            LinearConstraint(
                hstack([csc_array(program.matrix), csc_array((len(program.lower), 1))]),
                program.lower,
                program.upper,
            ),
            LinearConstraint(_at_most_r(counted, program.columns), -np.inf, 0.0),
        ],
        bounds=Bounds(np.append(least, 0.0), np.append(most, 1.0)),
    )
    if found.x is None:
        raise InfeasibleBlueprint(-1, "no paper meets the constraints, not even on average")
    return float(min(max(found.fun, 0.0), 1.0))


def fewest_taken(constraints: Constraints, members: npt.ArrayLike) -> int:
    """Return how many of some items every paper takes at the least.

    Parameters
    ----------
    constraints : Constraints
        For m items.
    members : array_like of bool, shape (m,)
        Those to count.

    Returns
    -------
    int
        Exact under quotas that nest; a lower bound under constraints that cross.

    Raises
    ------
    InfeasibleBlueprint
        No paper meets the constraints, not even on average.

    Notes
    -----
    The least mean over papers, by the linear program, rounded up.
    """
    program = build_program(constraints)
    least, most = bounds_of(program, constraints.required, constraints.allowed)
    counted = np.zeros(program.columns)
    counted[: constraints.allowed.size] = np.asarray(members, np.bool_)
    found = milp(
        counted,
        constraints=LinearConstraint(csc_array(program.matrix), program.lower, program.upper),
        bounds=Bounds(least, most),
    )
    if found.x is None:
        raise InfeasibleBlueprint(-1, "no paper meets the constraints, not even on average")
    return int(np.ceil(found.fun - 1e-6))


def _at_most_r(counted: BoolArray, columns: int) -> csc_array:
    """Return rows that say x <= r for the counted items; r is the last column."""
    kept = np.flatnonzero(counted)
    rows = eye_array(columns, format="csr")[kept]
    return csc_array(hstack([rows, csc_array(np.full((len(kept), 1), -1.0))]))
