"""From responses to a run: what was delivered counts, adaptive data are recovered, doubts shown."""

from dataclasses import replace

import numpy as np

import psychometrics as psy
from app.errors import Refused
from app.exam.calibration.anchoring import Anchoring
from app.exam.calibration.calibration import (
    CalibrationRequest,
    Origin,
    Sources,
    calibrate_responses,
)
from app.exam.calibration.collected import Cell, cells_of, collect
from app.exam.calibration.cross_check import compare_engines
from app.exam.calibration.findings import gather, item_rows
from app.exam.paper.edition import Edition
from itembank.calibration import CalibrationRun, Flag, Role
from itembank.items.response import BLANK, OptionId
from itembank.parameters import LinkingConstants
from psychometrics import Anchors, ItemParameters
from tests.factories import make_bank, make_blueprint, make_edition, make_exam, make_form
from tests.refusals import refuses
from tests.simulated import collected, make_truth, sit_window

# Papers of 24 items from a bank of 36: an ability known well enough to judge keys by.
EDITION = make_edition(
    make_exam(
        block_size=8,
        blueprint=make_blueprint(
            {"1.1": 8, "1.2": 8, "2.1": 8}, outcomes={"1": (14, 18), "2": (6, 10)}
        ),
    ),
    items=make_bank(12),
)
TRUTH = make_truth(EDITION)
NAMES = [item.id for item in EDITION.items]
ORIGIN = Origin("cal-1-w", "w", "2027-01-20T10:00:00.000000Z", "ivo", {"adept": "0"})


def calibrate(cells: list[Cell], edition: Edition = EDITION, **asked: str) -> CalibrationRun:
    sources = Sources(collect(cells, (), edition), edition, None)
    request = replace(CalibrationRequest(), **asked)  # type: ignore[arg-type]  # tests name literals
    return calibrate_responses(sources, request, origin=ORIGIN, progress=lambda _done, _of: None)


def window(edition: Edition = EDITION, *, persons: int = 500, seed: int = 1) -> list[Cell]:
    sittings = sit_window(edition, TRUTH, persons=persons, seed=seed, blank=0.02)
    return [cell for sitting in sittings for cell in cells_of(sitting, edition)]


CELLS = window()


def difficulties(run: CalibrationRun) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([one.b.value for one in run.items if one.b is not None])


def test_adaptively_collected_responses_come_nearer_to_the_truth_than_ratings() -> None:
    run = calibrate(window(persons=2000))

    assert run.converged
    judged = EDITION.parameters.arrays(NAMES)
    true = TRUTH.b - 0.5  # the run's theta is N(0, 1); the persons were drawn from N(0.5, 1)
    before = np.sqrt(np.mean((judged.b - TRUTH.b) ** 2))
    after = np.sqrt(np.mean((difficulties(run) - true) ** 2))
    assert after < 0.7 * before
    errors = np.array([one.b.error for one in run.items if one.b is not None], dtype=np.float64)
    assert 0.8 < np.sqrt(np.mean(((difficulties(run) - true) / errors) ** 2)) < 1.25
    assert run.persons == 2000
    assert run.responses == 2000 * 24
    assert all(one.a is not None and one.a.error is not None for one in run.items)


def test_ratings_with_another_origin_than_was_declared_do_not_move_the_run() -> None:
    # The exam declares N(0.5, 1); these persons are a whole sd abler, and define 0 themselves.
    sittings = sit_window(EDITION, TRUTH, persons=300, mean=1.5)
    cells = [cell for sitting in sittings for cell in cells_of(sitting, EDITION)]
    theta = np.random.Generator(np.random.PCG64(1)).normal(1.5, 1.0, 300)  # as sit_window draws
    errors = difficulties(calibrate(cells)) - (TRUTH.b - theta.mean()) / theta.std()
    assert abs(float(errors.mean())) < 0.15


def test_a_blank_counts_as_wrong_and_what_was_not_delivered_does_not_count() -> None:
    sitting = sit_window(EDITION, TRUTH, persons=1, blank=1.0)[0]
    short = replace(sitting, places=sitting.places[:4], answers=sitting.answers[:4])

    cells = cells_of(short, EDITION)

    assert [(cell.response, cell.score) for cell in cells] == [(BLANK, 0)] * 4


def test_a_sitting_in_progress_gives_nothing() -> None:
    sitting = sit_window(EDITION, TRUTH, persons=1)[0]
    assert cells_of(replace(sitting, state=type(sitting.state).BLOCK_OPEN), EDITION) == []


def test_the_same_responses_give_the_same_run() -> None:
    assert calibrate(CELLS).content_hash() == calibrate(CELLS).content_hash()


def test_one_other_answer_is_another_input() -> None:
    changed = [replace(CELLS[0], score=1 - CELLS[0].score), *CELLS[1:]]
    assert calibrate(changed).input_hash != calibrate(CELLS).input_hash


def test_a_wrong_key_is_flagged_and_said_in_words() -> None:
    name, key = NAMES[3], EDITION.item(NAMES[3]).interaction.key
    wrong = next(option for option in "pqrs" if option != key)
    swap = {key: wrong, wrong: key}
    keyed_wrongly = [
        replace(
            cell,
            response=tuple(OptionId(swap.get(one, one)) for one in cell.response),
            score=cell.response == (wrong,),
        )
        if cell.item == name
        else cell
        for cell in CELLS
    ]

    row = calibrate(keyed_wrongly).row(name)

    assert Flag.KEY in row.flags
    assert any("distractor beats key" in note for note in row.notes)


def test_an_anchor_that_is_harder_than_it_is_held_to_be_is_flagged() -> None:
    found = collect(CELLS, (), EDITION)
    name = NAMES[int(np.bincount(found.choices.responses.columns).argmax())]
    held = TRUTH.b - 0.5
    held[NAMES.index(name)] -= 0.8
    anchors = Anchors(tuple(NAMES), ItemParameters(TRUTH.a, held, TRUTH.c))
    line = LinkingConstants(
        method="none", slope=1.0, intercept=0.0, slope_error=0.0, intercept_error=0.0
    )
    anchored = psy.calibrate(found.choices.responses, anchors=anchors)

    rows = item_rows(
        found, EDITION, gather(found, anchored, Anchoring(anchors, drift=(), linking=line))
    )

    row = next(row for row in rows if row.item == name)
    assert row.role is Role.ANCHOR
    assert Flag.FIT in row.flags
    assert any("harder than held" in note for note in row.notes)
    assert sum(Flag.FIT in row.flags for row in rows) <= 2


def test_an_item_nobody_met_is_named_and_left_out() -> None:
    name = NAMES[0]
    run = calibrate([cell for cell in CELLS if cell.item != name])

    row = run.row(name)

    assert row.role is Role.LEFT_OUT
    assert row.a is None
    assert "obody was presented" in row.notes[0]


def test_an_item_that_few_met_is_kept_by_its_prior_and_flagged() -> None:
    name = NAMES[0]
    few = [cell for cell in CELLS if cell.item == name][:6]
    run = calibrate(few + [cell for cell in CELLS if cell.item != name])

    row = run.row(name)

    assert row.role is Role.CALIBRATED
    assert row.b is not None
    assert abs(row.b.value) < 3
    assert Flag.FEW in row.flags


def test_eight_persons_can_be_calibrated() -> None:
    run = calibrate(window(persons=8, seed=5))
    assert run.converged
    assert np.isfinite(difficulties(run)).all()


def test_options_and_curve_are_of_the_persons_who_met_the_item() -> None:
    row = calibrate(CELLS).items[0]
    assert sum(one.chosen for one in row.options) == row.presented
    assert sum(one.persons for one in row.curve) == row.presented
    assert sum(one.is_key for one in row.options) == 1
    assert all(0 < one.expected < 1 for one in row.curve)


def test_information_is_told_over_the_ability_range() -> None:
    run = calibrate(CELLS)
    assert [point.theta for point in run.information][:: len(run.information) - 1] == [-4.0, 4.0]
    assert max(point.information for point in run.information) > 1


def test_girth_is_refused_for_adaptive_papers() -> None:
    with refuses(Refused, match="adaptive"):
        calibrate(CELLS, engine="girth")


def test_girth_serves_a_fixed_form() -> None:
    fixed = make_edition(make_exam(form=make_form()))
    truth = make_truth(fixed)
    sittings = sit_window(fixed, truth, persons=300)
    sources = Sources(collected(fixed, sittings), fixed, None)

    run = calibrate_responses(
        sources, CalibrationRequest(engine="girth"), origin=ORIGIN, progress=lambda _done, _of: None
    )

    assert run.options.engine == "girth"
    assert sum(row.role is Role.CALIBRATED for row in run.items) == 8


def test_papers_drawn_at_random_suit_both_engines_and_they_agree() -> None:
    exam = make_exam(blueprint=EDITION.exam.blueprint, paper={"kind": "random", "block_size": 8})
    drawn = make_edition(exam, items=make_bank(12))
    sittings = sit_window(drawn, TRUTH, persons=600)
    sources = Sources(collected(drawn, sittings), drawn, None)

    run = calibrate_responses(
        sources, CalibrationRequest(engine="girth"), origin=ORIGIN, progress=lambda _done, _of: None
    )
    found = compare_engines(sources, "2pl")

    assert run.options.engine == "girth"
    assert all(row.role is Role.CALIBRATED for row in run.items)
    assert len(found.items) == 36
    assert max(abs(one.b - one.girth_b) for one in found.items) < 0.25
    with refuses(Refused, match="fixed form, or of papers drawn at random"):
        compare_engines(Sources(collected(EDITION, []), EDITION, None), "2pl")


def test_an_older_version_of_an_item_has_a_row_of_its_own() -> None:
    older = EDITION.items[0].model_copy(update={"version": 2})
    cells = [
        replace(cell, version=2) if cell.item == older.id and place % 2 else cell
        for place, cell in enumerate(CELLS)
    ]
    found = collect(cells, (older,), EDITION)
    assert f"{older.id}.v2" in found.labels
    assert older.id in found.labels


def test_rasch_fixes_the_slope() -> None:
    run = calibrate(CELLS, model="rasch")
    assert {one.a.value for one in run.items if one.a is not None} == {1.0}
    assert run.latent_sd.error is not None
