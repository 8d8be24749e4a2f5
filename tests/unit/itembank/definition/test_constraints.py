"""Each kind of constraint laid over a bank: what it counts, and that it changes the paper."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.services.bank.starter import read_starter
from itembank.blueprint.sentences import sentences
from itembank.definition.breaches import breaches
from itembank.definition.constraints import (
    Layout,
    lay_out,
    seconds_expected,
    words_to_read,
)
from itembank.items.item import ItemVersion
from psychometrics import Constraints
from psychometrics.cat.assembly import Assembler
from tests.factories import (
    asked_otherwise,
    make_bank,
    make_blueprint,
    make_exam,
    make_framework,
    make_item,
    make_stimulus,
    make_tag,
)

BANK = make_bank()


def layout(items: Sequence[ItemVersion] = BANK, **fields: object) -> Layout:
    blueprint = make_blueprint(**fields)  # type: ignore[arg-type]  # fields by their names
    return lay_out(make_exam(blueprint=blueprint), make_framework(), items)


def changed(items: Sequence[ItemVersion], every: int, **fields: object) -> list[ItemVersion]:
    """Return the items with every so-manieth changed."""
    return [
        ItemVersion.model_validate({**item.model_dump(), **fields}) if n % every == 0 else item
        for n, item in enumerate(items)
    ]


def best(constraints: Constraints, *, towards: np.ndarray | None = None) -> tuple[int, ...]:
    worth = np.linspace(2, 1, constraints.quotas.leaf.size) if towards is None else towards
    return Assembler(constraints).assemble(worth).items


def test_the_shipped_blueprint_is_quotas_that_nest_and_three_sets_of_enemies() -> None:
    starter = read_starter()
    laid = lay_out(starter.exam, starter.framework, starter.items)
    made = laid.constraints()
    assert made.quotas.length == 45
    assert made.allowed.all()
    assert [[laid.names[item] for item in one] for one in made.enemies] == [
        ["SMM-1.1-06", "SMM-2.1-12", "SMM-3.1-16"],
        ["SMM-1.1-04", "SMM-1.3-03", "SMM-3.1-05"],
        ["SMM-1.2-07", "SMM-1.2-08"],
    ]
    assert (len(made.rows), len(made.sets), made.required) == (0, 0, ())
    without = laid.constraints(without={key for key, _ in laid.enemies})
    assert without.nested_only


def test_a_blueprint_of_before_there_were_other_constraints_has_the_tree_it_had() -> None:
    made = lay_out(make_exam(), make_framework(), BANK).constraints()
    assert made.nested_only
    assert made.quotas.parent.tolist() == [-1, -1, 0, 0, 1]
    assert made.quotas.leaf.tolist() == [2] * 6 + [3] * 6 + [4] * 6


CASES = make_bank(per_criterion=4)
WITH_STIMULI = [
    ItemVersion.model_validate(
        {**item.model_dump(), "stimulus": make_stimulus(f"case-{n // 4}", words=40).model_dump()}
    )
    for n, item in enumerate(CASES)
]
KINDS: dict[str, tuple[Sequence[ItemVersion], dict[str, object]]] = {
    "topics": (changed(BANK, 2, tags=[make_tag(topic="elsewhere")]), {"topics": {"1.1.1": (0, 0)}}),
    "demands": (changed(BANK, 3, command_word="analyse"), {"demands": {"analyse": (5, 6)}}),
    "key_positions": (
        [asked_otherwise(item, shuffle=False) for item in BANK],
        {"key_positions": {"A": (0, 0)}},
    ),
    "authors": (changed(BANK, 2, author="B. Author"), {"authors": {"B. Author": (0, 2)}}),
    "words": (changed(BANK, 2, stem=["Long. " * 50, "Why?"]), {"words": (0, 400)}),
    "seconds": (changed(BANK, 2, seconds=600), {"seconds": (0, 3900)}),
    "enemies": (BANK, {"enemies": [["I-1.1-00", "I-1.2-00"]]}),
    "required": (BANK, {"required": ["I-2.1-05"]}),
    "excluded": (BANK, {"excluded": ["I-1.1-00"]}),
    "stimuli": (
        WITH_STIMULI,
        {"stimuli": {"items": (1, 3), "sets": (0, 3)}, "tolerance": 2, "outcomes": {}},
    ),
    "pretest": (BANK, {"pretest": {"slots": 1, "items": ["I-1.1-00"]}}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_meets_the_constraint_and_leaving_it_out_changes_the_paper(kind: str) -> None:
    items, fields = KINDS[kind]
    laid = layout(items, **fields)
    of_kind = {one.key for one in sentences(laid.blueprint, make_framework()) if one.field == kind}
    paper = best(laid.constraints())
    without = best(laid.constraints(without=of_kind))
    assert breaches(laid, paper) == []
    assert set(paper) != set(without)
    assert {key[0] for key, _ in breaches(laid, without)} == {kind}


def test_what_is_kept_off_and_what_is_on_trial_is_not_allowed() -> None:
    laid = layout(excluded=["I-1.1-00"], pretest={"slots": 1, "items": ["I-2.1-05"]})
    off = [laid.names[item] for item in np.flatnonzero(~laid.constraints().allowed)]
    assert off == ["I-1.1-00", "I-2.1-05"]


def test_names_that_the_pool_lacks_are_passed_over() -> None:
    made = layout(enemies=[["I-1.1-00", "ghost"], ["I-1.1-00", "I-1.1-01", "gone"]]).constraints()
    assert made.enemies == ((0, 1),)


def test_demands_authors_words_and_seconds_are_rows_with_their_limits() -> None:
    items = changed(changed(BANK, 2, author="B. Author"), 3, command_word="analyse", seconds=30)
    rows = (
        layout(
            items,
            demands={"analyse": (1, 4), "understand": (4, 7)},
            authors={"B. Author": (2, 3)},
            words=(100, 400),
            seconds=(600, 3600),
        )
        .constraints()
        .rows
    )
    assert rows.lower.tolist() == [1, 4, 2, 100, 600]
    assert rows.upper.tolist() == [4, 7, 3, 400, 3600]
    assert rows.coefficients[0].tolist() == [float(n % 3 == 0) for n in range(18)]
    assert rows.coefficients[1].tolist() == [float(n % 3 != 0) for n in range(18)]
    assert rows.coefficients[2].tolist() == [float(n % 2 == 0) for n in range(18)]
    assert rows.coefficients[3].tolist() == [item.word_count() for item in items]
    # An item without its own time has an even share of the hour: 8 positions, 450 seconds each.
    assert rows.coefficients[4].tolist() == [30.0 if n % 3 == 0 else 450.0 for n in range(18)]


def test_an_even_share_of_time_is_over_all_positions_those_on_trial_too() -> None:
    blueprint = make_blueprint(pretest={"slots": 2, "items": ["I-1.1-00", "I-1.1-01"]})
    assert seconds_expected(make_exam(blueprint=blueprint), make_item()) == 360.0
    assert seconds_expected(make_exam(), make_item(seconds=90)) == 90.0


def test_the_words_of_a_stimulus_are_divided_over_the_fewest_of_its_items() -> None:
    item = make_item(stimulus=make_stimulus(words=60))
    ruled = make_blueprint(stimuli={"items": (3, 4), "sets": (0, 1)})
    assert words_to_read(make_blueprint(), make_item()) == 38
    assert words_to_read(make_blueprint(), item) == 38 + 60
    assert words_to_read(ruled, item) == 38 + 20


def test_items_of_one_stimulus_are_a_linked_set_under_the_rule() -> None:
    sets = layout(WITH_STIMULI, stimuli={"items": (2, 3), "sets": (1, 2)}).constraints().sets
    assert sets.members == ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11))
    assert (sets.minimum.tolist(), sets.maximum.tolist()) == ([2] * 3, [3] * 3)
    assert (sets.fewest, sets.most) == (1, 2)


def test_without_a_rule_items_of_one_stimulus_are_a_set_that_binds_nothing() -> None:
    lone = make_item("I-9", stimulus=make_stimulus("lone"))
    sets = layout([*WITH_STIMULI, lone]).constraints().sets
    assert sets.members == ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11))
    assert (sets.minimum.tolist(), sets.maximum.tolist()) == ([1] * 3, [4] * 3)
    assert (sets.fewest, sets.most) == (0, 3)


def test_key_rows_come_first_so_that_what_is_held_stands_where_they_do() -> None:
    items = [asked_otherwise(item, shuffle=n % 2 == 1) for n, item in enumerate(BANK)]
    laid = layout(items, key_positions={"A": (0, 2)}, demands={"analyse": (0, 8)})
    rows = laid.constraints().rows
    assert len(rows) == len(laid.keys.sets) + 1
    assert rows.upper[-1] == 8


def test_a_paper_of_open_length_may_have_any_number_of_items() -> None:
    laid = layout(demands={"understand": (3, 3)}, key_positions={"B": (1, 3)})
    every = {one.key for one in sentences(laid.blueprint, make_framework())}
    open_length = laid.constraints(without=every - {("demands", "understand")})
    paper = [item for item in best(open_length) if item < len(BANK)]
    assert len(paper) == 3
    fewest = laid.constraints(without=every - {("key_positions", "B")})
    towards = np.where(np.arange(fewest.quotas.leaf.size) < len(BANK), -1.0, 0.0)
    assert len([item for item in best(fewest, towards=towards) if item < len(BANK)]) == 1
