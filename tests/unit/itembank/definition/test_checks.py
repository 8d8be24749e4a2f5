from collections.abc import Sequence

import numpy as np
import pytest

from app.services.bank.starter import read_starter
from itembank.definition.checks import Obstacle, check_exam
from itembank.exams import ExamDefinition, Scoring
from itembank.items.item import ItemVersion
from itembank.parameters import provisional_parameters
from itembank.scale import reporting_scale
from psychometrics import domain_theta, expected_score
from tests.factories import (
    asked_otherwise,
    make_bank,
    make_blueprint,
    make_exam,
    make_form,
    make_framework,
    make_item,
    make_stimulus,
    make_tag,
)


def problems(exam: ExamDefinition, items: Sequence[ItemVersion] = ()) -> list[Obstacle]:
    bank = items or make_bank()
    return check_exam(exam, make_framework(), bank, provisional_parameters(bank))


def reason(found: Sequence[Obstacle], field: str) -> str:
    assert [one.field for one in found] == [field], found
    return found[0].reason


def test_the_small_exam_and_the_shipped_one_can_be_run() -> None:
    starter = read_starter()
    parameters = provisional_parameters(starter.items)
    assert check_exam(starter.exam, starter.framework, starter.items, parameters) == []
    assert problems(make_exam()) == []
    assert problems(make_exam(form=make_form(), block_size=8)) == []


def test_a_code_outside_the_framework_is_named() -> None:
    blueprint = make_blueprint({"1.1": 4, "7.7": 4}, outcomes={})
    found = problems(make_exam(blueprint=blueprint))
    assert "'7.7' is no criterion of A small syllabus: correct the code" in reason(
        found, "blueprint"
    )


def test_a_bank_of_another_framework_is_refused_though_its_codes_are_the_same() -> None:
    other = [
        item.model_copy(update={"tags": (make_tag(item.tags[0].code, framework="another"),)})
        for item in make_bank()
    ]
    assert reason(problems(make_exam(), other), "framework") == (
        "no item of the bank is tagged to A small syllabus: tag items to it, or correct the "
        "exam's framework"
    )
    found = problems(make_exam(), [*make_bank()[:12], *other[12:]])
    assert "criterion 2.1 (Criterion two one), but the bank has 0" in reason(found, "blueprint")


def test_a_topic_of_a_criterion_without_a_share_is_named() -> None:
    blueprint = make_blueprint({"1.1": 3, "1.2": 3}, outcomes={}, topics={"2.1.1": (0, 1)})
    said = reason(problems(make_exam(blueprint=blueprint)), "blueprint")
    assert "topic 2.1.1 belongs to criterion 2.1, which has no share in the blueprint" in said


def test_a_quota_that_the_bank_cannot_fill_is_named_with_the_figures() -> None:
    bank = [item for item in make_bank() if item.tags[0].code != "2.1"]
    found = problems(make_exam(), [*bank, make_item("X", criterion="2.1")])
    assert reason(found, "blueprint") == (
        "this cannot be met: 2 to 3 items of outcome 2 (Outcome two), but the bank has 1. "
        "Write more items, or ask for fewer"
    )
    assert [one.key for one in found[0].constraints] == [("outcomes", "2")]


def test_a_paper_larger_than_the_bank_is_named() -> None:
    exam = make_exam(blueprint=make_blueprint(outcomes={}))
    assert reason(problems(exam, make_bank(per_criterion=2)), "blueprint") == (
        "this cannot be met: 8 items in all, but the bank has 6. Write more items, or ask for fewer"
    )


def conflicting(items: Sequence[ItemVersion] = (), **fields: object) -> set[tuple[str, str]]:
    """Return the keys of the constraints that are said to conflict."""
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    found = problems(make_exam(blueprint=blueprint), items)
    assert [one.field for one in found] == ["blueprint"], found
    return {one.key for one in found[0].constraints}


def test_numbers_that_contradict_each_other_are_named_with_what_the_others_leave() -> None:
    blueprint = make_blueprint(
        {"1.1": 4, "1.2": 4}, outcomes={"1": (0, 6)}, tolerance=0, demands={"analyse": (0, 8)}
    )
    said = reason(problems(make_exam(blueprint=blueprint)), "blueprint")
    assert said.startswith("these cannot be met together: 8 items in all (the others leave at most")
    assert "; At most 6 items of outcome 1 (Outcome one) (the others leave " in said
    assert said.endswith("Change one of these numbers so that they agree")


def test_outcome_ranges_that_cannot_fill_the_paper_are_named_with_its_length() -> None:
    keys = conflicting(outcomes={"1": (4, 4), "2": (1, 3)})
    assert ("items", "") in keys
    assert len(keys) == 3


def test_the_smallest_conflict_leaves_out_all_that_is_innocent() -> None:
    items = [
        item.model_copy(update={"author": "B. Author"} if item.tags[0].code == "2.1" else {})
        for item in make_bank()
    ]
    assert conflicting(
        items,
        authors={"B. Author": (4, 8), "A. Author": (0, 8)},
        demands={"analyse": (0, 3)},
        enemies=[["I-1.1-00", "I-1.1-01"]],
        required=["I-1.2-00"],
        words=(0, 10_000),
    ) in (
        {("authors", "B. Author"), ("outcomes", "2")},
        {("authors", "B. Author"), ("criteria", "2.1")},
    )


def test_required_enemies_are_named_together() -> None:
    pair = ["I-1.1-00", "I-1.2-00"]
    blueprint = make_blueprint(enemies=[pair], required=pair)
    assert reason(problems(make_exam(blueprint=blueprint)), "blueprint") == (
        "these cannot be met together: At most one of I-1.1-00 and I-1.2-00; "
        "I-1.1-00 on every paper; I-1.2-00 on every paper. Take one of them away"
    )


def test_items_kept_off_and_on_trial_are_named_where_they_leave_too_few() -> None:
    of_2 = [item.id for item in make_bank() if item.tags[0].code == "2.1"]
    keys = conflicting(excluded=of_2[:3], pretest={"slots": 1, "items": of_2[3:]})
    assert {("excluded", ""), ("pretest", "")} < keys
    assert len(keys) == 3


def test_reading_that_no_paper_of_the_length_can_be_kept_to_is_named_with_the_figures() -> None:
    said = reason(problems(make_exam(blueprint=make_blueprint(words=(0, 200)))), "blueprint")
    assert "8 items in all (the others leave at most 5)" in said
    assert "At most 200 words to read in all (the others leave 304)" in said
    assert said.endswith("Loosen one of them, or write items that fit")


def test_key_positions_that_fixed_items_cannot_meet_are_named() -> None:
    items = [asked_otherwise(item, shuffle=False, key="p") for item in make_bank()]
    keys = conflicting(items, outcomes={}, key_positions={"A": (0, 4), "B": (0, 8)})
    assert keys == {("items", ""), ("key_positions", "A")}
    assert conflicting(items, key_positions={"B": (1, 8)}) == {("key_positions", "B")}


def test_stimuli_that_the_bank_lacks_are_named_with_the_figure() -> None:
    blueprint = make_blueprint(stimuli={"items": (1, 8), "sets": (2, 3)})
    items = [make_item("I-9", stimulus=make_stimulus()), *make_bank()]
    assert reason(problems(make_exam(blueprint=blueprint), items), "blueprint") == (
        "this cannot be met: 2 to 3 stimuli on a paper, but the bank has 1. "
        "Loosen one of them, or write items that fit"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"enemies": [["I-1.1-00", "ghost"]]},
        {"required": ["ghost"]},
        {"excluded": ["ghost"]},
        {"pretest": {"slots": 1, "items": ["ghost"]}},
    ],
    ids=str,
)
def test_a_name_that_the_bank_lacks_is_told(fields: dict[str, object]) -> None:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    found = problems(make_exam(blueprint=blueprint))
    assert "item 'ghost' is not in the bank under the blueprint's criteria" in reason(
        found, "blueprint"
    )


def test_an_author_of_no_item_is_told() -> None:
    blueprint = make_blueprint(authors={"A. Nauthor": (0, 3)})
    said = reason(problems(make_exam(blueprint=blueprint)), "blueprint")
    assert said == "no item of the bank is by 'A. Nauthor': correct the author's name"


def barring(exam: ExamDefinition, *names: str) -> list[Obstacle]:
    bank = make_bank()
    parameters = provisional_parameters(bank).model_copy(update={"barred": names})
    return check_exam(exam, make_framework(), bank, parameters)


def test_barred_items_are_not_counted_and_cannot_be_required() -> None:
    of_2 = [item.id for item in make_bank() if item.tags[0].code == "2.1"]
    assert "but the bank has 1" in reason(barring(make_exam(), *of_2[1:]), "blueprint")
    required = make_exam(blueprint=make_blueprint(required=of_2[:1]))
    assert "is barred by the calibration" in reason(barring(required, of_2[0]), "blueprint")


def test_barred_items_may_still_be_named_as_enemies_kept_off_or_on_trial() -> None:
    blueprint = make_blueprint(
        enemies=[["I-1.1-00", "I-1.2-00"]],
        excluded=["I-1.1-01"],
        pretest={"slots": 1, "items": ["I-1.1-02"]},
    )
    exam = make_exam(blueprint=blueprint)
    assert barring(exam, "I-1.1-00", "I-1.1-01", "I-1.1-02") == []


def test_a_fixed_form_with_a_pretest_or_a_control_of_exposure_is_refused() -> None:
    trial = make_blueprint(pretest={"slots": 1, "items": ["I-1.1-05"]})
    assert "no places for items on trial" in reason(
        problems(make_exam(form=make_form(), blueprint=trial)), "blueprint"
    )
    for control in (
        {"rule": "eligibility", "target": 0.5},
        {"rule": "randomesque", "size": 3},
    ):
        found = problems(make_exam(form=make_form(), exposure=control))
        assert "every candidate meets all items of a fixed form" in reason(found, "exposure")
    for allowed in ({"rule": "none"}, {"rule": "progressive"}):
        assert problems(make_exam(form=make_form(), exposure=allowed)) == []


def test_a_random_paper_cannot_be_randomesque_nor_marked_by_counting() -> None:
    random = {"kind": "random", "block_size": 8}
    assert problems(make_exam(paper=random)) == []
    found = problems(make_exam(paper=random, exposure={"rule": "randomesque", "size": 3}))
    assert "chance alone decides in a random paper" in reason(found, "exposure")
    found = problems(make_exam(paper=random, scoring=Scoring.NUMBER_CORRECT))
    assert "number_correct needs a fixed form" in reason(found, "scoring")


def controlled(target: float, **fields: object) -> list[Obstacle]:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    control = {"rule": "eligibility", "target": target}
    return problems(make_exam(blueprint=blueprint, exposure=control))


def test_a_target_below_the_floor_is_refused_with_the_figures_and_what_to_give_or_write() -> None:
    # Outcome 1 takes 5 of 12 items, outcome 2 takes 2 of 6, the paper 8 of 18: the most is .444.
    assert reason(controlled(0.40), "exposure") == (
        "no target below .45 can be met: every paper needs 8 of its 18 items. "
        "Give .47 or more, or write at least 2 more items there"
    )
    assert controlled(0.45) == []
    tight = controlled(0.5, criteria={"1.1": 4, "1.2": 2, "2.1": 2}, tolerance=0)
    assert reason(tight, "exposure") == (
        "no target below .67 can be met: criterion 1.1 (Criterion one one) needs 4 of its 6 items. "
        "Give .69 or more, or write at least 2 more items there"
    )


def test_required_items_do_not_count_against_a_target() -> None:
    required = ["I-1.1-00", "I-1.2-00", "I-2.1-00"]
    assert controlled(0.40, required=required) == []


def test_items_of_criteria_that_the_blueprint_leaves_out_do_not_matter() -> None:
    blueprint = make_blueprint({"1.1": 3, "1.2": 3}, outcomes={"1": (6, 6)})
    assert problems(make_exam(blueprint=blueprint)) == []


def test_a_form_with_an_item_outside_the_bank_is_named() -> None:
    found = problems(make_exam(form=(*make_form()[:7], "ghost")))
    assert "item 'ghost' is not in the bank" in reason(found, "paper")


def test_a_form_with_an_item_outside_the_blueprint_is_named() -> None:
    blueprint = make_blueprint({"1.1": 5, "1.2": 3}, outcomes={})
    found = problems(make_exam(form=make_form(), blueprint=blueprint))
    assert {one.reason.split("'")[1] for one in found} == {"I-2.1-00", "I-2.1-01"}


@pytest.mark.parametrize("form", [make_form()[:7], (*make_form()[:7], make_form()[0])])
def test_a_form_that_is_short_or_repeats_an_item_is_refused(form: tuple[str, ...]) -> None:
    assert reason(problems(make_exam(form=form)), "paper") == (
        "the form must name 8 different items"
    )


def test_a_form_that_misses_a_quota_is_refused_with_each_that_it_misses() -> None:
    form = (*make_form()[:6], "I-1.2-03", "I-2.1-00")
    found = problems(make_exam(form=form))
    assert [one.reason for one in found] == [
        "the form does not meet the blueprint (5 to 6 items of outcome 1 (Outcome one)): "
        "it has 7. Change the form or the blueprint",
        "the form does not meet the blueprint (2 to 3 items of outcome 2 (Outcome two)): "
        "it has 1. Change the form or the blueprint",
    ]
    assert {one.field for one in found} == {"paper"}


def counting(form: Sequence[str], reference: Sequence[str] | None) -> ExamDefinition:
    return make_exam(form=form, reference=reference, scoring=Scoring.NUMBER_CORRECT)


def twin_bank(shift: float = 0.0) -> tuple[ItemVersion, ...]:
    """Return the bank with a twin T-... of each item, its rating moved by `shift`."""
    bank = make_bank()
    return (
        *bank,
        *(
            item.model_copy(update={"id": f"T{item.id[1:]}", "rating": item.rating + shift})
            for item in bank
        ),
    )


TWIN_FORM = tuple(f"T{name[1:]}" for name in make_form())


def test_number_correct_is_refused_for_an_adaptive_paper_with_the_reason() -> None:
    found = problems(make_exam(scoring=Scoring.NUMBER_CORRECT))
    assert "number_correct needs a fixed form" in reason(found, "scoring")


def test_number_correct_is_refused_without_a_reference_form() -> None:
    said = reason(problems(counting(make_form(), None)), "scoring")
    assert said == "number_correct needs a reference_form to be compared with"


def test_a_reference_form_outside_the_bank_is_named() -> None:
    found = problems(counting(make_form(), ("ghost",)))
    assert "item 'ghost' is not in the bank" in reason(found, "reference_form")


def test_number_correct_is_accepted_for_a_form_that_matches_its_reference() -> None:
    assert problems(counting(make_form(), make_form())) == []
    assert problems(counting(TWIN_FORM, make_form()), twin_bank()) == []


def test_number_correct_is_accepted_within_half_a_mark_and_refused_beyond_it() -> None:
    # About 1 mark in 100 at the cut for each .01 of rating.
    assert problems(counting(TWIN_FORM, make_form()), twin_bank(0.004)) == []
    found = problems(counting(TWIN_FORM, make_form()), twin_bank(0.006))
    assert found
    assert {one.field for one in found} == {"scoring"}
    assert "more than half a mark apart" in found[0].reason


def test_a_mismatch_is_told_with_both_expected_marks_at_each_cut() -> None:
    bank, exam = twin_bank(0.05), counting(TWIN_FORM, make_form())
    parameters = provisional_parameters(bank)
    scale = reporting_scale(exam, bank, parameters)
    found = check_exam(exam, make_framework(), bank, parameters)
    assert len(found) == 3
    for mark, problem in zip((80, 70, 60), found, strict=True):
        theta = domain_theta(scale.domain_score_of(mark), scale.domain)
        ours, theirs = (
            100 / 8 * float(np.asarray(expected_score(theta, parameters.arrays(names))))
            for names in (TWIN_FORM, make_form())
        )
        assert problem.reason.startswith(
            f"at the cut for {mark} the form's expected mark is {ours:.1f} "
            f"and the reference form's {theirs:.1f}"
        )


def test_the_scoring_of_a_paper_that_cannot_be_made_is_not_looked_at() -> None:
    bank = [item for item in make_bank() if item.tags[0].code != "2.1"]
    found = problems(counting(make_form()[:6], make_form()[:6]), bank)
    assert [one.field for one in found] == ["paper"]
