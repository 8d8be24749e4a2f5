"""Whom to compare: two groups of persons, matched on one variable."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import BoolArray, FloatArray, IntArray
from psychometrics.errors import DataError
from psychometrics.responses import ResponseMatrix
from psychometrics.strata import quantile_groups

# With n persons, strata of about this many: thin enough for the groups to be alike within one.
_PERSONS_A_STRATUM = 20.0
_MOST_STRATA = 100


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """A focal group and its reference group, matched.

    Attributes
    ----------
    reference, focal : str
        The labels of the groups.
    is_focal : BoolArray, shape (n,)
        The person belongs to the focal group.
    value : FloatArray, shape (n,)
        The matching variable.
    stratum : IntArray, shape (n,)
        From 0: persons of (about) one value.
    strata : int
        Their number s.
    variable : str
        "total score" or "given".
    """

    reference: str
    focal: str
    is_focal: BoolArray
    value: FloatArray
    stratum: IntArray
    strata: int
    variable: str


def match(
    responses: ResponseMatrix,
    groups: Sequence[str],
    matching: npt.ArrayLike | None = None,
    *,
    focal: str | None = None,
    strata: int | None = None,
) -> Matching:
    """Return two groups matched on the total score or on a variable that is given.

    Parameters
    ----------
    responses : ResponseMatrix, shape (n, m)
        Omissions have been scored.
    groups : sequence of str, length n
        The group of each person: two labels.
    matching : array_like, shape (n,), optional
        One finite number a person. For adaptive and other incomplete data: the EAP under one
        prior for both groups, from a calibration of both together, the studied item included
        (see Notes). Unless given, the total score, which takes complete data.
    focal : str, optional
        The label of the focal group; the last in sorted order unless given.
    strata : int, optional
        Quantile strata of the matching variable. Unless given, each total score is a stratum;
        a variable that is given has one stratum for 20 persons, at most 100.

    Returns
    -------
    Matching
        Thin strata cost nothing: a stratum in which one group is absent, or all answer alike,
        adds nothing to any statistic.

    Raises
    ------
    DataError
        Not two groups, a label a person, a finite number a person, or a total score of
        incomplete data.

    Notes
    -----
    The studied item belongs in the matching variable (Holland & Thayer, 1988). Under the Rasch
    model the total score, under the 2PL the score weighted by a, is sufficient for theta. EAP
    under one prior is a monotone function of it when all take the same items, so that in thin
    strata the groups do not differ under the null hypothesis, however far apart they are. A
    prior of its own for each group would put unequals together, and so would an EAP without
    the studied item.
    """
    is_focal, names = two_groups(groups, len(responses.persons), focal)
    value = _matching_variable(responses, matching)
    if strata is None and matching is None:
        stratum = np.unique(value, return_inverse=True)[1].astype(np.int64)
    else:
        number = strata or _number_of_strata(float(responses.weights.sum()))
        stratum = quantile_groups(value, groups=number, weights=responses.weights)
    return Matching(
        reference=names[0],
        focal=names[1],
        is_focal=is_focal,
        value=value,
        stratum=stratum,
        strata=int(stratum.max(initial=-1)) + 1,
        variable="total score" if matching is None else "given",
    )


def _number_of_strata(persons: float) -> int:
    return int(np.clip(persons / _PERSONS_A_STRATUM, 1, _MOST_STRATA))


def two_groups(
    groups: Sequence[str], n: int, focal: str | None
) -> tuple[BoolArray, tuple[str, str]]:
    """Return who is in the focal group (n,), and the labels of reference and focal group.

    Parameters
    ----------
    groups : sequence of str, length n
        Two labels.
    n : int
        How many persons there are.
    focal : str or None
        The focal group's label; the last in sorted order when None.

    Raises
    ------
    DataError
        Not two groups, not one label a person, or no such focal group.
    """
    names = sorted({str(group) for group in groups})
    if len(groups) != n or len(names) != 2:
        raise DataError(
            f"DIF compares two groups, with one label for each of the {n} persons; got "
            f"{len(groups)} labels, of {len(names)} groups: take two groups at a time"
        )
    if focal is not None and focal not in names:
        raise DataError(f"the focal group {focal!r} is none of {names}")
    chosen = names[1] if focal is None else focal
    reference = names[0] if chosen == names[1] else names[1]
    return np.array([str(group) == chosen for group in groups]), (reference, chosen)


def _matching_variable(responses: ResponseMatrix, matching: npt.ArrayLike | None) -> FloatArray:
    n = len(responses.persons)
    if matching is not None:
        value = np.array(matching, dtype=np.float64)
        if value.shape != (n,) or not np.isfinite(value).all():
            raise DataError(f"matching must be one finite number for each of the {n} persons")
        return value
    if not responses.is_complete:
        raise DataError(
            "persons were presented different items, so their total scores do not compare: "
            "give matching, such as the EAP of each person"
        )
    score = responses.scores.astype(np.float64)
    return np.asarray(np.bincount(responses.person_of_cell(), score, n))
