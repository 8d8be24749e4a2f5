"""Simulated candidates: a truth apart from the provisional parameters, and how people sit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import ambient
from app.exam.delivery import Edition
from psychometrics import DomainScale, ItemParameters, domain_score, probability

THETA = (0.5, 1.0)
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
class Truth:
    """What is true of the items of an edition, in its order, which nobody knows in an exam."""

    items: ItemParameters
    domain: DomainScale

    def mark(self, edition: Edition, theta: float) -> float:
        """Return the unrounded mark of an ability: the exam's own T on the true domain score."""
        return edition.scale.mark_of(float(np.asarray(domain_score(theta, self.domain))))

    def chances(self, theta: float) -> NDArray[np.float64]:
        """Return the probability of a right answer to each item."""
        return probability(theta, self.items)


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
    """Draw true parameters around the provisional ones: a ~ lognormal, b with an error."""
    generator = ambient.generator(seed, 0)
    judged = edition.scale.domain.items
    items = ItemParameters(
        a=judged.a * generator.lognormal(0.0, DISCRIMINATION_SPREAD, len(judged)),
        b=judged.b + generator.normal(0.0, DIFFICULTY_SPREAD, len(judged)),
        c=judged.c,
    )
    domain = edition.scale.domain
    return Truth(items=items, domain=DomainScale(items, domain.group, domain.weights))


def draw_person(seed: int, index: int) -> Person:
    """Draw the candidate with this number."""
    generator = ambient.generator(seed, 1, index)
    return Person(
        index=index,
        theta=float(generator.normal(*THETA)),
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
