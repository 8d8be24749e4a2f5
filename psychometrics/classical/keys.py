"""Key checks: distractors that beat the key, distractors nobody chooses, keys that mislead."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.arrays import BoolArray
from psychometrics.choices import BLANK
from psychometrics.classical.distractors import Distractors
from psychometrics.errors import DataError

KeyFault = Literal["distractor beats key", "unused distractor", "negative key"]

# So many choosers must be expected at the least share before their absence says anything: by
# the Poisson law the chance of none is then 5 %.
_EXPECTED = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class KeyFlag:
    """A reason to look at an item's key or distractors.

    Attributes
    ----------
    item : str
        Its label.
    option : str
        The option's name.
    fault : str
        "distractor beats key", "unused distractor" or "negative key".
    reason : str
        A sentence with the figures.
    """

    item: str
    option: str
    fault: KeyFault
    reason: str


def check_keys(
    table: Distractors,
    *,
    least_count: float = 20.0,
    least_share: float = 0.02,
    critical: float = 1.96,
) -> tuple[KeyFlag, ...]:
    """Return the items whose key or distractors ask for a look.

    Parameters
    ----------
    table : Distractors
        From `distractors`, over the rest score or an ability such as EAP.
    least_count : float
        Choosers that a distractor needs before it is held against the key, and persons
        presented before a key is called negative.
    least_share : float
        A distractor chosen by fewer is unused, where at least 3 choosers were to be expected at
        that share.
    critical : float
        How many standard errors a distractor must lie above the key.

    Returns
    -------
    tuple of KeyFlag
        In the order of the items and of their options.

    Raises
    ------
    DataError
        An argument is negative.

    Notes
    -----
    A key is negative when its point-biserial is below 0 by more than its standard error, or when
    nobody chose it.
    A distractor beats the key when the mean ability of its choosers, or its point-biserial, is
    above the key's by `critical` standard errors of the difference: the sign of a wrong key,
    and of a second right answer. Haladyna & Downing (1993) call a distractor functional from a
    share of 5 %; easy items cannot have three such.
    """
    if min(least_count, least_share, critical) < 0:
        raise DataError("least_count, least_share and critical must be at least 0")
    rival = ~table.is_key & (table.option != BLANK)
    faults: list[tuple[BoolArray, KeyFault]] = [
        (rival & _beats(table, least_count, critical), "distractor beats key"),
        (rival & _unused(table, least_share), "unused distractor"),
        (table.is_key & _negative(table, least_count), "negative key"),
    ]
    found = [(int(row), fault) for mask, fault in faults for row in np.flatnonzero(mask)]
    return tuple(_flag(table, row, fault) for row, fault in sorted(found))


def _beats(table: Distractors, least_count: float, critical: float) -> BoolArray:
    key = np.flatnonzero(table.is_key)[table.item]
    error = np.hypot(table.mean_error, table.mean_error[key])
    # Comparisons with NaN (no choosers, no variation) are False, as they should be.
    by_mean = table.mean_ability - table.mean_ability[key] > critical * error
    by_correlation = table.difference > critical * table.difference_error
    return np.asarray((table.count >= least_count) & (by_mean | by_correlation))


def _unused(table: Distractors, least_share: float) -> BoolArray:
    presented = table.group_persons.sum(axis=1)[table.item]
    return np.asarray((table.share < least_share) & (least_share * presented >= _EXPECTED))


def _negative(table: Distractors, least_count: float) -> BoolArray:
    presented = table.group_persons.sum(axis=1)[table.item]
    # Beyond one standard error: a short window's sound items often lie a little below 0.
    below = table.point_biserial * np.sqrt(np.maximum(presented, 1.0)) < -1.0
    return np.asarray((below | (table.count == 0)) & (presented >= least_count))


def _flag(table: Distractors, row: int, fault: KeyFault) -> KeyFlag:
    item = int(table.item[row])
    key = int(np.flatnonzero(table.is_key)[item])
    match fault:
        case "distractor beats key":
            reason = (
                f"chosen by {table.count[row]:.0f} of mean {table.matched_on} "
                f"{table.mean_ability[row]:.2f} (point-biserial {table.point_biserial[row]:.2f}); "
                f"the key {table.name[key]} by {table.count[key]:.0f} of "
                f"{table.mean_ability[key]:.2f} ({table.point_biserial[key]:.2f})"
            )
        case "unused distractor":
            presented = table.group_persons[item].sum()
            reason = f"chosen by {table.count[row]:.0f} of {presented:.0f}"
        case "negative key":
            reason = (
                f"the point-biserial of the key is {table.point_biserial[row]:.2f}: the abler "
                f"the person, the less it is chosen"
                if table.count[row]
                else "nobody chose the key"
            )
    return KeyFlag(table.labels[item], table.name[row], fault, reason)
