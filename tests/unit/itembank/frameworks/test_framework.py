from uuid import UUID

import pytest

from app.services.bank.starter import STARTER, read_starter
from itembank.errors import UnknownCode
from itembank.frameworks.framework import CFAssociation, CFDocument, CFItem, Framework, Kind
from tests.factories import make_framework

SHIPPED = read_starter().framework


def test_a_code_knows_its_parent_and_its_title() -> None:
    small = make_framework()
    assert small.parent("1.2") == "1"
    assert small.parent("2.1.1") == "2.1"
    assert small.title("2") == "Outcome two"


@pytest.mark.parametrize("code", ["9", "9.9", ""])
def test_an_unknown_code_is_refused_by_name(code: str) -> None:
    with pytest.raises(UnknownCode, match=f"'{code}' is not in the framework 'A small syllabus'"):
        make_framework().parent(code)
    with pytest.raises(UnknownCode):
        make_framework().title(code)


def test_an_outcome_has_nothing_above_it() -> None:
    with pytest.raises(UnknownCode):
        make_framework().parent("1")


def test_a_command_word_sets_a_demand() -> None:
    assert make_framework().demand("explain") == "understand"
    with pytest.raises(UnknownCode):
        make_framework().demand("sing")


def test_a_framework_read_from_its_own_case_text_is_the_same() -> None:
    text = SHIPPED.model_dump_json(by_alias=True)
    assert Framework.model_validate_json(text) == SHIPPED
    assert '"CFItems"' in text
    assert '"humanCodingScheme"' in text


def test_the_shipped_framework_has_three_outcomes_eight_criteria_and_their_topics() -> None:
    outcomes, criteria = SHIPPED.of_kind(Kind.OUTCOME), SHIPPED.of_kind(Kind.CRITERION)
    assert [item.code for item in outcomes] == ["1", "2", "3"]
    assert [item.code for item in criteria] == [
        "1.1",
        "1.2",
        "1.3",
        "2.1",
        "2.2",
        "2.3",
        "3.1",
        "3.2",
    ]
    topics = {SHIPPED.parent(topic.code) for topic in SHIPPED.of_kind(Kind.TOPIC)}
    assert topics == {criterion.code for criterion in criteria}


def test_both_ends_of_every_shipped_association_exist() -> None:
    nodes = {SHIPPED.document.identifier, *(item.identifier for item in SHIPPED.items)}
    for tie in SHIPPED.associations:
        assert tie.origin.identifier in nodes
        assert tie.destination.identifier in nodes


def test_every_shipped_statement_is_the_child_of_exactly_one_other() -> None:
    children = [tie.origin.identifier for tie in SHIPPED.associations]
    assert sorted(children) == sorted(item.identifier for item in SHIPPED.items)


def test_shipped_identifiers_are_uuids_named_in_their_uris_and_all_different() -> None:
    entries: tuple[CFDocument | CFItem | CFAssociation, ...] = (
        SHIPPED.document,
        *SHIPPED.items,
        *SHIPPED.associations,
    )
    names = [entry.identifier for entry in entries]
    assert [str(UUID(name)) for name in names] == names
    assert [entry.uri for entry in entries] == [f"urn:uuid:{name}" for name in names]
    assert len(set(names)) == len(names)


def test_shipped_identifiers_are_stable() -> None:
    # Items, results and other systems hold on to these: a new title must not change them.
    by_code = {item.code: item.identifier for item in SHIPPED.items}
    assert SHIPPED.id == "fe55a0ee-2765-5390-a51c-b4fbc102361d"
    assert by_code["1"] == "8ab1d484-0c03-5873-a72f-ce33d33ce734"
    assert by_code["1.1"] == "803a6d1d-84af-5134-984d-564aabeb6582"
    assert {UUID(name).version for name in by_code.values()} == {5}


def test_the_shipped_files_are_where_the_services_look() -> None:
    assert (STARTER / "framework.json").is_file()
