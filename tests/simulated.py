"""Simulated persons who sit the small exam in memory, items selected by their own answers."""

from dataclasses import replace

import numpy as np

from app.exam.calibration.collected import Collected, cells_of, collect
from app.exam.paper.delivery import Noise, choose_block, noise_sizes
from app.exam.paper.edition import Edition
from app.exam.sitting.events import Answered, Event, HandedIn
from app.exam.sitting.sitting import Sitting, evolve
from itembank.items.response import OptionId
from psychometrics import ItemParameters, probability
from tests.factories import AT, make_created, make_sitting, make_started


def make_truth(edition: Edition, seed: int = 1) -> ItemParameters:
    """Return true parameters, in the edition's order, around what its ratings say."""
    chance = np.random.Generator(np.random.PCG64(seed))
    names = [item.id for item in edition.items]
    judged = edition.parameters.arrays(names)
    count = len(names)
    return ItemParameters(
        judged.a * chance.lognormal(0.0, 0.25, count),
        judged.b + chance.normal(0.0, 0.4, count),
        judged.c,
    )


def sit_window(  # noqa: PLR0913 - who sits is what tests vary
    edition: Edition,
    truth: ItemParameters,
    *,
    persons: int,
    mean: float = 0.5,
    seed: int = 1,
    blank: float = 0.0,
) -> list[Sitting]:
    """Return the ended sittings of persons drawn from N(mean, 1)."""
    chance = np.random.Generator(np.random.PCG64(seed))
    return [
        sit_paper(edition, truth, f"{seed}-{number:04}", chance, theta=theta, blank=blank)
        for number, theta in enumerate(chance.normal(mean, 1.0, persons))
    ]


def sit_paper(  # noqa: PLR0913 - as above
    edition: Edition,
    truth: ItemParameters,
    name: str,
    chance: np.random.Generator,
    *,
    theta: float,
    blank: float = 0.0,
) -> Sitting:
    """Return one whole paper, handed in."""
    length, size = edition.exam.positions, edition.exam.paper.block_size
    made = make_created(length=length, block_size=size)
    made = replace(made, exam=edition.exam.code, parameters=edition.parameters_id)
    sitting = make_sitting(Event(AT, make_started()), made=made, name=name)
    right = probability(theta, truth)
    while not sitting.is_last_block():
        values, options = noise_sizes(edition)
        noise = Noise(chance.random(values), chance.random(options))
        sitting = evolve(sitting, Event(AT, choose_block(edition, sitting, noise)))
        for position in sitting.positions(sitting.block):
            if chance.random() >= blank:
                option = _choice(edition, sitting, position, right, chance)
                sitting = evolve(sitting, Event(AT, Answered(position, (option,), flagged=False)))
    return evolve(sitting, Event(AT, HandedIn()))


def collected(edition: Edition, sittings: list[Sitting]) -> Collected:
    """Return the responses of sittings as a calibration takes them."""
    cells = [cell for sitting in sittings for cell in cells_of(sitting, edition)]
    return collect(cells, (), edition)


def _choice(
    edition: Edition,
    sitting: Sitting,
    position: int,
    right: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    chance: np.random.Generator,
) -> OptionId:
    item = edition.item(sitting.places[position - 1].item)
    if chance.random() < right[edition.index[item.id]]:
        return OptionId(item.interaction.key)
    others = item.interaction.distractors()
    return others[int(chance.integers(len(others)))]
