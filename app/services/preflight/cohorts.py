"""Cohorts of simulated candidates: the fixed units of work of a pre-flight, and who does them."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from app import ambient
from app.errors import Refused
from app.exam.preflight.preflight import Floats, Marking, Papers, mark_papers, violations
from psychometrics import (
    Constraints,
    ExposureCounts,
    ItemParameters,
    Plan,
    Pool,
    Quadrature,
    TargetEligibility,
    ValueRule,
    build_pool,
    probability,
    simulate,
)

COHORT = 250
# Cohorts of one round sit at the same time: they start from the same counts, which are then
# joined. It is part of the method and not of the machine: figures depend on the seed alone.
ROUND = 2
MOST_PROCESSES = 2
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to make papers; a `form` is a given list of items."""

    block_size: int
    rule: ValueRule
    target: float | None = None
    conditional: bool = False
    form: tuple[int, ...] = ()

    def plan(self, kit: "Kit") -> Plan:
        """Return the setting as the simulation takes it."""
        target = self.target
        return Plan(
            self.block_size,
            self.rule,
            control=None if target is None else TargetEligibility(target, self.conditional),
            bounds=self.bounds(kit),
            available=kit.available,
            cohort=COHORT,
        )

    def bounds(self, kit: "Kit") -> Floats:
        """Return what parts the ability groups whose exposure is counted apart."""
        return kit.bounds if self.conditional else np.zeros(0)


@dataclass(frozen=True)
class Kit:
    """What a cohort sits: items, blueprint and prior, and the truths that responses are made of."""

    items: ItemParameters
    constraints: Constraints
    prior: Quadrature
    available: NDArray[np.bool_]
    truths: tuple[ItemParameters, ...]
    markings: tuple[Marking, ...]
    bounds: Floats

    @cached_property
    def pool(self) -> Pool:
        """Return the pool; it is built where it is used, since a solver cannot be sent."""
        return build_pool(self.items, self.constraints, self.prior)


@dataclass(frozen=True, slots=True)
class Task:
    """A cohort that is to sit: who, how, against which truth, and by whose chance."""

    setting: Setting
    theta: Floats
    path: tuple[int, ...]
    truth: int = 0
    counts: ExposureCounts | None = None


@dataclass(frozen=True, slots=True)
class Sat:
    """What came of a cohort."""

    papers: Papers
    violations: int
    solvers: Mapping[str, int] = field(default_factory=dict)
    worst_gap: float = 0.0
    counts: ExposureCounts | None = None


def sit(kit: Kit, task: Task) -> Sat:
    """Let a cohort sit its papers, and mark them."""
    truth, marking = kit.truths[task.truth], kit.markings[task.truth]
    if task.setting.form:
        return _sit_form(kit, task, marking, truth)
    made = simulate(
        kit.pool,
        task.theta,
        plan=task.setting.plan(kit),
        generator=ambient.generator(*task.path),
        truth=truth,
        counts=task.counts,
    )
    return Sat(
        papers=mark_papers(marking, task.theta, made.items, made.scores),
        violations=violations(made.items, kit.constraints),
        solvers={str(solver): blocks for solver, blocks in made.solvers.items()},
        worst_gap=made.worst_gap,
        counts=None if task.setting.target is None else made.counts,
    )


def _sit_form(kit: Kit, task: Task, marking: Marking, truth: ItemParameters) -> Sat:
    items = np.tile(np.array(task.setting.form, dtype=np.int64), (len(task.theta), 1))
    chances = probability(task.theta, truth.take(list(task.setting.form)))
    right = ambient.generator(*task.path).random(chances.shape) < chances
    papers = mark_papers(marking, task.theta, items, right.astype(np.int8))
    return Sat(papers, violations(items, kit.constraints))


class Crew:
    """Processes that let cohorts sit; with one, everything is done here."""

    def __init__(self, kit: Kit, executor: ProcessPoolExecutor | None) -> None:
        self._kit = kit
        self._executor = executor

    def work(self, tasks: Sequence[Task]) -> Iterator[Sat]:
        """Yield what comes of each task, in their order."""
        if self._executor is None:
            yield from (sit(self._kit, task) for task in tasks)
            return
        try:
            yield from self._executor.map(_sit_here, tasks)
        except BrokenProcessPool as exc:
            raise Refused(
                "A process of the simulation was stopped from outside, perhaps for want of "
                "memory, so there is no report. Simulate fewer candidates, or try again."
            ) from exc


@contextmanager
def crew(kit: Kit, *, processes: int) -> Iterator[Crew]:
    """Give a crew; when it is left, in whatever way, its processes have ended."""
    if processes <= 1:
        yield Crew(kit, None)
        return
    executor = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(kit,),
    )
    with _one_thread_each():
        try:
            yield Crew(kit, executor)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def processes_here() -> int:
    """Return how many processes this machine has room for, two at most."""
    return min(MOST_PROCESSES, len(os.sched_getaffinity(0)))


_kits: list[Kit] = []


def _begin(kit: Kit) -> None:
    # Control-C reaches every process of a terminal: the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever is killed outright ends nobody: a worker would wait for its next task for ever.
    Thread(target=_end_with_parent, daemon=True).start()
    _kits[:] = [kit]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _sit_here(task: Task) -> Sat:
    return sit(_kits[0], task)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let new processes do linear algebra on one thread each: there is one a core already."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
