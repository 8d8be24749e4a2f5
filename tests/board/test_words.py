"""A record's lines say what was kept back, and when a paper was not proven the best."""

from dataclasses import replace

from app.exam.sitting.events import BlockDelivered
from app.web.board.desk import words
from itembank.items.item import ItemId
from tests.factories import make_places

BLOCK = BlockDelivered(2, make_places(1, 5), (), theta=0.125, sem=0.5)
PLAIN = "Part 2 handed out: 5 questions; θ so far 0.12, SEM 0.50"


def test_a_block_without_incident_says_nothing_more() -> None:
    assert words.event(BLOCK) == PLAIN
    assert words.event(replace(BLOCK, solver="integer")) == PLAIN


def test_what_was_kept_back_is_said() -> None:
    one, two = ItemId("I-8"), ItemId("I-9")
    assert words.event(replace(BLOCK, ineligible=(one,))) == (
        f"{PLAIN}; 1 item kept back for exposure"
    )
    both = replace(BLOCK, ineligible=(one, two), suspended=(two, one))
    assert words.event(both) == (f"{PLAIN}; 2 items kept back for exposure; suspended: I-9, I-8")


def test_a_paper_that_was_not_proven_the_best_says_so() -> None:
    found = replace(BLOCK, solver="integer", gap=0.0125)
    assert words.event(found) == (
        f"{PLAIN}; the best paper found in time (another could be at most 1.2 % better)"
    )
    unknown = replace(BLOCK, solver="integer", gap=None)
    assert words.event(unknown) == f"{PLAIN}; the best paper found in time"
    kept = replace(BLOCK, solver="earlier", gap=None)
    assert words.event(kept).endswith(
        "no better paper was found in time, so the one planned before was kept"
    )
