"""Marginal maximum likelihood, or the posterior mode, by accelerated EM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit

from psychometrics.arrays import FloatArray
from psychometrics.calibration.acceleration import Anderson
from psychometrics.calibration.expectation import Expectation, Portion, expect, log_likelihood
from psychometrics.calibration.grid import Grid, between, refined
from psychometrics.calibration.maximisation import maximise
from psychometrics.calibration.penalty import FreePriors, penalty
from psychometrics.calibration.space import Layout, Point, pack, unpack

_SLACK = 1e-12
"""Of the objective: less than this is rounding, not a fall."""
_HALVINGS = 30
_SHORTER = 0.25
"""Of a proposal that went too far beyond the map's own step."""
_GRID_TOLERANCE = 2e-3
"""Two rules that differ by less than this in the log-likelihood both have half of it at most."""
_TAIL = 1e-3
"""Persons at the outermost nodes; more, and the grid is too narrow."""
_LOOK, _LOOKS = 3.0, 13


@dataclass(frozen=True, slots=True, eq=False)
class Maximand:
    """What is to be maximised, and over what.

    Parameters
    ----------
    portions : tuple of Portion
        All persons, by group.
    layout : Layout
        What is free.
    priors : FreePriors
        Of the free items.
    """

    portions: tuple[Portion, ...]
    layout: Layout
    priors: FreePriors


@dataclass(frozen=True, slots=True)
class Control:
    """When to stop, and whom to tell.

    Parameters
    ----------
    max_iterations : int
        E-steps at most.
    tolerance : float
        The longest step of any coordinate (log a, d, logit c, mean, log sd) taken for rest.
    progress : callable, optional
        Told each E-step's number and the objective.
    """

    max_iterations: int
    tolerance: float
    progress: Callable[[int, float], None] | None


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A point with its E-step.

    Parameters
    ----------
    point : Point
        The parameters.
    found : Expectation
        The E-step there.
    objective : float
        The log-posterior there.
    """

    point: Point
    found: Expectation
    objective: float


@dataclass(slots=True, eq=False)
class Ascent:
    """A climb under way: where it stands, what it has used, and the heights it reached."""

    problem: Maximand
    control: Control
    grid: Grid
    place: Place
    iterations: int = 1
    trace: list[float] = field(default_factory=list)
    converged: bool = False


def log_prior(problem: Maximand, point: Point) -> float:
    """Return the log prior density at a point: 0 without priors."""
    return penalty(problem.priors, point, problem.layout).value if problem.priors else 0.0


def visit(problem: Maximand, point: Point, grid: Grid) -> Place:
    """Return the point with its E-step and objective."""
    found = expect(problem.portions, point, grid=grid, asymptotes=problem.layout.asymptotes)
    return Place(point, found, found.log_likelihood + log_prior(problem, point))


def climb(
    problem: Maximand, start: Point, *, grid: Grid, fixed_grid: bool, control: Control
) -> Ascent:
    """Return where EM comes to rest.

    Parameters
    ----------
    problem : Maximand
        What is maximised.
    start : Point
        Where to begin.
    grid : Grid
        Nodes to begin with.
    fixed_grid : bool
        Keep them; otherwise they are refined until the log-likelihood no longer depends on them.
    control : Control
        Limits.

    Returns
    -------
    Ascent
        At rest, or out of iterations.
    """
    ascent = Ascent(problem, control, grid, visit(problem, start, grid))
    accelerator = Anderson()
    while True:
        ascent.trace, ascent.converged = [ascent.place.objective], False
        _rest(ascent, accelerator)
        finer = None if fixed_grid or not ascent.converged else _finer(ascent)
        if finer is None:
            return ascent
        ascent.grid, ascent.place = finer, visit(problem, ascent.place.point, finer)
        ascent.iterations += 1


def _rest(ascent: Ascent, accelerator: Anderson) -> None:
    problem, control = ascent.problem, ascent.control
    layout, tolerance = problem.layout, control.tolerance
    while ascent.iterations < control.max_iterations:
        if control.progress is not None:
            control.progress(ascent.iterations, ascent.place.objective)
        here = ascent.place
        image = maximise(here.found, here.point, layout=layout, priors=problem.priors)
        row, goal = pack(here.point, layout), pack(image, layout)
        proposal = accelerator.propose(row, goal)
        ahead = _step(ascent, unpack(proposal, layout, here.point))
        if ahead is None and proposal is not goal:
            shorter = goal + _SHORTER * (proposal - goal)
            ahead = _step(ascent, unpack(shorter, layout, here.point))
        if ahead is None:
            accelerator.forget()
            ahead = _backtrack(ascent, row, goal)
        if ahead is None:
            ascent.converged = _longest(goal - row) < tolerance
            return
        ascent.place = ahead
        ascent.trace.append(ahead.objective)
        moved = max(_longest(pack(ahead.point, layout) - row), _longest(goal - row))
        if moved < tolerance:
            ascent.converged = True
            return


def _step(ascent: Ascent, point: Point) -> Place | None:
    ascent.iterations += 1
    ahead = visit(ascent.problem, point, ascent.grid)
    least = ascent.place.objective - _SLACK * abs(ascent.place.objective)
    return ahead if ahead.objective >= least else None


def _backtrack(ascent: Ascent, row: FloatArray, goal: FloatArray) -> Place | None:
    share = 1.0
    for _ in range(_HALVINGS):
        if ascent.iterations >= ascent.control.max_iterations:
            return None
        ahead = _step(
            ascent, unpack(row + share * (goal - row), ascent.problem.layout, ascent.place.point)
        )
        if ahead is not None:
            return ahead
        share *= 0.5
    return None


def _longest(step: FloatArray) -> float:
    return float(np.abs(step).max(initial=0.0))


def _finer(ascent: Ascent) -> Grid | None:
    problem, found = ascent.problem, ascent.place.found
    wider = bool((found.members[:, [0, -1]] > _TAIL).any())
    each = log_likelihood(
        problem.portions,
        ascent.place.point,
        grid=between(ascent.grid),
        asymptotes=problem.layout.asymptotes,
    )
    weights = np.concatenate([rows.weights for rows in problem.portions])
    denser = abs(float(weights @ each) - found.log_likelihood) > _GRID_TOLERANCE
    return refined(ascent.grid, denser=denser, wider=wider) if denser or wider else None


def sharpness(portions: Sequence[Portion], point: Point) -> tuple[float, float]:
    """Return the most information that any person's items hold anywhere, and the steepest slope.

    Returns
    -------
    information, slope : float
        Standardised: per squared latent sd, per latent sd.
    """
    sd = float(point.sd.max())
    theta = point.mean.mean() + sd * np.linspace(-_LOOK, _LOOK, _LOOKS)
    odds = point.a[:, np.newaxis] * theta + point.d[:, np.newaxis]
    told = point.a[:, np.newaxis] ** 2 * expit(odds) * expit(-odds)
    most = max(float(rows.presented_sum(told).max()) for rows in portions)
    return most * sd**2, float(point.a.max()) * sd
