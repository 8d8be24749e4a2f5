"""An exam uses items of its own framework alone, though codes of another be the same."""

import json

import pytest
from sqlalchemy import select, update

from app.errors import ContentDiffers, ExamNotRunnable
from app.services.bank import exam_file, exams, starter
from app.store import migrate
from app.store.bank import bank
from app.store.database import Database, Transaction, connect
from app.store.tables import item_versions
from itembank.items.first_form import FRAMEWORK
from itembank.items.item import ItemVersion
from tests.factories import anybody, make_bank, make_exam, make_framework, make_item, make_tag
from tests.refusals import refuses

pytestmark = pytest.mark.each_database

HERE = make_framework().id


def texts(tx: Transaction) -> dict[str, tuple[str, str]]:
    """Return each item's document and hash as they are kept."""
    query = select(item_versions.c.item_id, item_versions.c.document, item_versions.c.hash)
    return {row.item_id: (row.document, row.hash) for row in tx.connection.execute(query)}


def first_form(item: ItemVersion) -> str:
    """Return an item's document as it was written before items named their frameworks."""
    content = item.model_dump(mode="json", exclude={"tags", "interaction"})
    asked = item.interaction.model_dump(mode="json", exclude={"kind"})
    [tag] = item.tags
    return json.dumps({**content, **asked, "criterion": tag.code, "topic": tag.topic})


def age(tx: Transaction, items: tuple[ItemVersion, ...]) -> None:
    """Let kept items be of the time before items named their frameworks."""
    for item in items:
        here = (item_versions.c.item_id == item.id, item_versions.c.version == item.version)
        tx.connection.execute(update(item_versions).where(*here).values(document=first_form(item)))


def test_an_exam_of_another_framework_does_not_take_the_items_of_the_first(
    database: Database,
) -> None:
    """The shipped bank has items under criteria 1.1, 1.2 and 2.1, enough for the small exam."""
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        with refuses(ExamNotRunnable, match="no item of the bank is tagged to A small"):
            exams.save_exam(tx, make_exam())

    with database.begin() as tx:
        bank.add_items(tx, make_bank())
        exams.save_exam(tx, make_exam())
    with database.read() as tx:
        edition = bank.load_edition(tx, "small", 1)
        assert [one.id for one in edition.items] == sorted(one.id for one in make_bank())
        assert {*edition.parameters.items} == {one.id for one in make_bank()}
        shipped = starter.read_starter()
        cim = bank.load_edition(tx, shipped.exam.code, 1)
        assert {one.id for one in cim.items} == {one.id for one in shipped.items}
        desk = exam_file.blueprint_desk(tx, "small", actor=anybody())
        assert {one.id for one in desk.items} == {one.id for one in make_bank()}


def test_an_item_of_two_frameworks_counts_in_each_under_its_own_code(database: Database) -> None:
    both = make_item("Both", tags=(make_tag("2.1"), make_tag("1.3", framework=FRAMEWORK)))
    cim = starter.read_starter().exam
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_items(tx, [*make_bank(), both])
        exams.save_exam(tx, make_exam())
        exams.save_exam(tx, cim.model_copy(update={"version": 2, "title": "With one more"}))
    with database.read() as tx:
        assert bank.load_edition(tx, "small", 1).criterion("Both") == "2.1"
        assert bank.load_edition(tx, cim.code, 2).criterion("Both") == "1.3"


def test_a_document_of_before_there_were_tags_is_of_the_framework_of_its_exam(
    database: Database,
) -> None:
    shipped = starter.read_starter()
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_items(tx, make_bank())
        exams.save_exam(tx, make_exam())
        age(tx, (*make_bank(), *shipped.items))
        before = texts(tx)
    with database.begin() as tx:
        assert {one.id: one for one in bank.latest_items(tx)} == {
            one.id: one for one in (*make_bank(), *shipped.items)
        }
        assert bank.find_item_version(tx, "I-1.1-00", 1) == make_bank()[0]
        assert bank.load_edition(tx, "small", 1).criterion("I-2.1-00") == "2.1"
        assert bank.add_items(tx, (*make_bank(), *shipped.items)) == 0
        exams.save_exam(tx, make_exam(version=2, title="A small exam, again"))
        assert texts(tx) == before
        assert {one.id: one.content_hash() for one in shipped.items} == {
            name: hashed for name, (_, hashed) in before.items() if name.startswith("SMM")
        }


def test_what_ships_is_not_loaded_over_something_else(database_url: str) -> None:
    framework = starter.read_starter().framework
    document = framework.document.model_copy(update={"title": "Another title"})
    database = connect(database_url)
    migrate.upgrade(database)
    with database.begin() as tx:
        bank.add_framework(tx, framework.model_copy(update={"document": document}))
    with refuses(ContentDiffers, match="a framework"), database.begin() as tx:
        starter.load_starter(tx)
    database.close()
