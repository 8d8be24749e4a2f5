"""The array types of psychometrics, and the one way arrays enter frozen values."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from psychometrics.errors import DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

_Scalar = TypeVar("_Scalar", bound=np.generic)


def frozen(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Return the array itself, made read-only: for arrays that nobody else holds."""
    array.setflags(write=False)
    return array


def frozen_floats(values: npt.ArrayLike, name: str, *, ndim: int = 1) -> FloatArray:
    """Return a read-only float64 copy, refusing other shapes and values that are not finite.

    Parameters
    ----------
    values : array_like
        Real numbers, any unit.
    name : str
        What to call the array in an error.
    ndim : int
        The number of dimensions it must have.

    Returns
    -------
    FloatArray
        Same shape as `values`, read-only.

    Raises
    ------
    DataError
        Wrong number of dimensions, or NaN or infinity among the values.
    """
    array = np.array(values, dtype=np.float64)
    if array.ndim != ndim:
        raise DataError(f"{name} must have {ndim} dimension(s), got shape {array.shape}")
    if not np.isfinite(array).all():
        raise DataError(f"{name} must be finite")
    array.setflags(write=False)
    return array


def frozen_integers(values: npt.ArrayLike, name: str) -> IntArray:
    """Return a read-only one-dimensional int64 copy, refusing values that are not whole.

    Parameters
    ----------
    values : array_like, shape (k,)
        Whole numbers.
    name : str
        What to call the array in an error.

    Returns
    -------
    IntArray, shape (k,)
        Read-only.

    Raises
    ------
    DataError
        Not one-dimensional, or not of an integer type (an empty list will do).
    """
    given = np.asarray(values)
    if given.ndim != 1:
        raise DataError(f"{name} must have 1 dimension(s), got shape {given.shape}")
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise DataError(f"{name} must be whole numbers, got {given.dtype}")
    array = given.astype(np.int64)
    array.setflags(write=False)
    return array
