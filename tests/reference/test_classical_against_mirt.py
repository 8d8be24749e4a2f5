"""Classical statistics against mirt's table, and the key check on real choices.

mirt 1.45.1 `itemstats`; data/README.md says where the numbers come from.
"""

import numpy as np
import pytest

from psychometrics.choices import ChoiceMatrix
from psychometrics.classical import KeyFlag, check_keys, classical_statistics, distractors
from tests.reference.datasets import load

# The same sums, so they agree to the digits printed.
TOLERANCE = 1e-9


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "sat12"])
def test_classical_statistics_agree_with_mirt(name: str) -> None:
    data = load(name)
    expected, result = data.classical(), classical_statistics(data.responses)
    for ours, theirs in (
        (result.p, "item_mean"),
        (result.sd, "item_sd"),
        (result.point_biserial, "item_total"),
        (result.point_biserial_rest, "item_rest"),
        (result.alpha_if_removed, "alpha_without"),
        (result.score_mean, "mean"),
        (result.score_sd, "sd"),
        (result.alpha, "alpha"),
        (result.sem, "standard_error"),
    ):
        np.testing.assert_allclose(np.array(ours), expected[theirs], atol=TOLERANCE)


def test_omega_lies_a_little_above_alpha() -> None:
    for name in ("lsat6", "lsat7", "sat12"):
        result = classical_statistics(load(name).responses)
        assert result.alpha is not None
        assert result.omega is not None
        assert 0.0 < result.omega - result.alpha < 0.02


def miskeyed(item: int, option: int) -> ChoiceMatrix:
    choices = load("sat12").choices
    assert choices is not None
    key = [names[at] for names, at in zip(choices.options, choices.key.tolist(), strict=True)]
    key[item] = choices.options[item][option]
    chosen = choices.chosen.reshape(choices.responses.shape)
    table = [
        [None if at < 0 else choices.options[j][at] for j, at in enumerate(row)]
        for row in chosen.tolist()
    ]
    return ChoiceMatrix.from_choices(table, options=choices.options, key=key)


def beaten(choices: ChoiceMatrix) -> list[KeyFlag]:
    flags = check_keys(distractors(choices))
    return [flag for flag in flags if flag.fault == "distractor beats key"]


def test_the_published_key_of_sat12_is_questioned_for_its_last_item_alone() -> None:
    choices = load("sat12").choices
    assert choices is not None
    [flag] = beaten(choices)
    assert (flag.item, flag.option) == ("31", "3")


@pytest.mark.parametrize(("item", "key"), [(0, 0), (9, 0), (17, 3), (28, 0)])
def test_a_wrong_key_is_found_and_the_right_option_named(item: int, key: int) -> None:
    wrong = miskeyed(item, (key + 1) % 5)
    found = [(flag.item, flag.option) for flag in beaten(wrong)]
    assert (str(item), str(key + 1)) in found
