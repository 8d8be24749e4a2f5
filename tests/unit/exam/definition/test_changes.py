"""What differs between two versions of an exam is told in plain words."""

from app.exam.definition.changes import changes_between, exposure_words, paper_words
from itembank.blueprint.blueprint import Pretest
from itembank.exams import (
    EligibilityControl,
    ExposureControl,
    NoControl,
    ProgressiveControl,
    RandomesqueControl,
    RandomPaper,
)
from tests.factories import make_blueprint, make_exam, make_form, make_framework

FRAMEWORK = make_framework()


def told(**changes: object) -> list[str]:
    """Return what changing parts of the small exam or of its blueprint is told as."""
    old = make_exam()
    of_exam = {name: value for name, value in changes.items() if hasattr(old, name)}
    blueprint = old.blueprint.model_copy(
        update={name: value for name, value in changes.items() if name not in of_exam}
    )
    new = old.model_copy(update={"blueprint": blueprint, **of_exam})
    return [str(one) for one in changes_between(old, new, FRAMEWORK)]


def test_the_same_exam_has_no_changes_whatever_its_version() -> None:
    assert told(version=2) == []


def test_a_changed_range_says_what_it_was() -> None:
    assert told(outcomes={"1": (5, 6), "2": (1, 4)}) == [
        "1 to 4 items of outcome 2 (Outcome two) (before: 2 to 3 items of outcome 2 (Outcome two))"
    ]


def test_what_is_added_and_what_is_taken_away_is_said_so() -> None:
    assert told(enemies=(("I-1", "I-2"),)) == ["Added: At most one of I-1 and I-2"]
    assert told(outcomes={"1": (5, 6)}) == ["Taken away: 2 to 3 items of outcome 2 (Outcome two)"]


def test_a_changed_set_of_enemies_is_one_set_less_and_one_more() -> None:
    exam = make_exam()
    pairs = (("I-1", "I-2"), ("I-1", "I-2", "I-3"))
    old, new = (
        exam.model_copy(update={"blueprint": exam.blueprint.model_copy(update={"enemies": (one,)})})
        for one in pairs
    )
    assert [str(one) for one in changes_between(old, new, FRAMEWORK)] == [
        "Added: At most one of I-1, I-2 and I-3",
        "Taken away: At most one of I-1 and I-2",
    ]


def test_the_paper_the_exposure_and_the_time_are_told_too() -> None:
    assert told(minutes=75, exposure=EligibilityControl(target=0.4)) == [
        "75 minutes (before: 60 minutes)",
        "Eligibility: no item is met by more than 40 % of candidates (before: Progressive: "
        "chance is strong at first and fades, strength 0.4)",
    ]
    assert told(paper=RandomPaper(block_size=8)) == [
        "Random under the blueprint: 8 items in 1 block of up to 8 (before: Adaptive: 8 items in "
        "4 blocks of up to 2, each chosen by the answers before it)",
        "Chance alone spreads the items (before: Progressive: chance is strong at first and fades, "
        "strength 0.4)",
    ]


def test_each_paper_and_each_rule_has_its_words() -> None:
    trial = make_blueprint().model_copy(update={"pretest": Pretest(slots=1, items=("I-9",))})
    exams = (
        make_exam(),
        make_exam(form=make_form()),
        make_exam().model_copy(update={"paper": RandomPaper(block_size=8)}),
        make_exam(blueprint=trial),
    )
    rules: tuple[ExposureControl, ...] = (
        NoControl(),
        ProgressiveControl(),
        RandomesqueControl(size=5),
        EligibilityControl(target=0.25),
        EligibilityControl(target=0.25, conditional=True),
    )
    assert len({paper_words(one) for one in exams}) == len(exams)
    told = {exposure_words(exams[0].model_copy(update={"exposure": one})) for one in rules}
    assert len(told) == len(rules)
    assert exposure_words(exams[1]) == "Everyone has the same items"
    assert exposure_words(exams[2]) == "Chance alone spreads the items"
    assert "9 items" in paper_words(exams[3])
