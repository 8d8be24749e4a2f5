"""The report of a pre-flight, from the papers that simulated candidates sat."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exam.definition.changes import exposure_words, paper_words
from app.exam.paper.edition import Edition
from app.exam.preflight import preflight as figures
from app.exam.preflight.bank import Stock, bank_use
from app.exam.preflight.preflight import Marking, Papers
from app.exam.preflight.report import Comparison, CutPoint, Report
from app.services.preflight.settings import Way, attainable, own_setting, target_of
from app.services.preflight.simulation import DIFFICULTY_SPREAD, DISCRIMINATION_SPREAD
from itembank.parameters import Prior
from psychometrics import ExposureCounts, ability_bounds, exposure_rates


@dataclass(frozen=True, slots=True)
class Played:
    """What came of all cohorts of one setting."""

    papers: Papers
    violations: int
    solvers: Mapping[str, int]
    worst_gap: float
    counts: ExposureCounts | None


@dataclass(frozen=True, slots=True)
class Sittings:
    """All that was sat: the exam's own papers, second ones of its last people, and the rest."""

    own: Played
    again: Played
    cuts: tuple[CutPoint, ...]
    compared: tuple[Comparison, ...]
    erring: Comparison | None

    def twice(self) -> tuple[Papers, Papers]:
        """Return the two papers of those who sat twice."""
        return self.own.papers.last(len(self.again.papers)), self.again.papers


def make_report(edition: Edition, sat: Sittings, *, seed: int) -> Report:
    """Return the report; how long it took is for the caller to say."""
    exam, papers = edition.exam, sat.own.papers
    setting, target, prior = own_setting(edition), target_of(exam), declared_prior(edition)
    bounds, m, scheme = ability_bounds(prior.mean, prior.sd), len(edition.items), exam.scheme
    bank = {item.id: edition.criterion(item.id) for item in edition.items}
    uses = figures.item_uses(papers, bounds, bank, edition.pool.items.b, target=target)
    ability = figures.precision(papers.estimate, papers.theta)
    mark = figures.precision(papers.mark, papers.true_mark)
    first, second = sat.twice()
    return Report(
        exam=exam.code,
        exam_version=exam.version,
        title=exam.title,
        parameters=edition.parameters_id,
        provisional=is_judged(edition),
        candidates=len(papers),
        seed=seed,
        seconds=0.0,
        paper=paper_words(exam),
        block_size=setting.block_size,
        length=exam.length,
        trial_items=exam.positions - exam.length,
        exposure=exposure_words(exam),
        target=target,
        prior_mean=prior.mean,
        prior_sd=prior.sd,
        blueprint_violations=sat.own.violations + sat.again.violations,
        solvers=sat.own.solvers,
        worst_gap=sat.own.worst_gap,
        theta_bias=ability.bias,
        theta_rmse=ability.rmse,
        mark_bias=mark.bias,
        mark_rmse=mark.rmse,
        mark_rmse_error=figures.rmse_error(papers.mark, papers.true_mark),
        grade_accuracy=figures.agreement(papers.mark, papers.true_mark, scheme),
        grade_consistency=figures.agreement(first.mark, second.mark, scheme),
        pass_accuracy=figures.pass_agreement(papers.mark, papers.true_mark, scheme),
        pass_consistency=figures.pass_agreement(first.mark, second.mark, scheme),
        replicated=len(second),
        max_exposure=max(use.exposure for use in uses),
        attainable_exposure=None if setting.form else attainable(edition),
        mean_overlap=figures.overlap_of(papers.items, m) or 0.0,
        conditional_sem=figures.scale_points(papers, prior, own_marking(edition)),
        cuts=sat.cuts,
        grades=figures.grade_rows(papers, (first, second), scheme),
        groups=figures.ability_groups(papers, bounds, m),
        item_use=uses,
        bank=bank_use(_stock(edition, prior), papers, uses, target=target),
        time=figures.paper_time(
            papers.items, edition.items, minutes=exam.minutes, positions=exam.positions
        ),
        comparisons=sat.compared,
        erring_ratings=sat.erring,
        notes=_notes(edition),
    )


def compared(edition: Edition, way: Way, sat: Played, same: Played) -> Comparison:
    """Return a way to make papers beside the exam's own, which the `same` people sat."""
    papers, m = sat.papers, len(edition.items)
    mark = figures.precision(papers.mark, papers.true_mark)
    change, change_error = figures.rmse_change(papers, same.papers)
    return Comparison(
        name=way.name,
        block_size=way.setting.block_size,
        exposure=way.exposure,
        is_own=way.setting == own_setting(edition),
        candidates=len(papers),
        blueprint_violations=sat.violations,
        theta_rmse=figures.precision(papers.estimate, papers.theta).rmse,
        mark_bias=mark.bias,
        mark_rmse=mark.rmse,
        mark_rmse_change=change,
        mark_rmse_change_error=change_error,
        grade_accuracy=figures.agreement(papers.mark, papers.true_mark, edition.exam.scheme),
        max_exposure=round(float(exposure_rates(papers.items, m).max()), figures.DECIMALS),
        mean_overlap=figures.overlap_of(papers.items, m) or 0.0,
    )


def declared_prior(edition: Edition) -> Prior:
    """Return the ability distribution that candidates are drawn from."""
    return edition.parameters.prior or edition.exam.prior


def is_judged(edition: Edition) -> bool:
    """Say whether the parameters are ratings, with no calibration yet."""
    return edition.parameters.provisional


def own_marking(edition: Edition) -> Marking:
    """Return how the exam makes marks, where its parameters are the truth."""
    scale = edition.scale
    return Marking(edition.pool.items, scale, scale.domain, edition.exam.scoring)


def _stock(edition: Edition, prior: Prior) -> Stock:
    return Stock(
        items=edition.items,
        b=edition.pool.items.b,
        usable=edition.available & edition.pool.constraints.allowed,
        criteria=tuple(edition.exam.blueprint.criteria),
        framework=edition.framework,
        scale=edition.scale,
        prior=prior,
    )


def _notes(edition: Edition) -> tuple[str, ...]:
    exam = edition.exam
    notes = [
        "Marks and ability are estimated as grading does it, by Warm's weighted likelihood.",
        "Consistency comes from simulated candidates who sit a second, independent paper; it is "
        "not derived from standard errors.",
    ]
    if is_judged(edition):
        notes.append(
            "The parameters are judged, not calibrated: these figures hold if the ratings are "
            "right. The row 'Ratings that err', where it was simulated, shows the same exam where "
            f"difficulties miss by {DIFFICULTY_SPREAD:g} (one standard deviation) and "
            f"discriminations by {DISCRIMINATION_SPREAD:.0%}."
        )
    if exam.positions > exam.length:
        notes.append(
            f"The {exam.positions - exam.length} items on trial of each paper count for no mark "
            "and are simulated in the time alone."
        )
    return tuple(notes)
