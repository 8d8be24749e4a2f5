"""Items on trial: handed out among the others, chosen by need, and never scored."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.award.grading import grade
from app.exam.calibration.calibration import (
    CalibrationRequest,
    Origin,
    Sources,
    calibrate_responses,
)
from app.exam.calibration.collected import cells_of
from app.exam.calibration.findings import ON_TRIAL
from app.exam.paper.delivery import (
    Circumstances,
    ability_now,
    choose_block,
    group_of,
    recorded_circumstances,
    scores,
)
from app.exam.paper.edition import Edition
from app.exam.paper.pretest import rank_trial_items
from app.exam.paper.trial_positions import trial_positions
from app.exam.sitting.events import Answered, BlockDelivered, Event, HandedIn, TimeEnded
from app.exam.sitting.sitting import Sitting, evolve
from itembank.blueprint.blueprint import Pretest
from itembank.calibration import Role
from itembank.items.item import ItemId, ItemVersion
from itembank.items.response import from_record
from psychometrics import ExposureCounts
from tests.factories import (
    AT,
    make_bank,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_item,
    make_sitting,
    make_started,
    still,
)
from tests.simulated import collected, make_truth, sit_window

TRIAL = tuple(ItemId(f"T-{number}") for number in range(4))


def make_trial_items() -> tuple[ItemVersion, ...]:
    ratings = (0.45, 0.55, 0.65, 0.75)
    return tuple(
        make_item(name, criterion=("1.1", "2.1")[at % 2], rating=ratings[at])
        for at, name in enumerate(TRIAL)
    )


@cache
def with_trial(*, slots: int = 2, block_size: int = 3, per_criterion: int = 6) -> Edition:
    """Return the small exam of eight scored items with slots for items on trial."""
    blueprint = make_blueprint().model_copy(update={"pretest": Pretest(slots=slots, items=TRIAL)})
    exam = make_exam(block_size=block_size, blueprint=blueprint)
    return make_edition(exam, items=(*make_bank(per_criterion), *make_trial_items()))


EDITION = with_trial()


def begun(
    edition: Edition = EDITION, *, seed: int = 1, seen: dict[str, int] | None = None
) -> Sitting:
    begin = replace(
        make_started(),
        seen_before=tuple((ItemId(name), times) for name, times in (seen or {}).items()),
    )
    made = make_created(
        length=edition.exam.positions, block_size=edition.exam.paper.block_size, seed=seed
    )
    return make_sitting(Event(AT, begin), made=made)


def given_block(
    sitting: Sitting, edition: Edition = EDITION, circumstances: Circumstances | None = None
) -> tuple[Sitting, BlockDelivered]:
    block = choose_block(edition, sitting, still(edition), circumstances or Circumstances())
    return evolve(sitting, Event(AT, block)), block


def whole(
    edition: Edition = EDITION,
    *,
    seed: int = 1,
    right: bool = True,
    circumstances: Circumstances | None = None,
) -> Sitting:
    """Return a sitting with its whole paper, scored items answered rightly or none."""
    sitting = begun(edition, seed=seed)
    while not sitting.is_last_block():
        sitting, _ = given_block(sitting, edition, circumstances)
        for position in sitting.positions(sitting.block):
            place = sitting.places[position - 1]
            if right and not edition.is_trial(place.item):
                sitting = chosen(sitting, position, edition, right=True)
    return sitting


def chosen(sitting: Sitting, position: int, edition: Edition, *, right: bool) -> Sitting:
    place = sitting.places[position - 1]
    key = edition.item(place.item).interaction.key
    option = next(name for name in place.options if (name == key) is right)
    return evolve(sitting, Event(AT, Answered(position, from_record(option), flagged=False)))


@pytest.mark.parametrize("block_size", [1, 2, 3, 4, 10])
@pytest.mark.parametrize("slots", [1, 2, 4])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 1))
def test_a_paper_has_its_scored_items_and_its_slots_at_the_sittings_own_positions(
    slots: int, block_size: int, seed: int
) -> None:
    edition = with_trial(slots=slots, block_size=block_size)
    sitting = whole(edition, seed=seed)
    names = [place.item for place in sitting.places]
    at = tuple(n for n, name in enumerate(names, start=1) if edition.is_trial(name))
    assert at == trial_positions(seed, 8 + slots, slots)
    assert len(set(names)) == 8 + slots
    criteria = Counter(edition.criterion(name) for name in names if name not in TRIAL)
    for code, count in criteria.items():
        least, most = edition.exam.blueprint.limits(code)
        assert least <= count <= most
    assert sitting.remaining == ()


def test_what_remains_are_scored_items_alone() -> None:
    sitting = begun()
    while not sitting.is_last_block():
        sitting, block = given_block(sitting)
        assert not {name for name, _ in block.remaining} & set(TRIAL)
        assert len(block.remaining) + len(scores(EDITION, sitting)) == 8


def test_items_on_trial_are_taken_in_the_order_they_are_wanted_and_never_twice() -> None:
    wanted = (TRIAL[3], TRIAL[1], TRIAL[0], TRIAL[2])
    sitting = whole(with_trial(slots=3), circumstances=Circumstances(pretest=wanted))
    assert [place.item for place in sitting.places if place.item in TRIAL] == list(wanted[:3])


def test_a_suspended_item_on_trial_waits_until_there_is_no_other() -> None:
    edition = with_trial(slots=4, block_size=12)
    kept = Circumstances(pretest=TRIAL, suspended=(TRIAL[0],))
    items = [one.item for one in given_block(begun(edition), edition, kept)[1].places]
    assert [name for name in items if name in TRIAL] == [*TRIAL[1:], TRIAL[0]]


def test_a_recorded_block_is_chosen_again_from_its_record() -> None:
    found = Circumstances(
        ineligible=(ItemId("I-1.1-00"), ItemId("I-1.2-03")),
        suspended=(ItemId("I-2.1-01"), TRIAL[2]),
        pretest=(TRIAL[2], TRIAL[3], TRIAL[0]),
    )
    sitting = begun()
    while not sitting.is_last_block():
        after, block = given_block(sitting, EDITION, found)
        again = recorded_circumstances(EDITION, block)
        assert choose_block(EDITION, sitting, still(EDITION), again) == block
        sitting = after


def test_answers_to_items_on_trial_move_neither_theta_nor_the_paper_nor_the_mark() -> None:
    edition = with_trial(slots=2, block_size=10)
    sitting, _ = given_block(begun(edition), edition)
    spots = [n for n, place in enumerate(sitting.places, start=1) if place.item in TRIAL]
    other = sitting
    for spot in spots:
        other = chosen(other, spot, edition, right=True)
    assert ability_now(edition, other) == ability_now(edition, sitting)
    ended = [evolve(one, Event(AT, HandedIn())) for one in (sitting, other)]
    one, two = (grade(edition, one) for one in ended)
    assert replace(one, counts=two.counts) == two
    assert (one.counts.trial_answered, two.counts.trial_answered) == (0, 2)


def test_counts_are_of_scored_items_and_the_candidate_counts_them_all() -> None:
    sitting = whole()
    first = next(n for n, place in enumerate(sitting.places, start=1) if place.item in TRIAL)
    ended = evolve(chosen(sitting, first, EDITION, right=False), Event(AT, HandedIn()))
    counts = grade(EDITION, ended).counts
    assert (counts.answered, counts.omitted, counts.not_delivered) == (8, 0, 0)
    assert (counts.trial, counts.trial_answered) == (2, 1)
    assert (counts.shown_answered, counts.positions) == (9, 10)


def test_positions_that_time_kept_back_score_nothing_and_slots_among_them_do_not_count() -> None:
    sitting, block = given_block(begun())
    ended = evolve(sitting, Event(AT, TimeEnded()))
    result = grade(EDITION, ended)
    scored = [place for place in block.places if place.item not in TRIAL]
    assert result.counts.omitted == len(scored)
    assert result.counts.not_delivered == 8 - len(scored)
    assert result.counts.positions == 10
    assert sum(part.items for part in result.criteria) == 8


def test_a_result_is_that_of_the_same_paper_without_its_slots() -> None:
    plain = make_edition(make_exam(), items=make_bank())
    sitting = evolve(whole(right=True), Event(AT, HandedIn()))
    scored = [n for n, place in enumerate(sitting.places) if place.item not in TRIAL]
    bare = replace(
        sitting,
        places=tuple(sitting.places[n] for n in scored),
        answers=tuple(sitting.answers[n] for n in scored),
    )
    ours, theirs = grade(EDITION, sitting), grade(plain, bare)
    assert replace(ours, counts=theirs.counts) == theirs


def test_the_provisional_scale_is_of_scored_items_alone() -> None:
    assert not set(EDITION.scale.names) & set(TRIAL)
    assert EDITION.scale.points == make_edition(make_exam(), items=make_bank()).scale.points


def held(edition: Edition, **times: int) -> ExposureCounts:
    """Return counts where items on trial have been held so often by each group."""
    counts = np.zeros((len(edition.group_thetas), len(edition.items)))
    for name, many in times.items():
        counts[:, edition.index[name.replace("_", "-")]] = many
    return ExposureCounts(counts.copy(), counts)


def ranked(
    edition: Edition, sitting: Sitting, counts: ExposureCounts, theta: float = 0.5
) -> list[str]:
    uniforms = np.linspace(0.9, 0.1, len(edition.items))
    return list(rank_trial_items(edition, sitting, counts, theta, uniforms))


def test_what_fewer_have_met_is_wanted_more() -> None:
    counts = held(EDITION, T_0=50, T_1=5, T_2=200, T_3=20)
    assert ranked(EDITION, begun(), counts) == ["T-1", "T-3", "T-0", "T-2"]


def test_an_item_nobody_has_met_is_wanted_from_those_it_is_right_for() -> None:
    for name in TRIAL:
        theta = EDITION.parameters.items[name].b
        assert ranked(EDITION, begun(), held(EDITION), theta)[0] == name


def test_chance_decides_between_items_that_are_wanted_alike() -> None:
    edition = make_edition(
        EDITION.exam,
        items=(*make_bank(), *(make_item(name, criterion="1.1") for name in TRIAL)),
    )
    uniforms = np.random.Generator(np.random.PCG64(1)).random((200, len(edition.items)))
    firsts = Counter(
        rank_trial_items(edition, begun(edition), held(edition), 0.5, one)[0] for one in uniforms
    )
    assert set(firsts) == set(TRIAL)


def test_an_exam_without_slots_wants_nothing() -> None:
    edition = make_edition()
    assert rank_trial_items(edition, begun(), held(edition), 0.5, np.zeros(18)) == ()


def test_what_the_candidate_has_seen_before_comes_after_all_the_others() -> None:
    counts = held(EDITION, T_0=50, T_1=5, T_2=200, T_3=20)
    sitting = begun(seen={"T-1": 1, "T-3": 2})
    assert ranked(EDITION, sitting, counts) == ["T-0", "T-2", "T-1", "T-3"]


def test_there_are_five_groups_of_ability_with_a_fifth_of_the_prior_in_each() -> None:
    assert EDITION.bounds == pytest.approx((-0.3416, 0.2467, 0.7533, 1.3416), abs=1e-4)
    assert EDITION.group_thetas == pytest.approx((-0.7816, -0.0244, 0.5, 1.0244, 1.7816), abs=1e-4)
    assert [group_of(EDITION, theta) for theta in (-3.0, 0.0, 0.5, 1.0, 3.0)] == [0, 1, 2, 3, 4]
    assert make_edition().bounds == ()
    assert group_of(make_edition(), 3.0) == 0


def test_items_on_trial_are_calibrated_with_the_others_and_told_apart() -> None:
    edition = with_trial(slots=4, block_size=4, per_criterion=8)
    sittings = sit_window(edition, make_truth(edition), persons=150)
    cells = [cell for one in sittings for cell in cells_of(one, edition)]
    assert len(cells) == 150 * 12
    run = calibrate_responses(
        Sources(collected(edition, sittings), edition, None),
        CalibrationRequest(),
        origin=Origin("cal-1-w", "w", "2027-01-20T10:00:00.000000Z", "ivo", {"adept": "0"}),
        progress=lambda _done, _of: None,
    )
    rows = {row.item: row for row in run.items}
    assert all(rows[name].role is Role.CALIBRATED for name in TRIAL)
    assert all(rows[name].presented == 150 for name in TRIAL)
    assert {row.item for row in run.items if ON_TRIAL in row.notes} == set(TRIAL)
