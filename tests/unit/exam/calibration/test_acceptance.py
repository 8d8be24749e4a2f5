"""What a decision makes: a scale that is frozen once, and a set in which all has one origin."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from app.errors import Duplicate, ExamNotRunnable, ItemsUndecided, NotConverged, NotFound, Refused
from app.exam.calibration.acceptance import ALL, CLEAR, choose, decide, require_acceptable
from app.exam.calibration.calibration import (
    CalibrationRequest,
    Origin,
    Sources,
    calibrate_responses,
)
from app.exam.paper.edition import Edition, edition
from itembank.blueprint.blueprint import Pretest
from itembank.calibration import CalibrationRun, Flag, Role
from itembank.parameters import provisional_parameters
from itembank.scale import FrozenScale
from tests.factories import (
    make_bank,
    make_blueprint,
    make_edition,
    make_exam,
    make_framework,
    make_item,
)
from tests.refusals import refuses
from tests.simulated import collected, make_truth, sit_window

EDITION = make_edition(make_exam(block_size=4), items=make_bank(8))
TRUTH = make_truth(EDITION)
NAMES = [item.id for item in EDITION.items]


def run_of(edition: Edition, scale: FrozenScale | None = None, **drawn: float) -> CalibrationRun:
    sittings = sit_window(
        edition, TRUTH, persons=int(drawn.get("persons", 400)), mean=drawn.get("mean", 0.5)
    )
    return calibrate_responses(
        Sources(collected(edition, sittings), edition, scale),
        CalibrationRequest(),
        origin=Origin("cal-1-w", "w", "2027-01-20T10:00:00.000000Z", "ivo", {"adept": "0"}),
        progress=lambda _done, _of: None,
    )


RUN = run_of(EDITION)


def with_flag(run: CalibrationRun, name: str, flag: Flag) -> CalibrationRun:
    items = tuple(
        one.model_copy(update={"flags": (flag,)}) if one.item == name else one for one in run.items
    )
    return run.model_copy(update={"items": items})


def accepted(
    run: CalibrationRun = RUN, *, bar: list[str] | None = None
) -> tuple[Edition, FrozenScale]:
    made = decide(run, choose(run, [ALL], bar or []), EDITION, None)
    frame = make_framework()
    return edition(EDITION.exam, frame, EDITION.items, made.parameters, made.scale), made.scale


def test_the_first_acceptance_freezes_the_scale() -> None:
    made = decide(RUN, choose(RUN, [ALL], []), EDITION, None)

    assert made.is_first
    assert made.scale.number == 1
    assert set(made.scale.items) == set(NAMES)
    assert not made.parameters.provisional
    assert made.parameters.scale == 1
    assert made.parameters.prior is not None
    assert made.parameters.prior.mean == 0.0
    assert made.re_expressed == ()


def test_items_outside_the_blueprint_keep_their_place_in_the_set() -> None:
    without = make_blueprint({"1.1": 3, "1.2": 3}, outcomes={"1": (6, 6)})
    bank = make_bank(8)
    narrow = edition(
        make_exam(block_size=3, blueprint=without),
        make_framework(),
        bank,
        provisional_parameters(bank),
    )
    made = decide(RUN, choose(RUN, [ALL], []), narrow, accepted()[1])
    assert set(made.parameters.items) == set(NAMES)
    assert all(narrow.criterion(name) != "2.1" for name in narrow.index)


def test_the_cut_is_the_weighted_mean_rating_of_the_scale() -> None:
    _, scale = accepted()
    weights = EDITION.exam.blueprint.weights()
    ratings = {
        code: [item.rating for item in EDITION.items if item.tags[0].code == code]
        for code in weights
    }
    expected = sum(weights[code] * float(np.mean(ratings[code])) for code in weights)
    (_, (cut, mark), _) = scale.points
    assert cut == pytest.approx(expected, abs=1e-8)
    assert mark == 60.0
    assert (scale.points[0], scale.points[2]) == ((0.0, 0.0), (1.0, 100.0))


def test_clear_leaves_flagged_items_to_their_ratings_on_the_new_scale() -> None:
    run = with_flag(RUN, NAMES[0], Flag.FIT)

    made = decide(run, choose(run, [CLEAR], []), EDITION, None)

    one = made.parameters.items[NAMES[0]]
    line = made.parameters.linking
    assert NAMES[0] not in made.scale.items
    assert made.re_expressed == (NAMES[0],)
    assert one.judged
    assert line is not None
    before = EDITION.parameters.items[NAMES[0]].b
    assert one.b == pytest.approx(line.slope * before + line.intercept, abs=1e-5)
    assert line.slope_error > 0
    assert line.intercept_error > 0


def test_an_item_whose_key_is_in_doubt_needs_a_decision() -> None:
    run = with_flag(RUN, NAMES[0], Flag.KEY)

    with refuses(ItemsUndecided, match=NAMES[0]):
        choose(run, [CLEAR], [])
    assert NAMES[0] in choose(run, [CLEAR, NAMES[0]], []).accepted
    assert NAMES[0] in choose(run, [CLEAR], [NAMES[0]]).barred


def test_no_word_stands_for_an_item_whose_key_is_in_doubt() -> None:
    run = with_flag(RUN, NAMES[0], Flag.KEY)
    with refuses(ItemsUndecided, match=NAMES[0]):
        choose(run, [ALL], [])
    assert NAMES[0] in choose(run, [ALL, NAMES[0]], []).accepted


def test_an_item_stays_barred_until_it_is_accepted_by_name() -> None:
    assert NAMES[0] not in choose(RUN, [ALL], [], barred=[NAMES[0]]).accepted
    assert NAMES[0] in choose(RUN, [ALL, NAMES[0]], [], barred=[NAMES[0]]).accepted


def test_a_decision_that_accepts_nothing_or_contradicts_itself_is_refused() -> None:
    with refuses(Refused, match="No item is accepted"):
        choose(RUN, [], [NAMES[0]])
    with refuses(Refused, match="to accept and to bar"):
        choose(RUN, [ALL, NAMES[0]], [NAMES[0]])


def test_what_a_later_run_leaves_alone_keeps_its_calibration() -> None:
    after, scale = accepted()
    later = run_of(after, scale, persons=300)
    free = [row.item for row in later.items if row.role is Role.CALIBRATED] or [NAMES[0]]
    made = decide(later, choose(later, [free[0]], []), after, scale)
    others = [name for name in NAMES if name != free[0]]
    assert all(made.parameters.items[one] == after.parameters.items[one] for one in others)
    assert made.re_expressed == ()


def test_a_barred_item_is_not_accepted_and_never_selected() -> None:
    after, _ = accepted(bar=[NAMES[0]])
    assert after.parameters.barred == (NAMES[0],)
    assert not after.available[after.index[NAMES[0]]]
    papers = sit_window(after, TRUTH, persons=40)
    assert all(place.item != NAMES[0] for paper in papers for place in paper.places)


def test_names_that_nobody_knows_are_refused() -> None:
    with pytest.raises(NotFound):
        choose(RUN, ["I-9.9-01"], [])
    with pytest.raises(NotFound):
        decide(RUN, choose(RUN, [ALL], ["I-9.9-01"]), EDITION, None)


def test_a_criterion_without_an_accepted_item_cannot_be_marked() -> None:
    some = [name for name in NAMES if not name.startswith("I-2.1")]
    with refuses(ExamNotRunnable, match=r"criterion 2\.1 has no accepted item"):
        decide(RUN, choose(RUN, some, []), EDITION, None)


def test_barring_more_than_the_blueprint_can_spare_is_refused() -> None:
    most = [name for name in NAMES if name.startswith("I-1.1")][:7]
    with refuses(ExamNotRunnable, match=r"1\.1"):
        decide(RUN, choose(RUN, [ALL], most), EDITION, None)


def test_a_later_run_is_anchored_and_the_scale_stays() -> None:
    after, scale = accepted()
    later = run_of(after, scale, mean=1.3, persons=600)

    assert later.scale == 1
    assert {row.role for row in later.items} >= {Role.ANCHOR}
    anchors = [row for row in later.items if row.role is Role.ANCHOR]
    assert all(row.a is not None and row.a.value == scale.items[row.item].a for row in anchors)
    # The first window's persons were drawn at 0.5 and define 0; these were drawn at 1.3.
    assert later.latent_mean.value == pytest.approx(0.8, abs=0.25)
    assert later.linking is not None
    made = decide(later, choose(later, [ALL], []), after, scale)
    assert not made.is_first
    assert made.scale is scale


def test_a_drifted_item_is_no_anchor_and_is_recalibrated() -> None:
    after, scale = accepted()
    name = "I-1.1-05"
    moved = TRUTH.b.copy()
    moved[after.index[name]] += 1.5
    truth = type(TRUTH)(TRUTH.a, moved, TRUTH.c)
    sittings = sit_window(after, truth, persons=800, seed=9)
    later = calibrate_responses(
        Sources(collected(after, sittings), after, scale),
        CalibrationRequest(),
        origin=Origin("cal-2-w", "w", "2027-01-20T10:00:00.000000Z", "ivo", {"adept": "0"}),
        progress=lambda _done, _of: None,
    )

    row = later.row(name)
    assert row.role is Role.CALIBRATED
    assert Flag.DRIFT in row.flags
    made = decide(later, choose(later, [name], []), after, scale)
    assert made.parameters.items[name].b > scale.items[name].b + 0.7
    assert scale.items[name].b == pytest.approx(after.parameters.items[name].b)


def test_only_a_converged_undecided_run_on_the_newest_scale_can_be_accepted() -> None:
    _, scale = accepted()
    require_acceptable(RUN, None, decided=False)
    with pytest.raises(Duplicate):
        require_acceptable(RUN, None, decided=True)
    with pytest.raises(NotConverged):
        require_acceptable(RUN.model_copy(update={"converged": False}), None, decided=False)
    with refuses(Refused, match="not anchored"):
        require_acceptable(RUN, scale, decided=False)


def test_sets_without_and_with_a_scale_are_not_mixed_up() -> None:
    made = decide(RUN, choose(RUN, [ALL], []), EDITION, None)
    with pytest.raises(ValueError, match="reporting scale 1"):
        edition(EDITION.exam, make_framework(), EDITION.items, made.parameters)
    with pytest.raises(ValueError, match="reporting scale None"):
        edition(EDITION.exam, make_framework(), EDITION.items, EDITION.parameters, made.scale)
    assert replace(EDITION, scale=made.scale.scale()).scale.provisional is False


TRIAL = ("T-1", "T-2", "T-3")


@cache
def tried() -> tuple[Edition, CalibrationRun]:
    """Return an exam with two slots for three items on trial, and the run of a window of it."""
    pretest = Pretest(slots=2, items=TRIAL)
    blueprint = EDITION.exam.blueprint.model_copy(update={"pretest": pretest})
    exam = EDITION.exam.model_copy(update={"blueprint": blueprint})
    trial = [make_item(name, criterion="1.1") for name in TRIAL]
    made = make_edition(exam, items=[*make_bank(8), *trial])
    sittings = sit_window(made, make_truth(made), persons=200)
    run = calibrate_responses(
        Sources(collected(made, sittings), made, None),
        CalibrationRequest(),
        origin=Origin("cal-1-w", "w", "2027-01-20T10:00:00.000000Z", "ivo", {"adept": "0"}),
        progress=lambda _done, _of: None,
    )
    return made, run


def test_an_item_on_trial_gets_its_parameters_and_no_part_in_the_frozen_scale() -> None:
    made, run = tried()
    outcome = decide(run, choose(run, [ALL], []), made, None)
    assert not set(outcome.scale.items) & set(TRIAL)
    assert set(outcome.scale.items) <= set(NAMES)
    assert {"T-1", "T-2"} <= set(outcome.accepted)
    assert not outcome.parameters.items["T-1"].judged
    ratings = {
        code: [item.rating for item in EDITION.items if item.tags[0].code == code]
        for code in outcome.scale.weights
    }
    expected = sum(
        weight * float(np.mean(ratings[code])) for code, weight in outcome.scale.weights.items()
    )
    assert outcome.scale.points[1][0] == pytest.approx(expected, abs=1e-8)


def test_an_item_on_trial_that_is_not_accepted_rests_on_its_rating_on_the_new_scale() -> None:
    made, run = tried()
    outcome = decide(run, choose(run, NAMES, []), made, None)
    assert outcome.parameters.items["T-1"].judged
    assert set(TRIAL) <= set(outcome.re_expressed)


def test_items_on_trial_alone_freeze_no_scale() -> None:
    made, run = tried()
    with refuses(ExamNotRunnable, match="has no accepted item"):
        decide(run, choose(run, ["T-1", "T-2"], []), made, None)


def test_an_item_on_trial_can_be_barred_while_there_is_another_for_each_slot() -> None:
    made, run = tried()
    outcome = decide(run, choose(run, [ALL], ["T-1"]), made, None)
    assert outcome.parameters.barred == ("T-1",)
    later = edition(made.exam, make_framework(), made.items, outcome.parameters, outcome.scale)
    sitting = sit_window(later, make_truth(later), persons=1)[0]
    assert {"T-2", "T-3"} <= {place.item for place in sitting.places}
    with refuses(ExamNotRunnable, match="2 items on trial, and 1 would be left"):
        decide(run, choose(run, [ALL], ["T-1", "T-2"]), made, None)
