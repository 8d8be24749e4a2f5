"""A request is the same one only if all it asks for is: no answer is lost behind another's name."""

from dataclasses import fields, replace

from app.exam.sitting.sitting import Change
from app.services.sitting.sit import request_name
from app.store.database import Database
from itembank.items.response import BLANK, OptionId
from tests.services.season import Season, make_season

PLAIN = Change((OptionId("a"),))
# Every field of a change with another value.
OTHER = {"response": (OptionId("b"),), "clear": True, "flagged": True}
VARIANTS = [
    ("form-1", 3, PLAIN),
    ("form-2", 3, PLAIN),
    ("form-1", 4, PLAIN),
    *(("form-1", 3, replace(PLAIN, **{name: value})) for name, value in OTHER.items()),  # type: ignore[arg-type]  # each field gets its own kind
    ("form-1", 3, replace(PLAIN, response=BLANK)),
    ("form-1", 3, replace(PLAIN, flagged=False)),
]


def test_every_field_of_a_change_is_varied_here() -> None:
    assert {field.name for field in fields(Change)} == OTHER.keys()


def test_requests_that_differ_in_anything_have_different_names() -> None:
    names = {one: request_name(*one) for one in VARIANTS}
    assert len(set(names.values())) == len(VARIANTS)
    assert {one: request_name(*one) for one in VARIANTS} == names


def test_one_request_id_for_two_positions_saves_both_answers(database: Database) -> None:
    season: Season = make_season(database, block_size=45)
    sitter = season.sitter()
    places = sitter.start().places
    for position in (1, 2):
        # The same option ids on both, so that position alone tells the requests apart.
        option = sorted(places[position - 1].options)[0]
        assert sitter.answer(position, option, "one-id").response == (option,)
    saved = sitter.now().answers
    assert [one.response for one in saved[:2]] == [(min(one.options),) for one in places[:2]]
    assert saved[2].is_blank
