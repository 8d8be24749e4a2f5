"""The one door to HiGHS: a program it keeps, solves again and again, and can be stopped at.

Where highspy is not installed all of measurement but the assembly of papers works.
"""

from enum import Enum, auto

import numpy as np
from scipy.sparse import csc_array

from psychometrics.arrays import FloatArray
from psychometrics.cat.program import Limits, Program

try:
    import highspy
except ModuleNotFoundError:
    _INSTALLED = False
else:
    _INSTALLED = True

_TOLERANCE = 1e-10
_TOP_EXPONENT = 17
_GOLDEN = (5**0.5 - 1) / 2


class End(Enum):
    """How a search ended."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()


def costs_of(values: FloatArray, length: int) -> tuple[FloatArray, float]:
    """Return the values scaled for HiGHS, with ties parted, and the factor.

    Parameters
    ----------
    values : FloatArray, shape (m,)
        Of each item.
    length : int
        Of the paper.

    Returns
    -------
    costs : FloatArray, shape (m,)
        The values times the factor; all ties of a paper together add less than 1e-9 of the top.
    factor : float
        A power of two, which brings the highest value to between 2**16 and 2**17, so that
        HiGHS's least tolerance of 1e-10 is 1e-15 of it.

    Notes
    -----
    One best paper, whatever the solver did before: the record of a sitting can be replayed.
    """
    top = float(values.max(initial=0.0)) or float(np.abs(values).max(initial=0.0))
    factor = 2.0 ** (_TOP_EXPONENT - int(np.frexp(top)[1])) if top else 1.0
    unit = 1e-9 * 2.0 ** (_TOP_EXPONENT - 1)
    ties = uneven(len(values))
    return values * factor + ties * (unit / (2 * length + 2)), factor


def uneven(count: int) -> FloatArray:
    """Return numbers in [0, 1) of which no two are equal, by the golden ratio.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    FloatArray, shape (count,)
    """
    return np.asarray((np.arange(count) * _GOLDEN) % 1.0, np.float64)


class Model:
    """A program held by HiGHS, solved again and again with other costs and limits."""

    def __init__(self, program: Program, *, whole: bool = False) -> None:
        """Pass the program; `whole` makes every variable a whole number."""
        if not _INSTALLED:
            raise ModuleNotFoundError(
                "papers are assembled by HiGHS: install highspy", name="highspy"
            )
        self._whole = whole
        self._columns = np.arange(program.columns, dtype=np.int32)
        self._rows = np.arange(len(program.lower), dtype=np.int32)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types it partly
        self._highs.disableCallbacks()  # type: ignore[no-untyped-call]  # as above
        options: dict[str, str | float | int | bool] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "presolve": "on" if whole else "off",
            "primal_feasibility_tolerance": _TOLERANCE,
            "dual_feasibility_tolerance": _TOLERANCE,
            "mip_feasibility_tolerance": _TOLERANCE,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 0.0,
        }
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_highs_program(program, whole=whole))

    def load(self, costs: FloatArray, limits: Limits) -> None:
        """Set what is maximised, and the limits."""
        columns, rows = self._columns, self._rows
        padded = np.zeros(len(columns))
        padded[: len(costs)] = costs
        self._highs.changeColsCost(len(columns), columns, padded)
        self._highs.changeColsBounds(len(columns), columns, limits.least, limits.most)
        change_rows = self._highs.changeRowsBounds  # type: ignore[attr-defined]  # not in its stub
        change_rows(len(rows), rows, limits.lower, limits.upper)

    def fix(self, column: int, least: float, most: float) -> None:
        """Set the limits of one variable."""
        self._highs.changeColBounds(column, least, most)

    def stop_at_first(self) -> None:
        """Make `run` stop at the first whole solution."""
        self._highs.setOptionValue("mip_max_improving_sols", 1)

    def elapsed(self) -> float:
        """Return the seconds that HiGHS has worked on this model, all runs together."""
        return float(self._highs.getRunTime())

    def run(self, until: float) -> End:
        """Solve, stopping when `elapsed` reaches `until`."""
        self._highs.setOptionValue("time_limit", min(max(until, 0.0), 1e30))
        end = self._run()
        if end is End.STOPPED and not self._whole:
            # A warm start that lost its way, or was left half way, is no start for the next run.
            self._highs.clearSolver()
            if self.elapsed() < until:
                end = self._run()
        return end

    def _run(self) -> End:
        self._highs.run()
        status = self._highs.getModelStatus()
        ends = highspy.HighsModelStatus
        if status == ends.kOptimal:
            return End.OPTIMAL
        if status in (ends.kInfeasible, ends.kUnboundedOrInfeasible):
            return End.INFEASIBLE
        return End.STOPPED

    def objective(self) -> float:
        """Return the value of the last run's solution."""
        return float(self._highs.getInfo().objective_function_value)

    def bound(self) -> float:
        """Return the bound that the last run of a whole-number program proved."""
        return float(self._highs.getInfo().mip_dual_bound)

    def regret(self) -> FloatArray:
        """Return what moving each variable by one costs at least, from the last run's duals."""
        return np.abs(np.array(self._highs.getSolution().col_dual, np.float64))

    def solution(self) -> FloatArray | None:
        """Return the last run's variables, or None if it found none."""
        solution = self._highs.getSolution()
        return np.array(solution.col_value) if solution.value_valid else None


def _highs_program(program: Program, *, whole: bool) -> "highspy.HighsLp":
    columns, matrix = program.columns, csc_array(program.matrix)
    given = highspy.HighsLp()
    given.num_col_, given.num_row_ = columns, len(program.lower)
    given.sense_ = highspy.ObjSense.kMaximize
    given.col_cost_ = np.zeros(columns)
    given.col_lower_, given.col_upper_ = np.zeros(columns), np.ones(columns)
    given.row_lower_, given.row_upper_ = program.lower, program.upper
    given.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    given.a_matrix_.start_ = matrix.indptr
    given.a_matrix_.index_ = matrix.indices
    given.a_matrix_.value_ = matrix.data
    if whole:
        given.integrality_ = [highspy.HighsVarType.kInteger] * columns
    return given
