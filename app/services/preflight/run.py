"""One pre-flight: who sits what and in which order, and the report that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app import ambient
from app.exam.paper.edition import Edition
from app.exam.preflight import preflight as figures
from app.exam.preflight.preflight import Floats, joined
from app.exam.preflight.report import Comparison, CutPoint, Report
from app.progress import Progress, silent
from app.services.preflight.cohorts import COHORT, ROUND, Crew, Kit, Sat, Setting, Task, crew
from app.services.preflight.report import (
    Played,
    Sittings,
    compared,
    declared_prior,
    is_judged,
    make_report,
    own_marking,
)
from app.services.preflight.settings import Way, control_words, own_setting, ways_to_compare
from app.services.preflight.simulation import draw_truth
from itembank.schemes import Outcome, cuts
from psychometrics import (
    DataError,
    DomainScale,
    ExposureCounts,
    ability_bounds,
    merge,
    no_counts,
)

# Blocks that are assembled here in the time that a process takes to start.
WORTH_A_PROCESS = 8_000
COMPARED = 1_000
SAT_TWICE = 1_000
# People at each cut score: a twentieth of the candidates, between these.
FEWEST_AT_A_CUT, MOST_AT_A_CUT = 100, 300
# Streams of chance, each with its own generators.
PEOPLE, OWN, AGAIN, CUTS, PAIRED = range(5)
WHO, HOW = range(2)
# The second truth of a kit: other than what papers are made on.
ERRING = 1


@dataclass(frozen=True, slots=True)
class PreflightRequest:
    """What is asked for: of which exam, with how many candidates, by which seed."""

    exam: str
    candidates: int
    seed: int = 1
    comparisons: bool = True
    processes: int = 1
    compared: int = COMPARED


def simulate_exam(
    edition: Edition, request: PreflightRequest, progress: Progress = silent
) -> Report:
    """Return what simulated candidates make of an edition; nothing is read or written."""
    began = ambient.elapsed()
    kit = _kit(edition, request.seed)
    blocks = _blocks(edition, request)
    processes = request.processes if blocks > WORTH_A_PROCESS else 1
    with crew(kit, processes=processes) as workers:
        sat = _Run(edition, request, workers, _Tally(blocks, progress)).all_sit()
    report = make_report(edition, sat, seed=request.seed)
    return report.model_copy(update={"seconds": round(ambient.elapsed() - began, 1)})


class _Tally:
    """Counts blocks that have been assembled, for who waits."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._done, self._progress = total, 0, progress

    def add(self, blocks: int) -> None:
        """Say that so many more are done."""
        self._done += blocks
        self._progress(self._done, self._total)


@dataclass(frozen=True, slots=True)
class _Run:
    """A pre-flight under way."""

    edition: Edition
    request: PreflightRequest
    workers: Crew
    tally: _Tally

    def all_sit(self) -> Sittings:
        """Let everyone sit: the candidates, some of them again, and who else is asked for."""
        setting = own_setting(self.edition)
        own = self._play(setting, self._people(self.request.candidates), OWN)
        twice = min(SAT_TWICE, self.request.candidates)
        # The last to sit, so that exposure control has found its level in both papers.
        again = self._play(setting, own.papers.theta[-twice:], AGAIN, counts=own.counts)
        cuts = self._cuts(setting, own.counts)
        compared, erring = self._compare(setting)
        return Sittings(own, again, cuts, compared, erring)

    def _people(self, count: int, stream: int = PEOPLE) -> Floats:
        prior = declared_prior(self.edition)
        generator = ambient.generator(self.request.seed, stream, WHO)
        return np.asarray(generator.normal(prior.mean, prior.sd, count))

    def _play(
        self,
        setting: Setting,
        theta: Floats,
        *stream: int,
        truth: int = 0,
        counts: ExposureCounts | None = None,
    ) -> Played:
        """Let people sit, a cohort after the other; those of a round start from one state."""
        blocks = -(-self.edition.exam.length // setting.block_size)
        tasks = [
            Task(
                setting,
                theta[start : start + COHORT],
                (self.request.seed, *stream, HOW, start // COHORT),
                truth,
            )
            for start in range(0, len(theta), COHORT)
        ]
        found: list[Sat] = []
        step = len(tasks) if setting.target is None else ROUND
        for start in range(0, len(tasks), step):
            sat: list[Sat] = []
            for one in self.workers.work(
                [replace(task, counts=counts) for task in tasks[start : start + step]]
            ):
                sat.append(one)
                self.tally.add(len(one.papers) * blocks)
            counts = _merged(counts, sat)
            found += sat
        return _played(found, counts)

    def _cuts(self, setting: Setting, counts: ExposureCounts | None) -> tuple[CutPoint, ...]:
        scale = self.edition.scale
        points: list[CutPoint] = []
        for place, one in enumerate(_reachable_cuts(self.edition)):
            theta = figures.cut_theta(one.lowest, scale, scale.domain)
            people = np.full(_at_a_cut(self.request), theta)
            sat = self._play(setting, people, CUTS, place, counts=counts)
            points.append(figures.cut_point(sat.papers, one, self.edition.exam.scheme))
        return tuple(points)

    def _compare(self, own: Setting) -> tuple[tuple[Comparison, ...], Comparison | None]:
        """Return other ways to make papers, and the exam's own where its ratings err."""
        judged = is_judged(self.edition)
        ways = ways_to_compare(self.edition)
        if not self.request.comparisons or not (ways or judged):
            return (), None
        people = self._people(self.request.compared, PAIRED)
        same = self._play(own, people, PAIRED)
        others = {
            way.setting: same if way.setting == own else self._play(way.setting, people, PAIRED)
            for way in ways
        }
        found = tuple(compared(self.edition, way, others[way.setting], same) for way in ways)
        if not judged:
            return found, None
        erring = self._play(own, people, PAIRED, truth=ERRING)
        way = Way("Ratings that err", control_words(self.edition.exam.exposure), own)
        return found, compared(self.edition, way, erring, same)


def _merged(before: ExposureCounts | None, sat: Sequence[Sat]) -> ExposureCounts | None:
    """Return the counts after cohorts that all started from `before`."""
    after = [one.counts for one in sat if one.counts is not None]
    if not after:
        return before
    return merge(no_counts(*after[0].held.shape) if before is None else before, after)


def _played(found: Sequence[Sat], counts: ExposureCounts | None) -> Played:
    solvers: dict[str, int] = {}
    for one in found:
        for name, blocks in one.solvers.items():
            solvers[name] = solvers.get(name, 0) + blocks
    return Played(
        papers=joined([one.papers for one in found]),
        violations=sum(one.violations for one in found),
        solvers=solvers,
        worst_gap=max(one.worst_gap for one in found),
        counts=counts,
    )


def _kit(edition: Edition, seed: int) -> Kit:
    """Return what cohorts sit; on judged parameters there is a second truth, apart from them."""
    marking, pool = own_marking(edition), edition.pool
    truths, markings, prior = [pool.items], [marking], declared_prior(edition)
    if is_judged(edition):
        truth = draw_truth(edition, seed)
        domain = edition.scale.domain
        erring = DomainScale(truth.of(edition.scale.names), domain.group, domain.weights)
        truths.append(truth.of([item.id for item in edition.items]))
        markings.append(replace(marking, true_domain=erring))
    return Kit(
        items=pool.items,
        constraints=pool.constraints,
        prior=pool.prior,
        available=edition.available,
        truths=tuple(truths),
        markings=tuple(markings),
        bounds=ability_bounds(prior.mean, prior.sd),
    )


def _reachable_cuts(edition: Edition) -> list[Outcome]:
    """Return the outcomes with a cut that some ability reaches."""
    found: list[Outcome] = []
    for one in cuts(edition.exam.scheme):
        try:
            figures.cut_theta(one.lowest, edition.scale, edition.scale.domain)
        except DataError:
            continue
        found.append(one)
    return found


def _at_a_cut(request: PreflightRequest) -> int:
    return min(max(request.candidates // 20, FEWEST_AT_A_CUT), MOST_AT_A_CUT)


def _blocks(edition: Edition, request: PreflightRequest) -> int:
    """Return how many blocks the whole run assembles."""
    length, own = edition.exam.length, own_setting(edition)
    people = request.candidates + min(SAT_TWICE, request.candidates)
    people += len(_reachable_cuts(edition)) * _at_a_cut(request)
    total = people * -(-length // own.block_size)
    if request.comparisons:
        ways = ways_to_compare(edition)
        sizes = {way.setting: way.setting.block_size for way in ways}
        if ways or is_judged(edition):
            sizes[own] = own.block_size
        again = [own.block_size] if is_judged(edition) else []
        blocks = sum(-(-length // size) for size in (*sizes.values(), *again))
        total += request.compared * blocks
    return total
