import json

import pytest
from pydantic import ValidationError

from itembank.items.first_form import FRAMEWORK
from itembank.items.interaction import Ruling
from itembank.items.item import ItemVersion, read_item
from itembank.items.response import BLANK, OptionId, Response
from tests.factories import make_item, make_tag

P, Q, R = OptionId("p"), OptionId("q"), OptionId("r")
EITHER = Ruling(frozenset({(P,), (Q,)}))
EVERYBODY = Ruling(credits_everybody=True)
NOBODY = Ruling()


@pytest.mark.parametrize(
    ("response", "by_key", "by_either"),
    [((P,), 0, 1), ((Q,), 1, 1), ((R,), 0, 0), (BLANK, 0, 0), ((P, Q), 0, 0)],
    ids=str,
)
def test_a_response_is_scored_by_the_key_or_by_what_was_ruled(
    response: Response, by_key: int, by_either: int
) -> None:
    asked = make_item(key="q").interaction
    assert asked.score(response) == asked.score(response, asked.ruling()) == by_key
    assert asked.score(response, EITHER) == by_either
    assert asked.score(response, EVERYBODY) == 1
    assert asked.score(response, NOBODY) == 0


def test_the_key_is_told_from_the_distractors() -> None:
    asked = make_item(key="q").interaction
    assert [asked.is_key(one) for one in "pqrs"] == [False, True, False, False]
    assert asked.distractors() == ("p", "r", "s")
    assert asked.key_place((R, Q, P)) == 1


def test_an_item_of_the_first_form_is_read_as_it_was_and_keeps_its_hash() -> None:
    item = make_item(tags=(make_tag(framework=FRAMEWORK),))
    first = item.model_dump(mode="json", exclude={"tags"})
    first |= {**first.pop("interaction"), "criterion": "1.1", "topic": "1.1.1"}
    del first["kind"]
    again = read_item(json.dumps(first), FRAMEWORK)
    assert again == item
    assert again.content_hash() == item.content_hash()


def test_an_item_of_both_forms_at_once_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ItemVersion.model_validate({**make_item().model_dump(), "key": "p"})


def test_an_item_that_asks_in_no_way_is_refused() -> None:
    bare = make_item().model_dump(exclude={"interaction"})
    with pytest.raises(ValidationError, match="interaction"):
        ItemVersion.model_validate(bare)


def test_options_that_are_not_shuffled_stay_in_the_authors_order() -> None:
    asked = make_item(key="q", shuffle=False).interaction
    assert asked.ordered([0.9, 0.5, 0.1, 0.3], key_at=0) == ("p", "q", "r", "s")
    assert asked.key_places() == (1,)


def test_shuffled_options_stand_in_the_order_of_their_deviates() -> None:
    asked = make_item(key="q").interaction
    assert asked.ordered([0.9, 0.5, 0.1, 0.3, 0.0]) == ("r", "s", "q", "p")
    assert asked.ordered([0.5, 0.5, 0.5, 0.5]) == ("p", "q", "r", "s")
    assert asked.key_places() == (0, 1, 2, 3)
