"""Small simulated matrices for the tests of fit."""

import numpy as np

from psychometrics import ItemParameters, ResponseMatrix, probability
from psychometrics.arrays import FloatArray


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def make_items(m: int, *, seed: int = 1, guessing: float = 0.0) -> ItemParameters:
    random = generator(seed)
    return ItemParameters(random.lognormal(0, 0.3, m), random.normal(0, 1, m), [guessing] * m)


def make_scores(items: ItemParameters, n: int, *, seed: int, share: float = 1.0) -> FloatArray:
    """Return scores (n, m) of persons from N(0, 1); each cell is presented with chance `share`."""
    random = generator(seed)
    p = probability(random.normal(0, 1, n), items)
    scores = (random.random(p.shape) < p).astype(np.float64)
    scores[random.random(p.shape) >= share] = np.nan
    return scores


def make_responses(
    items: ItemParameters, n: int, *, seed: int, share: float = 1.0
) -> ResponseMatrix:
    return ResponseMatrix.from_scores(make_scores(items, n, seed=seed, share=share))


def weighted_and_expanded(
    scores: FloatArray, *, seed: int
) -> tuple[ResponseMatrix, ResponseMatrix]:
    """Return a matrix with weights 1 to 3, and the same persons written out."""
    weights = generator(seed).integers(1, 4, len(scores))
    expanded = ResponseMatrix.from_scores(np.repeat(scores, weights, axis=0))
    return ResponseMatrix.from_scores(scores, weights=weights), expanded
