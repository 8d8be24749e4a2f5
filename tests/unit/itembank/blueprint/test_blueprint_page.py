"""The page on blueprints says what the code does."""

import json
import re
from pathlib import Path

from app.services.bank.starter import read_starter
from itembank.blueprint.blueprint import Blueprint
from itembank.blueprint.sentences import sentences
from itembank.definition.checks import check_exam
from itembank.parameters import provisional_parameters

PAGE = (Path(__file__).parents[4] / "docs" / "blueprint.md").read_text(encoding="utf-8")
EXAMPLE = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])


def test_every_field_of_a_blueprint_has_its_row_with_json_that_can_be_read() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", PAGE, flags=re.MULTILINE))
    assert list(rows) == ["items", "criteria", "tolerance", *list(Blueprint.model_fields)[3:]]
    starter = read_starter().exam.blueprint.model_dump()
    for field, text in rows.items():
        if field not in ("items", "criteria", "tolerance"):
            assert Blueprint.model_validate({**starter, field: json.loads(text)})


def test_the_example_has_every_field_can_be_run_and_reads_as_the_page_says() -> None:
    starter = read_starter()
    assert set(EXAMPLE) == set(Blueprint.model_fields)
    exam = starter.exam.model_copy(update={"blueprint": Blueprint.model_validate(EXAMPLE)})
    parameters = provisional_parameters(starter.items)
    assert check_exam(exam, starter.framework, starter.items, parameters) == []
    said = [f"- {one.words}" for one in sentences(exam.blueprint, starter.framework)]
    assert PAGE.partition("Adept reads it back as:")[2].strip().splitlines() == said
