"""Which items on trial need a response most."""

import numpy as np
import pytest

from psychometrics import DataError, ItemParameters, calibration_need

GROUPS = np.array([-1.4, -0.5, 0.0, 0.5, 1.4])


def trial(*b: float, a: float = 1.0) -> ItemParameters:
    return ItemParameters(np.full(len(b), a), b, np.zeros(len(b)))


def nobody(items: ItemParameters) -> np.ndarray:
    return np.zeros((len(GROUPS), len(items)))


def test_the_gain_is_the_log_determinant_worked_by_hand() -> None:
    items = ItemParameters([1.3], [0.4], [0.0])
    counts = np.array([[3.0], [0.0], [2.0], [0.0], [1.0]])

    def learnt(theta: float) -> np.ndarray:
        p = 1 / (1 + np.exp(-1.3 * (theta - 0.4)))
        slope = np.array([1.3 * (theta - 0.4), -1.3])
        return np.asarray(p * (1 - p) * np.outer(slope, slope))

    before = np.diag([4.0, 1.0]) + 3 * learnt(-1.4) + 2 * learnt(0.0) + learnt(1.4)
    gain = np.log(np.linalg.det(before + learnt(0.7)) / np.linalg.det(before))
    np.testing.assert_allclose(calibration_need(items, counts, GROUPS, 0.7), [gain], rtol=1e-12)


def test_an_item_that_few_have_met_is_needed_more() -> None:
    items = trial(0.0, 0.0, 0.0)
    counts = nobody(items)
    counts[2] = [0, 20, 200]
    need = calibration_need(items, counts, GROUPS, 0.0)
    assert need[0] > need[1] > need[2] > 0


def test_the_first_person_is_given_an_item_near_their_ability() -> None:
    items = trial(-3.0, -1.0, 0.2, 1.0, 3.0)
    assert calibration_need(items, nobody(items), GROUPS, 0.0).argmax() == 2


def test_an_item_met_only_in_the_middle_is_needed_at_its_sides() -> None:
    """b is learnt at b, a is learnt where P is far from a half."""
    items = trial(0.0)
    counts = nobody(items)
    counts[2] = 300
    middle, side = (calibration_need(items, counts, GROUPS, theta)[0] for theta in (0.0, 1.5))
    assert side > 2 * middle


def test_items_chosen_by_need_are_calibrated_better_than_items_chosen_by_chance() -> None:
    """The same number of responses, the same persons: the sum of log determinants is higher."""
    generator = np.random.Generator(np.random.PCG64(5))
    items = ItemParameters(
        generator.lognormal(0, 0.3, 12), generator.normal(0, 1, 12), np.zeros(12)
    )
    persons = generator.normal(0, 1, 1200)
    group = np.searchsorted([-0.84, -0.25, 0.25, 0.84], persons)

    def given(pick: str) -> np.ndarray:
        counts = nobody(items)
        for theta, of in zip(persons, group, strict=True):
            need = calibration_need(items, counts, GROUPS, float(theta))
            counts[of, int(need.argmax()) if pick == "need" else generator.integers(12)] += 1
        return counts

    by_need, by_chance = given("need"), given("chance")
    assert by_need.sum() == by_chance.sum() == 1200
    assert _known(items, by_need).min() > _known(items, by_chance).min()
    assert _known(items, by_need).sum() > _known(items, by_chance).sum()


def _known(items: ItemParameters, counts: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(-items.a * (GROUPS[:, np.newaxis] - items.b)))
    slope = np.stack([GROUPS[:, np.newaxis] - items.b, np.broadcast_to(-items.a, p.shape)], -1)
    total = np.einsum("gk,gk,gki,gkj->kij", counts, p * (1 - p), slope, slope)
    return np.asarray(np.linalg.slogdet(total)[1])


@pytest.mark.parametrize(
    ("counts", "theta"),
    [(np.zeros((4, 2)), 0.0), (np.full((5, 2), -1.0), 0.0), (np.zeros((5, 2)), np.inf)],
)
def test_input_that_makes_no_sense_is_refused(counts: np.ndarray, theta: float) -> None:
    with pytest.raises(DataError):
        calibration_need(trial(0.0, 1.0), counts, GROUPS, theta)
