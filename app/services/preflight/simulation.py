"""Simulated candidates: a truth apart from the provisional parameters, and how people sit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import ambient
from app.exam.paper.edition import Edition
from itembank.parameters import provisional_parameters
from psychometrics import DomainScale, ItemParameters, domain_score, probability

DISCRIMINATION_SPREAD = 0.3
DIFFICULTY_SPREAD = 0.4
# Shares of candidates and of items; seconds for an item, with their spread on the log scale.
WITH_EXTRA_TIME = 0.05
SLOW = 0.04
LEAVES_BLANKS = 0.06
BLANK = 0.12
CHANGES_MIND = 0.05
FLAGS = 0.06
USUAL_SECONDS = 85.0
SLOW_SECONDS = 135.0
SECONDS_SPREAD = 0.35


@dataclass(frozen=True, slots=True)
class Metric:
    """A scale of ability, by where on the ratings' scale it has its zero and its unit."""

    zero: float
    unit: float

    def abilities(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return abilities of the ratings' scale on this one."""
        return (theta - self.zero) / self.unit

    def items(self, items: ItemParameters) -> ItemParameters:
        """Return items of the ratings' scale on this one."""
        return ItemParameters(items.a * self.unit, (items.b - self.zero) / self.unit, items.c)


JUDGED = Metric(0.0, 1.0)
"""A rating is about the just-passing candidate, who is theta = 0."""
CALIBRATED = Metric(0.5, 1.0)
"""A first, free calibration has N(0, 1) for the people that its candidates were drawn from."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the items of an exam, on the ratings' scale, which nobody knows in one."""

    names: tuple[str, ...]
    items: ItemParameters

    def of(self, names: Sequence[str]) -> ItemParameters:
        """Return the true parameters of items, in their order."""
        place = {name: number for number, name in enumerate(self.names)}
        return self.items.take([place[name] for name in names])

    def chances(self, theta: float) -> dict[str, float]:
        """Return the probability of a right answer to each item."""
        chances = probability(theta, self.items)
        return dict(zip(self.names, chances.tolist(), strict=True))

    def marks(self, edition: Edition, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return unrounded marks of abilities: the exam's own T on the true domain score."""
        scale = edition.scale
        domain = DomainScale(self.of(scale.names), scale.domain.group, scale.domain.weights)
        return np.array([scale.mark_of(score) for score in domain_score(theta, domain).tolist()])


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated candidate."""

    index: int
    theta: float
    extra_time: float
    seconds: float
    leaves_blanks: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does with one item: how long it takes, and what is saved in the end."""

    seconds: float
    blank: bool
    option: str
    first_thought: str | None
    flags: bool


def draw_truth(edition: Edition, seed: int) -> Truth:
    """Draw true parameters around the judged ones: a ~ lognormal, b with an error."""
    generator = ambient.generator(seed, 0)
    names = tuple(item.id for item in edition.items)
    judged = provisional_parameters(edition.items).arrays(names)
    items = ItemParameters(
        a=judged.a * generator.lognormal(0.0, DISCRIMINATION_SPREAD, len(judged)),
        b=judged.b + generator.normal(0.0, DIFFICULTY_SPREAD, len(judged)),
        c=judged.c,
    )
    return Truth(names, items)


def draw_person(seed: int, index: int) -> Person:
    """Draw the candidate with this number."""
    generator = ambient.generator(seed, 1, index)
    return Person(
        index=index,
        theta=float(generator.normal(CALIBRATED.zero, CALIBRATED.unit)),
        extra_time=0.25 if generator.random() < WITH_EXTRA_TIME else 0.0,
        seconds=SLOW_SECONDS if generator.random() < SLOW else USUAL_SECONDS,
        leaves_blanks=bool(generator.random() < LEAVES_BLANKS),
        seed=int(generator.integers(1 << 62)),
    )


def deed(
    person: Person, generator: np.random.Generator, options: tuple[str, ...], *, right: float
) -> Deed:
    """Draw what a person does with an item whose key is the first of `options`."""
    key, *others = options
    wrong = others[int(generator.integers(len(others)))]
    is_right, thought_again = generator.random() < right, generator.random() < CHANGES_MIND
    option = key if is_right else wrong
    return Deed(
        seconds=float(person.seconds * generator.lognormal(0.0, SECONDS_SPREAD)),
        blank=bool(generator.random() < BLANK) and person.leaves_blanks,
        option=option,
        first_thought=(wrong if is_right else key) if thought_again else None,
        flags=bool(generator.random() < FLAGS),
    )
