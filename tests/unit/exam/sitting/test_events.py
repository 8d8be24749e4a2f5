import json
from typing import get_args

import pytest
from pydantic import ValidationError

from app.exam.sitting.events import (
    Answered,
    BlockDelivered,
    BlockLeft,
    Body,
    Created,
    Extended,
    HandedIn,
    LateRefused,
    SignedIn,
    Started,
    TimeEnded,
    decode,
    encode,
)
from itembank.document import canonical
from itembank.items.item import ItemId
from itembank.items.response import BLANK, OptionId
from tests.factories import make_created, make_places

BODIES: tuple[Body, ...] = (
    make_created(seed=2**63 - 1),
    SignedIn(session=2, face="page"),
    Started(90, 0.25, 20, seen_before=((ItemId("I-1"), 1), (ItemId("I-2"), 2))),
    BlockDelivered(1, make_places(1, 2), ((ItemId("I-3"), 1),), theta=-0.123456, sem=1e-6),
    BlockDelivered(9, (), (), theta=0.1 + 0.2, sem=1.0),
    BlockDelivered(
        2,
        make_places(3, 1),
        (),
        theta=0.5,
        sem=0.5,
        ineligible=(ItemId("I-4"), ItemId("I-5")),
        suspended=(ItemId("I-6"),),
        withheld=(ItemId("I-7"), ItemId("I-8")),
        solver="integer",
        gap=0.000123,
    ),
    BlockDelivered(3, (), (), theta=0.5, sem=0.5, solver="earlier", gap=None),
    Answered(1, (OptionId("q"),), flagged=True),
    Answered(2, BLANK, flagged=False),
    LateRefused("answer", 1, (OptionId("Ünïcode 'quoted' \x00"),)),
    LateRefused("answer", None, BLANK),
    Answered(3, (OptionId("p"), OptionId("q")), flagged=False),
    BlockLeft(1),
    Extended(600, "The lights went out", "Ann"),
    HandedIn(),
    TimeEnded(),
)


P, Q = OptionId("p"), OptionId("q")
WRITTEN: dict[str, tuple[Answered | LateRefused, str]] = {
    "one option": (Answered(1, (Q,), flagged=True), '{"flagged":true,"option":"q","position":1}'),
    "a blank": (Answered(2, BLANK, flagged=False), '{"flagged":false,"option":null,"position":2}'),
    "too late": (
        LateRefused("answer", 3, (P,)),
        '{"action":"answer","option":"p","position":3}',
    ),
    "two options": (
        Answered(4, (P, Q), flagged=False),
        '{"flagged":false,"option":["p","q"],"position":4}',
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_response_is_written_as_the_chain_has_always_held_it(name: str) -> None:
    body, text = WRITTEN[name]
    assert canonical(encode(body)) == text
    assert decode(body.kind, json.loads(text)) == body


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_an_event_read_back_from_its_json_is_the_same(body: Body) -> None:
    encoded = encode(body)
    assert decode(body.kind, encoded) == body
    assert canonical(encode(decode(body.kind, encoded))) == canonical(encoded)


def test_every_kind_of_event_is_tested_and_fits_its_column() -> None:
    assert {type(body) for body in BODIES} == set(get_args(Body))
    assert len({cls.kind for cls in get_args(Body)}) == len(get_args(Body))
    assert all(len(body.kind) <= 20 for body in BODIES)


def test_text_that_is_no_event_is_refused() -> None:
    with pytest.raises(ValidationError):
        decode(Created.kind, {"booking": "b"})
    with pytest.raises(KeyError):
        decode("sang", {})


def test_a_block_recorded_without_its_circumstances_had_none_and_was_the_best() -> None:
    bare = {"block": 1, "places": [], "remaining": [], "theta": 0.5, "sem": 1.0}
    block = decode(BlockDelivered.kind, bare)
    assert block == BlockDelivered(1, (), (), theta=0.5, sem=1.0)
    assert isinstance(block, BlockDelivered)
    assert (block.ineligible, block.suspended, block.is_proven_best) == ((), (), True)
    assert block.withheld == ()


def test_a_block_that_no_state_kept_anything_from_is_written_as_it_always_was() -> None:
    assert set(encode(BlockDelivered(1, (), (), theta=0.5, sem=1.0))) == {
        *("block", "places", "remaining", "theta", "sem"),
        *("ineligible", "suspended", "solver", "gap"),
    }


@pytest.mark.parametrize("gap", [0.01, None])
def test_a_block_with_a_gap_is_not_proven_the_best(gap: float | None) -> None:
    assert not BlockDelivered(1, (), (), theta=0.5, sem=1.0, gap=gap).is_proven_best
