"""Anderson's acceleration of a fixed-point map: fewer E-steps to the same maximum."""

from collections import deque

import numpy as np

from psychometrics.arrays import FloatArray

_MEMORY = 5
_RIDGE = 1e-10


class Anderson:
    """The last few points and residuals of a map, and where they say it is heading.

    Notes
    -----
    Walker & Ni (2011), type II: the combination of recent images whose residuals nearly
    cancel. Whoever uses it checks the objective, and calls `forget` when a point was worse.
    """

    __slots__ = ("_images", "_residuals")

    def __init__(self) -> None:
        self._images: deque[FloatArray] = deque(maxlen=_MEMORY + 1)
        self._residuals: deque[FloatArray] = deque(maxlen=_MEMORY + 1)

    def forget(self) -> None:
        """Drop the past: the next proposal is the plain image."""
        self._images.clear()
        self._residuals.clear()

    def propose(self, point: FloatArray, image: FloatArray) -> FloatArray:
        """Return the next point to try.

        Parameters
        ----------
        point, image : FloatArray, shape (p,)
            A point, and where the map takes it.

        Returns
        -------
        FloatArray, shape (p,)
            The image itself while there is no past.
        """
        self._images.append(image)
        self._residuals.append(image - point)
        if len(self._images) < 2:
            return image
        residuals = np.diff(np.array(self._residuals), axis=0)
        images = np.diff(np.array(self._images), axis=0)
        gram = residuals @ residuals.T
        gram[np.diag_indices_from(gram)] *= 1.0 + _RIDGE
        gram[np.diag_indices_from(gram)] += np.finfo(np.float64).tiny
        share = np.linalg.lstsq(gram, residuals @ self._residuals[-1], rcond=None)[0]
        return np.asarray(image - share @ images)
