"""What makes an item doubtful, at each edge."""

from dataclasses import replace

import numpy as np
import pytest

import psychometrics as psy
from app.exam.calibration.collected import cells_of, collect
from app.exam.calibration.findings import Evidence, gather, item_rows
from itembank.calibration import Flag
from psychometrics import ItemParameters
from tests.factories import make_edition
from tests.simulated import make_truth, sit_window

EDITION = make_edition()
SITTINGS = sit_window(EDITION, make_truth(EDITION), persons=120)
CELLS = [cell for sitting in SITTINGS for cell in cells_of(sitting, EDITION)]
COLLECTED = collect(CELLS, (), EDITION)
CALIBRATION = psy.calibrate(
    COLLECTED.choices.responses, "2pl", priors=psy.Priors(b=psy.Normal(0.0, 1.0))
)
EVIDENCE = gather(COLLECTED, CALIBRATION, None)
COUNT = len(CALIBRATION.labels)
FIRST = CALIBRATION.labels[0]


def flags(evidence: Evidence) -> tuple[Flag, ...]:
    """Return the flags of the first item."""
    row = next(one for one in item_rows(COLLECTED, EDITION, evidence) if one.item == FIRST)
    return row.flags


def everywhere(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.full(COUNT, value)


@pytest.mark.parametrize(
    ("p", "departure", "doubtful"),
    [
        (0.0009, 0.051, True),
        (0.001, 0.051, False),
        (0.0009, 0.05, False),
        (0.0, 0.2, True),
        (0.2, 0.2, False),
    ],
)
def test_an_item_leaves_its_curve_where_chance_and_size_both_say_so(
    p: float, departure: float, *, doubtful: bool
) -> None:
    score = replace(EVIDENCE.score, p=everywhere(p), departure=everywhere(departure))
    assert (Flag.FIT in flags(replace(EVIDENCE, score=score))) is doubtful


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    ("z", "gap", "anchored", "doubtful"),
    [
        (3.29, 0.05, True, True),
        (3.28, 0.05, True, False),
        (3.29, 0.049, True, False),
        (9.0, 0.2, False, False),
    ],
)
def test_an_anchor_is_off_where_chance_and_size_both_say_so(
    z: float, gap: float, sign: float, *, anchored: bool, doubtful: bool
) -> None:
    sound = replace(EVIDENCE.score, p=everywhere(1.0))
    evidence = replace(
        EVIDENCE,
        score=sound,
        anchor_z=everywhere(sign * z),
        anchor_gap=everywhere(sign * gap),
        anchors=frozenset({FIRST} if anchored else ()),
    )
    assert (Flag.FIT in flags(evidence)) is doubtful


@pytest.mark.parametrize(
    ("a", "doubtful"), [(0.3, False), (0.299, True), (3.0, False), (3.001, True), (1.0, False)]
)
def test_a_slope_is_doubtful_outside_its_bounds(a: float, *, doubtful: bool) -> None:
    items = ItemParameters(everywhere(a), CALIBRATION.items.b, CALIBRATION.items.c)
    evidence = replace(EVIDENCE, calibration=replace(CALIBRATION, items=items))
    assert (Flag.STEEPNESS in flags(evidence)) is doubtful


@pytest.mark.parametrize(("presented", "few"), [(29, True), (30, False)])
def test_fewer_than_thirty_responses_are_few(presented: int, *, few: bool) -> None:
    mine = [cell for cell in CELLS if cell.item == FIRST]
    assert len(mine) >= presented
    others = [cell for cell in CELLS if cell.item != FIRST]
    collected = collect([*mine[:presented], *others], (), EDITION)
    row = next(one for one in item_rows(collected, EDITION, EVIDENCE) if one.item == FIRST)
    assert (Flag.FEW in row.flags) is few
