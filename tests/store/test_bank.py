"""What the bank keeps never changes: the same again is passed over, anything else refused."""

import pytest

from app.errors import ContentDiffers, Duplicate
from app.store.bank import bank
from app.store.database import Database
from itembank.items.item import ItemVersion
from itembank.parameters import provisional_parameters
from tests.factories import (
    asked_otherwise,
    make_bank,
    make_exam,
    make_framework,
    make_item,
    make_tag,
)
from tests.refusals import refuses

pytestmark = pytest.mark.each_database

ITEM = make_item()
OTHERS = {
    "the key": asked_otherwise(ITEM, key="p"),
    "the stem": make_item(stem=("What now?",)),
    "the rating": make_item(rating=0.61),
    "the topic": make_item(topic="1.1.9"),
    "the framework": make_item(tags=(make_tag(framework="another"),)),
    "a time": make_item(seconds=90),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_item_version_that_says_something_else_is_refused(name: str, database: Database) -> None:
    with database.begin() as tx:
        assert bank.add_items(tx, [ITEM]) == 1
        assert bank.add_items(tx, [ITEM]) == 0
    refused = r"already a version of item 'I-1 version 1', and it says something else"
    with refuses(ContentDiffers, match=refused), database.begin() as tx:
        bank.add_items(tx, [make_item("I-2"), OTHERS[name]])
    with database.read() as tx:
        assert bank.find_item_version(tx, "I-1", 1) == ITEM
        assert not bank.has_item(tx, "I-2")


@pytest.mark.parametrize("name", OTHERS)
def test_a_list_that_gives_a_version_twice_is_refused_unless_both_say_the_same(
    name: str, database: Database
) -> None:
    with database.begin() as tx:
        assert bank.add_items(tx, [ITEM, make_item()]) == 1
    twice = [item.model_copy(update={"version": 2}) for item in (ITEM, OTHERS[name])]
    with pytest.raises(ContentDiffers), database.begin() as tx:
        bank.add_items(tx, twice)


def test_another_version_says_what_it_likes(database: Database) -> None:
    newer: ItemVersion = asked_otherwise(ITEM, key="p").model_copy(update={"version": 2})
    with database.begin() as tx:
        assert bank.add_items(tx, [ITEM, newer]) == 2


def test_a_framework_that_says_something_else_is_refused(database: Database) -> None:
    framework = make_framework()
    document = framework.document.model_copy(update={"title": "Another title"})
    with database.begin() as tx:
        bank.add_framework(tx, framework)
        bank.add_framework(tx, framework)
        with refuses(ContentDiffers, match="already a framework"):
            bank.add_framework(tx, framework.model_copy(update={"document": document}))
        assert bank.framework(tx, framework.id) == framework


def test_a_version_of_an_exam_is_kept_once(database: Database) -> None:
    exam, parameters = make_exam(), provisional_parameters(make_bank())
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_items(tx, make_bank())
        bank.add_exam(tx, exam, parameters)
        with refuses(Duplicate, match="already a version of exam 'small version 1'"):
            bank.add_exam(tx, exam, parameters)
        with refuses(ContentDiffers, match="exam 'small version 1', and it says something"):
            bank.add_exam(tx, make_exam(title="Another title"), parameters)
        assert bank.exam_definition(tx, "small", 1) == exam


def test_a_parameter_set_is_named_by_its_content(database: Database) -> None:
    sets = [provisional_parameters(make_bank()), provisional_parameters(make_bank()[:3])]
    with database.begin() as tx:
        names = [bank.add_parameters(tx, one) for one in (*sets, *sets)]
        assert names[:2] == names[2:]
        assert [bank.parameter_set(tx, name) for name in names[:2]] == sets
