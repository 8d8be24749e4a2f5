"""A blueprint with everything a board writes, met on every paper, whoever sat before."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from app.exam.paper.delivery import Circumstances, Noise, choose_block, noise_sizes
from app.exam.paper.edition import Edition
from app.exam.sitting.events import Answered, BlockDelivered, Event
from app.exam.sitting.sitting import Sitting, evolve
from itembank.items.item import ItemId, ItemVersion
from itembank.items.response import OptionId
from tests.factories import (
    AT,
    asked_otherwise,
    make_bank,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_item,
    make_sitting,
    make_started,
    make_stimulus,
)

TRIAL = ("T-1", "T-2", "T-3")
ENEMIES = (("I-1.1-00", "I-1.2-00", "I-2.1-00"), ("I-1.1-01", "I-1.1-02"))
WORDS = (270, 330)


def make_full_bank() -> list[ItemVersion]:
    """Return 36 items: two cases of three, two demands, three authors, a third not shuffled."""
    changed = []
    for number, item in enumerate(make_bank(per_criterion=12)):
        place = int(item.id[-2:])
        case = make_stimulus(f"case-{item.tags[0].code}", words=20)
        more = {
            "stimulus": case if item.tags[0].code != "1.2" and place in (3, 4, 5) else None,
            "command_word": "analyse" if number % 3 == 0 else "explain",
            "author": f"Author {number % 3}",
            "seconds": 60 + 10 * (number % 5),
        }
        changed.append(asked_otherwise(item.model_copy(update=more), shuffle=number % 3 != 1))
    return changed


@cache
def full(*, block_size: int = 3) -> Edition:
    return make_fresh(block_size=block_size)


def make_fresh(*, block_size: int) -> Edition:
    blueprint = make_blueprint(
        {"1.1": 5, "1.2": 4, "2.1": 3},
        outcomes={"1": (8, 10), "2": (2, 4)},
        demands={"analyse": (4, 5)},
        authors={"Author 0": (3, 5)},
        key_positions={"A": (2, 4), "B": (2, 4), "C": (2, 4), "D": (2, 4)},
        words=WORDS,
        seconds=(900, 1000),
        enemies=ENEMIES,
        required=("I-1.2-07",),
        excluded=("I-1.2-08", "I-2.1-08"),
        stimuli={"items": (2, 3), "sets": (1, 1)},
        pretest={"slots": 2, "items": TRIAL},
    )
    trial = [make_item(name, criterion="1.1") for name in TRIAL]
    exam = make_exam(blueprint=blueprint, block_size=block_size)
    return make_edition(exam, items=[*make_full_bank(), *trial])


def sat(edition: Edition, seed: int) -> list[tuple[Sitting, Noise, BlockDelivered]]:
    """Return each block of a whole paper with the sitting and the chance it was chosen from."""
    made = make_created(
        length=edition.exam.positions, block_size=edition.exam.paper.block_size, seed=seed
    )
    sitting = make_sitting(Event(AT, make_started()), made=made)
    chance, blocks = np.random.Generator(np.random.PCG64(seed)), []
    while not sitting.is_last_block():
        values, options = noise_sizes(edition)
        noise = Noise(chance.random(values), chance.random(options))
        block = choose_block(edition, sitting, noise, Circumstances(seconds=60.0))
        blocks.append((sitting, noise, block))
        sitting = evolve(sitting, Event(AT, block))
        for position in sitting.positions(sitting.block):
            key = OptionId(edition.item(sitting.places[position - 1].item).interaction.key)
            if chance.random() < 0.6:
                sitting = evolve(sitting, Event(AT, Answered(position, (key,), flagged=False)))
    return [*blocks, (sitting, noise, block)]


@pytest.mark.parametrize("block_size", [1, 3, 14])
def test_every_constraint_is_met_on_every_paper(block_size: int) -> None:
    edition = full(block_size=block_size)
    for seed in range(8):
        paper = sat(edition, seed)[-1][0]
        names = [place.item for place in paper.places]
        scored = [edition.item(name) for name in names if name not in TRIAL]
        assert (len(names), len(set(names)), len(scored)) == (14, 14, 12)
        for code, count in Counter(item.tags[0].code for item in scored).items():
            least, most = edition.exam.blueprint.limits(code)
            assert least <= count <= most
        assert 4 <= sum(item.command_word == "analyse" for item in scored) <= 5
        assert 3 <= sum(item.author == "Author 0" for item in scored) <= 5
        assert 900 <= sum(item.seconds or 0 for item in scored) <= 1000
        assert all(len(set(one) & set(names)) <= 1 for one in ENEMIES)
        assert "I-1.2-07" in names
        assert not {"I-1.2-08", "I-2.1-08"} & set(names)
        cases = Counter(item.stimulus.id for item in scored if item.stimulus)
        assert len(cases) == 1
        assert 2 <= next(iter(cases.values())) <= 3
        keys = Counter(
            place.options.index(OptionId(edition.item(place.item).interaction.key))
            for place in paper.places
            if place.item not in TRIAL
        )
        assert all(2 <= keys[position] <= 4 for position in range(4))


def test_the_items_of_a_case_follow_each_other_whatever_is_on_trial() -> None:
    edition = full(block_size=14)
    for seed in range(12):
        paper = sat(edition, seed)[-1][0]
        about = [edition.item(place.item).stimulus is not None for place in paper.places]
        first = about.index(True)
        assert about[first : first + sum(about)] == [True] * sum(about)


def test_a_block_does_not_depend_on_who_sat_before() -> None:
    used = full()
    for seed in range(6):
        for sitting, noise, block in sat(used, seed)[:-1]:
            fresh = make_fresh(block_size=3)
            assert choose_block(fresh, sitting, noise, Circumstances(seconds=60.0)) == block


def test_without_time_a_sitting_still_gets_a_paper_that_meets_its_blueprint() -> None:
    edition = full()
    made = make_created(length=14, block_size=3)
    sitting = make_sitting(Event(AT, make_started()), made=made)
    values, options = noise_sizes(edition)
    chance = np.random.Generator(np.random.PCG64(1))
    hurried = Circumstances(seconds=0.0, suspended=(ItemId("I-1.1-05"),))
    while not sitting.is_last_block():
        noise = Noise(chance.random(values), chance.random(options))
        block = choose_block(edition, sitting, noise, hurried)
        sitting = evolve(sitting, Event(AT, block))
        assert len(block.places) + len(sitting.places) <= 14 + len(block.places)
    items = [edition.item(place.item) for place in sitting.places if place.item not in TRIAL]
    assert len(items) == 12
    assert 4 <= sum(item.command_word == "analyse" for item in items) <= 5
