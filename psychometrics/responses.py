"""What a person did with an item, and the one step that scores omissions."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from psychometrics.arrays import CodeArray
from psychometrics.errors import DataError


class Code(IntEnum):
    """The value of one cell of a response matrix (persons in rows, items in columns)."""

    WRONG = 0
    RIGHT = 1
    OMITTED = 2
    """The item was shown and passed over."""
    NOT_REACHED = 3
    """The item was on the paper, but time ended before it was shown."""
    NOT_PRESENTED = 4
    """The item was not on this person's paper."""


def response_codes(responses: npt.ArrayLike, *, ndim: int | None = None) -> CodeArray:
    """Return responses as int8, refusing what is not a Code.

    Parameters
    ----------
    responses : array_like of int
        Codes, of any shape.
    ndim : int, optional
        The number of dimensions it must have.

    Returns
    -------
    CodeArray
        Same shape.

    Raises
    ------
    DataError
        Not of an integer type, a value that is no Code, or the wrong number of dimensions.
    """
    given = np.asarray(responses)
    if ndim is not None and given.ndim != ndim:
        raise DataError(f"responses must have {ndim} dimension(s), got shape {given.shape}")
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise DataError(f"responses must be integer codes, got {given.dtype}")
    if given.size and (given.min() < min(Code) or given.max() > max(Code)):
        raise DataError(f"responses must be codes {min(Code):d} to {max(Code):d}")
    return given.astype(np.int8)


def score_omissions(
    codes: npt.ArrayLike, *, omitted: Code = Code.WRONG, not_reached: Code = Code.WRONG
) -> CodeArray:
    """Return the codes with omissions scored: the one explicit scoring step.

    Parameters
    ----------
    codes : array_like of int
        Codes, of any shape; left as they are.
    omitted : Code
        What an OMITTED item counts as.
    not_reached : Code
        What a NOT_REACHED item counts as: WRONG for a mark, NOT_PRESENTED for calibration.

    Returns
    -------
    CodeArray
        Same shape, a new array.

    Raises
    ------
    DataError
        A value that is no Code.
    """
    given = response_codes(codes)
    scored = given.copy()
    scored[given == Code.OMITTED] = omitted
    scored[given == Code.NOT_REACHED] = not_reached
    return scored
