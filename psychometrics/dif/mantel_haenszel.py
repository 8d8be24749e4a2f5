"""Mantel-Haenszel DIF with the ETS classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from psychometrics.arrays import BoolArray, FloatArray, frozen
from psychometrics.dif.matching import Matching, match
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix

DELTA = -2.35
_ONE_SIDED_5_PERCENT = 1.6448536269514722


@dataclass(frozen=True, slots=True, eq=False)
class MantelHaenszel:
    """Mantel-Haenszel DIF of m items.

    Attributes
    ----------
    labels : tuple of str, length m
        The items.
    matched : Matching
        Groups and strata.
    chi_square, p_value : FloatArray, shape (m,)
        Of the test that the common odds ratio is 1, on 1 degree of freedom. NaN where no
        stratum compares the groups.
    odds_ratio : FloatArray, shape (m,)
        Common odds of a right answer, reference over focal; 0 or infinite in the extreme.
    delta, delta_error : FloatArray, shape (m,)
        -2.35 log odds ratio, on the ETS delta scale, and its standard error: negative when the
        item is harder for the focal group. NaN where the odds ratio is 0 or infinite.
    ets : tuple of str, length m
        "A" (negligible), "B", "C" (large), or "" where delta is NaN.
    persons : FloatArray, shape (m,)
        Persons in the strata that compare the groups, weights counted.
    """

    labels: tuple[str, ...]
    matched: Matching
    chi_square: FloatArray
    p_value: FloatArray
    odds_ratio: FloatArray
    delta: FloatArray
    delta_error: FloatArray
    ets: tuple[str, ...]
    persons: FloatArray


def mantel_haenszel(  # noqa: PLR0913 - the three arguments of the matching, said by name, come along
    responses: ResponseMatrix,
    groups: Sequence[str],
    matching: npt.ArrayLike | None = None,
    *,
    focal: str | None = None,
    strata: int | None = None,
    continuity: bool = True,
) -> MantelHaenszel:
    """Return the Mantel-Haenszel statistics of each item.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Omissions have been scored. Weights count persons.
    groups, matching, focal, strata
        As in `psychometrics.dif.match`.
    continuity : bool
        Take 1/2 from the distance before squaring, as ETS does. It makes the test
        conservative in small samples.

    Returns
    -------
    MantelHaenszel
        A row an item.

    Raises
    ------
    DataError
        As in `psychometrics.dif.match`.

    Notes
    -----
    Mantel & Haenszel (1959); Holland & Thayer (1988); variance of the log odds ratio by Robins,
    Breslow & Greenland (1986), equal to Phillips & Holland (1987). Classes of Zieky (1993):
    A when delta does not differ from 0 at 5 % or is below 1 in size; C when it is 1.5 or more
    and significantly above 1 (5 %, one-sided); B otherwise. The reference and focal counts
    right (A, C) and wrong (B, D) of each stratum are added up from the cells at once.
    """
    matched = match(responses, groups, matching, focal=focal, strata=strata)
    table = _tables(responses, matched)
    total = table.sum(axis=(2, 3))
    used = (table.sum(axis=3) > 0).all(axis=2) & (table.sum(axis=2) > 0).all(axis=2) & (total > 1)
    chi_square = _chi_square(table, used, 0.5 if continuity else 0.0)
    odds_ratio, variance = _odds_ratio(table, used)
    with np.errstate(divide="ignore"):
        log_ratio = np.log(odds_ratio)
    finite = np.isfinite(log_ratio)
    delta = np.where(finite, DELTA * log_ratio, np.nan)
    error = np.where(finite, abs(DELTA) * np.sqrt(variance), np.nan)
    p_value = np.asarray(chdtrc(1, chi_square))
    return MantelHaenszel(
        labels=responses.items,
        matched=matched,
        chi_square=frozen(chi_square),
        p_value=frozen(p_value),
        odds_ratio=frozen(odds_ratio),
        delta=frozen(delta),
        delta_error=frozen(error),
        ets=ets_classes(delta, error, p_value),
        persons=frozen(np.asarray(np.where(used, total, 0.0).sum(axis=1))),
    )


def ets_classes(
    delta: npt.ArrayLike, error: npt.ArrayLike, p_value: npt.ArrayLike
) -> tuple[str, ...]:
    """Return the ETS class of each item.

    Parameters
    ----------
    delta, error : array_like, shape (m,)
        On the delta scale.
    p_value : array_like, shape (m,)
        Of the test that delta is 0.

    Returns
    -------
    tuple of str, length m
        "A", "B", "C", or "" where delta is NaN.

    Raises
    ------
    DataError
        Lengths differ.
    """
    size, se = np.abs(np.asarray(delta, np.float64)), np.asarray(error, np.float64)
    p = np.asarray(p_value, dtype=np.float64)
    if not size.shape == se.shape == p.shape:
        raise DataError("delta, error and p_value must have one length")
    negligible = (p >= 0.05) | (size < 1.0)
    large = (size >= 1.5) & (size - 1.0 > _ONE_SIDED_5_PERCENT * se)
    letter = np.where(negligible, "A", np.where(large, "C", "B"))
    return tuple(np.where(np.isnan(size), "", letter).tolist())


def _tables(responses: ResponseMatrix, matched: Matching) -> FloatArray:
    """Return counts of item x stratum x (reference, focal) x (wrong, right)."""
    person = responses.person_of_cell()
    cell = (responses.columns * matched.strata + matched.stratum[person]) * 2
    cell = (cell + matched.is_focal[person]) * 2 + responses.scores
    shape = (len(responses.items), matched.strata, 2, 2)
    counts = np.bincount(cell, responses.weights[person], int(np.prod(shape)))
    return counts.astype(np.float64).reshape(shape)


def _chi_square(table: FloatArray, used: BoolArray, correction: float) -> FloatArray:
    group, answer = table.sum(axis=3), table.sum(axis=2)
    total = np.where(used, group.sum(axis=2), 2.0)
    expected = np.where(used, group[:, :, 0] * answer[:, :, 1] / total, 0.0).sum(axis=1)
    spread = group.prod(axis=2) * answer.prod(axis=2) / (total**2 * (total - 1.0))
    variance = np.where(used, spread, 0.0).sum(axis=1)
    right = np.where(used, table[:, :, 0, 1], 0.0).sum(axis=1)
    distance = np.maximum(np.abs(right - expected) - correction, 0.0)
    nothing = np.full(variance.shape, np.nan)
    return np.asarray(np.divide(distance**2, variance, out=nothing, where=variance > 0))


def _odds_ratio(table: FloatArray, used: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the common odds ratio and the variance of its log."""
    total = np.where(used, table.sum(axis=(2, 3)), 1.0)
    a, b = table[:, :, 0, 1], table[:, :, 0, 0]
    c, d = table[:, :, 1, 1], table[:, :, 1, 0]
    above = np.where(used, a * d / total, 0.0)
    below = np.where(used, b * c / total, 0.0)
    straight, cross = (a + d) / total, (b + c) / total
    r, s = above.sum(axis=1), below.sum(axis=1)
    ratio = np.full(r.shape, np.nan)
    np.divide(r, s, out=ratio, where=s > 0)
    ratio[(s == 0) & (r > 0)] = np.inf
    both = (r > 0) & (s > 0)
    r, s = np.where(both, r, 1.0), np.where(both, s, 1.0)
    variance = (
        (straight * above).sum(axis=1) / (2 * r**2)
        + (straight * below + cross * above).sum(axis=1) / (2 * r * s)
        + (cross * below).sum(axis=1) / (2 * s**2)
    )
    return ratio, np.where(both, variance, np.nan)
