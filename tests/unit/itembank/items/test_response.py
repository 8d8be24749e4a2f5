import pytest

from itembank.items.response import BLANK, OptionId, Response, from_record, only_option, recorded

P, Q = OptionId("p"), OptionId("q")


@pytest.mark.parametrize(
    ("response", "held"), [(BLANK, None), ((P,), "p"), ((P, Q), ("p", "q"))], ids=str
)
def test_a_response_is_held_as_none_one_id_or_several(response: Response, held: object) -> None:
    assert recorded(response) == held
    assert from_record(recorded(response)) == response


def test_a_list_read_from_json_is_a_response() -> None:
    assert from_record(["q"]) == (Q,)
    assert from_record([]) == BLANK


def test_the_option_of_a_response_is_its_only_one() -> None:
    assert only_option((Q,)) == "q"
    assert only_option(BLANK) is None
