"""An item names the frameworks it is of; one of before there were tags is told its framework."""

import json

import pytest
from pydantic import ValidationError

from app.services.bank.starter import read_starter
from itembank.errors import NotTagged
from itembank.items.first_form import FRAMEWORK
from itembank.items.item import ItemVersion, Tag, read_item
from tests.factories import make_framework, make_item, make_tag

HERE = make_framework().id
FIRST_FORM = {
    "id": "I-1",
    "version": 1,
    "criterion": "1.1",
    "topic": "1.1.1",
    "command_word": "explain",
    "stem": ["What should it do first?"],
    "options": [{"id": name, "text": name, "rationale": name} for name in ("p", "q")],
    "key": "q",
    "rating": 0.6,
    "author": "A. Author",
}


def test_an_item_has_its_place_in_each_of_its_frameworks() -> None:
    item = make_item(tags=(make_tag("1.1"), make_tag("P7", topic="P7.a", framework="other")))
    assert item.tag(HERE) == Tag(framework=HERE, code="1.1", topic="1.1.1")
    assert (item.tag("other").code, item.tag("other").topic) == ("P7", "P7.a")
    assert item.is_tagged("other")
    assert not item.is_tagged("third")
    with pytest.raises(NotTagged, match="item 'I-1' is not tagged to the framework 'third'"):
        item.tag("third")


def test_an_item_of_no_framework_or_twice_of_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="tags"):
        make_item(tags=())
    with pytest.raises(ValidationError, match="two tags are of the same framework"):
        make_item(tags=(make_tag("1.1"), make_tag("1.2")))


@pytest.mark.parametrize("framework", [FRAMEWORK, "another"])
def test_a_criterion_without_a_tag_is_of_the_framework_it_is_read_with(framework: str) -> None:
    item = read_item(json.dumps(FIRST_FORM), framework)
    assert item.tags == (Tag(framework=framework, code="1.1", topic="1.1.1"),)


def test_a_criterion_that_nobody_names_a_framework_for_is_refused() -> None:
    with pytest.raises(ValidationError, match="it names no framework: give its tags"):
        ItemVersion.model_validate_json(json.dumps(FIRST_FORM))


def test_an_item_that_has_tags_keeps_them_whatever_it_is_read_with() -> None:
    item = make_item()
    assert read_item(item.model_dump_json(), "another") == item


def test_a_new_document_carries_its_tags() -> None:
    written = json.loads(read_starter().items[0].model_dump_json())
    assert written["tags"] == [{"framework": FRAMEWORK, "code": "1.1", "topic": "1.1.2"}]
    assert "criterion" not in written


def test_what_an_item_is_tagged_to_is_part_of_its_hash() -> None:
    tags = [
        (make_tag(framework=FRAMEWORK),),
        (make_tag("1.2", framework=FRAMEWORK),),
        (make_tag(framework=FRAMEWORK, topic="1.1.2"),),
        (make_tag(),),
        (make_tag(), make_tag(framework=FRAMEWORK)),
    ]
    assert len({make_item(tags=one).content_hash() for one in tags}) == len(tags)


def test_the_framework_of_before_there_were_tags_is_the_one_that_ships() -> None:
    assert read_starter().framework.id == FRAMEWORK
