"""Calibration: own EM and its standard errors beside the bare floor, dense and window data.

The floor is what no EM of this kind can do without: the two products of each E-step with the
responses, at the nodes and for the number of E-steps that the fit really took.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.calibration_peers import simulate
from psychometrics import ResponseMatrix
from psychometrics.calibration import Priors, calibrate
from psychometrics.calibration.em import Ascent, Control, Maximand, climb, sharpness
from psychometrics.calibration.grid import chosen_grid
from psychometrics.calibration.start import starting_point
from psychometrics.calibration.study import prepare
from psychometrics.calibration.uncertainty import uncertainty

SEED = 20261122
ROUNDS = 5
"""Of each row, interleaved; medians are printed."""
SHOWN = 45


LOADS = {"dense 5,000 x 45": (5000, 45), "window 18,000 x 45 of 500": (18_000, 500)}
"""Persons and items of each; 45 are shown to each person."""


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one load, in milliseconds."""

    name: str
    whole: float
    fit: float
    errors: float
    floor: float
    iterations: int


def fit_alone(responses: ResponseMatrix) -> tuple[Maximand, Ascent]:
    """Return a 2PL fit as `calibrate` makes it, without its standard errors."""
    study = prepare(responses, "2pl", priors=Priors(), anchors=None, groups=None)
    problem = Maximand(study.portions, study.layout, study.priors)
    start = starting_point(study.portions, study.layout, study.known, groups=1)
    grid = chosen_grid(*sharpness(study.portions, start))
    control = Control(max_iterations=500, tolerance=1e-4, progress=None)
    return problem, climb(problem, start, grid=grid, fixed_grid=False, control=control)


def floor_of(responses: ResponseMatrix, *, nodes: int, iterations: int) -> Callable[[], object]:
    """Return the E-steps' products alone: a dense pair, or a sparse pair, again and again."""
    n, m = responses.shape
    random = np.random.Generator(np.random.PCG64(SEED))
    posterior = random.random((n, nodes))
    if responses.is_complete:
        scores = responses.scores.reshape(n, m).astype(np.float64)
        table = random.random((m, nodes))
        return lambda: [(scores @ table, scores.T @ posterior) for _ in range(iterations)]
    cells = responses.indicators()
    both = random.random((2 * m, nodes))
    return lambda: [(cells @ both, cells.T @ posterior) for _ in range(iterations)]


def timed(work: Callable[[], object]) -> float:
    """Return how long the work takes, in milliseconds."""
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def measure(name: str, responses: ResponseMatrix) -> Row:
    """Return the medians of one data set, its rows interleaved."""
    problem, ascent = fit_alone(responses)
    nodes, iterations = len(ascent.grid.nodes), ascent.iterations
    none = np.zeros(responses.shape[1], dtype=np.bool_)
    floor = floor_of(responses, nodes=nodes, iterations=iterations)
    rounds = [
        (
            timed(lambda: calibrate(responses, "2pl")),
            timed(lambda: fit_alone(responses)),
            timed(lambda: uncertainty(problem, ascent.place, grid=ascent.grid, diverged=none)),
            timed(floor),
        )
        for _ in range(ROUNDS)
    ]
    whole, fit, errors, bare = (median(column) for column in zip(*rounds, strict=True))
    return Row(name, whole, fit, errors, bare, iterations)


def growth(persons: int, items: int) -> float:
    """Return by how much a calibration grows a fresh process at its peak, in MiB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (persons, items))


def _growth(persons: int, items: int) -> float:
    responses, _ = simulate(persons, items, shown=SHOWN)
    calibrate(responses.take_persons(np.arange(200)), "rasch")
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    calibrate(responses, "2pl")
    return _status("VmHWM") - before


def _status(field: str) -> float:
    """Return a line of this process's status in MiB: VmRSS, what it holds; VmHWM, its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def report() -> None:
    """Print the table."""
    print("\nCalibration, 2PL (medians, ms; the floor is the E-steps' products alone)")
    print(
        f"{'data':>26} {'whole':>8} {'fit':>8} {'errors':>8} {'floor':>8} {'E-steps':>8} "
        f"{'fit/floor':>10} {'errors/fit':>11} {'MiB':>6}"
    )
    for name, (persons, items) in LOADS.items():
        row = measure(name, simulate(persons, items, shown=SHOWN)[0])
        print(
            f"{row.name:>26} {row.whole:8.1f} {row.fit:8.1f} {row.errors:8.1f} {row.floor:8.1f} "
            f"{row.iterations:8d} {row.fit / row.floor:10.2f} {row.errors / row.fit:11.2f} "
            f"{growth(persons, items):6.0f}",
            flush=True,
        )


if __name__ == "__main__":
    report()
