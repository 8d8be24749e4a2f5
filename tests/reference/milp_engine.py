"""An adaptive engine that solves each shadow test as an integer program, to compare ours with.

Run as `python -m tests.reference.milp_engine 2000` from the repository for the figures in
docs/performance.md. It shares nothing with ours but the pool's tables: the posterior, the
program, and the classical order of delivery, the most informative item of the shadow test
first. HiGHS solves the relaxation of each program, warm; where that is whole it is the integer
program's proven optimum, and where it is not branch and bound goes on. Branch and bound from the
start (`relax=False`) gives the same papers at forty times the time.
"""

import sys

import highspy
import numpy as np
import numpy.typing as npt

from psychometrics import (
    Plain,
    Plan,
    Pool,
    Simulated,
    probability,
    simulate,
)
from tests.reference.datasets import common_bank

SEED = 20261122
PERSONS = 2000


class ShadowTests:
    """One integer program for a pool; its costs and bounds change from item to item."""

    def __init__(self, pool: Pool, *, relax: bool = True) -> None:
        self.m = len(pool)
        self.every = np.arange(self.m, dtype=np.int32)
        self.whole = _program(pool)
        kinds = np.full(self.m, highspy.HighsVarType.kInteger, dtype=object)
        self.whole.changeColsIntegrality(self.m, self.every, kinds)
        self.programs = [_program(pool), self.whole] if relax else [self.whole]
        self.branched = 0

    def solve(self, worth: npt.NDArray[np.float64], given: list[int]) -> npt.NDArray[np.bool_]:
        """Return the best paper with the given items on it, as a mask."""
        lower = np.zeros(self.m)
        lower[given] = 1.0
        for program in self.programs:
            program.changeColsCost(self.m, self.every, -worth)
            program.changeColsBounds(self.m, self.every, lower, np.ones(self.m))
            program.run()
            if program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError("the program has no proven optimum")
            found = np.array(program.getSolution().col_value)
            if np.abs(found - np.rint(found)).max() < 1e-7:
                break
        self.branched += program is self.whole
        return np.asarray(found > 0.5)


def _program(pool: Pool) -> highspy.Highs:
    quotas, m = pool.constraints.quotas, len(pool)
    program = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types it partly
    for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0)):
        program.setOptionValue(option, value)
    program.addVars(m, np.zeros(m), np.ones(m))
    program.addRow(quotas.length, quotas.length, m, np.arange(m, dtype=np.int32), np.ones(m))
    for area, (least, most) in enumerate(zip(quotas.minimum, quotas.maximum, strict=True)):
        members = np.flatnonzero(quotas.leaf == area).astype(np.int32)
        program.addRow(least, most, members.size, members, np.ones(members.size))
    return program


def sit(
    pool: Pool, tests: ShadowTests, right: npt.NDArray[np.bool_]
) -> tuple[list[int], float, float]:
    """Return one person's items, EAP and its error; `right` has an answer to every item."""
    length = pool.constraints.quotas.length
    belief, given = pool.prior.weights.copy(), list[int]()
    while len(given) < length:
        worth = belief @ pool.information
        coming = tests.solve(worth, given)
        coming[given] = False
        item = int(np.argmax(np.where(coming, worth, -1.0)))
        given.append(item)
        belief = belief * np.exp(pool.log_p[:, item] if right[item] else pool.log_q[:, item])
        belief /= belief.sum()
    theta = float(belief @ pool.prior.nodes)
    return given, theta, float(belief @ (pool.prior.nodes - theta) ** 2) ** 0.5


def responses(pool: Pool, theta: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return the answers that `simulate` draws for these persons with the same seed."""
    drawn = make_generator().spawn(3)[0]
    return np.asarray(drawn.random((len(theta), len(pool))) < probability(theta, pool.items))


def make_generator() -> np.random.Generator:
    """Return the generator of every run here."""
    return np.random.Generator(np.random.PCG64(SEED))


def ours(pool: Pool, theta: npt.NDArray[np.float64]) -> Simulated:
    """Return our papers for the same persons and answers: one item at a time, no control."""
    return simulate(pool, theta, plan=Plan(1, Plain()), generator=make_generator())


def rmse(estimate: npt.ArrayLike, true: npt.ArrayLike) -> float:
    """Return the root of the mean squared difference."""
    return float(np.sqrt(np.mean((np.asarray(estimate) - np.asarray(true)) ** 2)))


def main(persons: int) -> None:
    """Print both engines' errors on the same persons and answers."""
    pool = common_bank().pool
    theta = np.random.Generator(np.random.PCG64(SEED + 1)).normal(size=persons)
    ready, answers = ShadowTests(pool), responses(pool, theta)
    theirs = rmse([sit(pool, ready, row)[1] for row in answers], theta)
    mine = rmse(ours(pool, theta).theta, theta)
    print(  # noqa: T201 - a script's answer
        f"{persons} persons: RMSE by MILP {theirs:.5f}, ours {mine:.5f}, {mine / theirs:.4f}; "
        f"{ready.branched} of {persons * pool.quotas.length} programs were branched"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PERSONS)
