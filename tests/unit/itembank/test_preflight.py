from collections.abc import Sequence

import numpy as np
import pytest

from app.services.item_bank import read_starter
from itembank.exams import ExamDefinition, Scoring, provisional_parameters
from itembank.items import ItemVersion
from itembank.preflight import Problem, check_exam
from itembank.scale import reporting_scale
from psychometrics import domain_theta, expected_score
from tests.factories import (
    make_bank,
    make_blueprint,
    make_exam,
    make_form,
    make_framework,
    make_item,
)


def problems(exam: ExamDefinition, items: Sequence[ItemVersion] = ()) -> list[Problem]:
    bank = items or make_bank()
    return check_exam(exam, make_framework(), bank, provisional_parameters(bank))


def reason(found: Sequence[Problem], field: str) -> str:
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
    assert "'7.7' is no outcome or criterion of A small syllabus" in reason(found, "blueprint")


def test_a_criterion_with_too_few_items_is_named_with_the_figures() -> None:
    bank = [item for item in make_bank() if item.criterion != "2.1"]
    said = reason(problems(make_exam(), [*bank, make_item("X", criterion="2.1")]), "blueprint")
    assert "outcome 2 (Outcome two; 2 to 3 items) cannot be met" in said
    assert "1" in said.partition("cannot be met")[2]


def test_a_paper_larger_than_the_bank_is_named() -> None:
    said = reason(problems(make_exam(), make_bank(per_criterion=2)), "blueprint")
    assert "cannot be met" in said


def test_outcome_ranges_that_contradict_the_criteria_are_named() -> None:
    blueprint = make_blueprint(outcomes={"1": (1, 2), "2": (2, 3)})
    said = reason(problems(make_exam(blueprint=blueprint)), "blueprint")
    assert said.startswith("outcome 1 (Outcome one; 1 to 2 items) cannot be met")
    assert "4" in said.partition("cannot be met")[2]


def test_outcome_ranges_that_cannot_fill_the_paper_are_named() -> None:
    blueprint = make_blueprint(outcomes={"1": (4, 4), "2": (1, 3)})
    said = reason(problems(make_exam(blueprint=blueprint)), "blueprint")
    assert said.startswith("the whole paper (8 items) cannot be met")


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


def test_a_form_that_misses_a_quota_is_refused_with_the_node() -> None:
    form = (*make_form()[:6], "I-1.2-03", "I-2.1-00")
    said = reason(problems(make_exam(form=form)), "blueprint")
    assert said.startswith("outcome 1 (Outcome one; 5 to 6 items) cannot be met")


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
    bank = [item for item in make_bank() if item.criterion != "2.1"]
    found = problems(counting(make_form()[:6], make_form()[:6]), bank)
    assert [one.field for one in found] == ["paper"]
