"""Delivery: the choice of a sitting's next block, from its record, chance and circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from app.exam.paper.edition import Edition
from app.exam.paper.trial_positions import interleave, trial_positions
from app.exam.sitting.events import BlockDelivered, Place
from app.exam.sitting.sitting import Answer, Sitting
from itembank.blueprint.key_positions import held_rows, place_keys
from itembank.exams import EligibilityControl, FixedForm
from itembank.items.item import ItemId, ItemVersion
from psychometrics import (
    Block,
    Conditions,
    Estimate,
    ExposureCounts,
    ability_group,
    draw_ineligible,
    eligibility,
    estimate,
    next_block,
    posterior,
)

MOST_OPTIONS = 8
DECIMALS = 6
SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Noise:
    """The chance a block is chosen with: uniforms per pool item, and for the places' options."""

    values: NDArray[np.float64]
    options: NDArray[np.float64]

    def orders(self, place: int) -> NDArray[np.float64]:
        """Return the uniforms for the order of a place's options, from 0."""
        return self.options[MOST_OPTIONS * place : MOST_OPTIONS * (place + 1)]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the store knew when a block was chosen.

    Items that are not eligible, suspended, or withheld by their state in the bank are kept back
    while others will do; `pretest` names the items on trial in the order in which they are wanted.
    """

    ineligible: tuple[ItemId, ...] = ()
    suspended: tuple[ItemId, ...] = ()
    withheld: tuple[ItemId, ...] = ()
    pretest: tuple[ItemId, ...] = ()
    seconds: float = SECONDS


NO_CIRCUMSTANCES = Circumstances()


def noise_sizes(edition: Edition) -> tuple[int, int]:
    """Return how many uniforms a block's choice and its options need.

    Orders come first: MOST_OPTIONS for each place, then one each for where a key stands.
    """
    size = edition.exam.paper.block_size
    keys = 0 if edition.key_plan is None else size
    return len(edition.items), size * MOST_OPTIONS + keys


def scored_places(edition: Edition, sitting: Sitting) -> list[tuple[Place, Answer]]:
    """Return the delivered places that count, with their answers: items on trial do not."""
    return [
        (place, answer)
        for place, answer in zip(sitting.places, sitting.answers, strict=True)
        if not edition.is_trial(place.item)
    ]


def scores(edition: Edition, sitting: Sitting) -> list[int]:
    """Return 1 for each scored place answered rightly, else 0: a blank scores 0."""
    return [
        edition.item(place.item).interaction.score(answer.response)
        for place, answer in scored_places(edition, sitting)
    ]


def ability_now(edition: Edition, sitting: Sitting) -> Estimate:
    """Return the estimate that the next block is chosen at."""
    weights = posterior(edition.pool, _administered(edition, sitting), scores(edition, sitting))
    return estimate(edition.pool, weights)


def group_of(edition: Edition, theta: float) -> int:
    """Return the group of ability that a theta belongs to, from 0, the lowest."""
    return int(ability_group(theta, edition.bounds))


def eligibility_uniforms(edition: Edition) -> int:
    """Return how many uniforms decide what a sitting is eligible for, once for all its blocks."""
    return len(edition.items)


def draw_ineligible_items(
    edition: Edition, counts: ExposureCounts, group: int, uniforms: NDArray[np.float64]
) -> tuple[ItemId, ...]:
    """Return the items a sitting of this group is not eligible for; none without a target."""
    control = edition.exam.exposure
    if not isinstance(control, EligibilityControl):
        return ()
    within = group if control.conditional else None
    held = counts.held if within is None else counts.held[within]
    persons = float(held[..., ~edition.trial].sum()) / edition.exam.length
    chance = eligibility(counts, control.target, group=within, persons=persons)
    drawn = draw_ineligible(chance, uniforms)
    return tuple(ItemId(edition.items[at].id) for at in np.flatnonzero(drawn & ~edition.trial))


def recorded_circumstances(edition: Edition, block: BlockDelivered) -> Circumstances:
    """Return the circumstances a recorded block was chosen in, to choose it again."""
    return Circumstances(
        ineligible=block.ineligible,
        suspended=block.suspended,
        withheld=block.withheld,
        pretest=tuple(place.item for place in block.places if edition.is_trial(place.item)),
    )


def choose_block(
    edition: Edition,
    sitting: Sitting,
    noise: Noise,
    circumstances: Circumstances = NO_CIRCUMSTANCES,
) -> BlockDelivered:
    """Return the next block of the best whole paper that holds what has been administered."""
    spots = _trial_spots(edition, sitting)
    size = _block_length(edition, sitting) - len(spots)
    chosen = _chosen(edition, sitting, noise, circumstances, size=max(size, 1))
    coming = chosen.items[:size]
    given = {*_administered(edition, sitting), *coming}
    later = [item for item in chosen.shadow if item not in given]
    trial = _trial_items(edition, sitting, circumstances)[: len(spots)]
    items = interleave(coming, trial, spots, _cases(edition, sitting, coming))
    keys = _key_positions(edition, sitting, noise, (coming, later))
    met = {place.item for place in sitting.places}
    return BlockDelivered(
        block=sitting.block + 1,
        places=tuple(
            _place(edition.items[item], noise.orders(k), keys.get(item))
            for k, item in enumerate(items)
        ),
        remaining=tuple(
            (ItemId(edition.items[item].id), edition.items[item].version) for item in later
        ),
        theta=chosen.theta,
        sem=chosen.sem,
        ineligible=tuple(name for name in circumstances.ineligible if name not in met),
        suspended=tuple(name for name in circumstances.suspended if name not in met),
        withheld=tuple(name for name in circumstances.withheld if name not in met),
        solver=str(chosen.solver),
        gap=recorded_gap(chosen.gap),
    )


def recorded_gap(gap: float) -> float | None:
    """Return a gap as it is recorded: 0 only where there is none, None where none is known."""
    if not isfinite(gap):
        return None
    return max(round(gap, DECIMALS), 10**-DECIMALS) if gap > 0 else 0.0


def _administered(edition: Edition, sitting: Sitting) -> list[int]:
    return [edition.index[place.item] for place, _ in scored_places(edition, sitting)]


def _block_length(edition: Edition, sitting: Sitting) -> int:
    left = edition.exam.positions - len(sitting.places)
    return min(edition.exam.paper.block_size, left)


def _chosen(
    edition: Edition, sitting: Sitting, noise: Noise, circumstances: Circumstances, *, size: int
) -> Block:
    """Return the scored items to come, with the paper and the estimate they were chosen at."""
    administered = _administered(edition, sitting)
    if isinstance(edition.exam.paper, FixedForm):
        form = tuple(edition.index[name] for name in edition.exam.paper.items)
        now, begin = ability_now(edition, sitting), len(administered)
        return Block(form[begin : begin + size], form, now.theta, now.sem)
    planned = [edition.index[name] for name, _ in sitting.remaining]
    return next_block(
        edition.pool,
        administered=administered,
        scores=scores(edition, sitting),
        conditions=Conditions(
            noise.values,
            tier=_tiers(edition, sitting, circumstances),
            available=edition.available,
            held=_held(edition, sitting),
            earlier=[*administered, *planned] if planned else (),
            seconds=circumstances.seconds,
        ),
        size=size,
        rule=edition.rule,
    )


def _trial_spots(edition: Edition, sitting: Sitting) -> list[int]:
    """Return where in the next block items on trial stand, from 0."""
    pretest, done = edition.exam.blueprint.pretest, len(sitting.places)
    if pretest is None:
        return []
    spots = trial_positions(sitting.made.seed, edition.exam.positions, pretest.slots)
    last = done + _block_length(edition, sitting)
    return [spot - done - 1 for spot in spots if done < spot <= last]


def _trial_items(edition: Edition, sitting: Sitting, circumstances: Circumstances) -> list[int]:
    """Return the items on trial that a sitting can still be given, the most wanted first."""
    every = dict.fromkeys([*circumstances.pretest, *edition.exam.blueprint.trial])
    met = {place.item for place in sitting.places}
    wanted = [name for name in every if name in edition.index and name not in met]
    kept_back = {*circumstances.suspended, *circumstances.withheld, *edition.parameters.barred}
    return [edition.index[name] for name in sorted(wanted, key=kept_back.__contains__)]


def _cases(edition: Edition, sitting: Sitting, scored: Sequence[int]) -> list[str | None]:
    """Return the stimulus of the last scored item handed out, and of each to come."""
    last = _administered(edition, sitting)[-1:]
    about = [edition.items[item].stimulus for item in (*last, *scored)]
    cases = [None if one is None else one.id for one in about]
    return cases if last else [None, *cases]


def _place(item: ItemVersion, uniforms: NDArray[np.float64], key: int | None) -> Place:
    """Return an item's place; where it may be shuffled, `key` is where its key is to stand."""
    options = item.interaction.ordered(uniforms.tolist(), key_at=key)
    return Place(item=ItemId(item.id), version=item.version, options=options)


def _placed(edition: Edition, sitting: Sitting) -> list[tuple[int, int]]:
    """Return each scored item handed out, with the position its key stands at, from 0."""
    return [
        (edition.index[place.item], edition.item(place.item).interaction.key_place(place.options))
        for place, _ in scored_places(edition, sitting)
    ]


def _held(edition: Edition, sitting: Sitting) -> NDArray[np.float64] | None:
    if edition.key_plan is None:
        return None
    rows = len(edition.pool.constraints.rows)
    return held_rows(edition.key_plan, _placed(edition, sitting), rows=rows)


def _key_positions(
    edition: Edition, sitting: Sitting, noise: Noise, paper: tuple[Sequence[int], Sequence[int]]
) -> dict[int, int]:
    """Return where the keys of the coming items stand so that the whole paper meets its quota."""
    if edition.key_plan is None:
        return {}
    coming, later = paper
    placed = place_keys(
        edition.key_plan,
        used=[position for _, position in _placed(edition, sitting)],
        coming=coming,
        later=later,
        uniforms=noise.options[MOST_OPTIONS * edition.exam.paper.block_size :],
    )
    return dict(zip(coming, placed, strict=True))


def _tiers(edition: Edition, sitting: Sitting, circumstances: Circumstances) -> NDArray[np.intp]:
    """Return how far each item is kept back: seen before, then not eligible; held back is last.

    An item that is suspended or withheld is worth less than a whole paper of the others, so that
    it comes only where no paper can be made without it.
    """
    tiers = np.zeros(len(edition.items), dtype=np.intp)
    for item, times in sitting.seen_before:
        if item in edition.index:
            tiers[edition.index[item]] = 2 * times
    tiers[_known(edition, circumstances.ineligible)] += 1
    most = int(tiers.max(initial=0))
    held_back = [*circumstances.suspended, *circumstances.withheld]
    tiers[_known(edition, held_back)] += most * edition.exam.length + 1
    return tiers


def _known(edition: Edition, names: Sequence[ItemId]) -> list[int]:
    return [edition.index[name] for name in names if name in edition.index]
