from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from app.services.bank.starter import read_starter
from itembank.definition.advice import Advice, advise, indispensable_items
from itembank.definition.checks import check_exam
from itembank.definition.constraints import Layout, lay_out
from itembank.definition.floor import exposure_floor, needs
from itembank.exams import ExamDefinition
from itembank.items.item import ItemVersion
from itembank.parameters import provisional_parameters
from tests.factories import make_bank, make_blueprint, make_exam, make_form, make_framework


def advice(exam: ExamDefinition, items: Sequence[ItemVersion] = ()) -> list[Advice]:
    bank = items or make_bank()
    parameters = provisional_parameters(bank)
    assert check_exam(exam, make_framework(), bank, parameters) == []
    return advise(exam, make_framework(), bank, parameters)


def layout(items: Sequence[ItemVersion] = (), **fields: object) -> Layout:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    return lay_out(make_exam(blueprint=blueprint), make_framework(), items or make_bank())


def test_there_is_no_advice_on_an_exam_with_room_nor_on_a_fixed_form() -> None:
    starter = read_starter()
    parameters = provisional_parameters(starter.items)
    assert advise(starter.exam, starter.framework, starter.items, parameters) == []
    assert advice(make_exam()) == []
    assert advice(make_exam(form=make_form()), make_bank(per_criterion=3)) == []


def test_items_without_which_no_paper_can_be_made_are_named() -> None:
    bank = [
        item.model_copy(update={"author": "B. Author"} if item.id.endswith("-05") else {})
        for item in make_bank()
    ]
    exam = make_exam(blueprint=make_blueprint(authors={"B. Author": (3, 8)}))
    assert [one.reason for one in advice(exam, bank)] == [
        "no paper can be made without I-1.1-05, I-1.2-05 and I-2.1-05, so every candidate meets "
        "them: write items that could take the place",
        "the author B. Author needs at least 3 of only 3 items: "
        "write more, so that one can be suspended or found at fault",
        "some items will be met by at least 1.00 of the candidates, whatever the rule: "
        "write more items where the bank is thin",
    ]


def test_a_required_item_is_nobodys_surprise() -> None:
    laid = layout(required=["I-1.1-00"])
    assert indispensable_items(laid.constraints()) == ()


@pytest.mark.parametrize("seed", range(12))
def test_indispensable_items_are_those_that_every_paper_has(seed: int) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    bank = make_bank(per_criterion=3)
    pairs = [
        [bank[int(a)].id, bank[int(b)].id]
        for a, b in (generator.choice(9, 2, replace=False) for _ in range(2))
    ]
    distinct = [list(one) for one in {frozenset(pair): pair for pair in pairs}.values()]
    laid = layout(
        bank, criteria={"1.1": 2, "1.2": 2, "2.1": 2}, outcomes={}, enemies=distinct, tolerance=1
    )
    made = laid.constraints()
    papers = [
        set(paper)
        for paper in combinations(range(9), 6)
        if all(1 <= sum(item // 3 == k for item in paper) <= 3 for k in range(3))
        and all(len(set(paper).intersection(one)) < 2 for one in made.enemies)
    ]
    assert indispensable_items(made) == tuple(sorted(set.intersection(*papers)))


def test_a_part_of_the_bank_with_one_item_to_spare_is_named() -> None:
    bank = [item for item in make_bank() if item.id not in ("I-2.1-03", "I-2.1-04", "I-2.1-05")]
    found = advice(make_exam(), bank)
    assert [one.reason for one in found] == [
        f"{part} needs at least 2 of only 3 items: "
        "write more, so that one can be suspended or found at fault"
        for part in ("outcome 2 (Outcome two)", "criterion 2.1 (Criterion two one)")
    ]
    assert found[0].field == "blueprint"


def test_an_exposure_above_four_in_five_is_told() -> None:
    bank = make_bank(per_criterion=3)
    found = [one for one in advice(make_exam(), bank) if one.field == "exposure"]
    assert [one.reason.partition(" of the")[0] for one in found] == [
        "some items will be met by at least .89"
    ]


def test_a_target_with_hardly_any_room_above_the_floor_is_told() -> None:
    control = {"rule": "eligibility", "target": 0.45}
    found = advice(make_exam(exposure=control))
    assert [one.field for one in found] == ["exposure"]
    assert found[0].reason == (
        "the target .45 is hardly above .45, the least that the blueprint allows, and leaves "
        "selection little choice: give .47 or more"
    )
    assert advice(make_exam(exposure={"rule": "eligibility", "target": 0.5})) == []


def test_needs_leave_required_items_and_those_kept_off_out_of_both_figures() -> None:
    found = {
        one.key: (one.needed, one.items)
        for one in needs(layout(required=["I-2.1-00"], excluded=["I-2.1-01", "I-1.1-00"]))
    }
    assert found["items", ""] == (7, 15)
    assert found["outcomes", "2"] == (1, 4)
    assert found["criteria", "2.1"] == (1, 4)
    assert found["outcomes", "1"] == (5, 11)


def test_a_need_that_another_quota_makes_is_seen() -> None:
    found = {one.key: one.needed for one in needs(layout(outcomes={"2": (0, 1)}))}
    assert found["criteria", "1.1"] == 3
    found = {one.key: one.needed for one in needs(layout(demands={"understand": (3, 8)}))}
    assert found["demands", "understand"] == 8


def test_the_floor_of_quotas_that_nest_is_the_tightest_need() -> None:
    laid = layout()
    assert exposure_floor(laid) == pytest.approx(max(one.share for one in needs(laid)))


def test_slots_for_more_items_on_trial_than_are_not_barred_are_told() -> None:
    bank = make_bank()
    trial = ["I-1.1-04", "I-1.1-05"]
    exam = make_exam(blueprint=make_blueprint(pretest={"slots": 2, "items": trial}))
    free = provisional_parameters(bank)
    barred = free.model_copy(update={"barred": ("I-1.1-05",)})
    assert advise(exam, make_framework(), bank, free) == []
    assert [one.reason for one in advise(exam, make_framework(), bank, barred)] == [
        "the calibration in force bars all but 1 of the 2 items on trial, and a paper has 2 slots: "
        "put others on trial, or have fewer slots"
    ]
