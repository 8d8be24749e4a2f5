"""What bears on a block: the exam's rule of chance, what is kept back, where keys may stand."""

import hashlib
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.paper.delivery import (
    MOST_OPTIONS,
    Circumstances,
    Noise,
    choose_block,
    draw_ineligible_items,
    eligibility_uniforms,
    noise_sizes,
    recorded_gap,
)
from app.exam.paper.edition import Edition
from app.exam.sitting.events import Answered, BlockDelivered, Event, encode
from app.exam.sitting.sitting import Sitting, evolve
from itembank.document import canonical
from itembank.items.item import ItemId
from itembank.items.response import OptionId
from psychometrics import (
    Blind,
    ExposureCounts,
    Plain,
    Progressive,
    Randomesque,
    Sparing,
    eligibility,
)
from tests.factories import (
    AT,
    asked_otherwise,
    make_bank,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_form,
    make_item,
    make_sitting,
    make_started,
    make_stimulus,
    still,
)

EDITION = make_edition()
RANDOM = {"kind": "random", "block_size": 2}
ELIGIBLE = {"rule": "eligibility", "target": 0.5}


def begun(edition: Edition = EDITION, *, seen: dict[str, int] | None = None) -> Sitting:
    times = tuple((ItemId(name), many) for name, many in (seen or {}).items())
    made = make_created(block_size=edition.exam.paper.block_size)
    return make_sitting(Event(AT, replace(make_started(), seen_before=times)), made=made)


def chance(edition: Edition, *path: int) -> Noise:
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(path)))
    values, options = noise_sizes(edition)
    return Noise(generator.random(values), generator.random(options))


def whole(
    edition: Edition,
    seed: int,
    circumstances: Circumstances | None = None,
    *,
    right: int = 2,
    seen: dict[str, int] | None = None,
) -> tuple[Sitting, list[BlockDelivered]]:
    """Return a sitting with its whole paper, every `right`-th item answered rightly."""
    sitting, blocks = begun(edition, seen=seen), []
    while not sitting.is_last_block():
        noise = chance(edition, seed, sitting.block)
        blocks.append(choose_block(edition, sitting, noise, circumstances or Circumstances()))
        sitting = evolve(sitting, Event(AT, blocks[-1]))
        for position in sitting.positions(sitting.block):
            key = OptionId(edition.item(sitting.places[position - 1].item).interaction.key)
            if position % right == 0:
                sitting = evolve(sitting, Event(AT, Answered(position, (key,), flagged=False)))
    return sitting, blocks


def names(sitting: Sitting) -> list[str]:
    return [place.item for place in sitting.places]


def test_blocks_are_chosen_again_as_they_were_recorded_to_the_last_option() -> None:
    """The hash is of blocks that the first release chose: every record can be followed."""
    edition = make_edition(make_exam(block_size=3))
    seen = {item.id: 1 + k % 2 for k, item in enumerate(edition.items) if k % 5 == 0}
    told = [
        (block.theta, block.sem, [(one.item, one.options) for one in block.places], block.remaining)
        for seed in range(10)
        for block in whole(edition, seed, seen=seen)[1]
    ]
    digest = hashlib.sha256(canonical(told).encode()).hexdigest()
    assert digest == "f5153ae65dc5289edf88f593a48ea662886d14561c05293ece86594c67f5a7d5"


@pytest.mark.parametrize(
    ("exposure", "rule"),
    [
        ({"rule": "none"}, Plain()),
        ({"rule": "progressive", "strength": 0.7}, Progressive(0.7)),
        ({"rule": "randomesque", "size": 4}, Randomesque(4)),
        (ELIGIBLE, Sparing()),
    ],
)
def test_the_exams_exposure_control_is_the_rule_of_chance(
    exposure: dict[str, object], rule: object
) -> None:
    assert make_edition(make_exam(exposure=exposure)).rule == rule
    assert make_edition(make_exam(exposure=exposure, paper=RANDOM)).rule == Blind()


def test_without_control_everybody_begins_alike_and_chance_parts_them_under_it() -> None:
    plain = make_edition(make_exam(exposure={"rule": "none"}))
    assert len({tuple(names(whole(plain, seed)[0])[:2]) for seed in range(10)}) == 1
    assert len({tuple(names(whole(EDITION, seed)[0])[:2]) for seed in range(10)}) > 3


def test_a_random_paper_meets_its_quotas_and_takes_no_notice_of_answers() -> None:
    edition = make_edition(make_exam(paper=RANDOM))
    for seed in range(10):
        one, other = (names(whole(edition, seed, right=right)[0]) for right in (1, 99))
        assert one == other
        criteria = Counter(edition.criterion(name) for name in one)
        for code, count in criteria.items():
            least, most = edition.exam.blueprint.limits(code)
            assert least <= count <= most


def test_random_papers_use_every_item_about_as_often() -> None:
    edition = make_edition(make_exam(paper={"kind": "random", "block_size": 8}))
    count = Counter(name for seed in range(300) for name in names(whole(edition, seed)[0]))
    assert len(count) == 18
    assert max(count.values()) < 300 * 8 / 18 * 1.5


def test_items_that_are_not_eligible_come_only_when_the_others_are_used_up() -> None:
    kept = tuple(ItemId(f"I-{code}-{n:02}") for code in ("1.1", "1.2", "2.1") for n in range(2))
    paper, blocks = whole(EDITION, 1, Circumstances(ineligible=kept))
    assert not set(names(paper)) & set(kept)
    assert {block.ineligible for block in blocks} == {kept}
    most = tuple(ItemId(item.id) for item in EDITION.items if not item.id.endswith("00"))
    paper, blocks = whole(EDITION, 1, Circumstances(ineligible=most))
    assert len(paper.places) == 8
    assert {"I-1.1-00", "I-1.2-00", "I-2.1-00"} <= set(names(paper))


def test_an_item_that_was_handed_out_is_recorded_as_kept_back_no_more() -> None:
    most = tuple(ItemId(item.id) for item in EDITION.items)
    _, blocks = whole(EDITION, 1, Circumstances(ineligible=most, suspended=most))
    for number, block in enumerate(blocks):
        given = {place.item for one in blocks[:number] for place in one.places}
        assert set(block.ineligible) == set(block.suspended) == set(most) - given


def test_an_item_seen_before_is_kept_back_more_than_one_that_is_not_eligible() -> None:
    edition = make_edition(items=make_bank(per_criterion=4))
    twelve = [item.id for item in edition.items]
    seen = {name: 1 for name in twelve if name.endswith(("00", "01"))}
    ineligible = tuple(ItemId(name) for name in twelve if name.endswith(("02", "03")))
    paper, _ = whole(edition, 1, Circumstances(ineligible=ineligible), seen=seen)
    assert set(ineligible) <= set(names(paper))


def test_a_suspended_item_is_the_last_resort() -> None:
    edition = make_edition(items=make_bank(per_criterion=4))
    suspended = tuple(ItemId(f"I-{code}-00") for code in ("1.1", "1.2", "2.1"))
    seen = {item.id: 3 for item in edition.items if item.id not in suspended}
    every = tuple(ItemId(name) for name in seen)
    found = Circumstances(ineligible=every, suspended=suspended)
    paper, blocks = whole(edition, 1, found, seen=seen)
    assert not set(suspended) & set(names(paper))
    assert blocks[0].suspended == suspended
    bare = make_edition(
        items=[item for item in make_bank() if item.id < "I-1.1-03" or item.id > "I-1.2"]
    )
    paper, _ = whole(bare, 1, Circumstances(suspended=(ItemId("I-1.1-00"), ItemId("I-1.1-01"))))
    assert len(paper.places) == 8


def test_names_that_are_not_in_the_bank_keep_nothing_back() -> None:
    gone = Circumstances(ineligible=(ItemId("gone"),), suspended=(ItemId("gone"),))
    block = choose_block(EDITION, begun(), still(EDITION), gone)
    assert block.places == choose_block(EDITION, begun(), still(EDITION)).places


def test_a_fixed_form_is_handed_out_whatever_is_suspended() -> None:
    edition = make_edition(make_exam(form=make_form(), block_size=8))
    suspended = (ItemId(make_form()[0]),)
    block = choose_block(
        edition, begun(edition), still(edition), Circumstances(suspended=suspended)
    )
    assert tuple(place.item for place in block.places) == make_form()
    assert block.suspended == suspended


def counted(edition: Edition, *, group: int, held: float, of: float) -> ExposureCounts:
    shape = (len(edition.group_thetas), len(edition.items))
    eligible, holding = np.ones(shape), np.zeros(shape)
    eligible[group], holding[group] = of, held
    return ExposureCounts(eligible, holding)


def test_an_item_is_eligible_as_often_as_its_target_allows() -> None:
    edition = make_edition(make_exam(exposure=ELIGIBLE))
    assert edition.target == 0.5
    assert eligibility_uniforms(edition) == 18
    counts = counted(edition, group=0, held=80, of=100)
    chance = eligibility(counts, 0.5, persons=18 * 80 / 8)
    assert (chance < 1).all()
    assert draw_ineligible_items(edition, counts, 0, chance - 1e-9) == ()
    assert len(draw_ineligible_items(edition, counts, 0, chance)) == 18
    assert draw_ineligible_items(EDITION, counts, 0, chance) == ()
    assert EDITION.target is None


def test_conditional_control_looks_at_the_persons_own_group_and_marginal_at_all() -> None:
    conditional = make_edition(make_exam(exposure={**ELIGIBLE, "conditional": True}))
    counts = counted(conditional, group=3, held=100, of=100)
    uniforms = np.full(18, 0.99)
    assert draw_ineligible_items(conditional, counts, 2, uniforms) == ()
    assert len(draw_ineligible_items(conditional, counts, 3, uniforms)) == 18
    marginal = make_edition(make_exam(exposure=ELIGIBLE))
    assert marginal.bounds == ()
    assert len(draw_ineligible_items(marginal, counts, 0, uniforms)) == 18


@cache
def keyed(*, fixed: int = 0) -> Edition:
    """Return an exam with two keys at each letter; `fixed` items a criterion keep their order."""
    quota = dict.fromkeys("ABCD", (2, 2))
    bank = [
        asked_otherwise(item, shuffle=int(item.id[-2:]) >= fixed)
        for item in make_bank(per_criterion=10)
    ]
    exam = make_exam(blueprint=make_blueprint(key_positions=quota), block_size=3)
    return make_edition(exam, items=bank)


@pytest.mark.parametrize("fixed", [0, 2, 5])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_keys_stand_where_the_blueprint_wants_them_on_every_paper(fixed: int, seed: int) -> None:
    edition = keyed(fixed=fixed)
    paper, _ = whole(edition, seed)
    stand = Counter(
        edition.item(place.item).interaction.key_place(place.options) for place in paper.places
    )
    assert stand == {0: 2, 1: 2, 2: 2, 3: 2}
    for place in paper.places:
        item = edition.item(place.item)
        assert sorted(place.options) == sorted(item.option_ids())
        assert item.interaction.shuffle or place.options == item.option_ids()


def test_a_key_can_stand_anywhere_and_the_others_in_any_order() -> None:
    edition = keyed()
    firsts = [whole(edition, seed)[1][0].places[0] for seed in range(200)]
    stand = Counter(edition.item(one.item).interaction.key_place(one.options) for one in firsts)
    assert all(30 < stand[position] < 75 for position in range(4))
    assert len({(one.item, one.options) for one in firsts}) > 40


def test_chance_for_keys_comes_after_the_chance_there_has_always_been() -> None:
    assert noise_sizes(keyed()) == (30, 3 * MOST_OPTIONS + 3)
    assert noise_sizes(EDITION) == (18, 2 * MOST_OPTIONS)


def test_a_gap_that_nobody_knows_can_be_kept() -> None:
    block = choose_block(EDITION, begun(), still(EDITION))
    assert (block.solver, block.gap, block.is_proven_best) == ("greedy", 0.0, True)
    unknown = replace(block, solver="earlier", gap=None)
    assert not unknown.is_proven_best
    assert '"gap":null' in canonical(encode(unknown))


def of_cases(items: int = 5, **pretest: object) -> Edition:
    """Return an edition whose papers take one of two cases of four items whole."""
    bank = tuple(
        make_item(f"I-{case}-{n}", stimulus=make_stimulus(case)) for case in "AB" for n in range(4)
    ) + tuple(make_item(f"I-{n}", rating=0.5 + n / 100) for n in range(6))
    blueprint = make_blueprint(
        {"1.1": items},
        outcomes={},
        tolerance=0,
        stimuli={"items": (4, 4), "sets": (1, 1)},
        **pretest,
    )
    return make_edition(make_exam(block_size=4, blueprint=blueprint), items=bank)


def test_a_suspended_item_stays_away_though_a_whole_case_of_others_is_not_eligible() -> None:
    edition = of_cases()
    circumstances = Circumstances(
        ineligible=tuple(ItemId(f"I-B-{n}") for n in range(4)), suspended=(ItemId("I-A-0"),)
    )
    block = choose_block(edition, begun(edition), chance(edition, 1), circumstances)
    paper = {place.item for place in block.places} | {name for name, _ in block.remaining}
    assert len(paper) == 5
    assert not {f"I-A-{n}" for n in range(4)} & paper


@pytest.mark.parametrize("seed", [0, 3, 5, 7])
def test_a_case_stays_within_a_block_though_an_item_on_trial_takes_a_place(seed: int) -> None:
    edition = of_cases(8, pretest={"slots": 1, "items": ("I-5",)})
    made = make_created(length=9, block_size=5, seed=seed)
    edition = replace(edition, exam=make_exam(block_size=5, blueprint=edition.exam.blueprint))
    sitting = make_sitting(Event(AT, make_started()), made=made)
    block = choose_block(edition, sitting, chance(edition, seed))
    cases = [edition.item(place.item).stimulus is not None for place in block.places]
    assert "I-5" in {place.item for place in block.places}
    assert sum(cases) in (0, 4)
    assert len(block.places) == 5


def test_a_gap_too_small_to_write_is_not_recorded_as_none() -> None:
    edition = of_cases()
    block = choose_block(edition, begun(edition), chance(edition, 1))
    assert block.gap == 0.0
    assert block.is_proven_best
    assert recorded_gap(1e-9) == 1e-6
    assert recorded_gap(0.25) == 0.25
    assert recorded_gap(float("inf")) is None
