"""Likelihood-ratio DIF of item response models, with anchors purified by iteration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import chdtrc, chdtri

from psychometrics.arrays import BoolArray, FloatArray, IntArray, frozen
from psychometrics.calibration import Calibration, Latent, Priors, calibrate
from psychometrics.dif.adjust import benjamini_hochberg
from psychometrics.dif.matching import two_groups
from psychometrics.errors import DataError
from psychometrics.quadrature import Quadrature, normal_quadrature
from psychometrics.responses import ResponseMatrix

DifModel = Literal["rasch", "1pl", "2pl"]

NOT_STUDIED = "not among the items to study"
ONE_GROUP_ONLY = "only one of the groups was presented it"
ONE_GROUP_ALIKE = "all of one group answered it alike: neither tested nor used as an anchor"
NO_FIT = "a calibration did not converge"

# In calibrate the first group in sorted order has theta ~ N(0, 1).
_REFERENCE, _FOCAL = "0", "1"


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodRatio:
    """Likelihood-ratio DIF of m items.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    reference, focal : str
        The labels of the groups.
    chi_square, p_value : FloatArray, shape (m,)
        Of the test that the item has the same parameters in both groups, given the final
        anchors; NaN where there is none.
    adjusted : FloatArray, shape (m,)
        p-values adjusted by Benjamini & Hochberg (1995): the false discovery rate at which the
        item is found. For information; the anchors go by `p_value`.
    degrees : int
        Degrees of freedom: 1 (Rasch, 1PL), 2 (2PL).
    flagged : BoolArray, shape (m,)
        The item shows DIF, and is no anchor.
    a_reference, b_reference, a_focal, b_focal : FloatArray, shape (m,)
        Estimates in each group when the item is free, on the metric of the reference group and
        the anchors; NaN where there is no test.
    latent : Latent
        Distributions of theta given the final anchors: of the reference group, then of the
        focal group.
    rounds : int
        Rounds of purification done.
    settled : bool
        The last round flagged the items that it had set free. Otherwise the rounds went in a
        circle or ran out, and the flags are those of the last.
    not_tested : tuple of (str, str)
        Items without a test, with the reason.
    """

    labels: tuple[str, ...]
    reference: str
    focal: str
    chi_square: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    degrees: int
    flagged: BoolArray
    a_reference: FloatArray
    b_reference: FloatArray
    a_focal: FloatArray
    b_focal: FloatArray
    latent: Latent
    rounds: int
    settled: bool
    not_tested: tuple[tuple[str, str], ...]

    @property
    def anchors(self) -> tuple[str, ...]:
        """The items held common at the end."""
        return tuple(self.labels[int(j)] for j in np.flatnonzero(~self.flagged))


def likelihood_ratio_dif(  # noqa: PLR0913 - data, model, which items, and how anchors are purified
    responses: ResponseMatrix,
    groups: Sequence[str],
    *,
    model: DifModel = "2pl",
    focal: str | None = None,
    studied: Sequence[str] | None = None,
    priors: Priors | None = None,
    alpha: float = 0.05,
    max_rounds: int = 10,
    progress: Callable[[int, int, int], None] | None = None,
) -> LikelihoodRatio:
    """Return the likelihood-ratio test of each item, its anchors purified.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Complete or not; adaptive data too, when every answer that drove the selection is in it.
        Weights count persons.
    groups : sequence of str, length n
        The group of each person: two labels.
    model : "rasch", "1pl" or "2pl"
        The focal group's latent mean and sd are free. (The 3PL is not offered: its c in each
        group rests on a prior, and the ratio has no chi-square distribution.)
    focal : str, optional
        The label of the focal group; the last in sorted order unless given.
    studied : sequence of str, optional
        Items to test; the others are anchors throughout. All, unless given.
    priors : Priors, optional
        As in `calibrate`, one prior for all items. With informative priors the test keeps its
        level only roughly.
    alpha : float
        p-value below which an item is no anchor.
    max_rounds : int
        Rounds of purification at most.
    progress : callable, optional
        Told the round, the fits done in it and the fits it takes.

    Returns
    -------
    LikelihoodRatio
        A row an item.

    Raises
    ------
    DataError
        Not two groups or a label a person; an unknown item; or no anchor is left.

    Notes
    -----
    Thissen, Steinberg & Wainer (1993). Round one tests each item with all others as anchors;
    each further round sets the items found free in both groups, and tests every item against
    the rest (Wang & Yeh, 2003), until a round finds what it set free. Each round takes one fit
    more than it tests items. All fits share one quadrature grid, twice
    as dense as the data asked of the first: an item set free in one group can be steeper there.
    """
    is_focal, names = two_groups(groups, len(responses.persons), focal)
    work = _Work.of(responses, is_focal, studied)
    work = replace(work, model=model, priors=priors)
    first = work.fit(np.zeros(len(responses.items), dtype=bool))
    work = replace(work, quadrature=_denser(first.quadrature))
    purified = _purify(work, alpha, max_rounds, progress)
    return _told(work, purified, names)


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What all fits share; `reasons` says why an item is not tested, "" of one that is."""

    responses: ResponseMatrix
    is_focal: BoolArray
    tested: IntArray
    reasons: tuple[str, ...]
    model: DifModel = "2pl"
    priors: Priors | None = None
    quadrature: Quadrature | None = None

    @classmethod
    def of(
        cls, responses: ResponseMatrix, is_focal: BoolArray, studied: Sequence[str] | None
    ) -> "_Work":
        wanted = set(responses.items if studied is None else studied)
        unknown = sorted(wanted - set(responses.items))
        if unknown:
            raise DataError(f"no item {unknown[0]!r} in the responses")
        chosen = np.array([label in wanted for label in responses.items])
        answers = _answers_by_group(responses, is_focal)
        shared = np.asarray(np.all(np.any(answers, axis=2), axis=1))
        alike = shared & ~answers.reshape(-1, 4).all(axis=1)
        words = np.select(
            [~chosen, ~shared, alike], [NOT_STUDIED, ONE_GROUP_ONLY, ONE_GROUP_ALIKE], ""
        )
        patterns, focal_patterns = _patterns(_without(responses, alike), is_focal)
        return cls(
            patterns,
            focal_patterns,
            np.flatnonzero(chosen & shared & ~alike),
            tuple(words.tolist()),
        )

    def fit(self, free: BoolArray) -> Calibration:
        """Return the calibration with the items `free` split into one for each group."""
        return calibrate(
            _split(self.responses, self.is_focal, free),
            self.model,
            priors=self.priors,
            groups=np.where(self.is_focal, _FOCAL, _REFERENCE).tolist(),
            quadrature=self.quadrature,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Statistics (m,), parameters (m, 4) as a, b of reference and of focal, and the baseline."""

    chi_square: FloatArray
    parameters: FloatArray
    baseline: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class _Purified:
    last: _Round
    flagged: BoolArray
    rounds: int
    settled: bool


def _purify(
    work: _Work, alpha: float, max_rounds: int, progress: Callable[[int, int, int], None] | None
) -> _Purified:
    free = np.zeros(len(work.responses.items), dtype=bool)
    seen: list[bytes] = []
    limit = float(chdtri(_degrees(work.model), alpha))
    for turn in range(1, max_rounds + 1):
        seen.append(free.tobytes())
        last = _test_all(work, free, turn, progress)
        # Without a test an item stays what it is.
        flagged = np.where(np.isnan(last.chi_square), free, last.chi_square > limit)
        settled = bool((flagged == free).all())
        if settled or flagged.tobytes() in seen:
            break
        if flagged[work.tested].all() and work.tested.size == len(free):
            raise DataError("every item shows DIF: there is no anchor to compare the groups by")
        free = flagged
    return _Purified(last, flagged, turn, settled)


def _test_all(
    work: _Work, free: BoolArray, turn: int, progress: Callable[[int, int, int], None] | None
) -> _Round:
    m = len(work.responses.items)
    baseline = work.fit(free)
    chi_square, parameters = np.full(m, np.nan), np.full((m, 4), np.nan)
    for done, j in enumerate(work.tested.tolist(), start=1):
        turned = free.copy()
        turned[j] = not free[j]
        other = work.fit(turned)
        large, small = (baseline, other) if free[j] else (other, baseline)
        if large.converged and small.converged:
            gain = 2.0 * (large.log_likelihood - small.log_likelihood)
            chi_square[j] = max(gain, 0.0)
            parameters[j] = _both_groups(large, work.responses.items[j])
        if progress is not None:
            progress(turn, done, work.tested.size)
    return _Round(chi_square, parameters, baseline)


def _split(responses: ResponseMatrix, is_focal: BoolArray, free: BoolArray) -> ResponseMatrix:
    """Return the matrix with a column more for each free item: the focal group's answers."""
    n, m = responses.shape
    person = responses.person_of_cell()
    new = np.full(m, -1)
    new[free] = m + np.arange(int(free.sum()))
    moved = is_focal[person] & free[responses.columns]
    column = np.where(moved, new[responses.columns], responses.columns)
    labels = [*responses.items, *(_focal_label(responses.items[j]) for j in np.flatnonzero(free))]
    return ResponseMatrix.from_triples(
        person,
        column,
        responses.scores,
        (n, len(labels)),
        persons=responses.persons,
        items=labels,
        weights=responses.weights,
    )


def _focal_label(label: str) -> str:
    return f"{label}\N{NULL}focal"


def _both_groups(fit: Calibration, label: str) -> FloatArray:
    at, focal = fit.labels.index(label), fit.labels.index(_focal_label(label))
    items = fit.items
    return np.array([items.a[at], items.b[at], items.a[focal], items.b[focal]])


def _answers_by_group(responses: ResponseMatrix, is_focal: BoolArray) -> BoolArray:
    """Return whether an answer exists, of item x (reference, focal) x (wrong, right)."""
    person = responses.person_of_cell()
    place = (responses.columns * 2 + is_focal[person]) * 2 + responses.scores
    counts = np.bincount(place, responses.weights[person], 4 * len(responses.items))
    return np.asarray(counts.reshape(-1, 2, 2) > 0)


def _without(responses: ResponseMatrix, items: BoolArray) -> ResponseMatrix:
    """Return the matrix with the cells of some items taken away; their columns stay."""
    kept = ~items[responses.columns]
    return ResponseMatrix.from_triples(
        responses.person_of_cell()[kept],
        responses.columns[kept],
        responses.scores[kept],
        responses.shape,
        persons=responses.persons,
        items=responses.items,
        weights=responses.weights,
    )


def _patterns(responses: ResponseMatrix, is_focal: BoolArray) -> tuple[ResponseMatrix, BoolArray]:
    """Return the distinct rows of each group, weighted, and which are the focal group's."""
    n, m = responses.shape
    marked = ResponseMatrix.from_triples(
        np.concatenate([responses.person_of_cell(), np.arange(n)]),
        np.concatenate([responses.columns, np.full(n, m)]),
        np.concatenate([responses.scores, is_focal]),
        (n, m + 1),
        weights=responses.weights,
    )
    rows, _ = marked.distinct()
    last = rows.columns == m
    patterns = rows.take_items(np.arange(m))
    return replace(patterns, items=responses.items), rows.scores[last] == 1


def _denser(quadrature: Quadrature) -> Quadrature:
    """Return a standard normal of the same reach with nodes half as far apart."""
    points, width = 2 * len(quadrature) - 1, float(quadrature.nodes[-1])
    return normal_quadrature(points=points, width=width)


def _degrees(model: DifModel) -> int:
    return 2 if model == "2pl" else 1


def _told(work: _Work, purified: _Purified, names: tuple[str, str]) -> LikelihoodRatio:
    last = purified.last
    degrees = _degrees(work.model)
    p_value = np.asarray(chdtrc(degrees, last.chi_square))
    reasons = [
        (label, reason or NO_FIT)
        for label, reason, chi in zip(
            work.responses.items, work.reasons, last.chi_square.tolist(), strict=True
        )
        if np.isnan(chi)
    ]
    columns = [frozen(column.copy()) for column in last.parameters.T]
    return LikelihoodRatio(
        labels=work.responses.items,
        reference=names[0],
        focal=names[1],
        chi_square=frozen(last.chi_square),
        p_value=frozen(p_value),
        adjusted=frozen(benjamini_hochberg(p_value)),
        degrees=degrees,
        flagged=frozen(purified.flagged),
        a_reference=columns[0],
        b_reference=columns[1],
        a_focal=columns[2],
        b_focal=columns[3],
        latent=replace(last.baseline.latent, groups=names),
        rounds=purified.rounds,
        settled=purified.settled,
        not_tested=tuple(reasons),
    )
