"""Each check by an item that trips it and, in the shared clean item, by one that does not."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.services.bank.starter import lint_items, read_starter
from itembank.items.checks import BANK_CHECKS, ITEM_CHECKS, Finding, lint
from itembank.items.item import ItemVersion
from tests.factories import (
    OPTION_IDS,
    make_bank,
    make_framework,
    make_item,
    make_option,
    make_stimulus,
)


def findings(*items: ItemVersion) -> list[Finding]:
    return lint(items, make_framework())


def changed(**fields: object) -> ItemVersion:
    return make_item(**{"topic": "1.1.1", **fields})  # type: ignore[arg-type]  # by their names


def with_option(place: int, **fields: object) -> ItemVersion:
    options = [*make_item().interaction.options]
    options[place] = options[place].model_copy(update=fields)
    return make_item(options=options)


def asking(question: str) -> ItemVersion:
    return changed(stem=("A bakery posts every day.", question))


def only(found: Sequence[Finding]) -> tuple[str, str]:
    assert len(found) == 1, found
    assert found[0].item == "I-1"
    return found[0].rule, found[0].reason


def test_a_clean_item_and_a_clean_bank_have_no_findings() -> None:
    assert findings(make_item()) == []
    assert findings(*make_bank(per_criterion=16)) == []


@pytest.mark.parametrize("count", [3, 5])
def test_other_than_four_options_is_found(count: int) -> None:
    options = make_item().interaction.options
    item = make_item(options=[*options, make_option("t")][:count])
    assert only(findings(item)) == ("four_options", f"it has {count} options; write four")


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        (
            {"criterion": "9.9"},
            {
                "criterion '9.9' is not in the framework",
                "topic '1.1.1' does not belong to criterion '9.9'",
            },
        ),
        ({"topic": "1.2.1"}, {"topic '1.2.1' does not belong to criterion '1.1'"}),
        ({"topic": "7"}, {"'7' is not in the framework 'A small syllabus'"}),
        ({"command_word": "sing"}, {"'sing' is not one of the framework's command words"}),
        (
            {"criterion": "1"},
            {
                "criterion '1' is not in the framework",
                "topic '1.1.1' does not belong to criterion '1'",
            },
        ),
    ],
    ids=["criterion", "topic of another", "topic", "command word", "outcome for criterion"],
)
def test_a_code_that_the_framework_lacks_is_found(
    fields: dict[str, object], reasons: set[str]
) -> None:
    found = findings(changed(**fields))
    assert {finding.rule for finding in found} == {"codes_exist"}
    assert {finding.reason for finding in found} == reasons


@pytest.mark.parametrize(
    ("rating", "usable"),
    [(0.29, False), (0.2999, False), (0.30, True), (0.95, True), (0.9501, False), (0.96, False)],
)
def test_a_rating_outside_30_to_95_percent_is_found(rating: float, *, usable: bool) -> None:
    rules = [finding.rule for finding in findings(make_item(rating=rating))]
    assert rules == ([] if usable else ["rating_is_usable"])


@pytest.mark.parametrize(
    "text",
    [
        "All of the above",
        "None of the above",
        "Both of these options",
        "Any of the others",
        "All of these",
        "None of these",
        "Neither of these answers",
    ],
)
def test_a_catch_all_option_is_found(text: str) -> None:
    rule, reason = only(findings(with_option(0, text=text)))
    assert rule == "no_catch_all"
    assert f"('{text}')" in reason


@pytest.mark.parametrize("text", ["Post to all of the channels", "Use any of its tools"])
def test_an_option_that_only_says_all_or_any_is_clean(text: str) -> None:
    assert findings(with_option(0, text=text)) == []


@pytest.mark.parametrize(
    "question",
    [
        "Which step should it not take?",
        "Which is the least useful step?",
        "Which of these isn't a metric?",
        "Every step helps except which?",
        "Which step can never help?",
        "Which step cannot help?",
        "Which is Not a metric?",
    ],
)
def test_a_negative_question_without_emphasis_is_found(question: str) -> None:
    rule, _ = only(findings(asking(question)))
    assert rule == "negative_is_emphasised"


@pytest.mark.parametrize(
    "question",
    [
        "Which step should it NOT take?",
        "Which is the LEAST useful step?",
        "Which tool saves at least an hour?",
        "What notes should it keep?",
    ],
)
def test_an_emphasised_or_positive_question_is_clean(question: str) -> None:
    assert findings(asking(question)) == []


def test_a_negative_in_the_case_before_the_question_is_clean() -> None:
    assert findings(changed(stem=("It does not post.", "What should it do?"))) == []


def test_a_stem_that_asks_nothing_is_found() -> None:
    assert only(findings(asking("The bakery posts."))) == (
        "asks_a_question",
        "the stem does not end with a question",
    )


@pytest.mark.parametrize("question", ["Why?", "The bakery should:", "It should...", "It should…"])
def test_a_stem_that_ends_with_a_question_or_a_lead_in_is_clean(question: str) -> None:
    assert findings(asking(question)) == []


def test_a_stem_too_long_to_read_is_found_with_its_length() -> None:
    assert findings(changed(stem=("word " * 127, "What comes first?"))) == []
    rule, reason = only(findings(changed(stem=("word " * 128, "What comes first?"))))
    assert (rule, reason) == ("stem_is_readable", "the stem has 131 words; 130 is the most")


def test_two_options_that_say_the_same_are_found() -> None:
    rule, reason = only(findings(with_option(0, text="measure the REACH, of post q!")))
    assert rule == "options_differ"
    assert reason == "2 options read 'measure the reach of post q'"


def test_a_distractor_without_a_misconception_is_found() -> None:
    assert only(findings(with_option(0, misconception=None))) == (
        "distractors_are_explained",
        "distractor 'p' names no misconception",
    )


def test_a_key_with_a_misconception_is_found() -> None:
    rule, reason = only(findings(with_option(1, misconception="A misconception")))
    assert rule == "distractors_are_explained"
    assert "is it the right key?" in reason


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "The same as option B"},
        {"rationale": "Options A and C are wrong"},
        {"text": "Both A and B"},
        {"text": "Neither B nor C"},
    ],
    ids=str,
)
def test_a_text_that_names_options_by_letter_is_found(fields: dict[str, str]) -> None:
    rule, reason = only(findings(with_option(0, **fields)))
    assert rule == "letters_are_unknown"
    assert "option 'p'" in reason


def test_two_items_of_one_id_are_found() -> None:
    other = changed(stem=("Another case.", "What comes first?"))
    assert only(findings(make_item(), other)) == ("ids_differ", "2 items have this id")


def test_two_items_of_one_stem_are_found_with_the_first_ones_id() -> None:
    twin = changed(id="I-2")
    found = findings(make_item(), twin)
    assert [(one.item, one.rule) for one in found] == [("I-2", "stems_differ")]
    assert found[0].reason == "the stem is the same as that of I-1"


def test_keys_that_crowd_at_one_place_are_found_with_the_figures() -> None:
    crowded = [make_item(f"I-{n}", key=OPTION_IDS[1 if n < 12 else n % 4]) for n in range(20)]
    found = findings(*crowded)
    assert [(one.item, one.rule) for one in found] == [("bank", "keys_are_spread")]
    assert "the key is option B in 14 of 20 items" in found[0].reason


def long_key(number: int) -> ItemVersion:
    key = OPTION_IDS[number % 4]
    options = [*make_item(key=key).interaction.options]
    longer = f"{options[number % 4].text}, and write a careful plan from it"
    options[number % 4] = options[number % 4].model_copy(update={"text": longer})
    stem = (f"Case {number}.", "What comes first?")
    return make_item(f"I-{number}", key=key, options=options, stem=stem)


def test_keys_that_are_the_longest_more_often_than_chance_are_found() -> None:
    plain = [make_item(f"I-{n}", key=OPTION_IDS[n % 4]) for n in range(20)]
    few = [long_key(n) if n < 5 else plain[n] for n in range(20)]
    many = [long_key(n) if n < 12 else plain[n] for n in range(20)]
    assert findings(*few) == []
    found = findings(*many)
    assert [one.rule for one in found] == ["key_is_not_the_longest"]
    assert "in 12 of 20 items" in found[0].reason
    assert "I-0, I-1, I-2, I-3, I-4" in found[0].reason


@pytest.mark.parametrize(("seconds", "fits"), [(14, False), (15, True), (600, True), (601, False)])
def test_a_time_that_no_item_takes_is_found(seconds: int, fits: bool) -> None:  # noqa: FBT001 - the case
    found = findings(make_item(seconds=seconds))
    if fits:
        assert found == []
    else:
        rule, reason = only(found)
        assert rule == "seconds_are_usable"
        assert f"expected time of {seconds} seconds is outside 15 to 600" in reason


def test_a_stimulus_too_long_to_be_read_beside_its_items_is_found() -> None:
    assert findings(make_item(stimulus=make_stimulus(words=400))) == []
    assert only(findings(make_item(stimulus=make_stimulus(words=401)))) == (
        "stimulus_is_readable",
        "its stimulus has 401 words; 400 is the most",
    )


def test_a_stimulus_that_reads_otherwise_in_another_item_is_found() -> None:
    same, other = make_stimulus(words=20), make_stimulus(words=21)
    first, second = make_item("I-2", stimulus=same), make_item("I-3", stimulus=same)
    assert findings(first, second) == []
    rule, reason = only(findings(first, second, make_item("I-1", stimulus=other)))
    assert rule == "stimuli_agree"
    assert "its stimulus 'case-1' reads otherwise than in I-2" in reason


def test_one_question_about_two_cases_is_two_items() -> None:
    one = make_item("I-1", stimulus=make_stimulus("case-1"))
    other = one.model_copy(update={"id": "I-2", "stimulus": make_stimulus("case-2")})
    assert findings(one, other) == []


def test_an_empty_bank_has_no_findings() -> None:
    assert findings() == []


def test_every_check_is_tripped_by_a_test_of_this_file() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    rules = [check.__name__.lstrip("_") for check in (*ITEM_CHECKS, *BANK_CHECKS)]
    assert [rule for rule in rules if f'"{rule}"' not in text] == []


STARTER = read_starter()


def test_the_shipped_bank_lints_clean() -> None:
    assert lint_items(STARTER.items, STARTER.framework) == []


def test_the_shipped_bank_has_128_items_16_a_criterion() -> None:
    counts = Counter(item.tags[0].code for item in STARTER.items)
    assert counts == dict.fromkeys(STARTER.exam.blueprint.criteria, 16)


def test_the_shipped_keys_are_spread_evenly() -> None:
    keys = Counter(item.interaction.key_place(item.option_ids()) for item in STARTER.items)
    assert all(26 <= keys[place] <= 38 for place in range(4)), keys


def test_the_shipped_key_is_the_longest_option_no_more_often_than_chance() -> None:
    longest = [
        item.id
        for item in STARTER.items
        if all(
            len(option.text) < len(key.text)
            for key in item.interaction.options
            for option in item.interaction.options
            if key.id == item.interaction.key != option.id
        )
    ]
    assert len(longest) <= len(STARTER.items) / 4 + 5


def test_every_shipped_item_uses_a_topic_and_a_command_word_of_the_framework() -> None:
    for item in STARTER.items:
        tag = item.tag(STARTER.framework.id)
        assert STARTER.framework.parent(str(tag.topic)) == tag.code
        assert STARTER.framework.demand(item.command_word)
