"""Delivery: an exam with its bank, ready to assemble papers, and the choice of the next block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.exam.events import BlockDelivered, Place
from app.exam.sitting import Sitting
from itembank.blueprint import quotas
from itembank.criteria import Framework
from itembank.exams import ExamDefinition, FixedForm, ParameterSet
from itembank.items import ItemId, ItemVersion, OptionId
from itembank.scale import FrozenScale, ReportingScale, reporting_scale
from psychometrics import (
    Code,
    Conditions,
    Pool,
    build_pool,
    estimate,
    next_block,
    normal_quadrature,
    posterior,
)

MOST_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class Edition:
    """An exam version with the bank and the parameters its sittings rest on; never changes."""

    exam: ExamDefinition
    framework: Framework
    parameters_id: str
    parameters: ParameterSet
    items: tuple[ItemVersion, ...]
    index: dict[str, int]
    pool: Pool
    available: NDArray[np.bool_]
    scale: ReportingScale

    def item(self, name: str) -> ItemVersion:
        """Return the item version this edition uses."""
        return self.items[self.index[name]]


@dataclass(frozen=True, slots=True)
class Noise:
    """The chance a block is chosen with: uniforms per pool item, and per option of each place."""

    values: NDArray[np.float64]
    options: NDArray[np.float64]


def edition(
    exam: ExamDefinition,
    framework: Framework,
    items: Sequence[ItemVersion],
    parameters: ParameterSet,
    frozen: FrozenScale | None = None,
) -> Edition:
    """Return the edition; items outside the blueprint's criteria are left out, order is by id.

    A calibrated set is marked on its `frozen` reporting scale, which it names.
    """
    if parameters.scale != (None if frozen is None else frozen.number):
        raise ValueError(f"the parameters are on reporting scale {parameters.scale}")
    used = tuple(
        sorted(
            (item for item in items if item.criterion in exam.blueprint.criteria),
            key=lambda item: item.id,
        )
    )
    tree = quotas(exam.blueprint, framework, [item.criterion for item in used])
    start = parameters.prior or exam.prior
    prior = normal_quadrature(start.mean, start.sd)
    return Edition(
        exam=exam,
        framework=framework,
        parameters_id=parameters.content_hash(),
        parameters=parameters,
        items=used,
        index={item.id: place for place, item in enumerate(used)},
        pool=build_pool(parameters.arrays([item.id for item in used]), tree, prior),
        available=np.array([item.id not in parameters.barred for item in used], dtype=np.bool_),
        scale=reporting_scale(exam, used, parameters) if frozen is None else frozen.scale(),
    )


def noise_sizes(edition: Edition) -> tuple[int, int]:
    """Return how many uniforms a block's choice and its option orders need."""
    return len(edition.items), edition.exam.paper.block_size * MOST_OPTIONS


def scores(edition: Edition, sitting: Sitting) -> list[int]:
    """Return 1 for each delivered position answered rightly, else 0: a blank scores 0."""
    return [
        int(Code.RIGHT if answer.option == edition.item(place.item).key else Code.WRONG)
        for place, answer in zip(sitting.places, sitting.answers, strict=True)
    ]


def choose_block(edition: Edition, sitting: Sitting, noise: Noise) -> BlockDelivered:
    """Return the next block of the best whole paper that holds what has been administered."""
    administered = [edition.index[place.item] for place in sitting.places]
    scored = scores(edition, sitting)
    if isinstance(edition.exam.paper, FixedForm):
        shadow = tuple(edition.index[name] for name in edition.exam.paper.items)
        size = edition.exam.paper.block_size
        chosen = shadow[len(administered) : len(administered) + size]
        now = estimate(edition.pool, posterior(edition.pool, administered, scored))
        theta, sem = now.theta, now.sem
    else:
        block = next_block(
            edition.pool,
            administered=administered,
            scores=scored,
            conditions=Conditions(
                noise.values, tier=_tiers(edition, sitting), available=edition.available
            ),
            size=edition.exam.paper.block_size,
        )
        shadow, chosen, theta, sem = block.shadow, block.items, block.theta, block.sem
    given = {*administered, *chosen}
    return BlockDelivered(
        block=sitting.block + 1,
        places=tuple(
            _place(edition.items[item], noise.options[MOST_OPTIONS * k : MOST_OPTIONS * (k + 1)])
            for k, item in enumerate(chosen)
        ),
        remaining=tuple(
            (ItemId(edition.items[item].id), edition.items[item].version)
            for item in shadow
            if item not in given
        ),
        theta=theta,
        sem=sem,
    )


def _place(item: ItemVersion, uniforms: NDArray[np.float64]) -> Place:
    options: tuple[OptionId, ...] = item.option_ids()
    if item.shuffle:
        order = np.argsort(uniforms[: len(options)], kind="stable")
        options = tuple(options[int(k)] for k in order)
    return Place(item=ItemId(item.id), version=item.version, options=options)


def _tiers(edition: Edition, sitting: Sitting) -> NDArray[np.intp]:
    tiers = np.zeros(len(edition.items), dtype=np.intp)
    for item, tier in sitting.seen_before:
        if item in edition.index:
            tiers[edition.index[item]] = tier
    return tiers
