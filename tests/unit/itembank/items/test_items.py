from pathlib import Path

import pytest
from pydantic import ValidationError

from app.services.bank.starter import read_starter
from itembank.document import canonical
from itembank.errors import UnreadableDocument
from itembank.items.first_form import FRAMEWORK
from itembank.items.item import (
    CandidateItem,
    ItemVersion,
    ShownOption,
    ShownStimulus,
    read_items,
    shown,
)
from itembank.items.response import OptionId
from tests.factories import OPTION_IDS, make_item, make_option, make_stimulus, make_tag


def test_an_item_whose_key_is_no_option_is_refused() -> None:
    with pytest.raises(ValidationError, match="the key 'z' is not one of its options"):
        make_item(key="z")


def test_an_item_with_two_options_of_one_id_is_refused() -> None:
    raw = make_item().model_dump()
    options = raw["interaction"]["options"]
    options[1]["id"] = options[0]["id"]
    with pytest.raises(ValidationError, match="two options have the same id"):
        ItemVersion.model_validate(raw)


@pytest.mark.parametrize(
    "change",
    [{"rating": 0.0}, {"rating": 1.0}, {"version": 0}, {"stem": ()}, {"author": " "}, {"more": 1}],
    ids=str,
)
def test_an_item_out_of_its_bounds_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ItemVersion.model_validate({**make_item().model_dump(), **change})


def test_an_item_has_between_two_and_eight_options() -> None:
    for count, fits in ((1, False), (2, True), (8, True), (9, False)):
        options = [make_option(f"o{n}") for n in range(count)]
        if fits:
            assert len(make_item(options=options, key="o0").option_ids()) == count
        else:
            with pytest.raises(ValidationError):
                make_item(options=options, key="o0")


def test_an_item_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        make_item().rating = 0.5  # type: ignore[misc]  # the very thing that must fail


def test_an_item_read_from_its_own_text_is_the_same_with_the_same_hash() -> None:
    item = make_item()
    again = ItemVersion.model_validate_json(item.model_dump_json())
    assert again == item
    assert again.content_hash() == item.content_hash()


def test_the_hash_changes_with_any_part_of_the_content() -> None:
    item = make_item()
    others = [
        make_item("I-2"),
        make_item(key="p"),
        make_item(rating=0.61),
        make_item(shuffle=False),
        item.model_copy(update={"version": 2}),
    ]
    assert len({one.content_hash() for one in [item, *others]}) == 6


def test_an_item_without_time_or_stimulus_keeps_the_hash_it_had_before_there_were_such_fields() -> (
    None
):
    before = "08d1bf0d656c065045bfce7992d922fe662d0362fa9a93e6ed19b1aa047473ca"
    assert make_item(tags=(make_tag(framework=FRAMEWORK),)).content_hash() == before
    shipped = read_starter().items[0]
    assert shipped.id == "SMM-1.1-01"
    before = "693d39d399328b0c2283b2620401e9afd6d713bba5a0a429c6b17b168c4bcaae"
    assert shipped.content_hash() == before


def test_a_time_and_a_stimulus_are_part_of_the_hash() -> None:
    items = [
        make_item(),
        make_item(seconds=90),
        make_item(stimulus=make_stimulus()),
        make_item(stimulus=make_stimulus(words=13)),
    ]
    assert len({item.content_hash() for item in items}) == 4


def test_words_are_those_of_stem_and_options_and_of_a_stimulus_apart() -> None:
    item = make_item(stimulus=make_stimulus(words=30))
    assert item.word_count() == 9 + 5 + 4 * 6
    assert item.stimulus is not None
    assert item.stimulus.word_count() == 30


def test_a_stimulus_is_shown_without_its_id() -> None:
    order = [OptionId(name) for name in OPTION_IDS]
    seen = shown(make_item(stimulus=make_stimulus(words=4)), order).stimulus
    assert seen == ShownStimulus(title="A case", text=("word word",))
    assert shown(make_item(), order).stimulus is None


def test_canonical_text_does_not_depend_on_the_order_of_names() -> None:
    assert canonical({"b": 1, "a": ["é"]}) == canonical({"a": ["é"], "b": 1}) == '{"a":["é"],"b":1}'


def test_what_a_candidate_is_shown_has_the_options_in_the_given_order_lettered_from_a() -> None:
    order = [OptionId(name) for name in ("s", "p", "r", "q")]
    item = shown(make_item(), order)
    assert [(option.letter, option.id) for option in item.options] == [
        ("A", "s"),
        ("B", "p"),
        ("C", "r"),
        ("D", "q"),
    ]
    assert item.options[0].text == "Measure the reach of post s"


def test_what_a_candidate_is_shown_has_no_field_for_a_key_or_a_rationale() -> None:
    assert set(CandidateItem.__dataclass_fields__) == {"stem", "options", "stimulus"}
    assert set(ShownOption.__dataclass_fields__) == {"id", "letter", "text"}
    text = repr(shown(make_item(), [OptionId(name) for name in OPTION_IDS]))
    assert "Rationale" not in text
    assert "Misconception" not in text


def test_a_file_that_is_no_list_of_items_is_refused_with_its_name_and_the_field(
    tmp_path: Path,
) -> None:
    path = tmp_path / "items.json"
    path.write_text('[{"id": "I-1"}]')
    with pytest.raises(UnreadableDocument, match=r"items\.json cannot be read: 0\.version: Field"):
        read_items(path, FRAMEWORK)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"absent\.json"):
        read_items(tmp_path / "absent.json", FRAMEWORK)
