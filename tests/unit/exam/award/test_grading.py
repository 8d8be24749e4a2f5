"""Grading: at every boundary by example, and in between by property."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.award.award import award_of, band, half_up
from app.exam.award.grading import (
    Level,
    ModuleMark,
    Result,
    grade,
    qualification_band,
    qualification_mark,
)
from app.exam.paper.delivery import choose_block, scores
from app.exam.paper.edition import Edition
from app.exam.sitting.events import Answered, Created, Event, HandedIn, TimeEnded
from app.exam.sitting.sitting import Sitting, evolve
from itembank.exams import Scoring
from itembank.items.response import BLANK, from_record
from psychometrics import estimate_ability
from tests.factories import (
    AT,
    BANDS,
    SCHEME,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_form,
    make_item,
    make_sitting,
    make_started,
    still,
)

EDITION = make_edition()
FIXED = make_edition(make_exam(form=make_form()))
COUNTED = make_edition(
    make_exam(form=make_form(), reference=make_form(), scoring=Scoring.NUMBER_CORRECT)
)

# What a candidate does at a position: the key, a wrong option, or nothing.
Choice = bool | None


def sit(
    choices: Sequence[Choice],
    *,
    edition: Edition = EDITION,
    blocks: int = 4,
    made: Created | None = None,
) -> Sitting:
    """Return a sitting of so many blocks, with so many choices made, that time has ended."""
    sitting = make_sitting(Event(AT, make_started()), made=made or make_created())
    for _ in range(blocks):
        sitting = evolve(sitting, Event(AT, choose_block(edition, sitting, still(edition))))
        for position in sitting.positions(sitting.block):
            choice = choices[position - 1] if position <= len(choices) else None
            sitting = choose(sitting, position, choice, edition)
    return evolve(sitting, Event(AT, TimeEnded()))


def choose(sitting: Sitting, position: int, choice: Choice, edition: Edition) -> Sitting:
    if choice is None:
        return sitting
    place = sitting.places[position - 1]
    key = edition.item(place.item).interaction.key
    option = next(name for name in place.options if (name == key) is choice)
    return evolve(sitting, Event(AT, Answered(position, from_record(option), flagged=False)))


def rechosen(sitting: Sitting, choices: Sequence[Choice], edition: Edition = EDITION) -> Sitting:
    """Return the same paper with other choices."""
    for position, choice in enumerate(choices, start=1):
        if choice is None:
            sitting = evolve(sitting, Event(AT, Answered(position, BLANK, flagged=False)))
        sitting = choose(sitting, position, choice, edition)
    return sitting


def marked(choices: Sequence[Choice], *, edition: Edition = EDITION, blocks: int = 4) -> Result:
    return grade(edition, sit(choices, edition=edition, blocks=blocks))


RIGHT, WRONG, EMPTY = True, False, None
paper = st.lists(st.sampled_from([RIGHT, WRONG, EMPTY]), min_size=8, max_size=8)


@pytest.mark.parametrize(
    ("exact", "mark", "code"),
    [
        ("0", 0, "F"),
        ("0.499999", 0, "F"),
        ("0.5", 1, "F"),
        ("59.4", 59, "F"),
        ("59.499999", 59, "F"),
        ("59.5", 60, "P"),
        ("60", 60, "P"),
        ("60.5", 61, "P"),
        ("69.499999", 69, "P"),
        ("69.5", 70, "M"),
        ("70", 70, "M"),
        ("79.4", 79, "M"),
        ("79.499999", 79, "M"),
        ("79.5", 80, "D"),
        ("80", 80, "D"),
        ("99.5", 100, "D"),
        ("100", 100, "D"),
    ],
)
def test_a_mark_is_rounded_half_up_and_the_band_is_read_from_the_whole_mark(
    exact: str, mark: int, code: str
) -> None:
    assert half_up(Decimal(exact)) == mark
    assert band(mark, BANDS).code == code


marks = st.decimals(0, 100, places=6)


@given(marks)
def test_rounding_moves_a_mark_by_half_a_mark_at_most_and_up_at_the_half(exact: Decimal) -> None:
    moved = half_up(exact) - exact
    assert Decimal("-0.5") < moved <= Decimal("0.5")


@given(marks, marks)
def test_a_higher_exact_mark_never_rounds_lower(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert half_up(low) <= half_up(high)


@given(st.integers(0, 100))
def test_every_whole_mark_is_in_the_one_band_that_it_reaches(mark: int) -> None:
    found = band(mark, BANDS)
    higher = [one for one in BANDS if one.lowest > found.lowest]
    assert mark >= found.lowest
    assert all(mark < one.lowest for one in higher)


modules = st.lists(
    st.builds(ModuleMark, st.integers(1, 60), st.integers(0, 100)), min_size=1, max_size=6
)


@pytest.mark.parametrize(
    ("graded", "mark", "code"),
    [
        ([(10, 60)], 60, "P"),
        ([(10, 69), (10, 70)], 70, "M"),
        ([(10, 79), (10, 80)], 80, "D"),
        ([(15, 69), (10, 70)], 69, "P"),
        ([(10, 60), (10, 59)], 60, "F"),
        ([(10, 100), (1, 59)], 96, "F"),
        ([(10, 80), (20, 79), (10, 80)], 80, "D"),
        ([(1, 60), (2, 60), (1, 62)], 61, "P"),
    ],
)
def test_a_qualification_is_the_credit_weighted_mean_rounded_once_more(
    graded: list[tuple[int, int]], mark: int, code: str
) -> None:
    given_marks = [ModuleMark(credits, one) for credits, one in graded]
    assert qualification_mark(given_marks) == mark
    assert qualification_band(given_marks, BANDS, 60).code == code


@given(modules)
def test_a_qualification_mark_is_the_exact_mean_rounded_half_up(graded: list[ModuleMark]) -> None:
    total = sum(one.credits for one in graded)
    weighted = sum(one.credits * one.mark for one in graded)
    # In whole numbers alone: floor(2 x mean + 1) / 2.
    assert qualification_mark(graded) == (2 * weighted + total) // (2 * total)


@given(modules)
def test_a_qualification_mark_lies_between_its_modules(graded: list[ModuleMark]) -> None:
    each = [one.mark for one in graded]
    assert min(each) <= qualification_mark(graded) <= max(each)


@given(modules)
def test_one_module_below_60_fails_the_whole_and_none_below_passes(
    graded: list[ModuleMark],
) -> None:
    code = qualification_band(graded, BANDS, 60).code
    assert (code == "F") is any(one.mark < 60 for one in graded)


@pytest.mark.parametrize("graded", [[], [ModuleMark(0, 80)]])
def test_a_qualification_without_credits_has_no_mark(graded: list[ModuleMark]) -> None:
    with pytest.raises(ValueError, match="modules that carry credits"):
        qualification_mark(graded)


def test_a_blank_in_a_delivered_block_scores_like_a_wrong_answer() -> None:
    blank = sit([RIGHT, EMPTY] * 4)
    wrong = rechosen(blank, [RIGHT, WRONG] * 4)
    assert scores(EDITION, blank) == scores(EDITION, wrong) == [1, 0] * 4
    one, other = grade(EDITION, blank), grade(EDITION, wrong)
    assert (one.award, one.exact_mark, one.theta) == (other.award, other.exact_mark, other.theta)
    assert (one.counts.answered, one.counts.omitted, one.counts.not_delivered) == (4, 4, 0)
    assert (other.counts.answered, other.counts.omitted) == (8, 0)


def test_positions_never_delivered_are_the_last_shadow_papers_rest_scored_0() -> None:
    short = sit([RIGHT] * 4, blocks=2)
    names = [place.item for place in short.places] + [name for name, _ in short.remaining]
    result = grade(EDITION, short)
    assert len(set(names)) == 8
    assert (result.counts.answered, result.counts.not_delivered) == (4, 4)
    assert sum(part.items for part in result.criteria) == 8
    assert sum(part.right for part in result.criteria) == 4
    ability = estimate_ability(
        [[1, 1, 1, 1, 0, 0, 0, 0]], EDITION.parameters.arrays(names), method="wle"
    )
    assert result.theta == pytest.approx(float(ability.theta[0]), abs=1e-6)


@given(paper, st.integers(1, 3))
def test_positions_never_delivered_never_raise_the_mark(choices: list[Choice], blocks: int) -> None:
    short = sit(choices, blocks=blocks)
    names = [place.item for place in short.places]
    delivered = scores(EDITION, short)
    alone = estimate_ability([delivered], EDITION.parameters.arrays(names), method="wle")
    assert grade(EDITION, short).theta <= float(alone.theta[0]) + 1e-6


@given(paper, st.integers(1, 3))
def test_stopping_early_never_beats_answering_the_rest_of_that_paper(
    choices: list[Choice], blocks: int
) -> None:
    """On a fixed form the undelivered items are the very ones that would have come."""
    stopped = marked(choices, edition=FIXED, blocks=blocks)
    went_on = marked(choices, edition=FIXED)
    assert stopped.exact_mark <= went_on.exact_mark


@given(paper, st.integers(1, 3))
def test_stopping_early_never_beats_answering_the_rest_rightly(
    choices: list[Choice], blocks: int
) -> None:
    begun = choices[: 2 * blocks]
    rest: list[Choice] = [RIGHT] * (8 - len(begun))
    assert marked(begun, blocks=blocks).exact_mark <= marked(begun + rest).exact_mark


@given(paper, st.integers(0, 7))
def test_one_more_right_answer_on_the_same_paper_raises_the_mark(
    choices: list[Choice], place: int
) -> None:
    sitting = sit(choices)
    before = rechosen(sitting, [*choices[:place], WRONG, *choices[place + 1 :]])
    after = rechosen(sitting, [*choices[:place], RIGHT, *choices[place + 1 :]])
    assert grade(EDITION, before).exact_mark < grade(EDITION, after).exact_mark


@given(paper)
def test_every_mark_is_a_whole_number_from_0_to_100_with_its_band(choices: list[Choice]) -> None:
    result = marked(choices)
    assert result.award == award_of(SCHEME, result.exact_mark)
    assert result.award.mark in range(101)
    assert result.mark_error > 0
    assert result.provisional


@given(paper)
def test_grading_again_gives_the_very_same_result(choices: list[Choice]) -> None:
    sitting = sit(choices)
    assert grade(EDITION, sitting) == grade(EDITION, sitting)


def test_all_right_and_all_wrong_have_finite_marks_inside_the_scale() -> None:
    nothing, everything = marked([WRONG] * 8), marked([RIGHT] * 8)
    assert 0 < nothing.exact_mark < 60 < everything.exact_mark < 100


def test_how_a_paper_ended_does_not_change_its_mark() -> None:
    ended = sit([RIGHT] * 5)
    assert grade(EDITION, ended) == grade(EDITION, evolve(ended, Event(AT, HandedIn())))


@pytest.mark.parametrize(
    ("right", "exact", "mark"), [(0, "0", 0), (3, "37.5", 38), (5, "62.5", 63), (8, "100", 100)]
)
def test_number_correct_is_the_share_of_right_answers(right: int, exact: str, mark: int) -> None:
    result = marked([RIGHT] * right + [WRONG] * (8 - right), edition=COUNTED)
    assert result.scoring is Scoring.NUMBER_CORRECT
    assert (result.exact_mark, result.award.mark) == (Decimal(exact), mark)


def test_number_correct_counts_what_was_never_delivered_as_wrong() -> None:
    result = marked([RIGHT] * 4, edition=COUNTED, blocks=2)
    assert (result.exact_mark, result.counts.not_delivered) == (Decimal(50), 4)


def by_criterion(sitting: Sitting, wanted: Callable[[str], Choice]) -> list[Choice]:
    return [wanted(EDITION.criterion(place.item)) for place in sitting.places]


def test_the_profile_says_in_words_where_a_paper_went_better_or_worse_than_its_whole() -> None:
    sitting = sit([])
    ended = rechosen(sitting, by_criterion(sitting, lambda code: code != "2.1"))
    result = grade(EDITION, ended)
    levels = {part.code: part.level for part in (*result.outcomes, *result.criteria)}
    assert levels["2"] is levels["2.1"] is Level.BELOW
    assert levels["1"] is Level.ABOVE
    assert {str(level) for level in Level} == {"below expected", "as expected", "above expected"}


def test_the_profile_of_an_even_paper_is_as_expected_throughout() -> None:
    sitting = sit([])
    met = [EDITION.criterion(place.item) for place in sitting.places]
    every_second: list[Choice] = [met[:n].count(code) % 2 == 0 for n, code in enumerate(met)]
    result = grade(EDITION, rechosen(sitting, every_second))
    assert {part.level for part in result.outcomes} == {Level.AS}


@given(paper)
def test_the_profile_accounts_for_every_position_twice(choices: list[Choice]) -> None:
    result = marked(choices)
    right = sum(choice is RIGHT for choice in choices)
    for parts in (result.outcomes, result.criteria):
        assert sum(part.items for part in parts) == 8
        assert sum(part.right for part in parts) == right
    assert [part.code for part in result.criteria] == ["1.1", "1.2", "2.1"]
    assert [part.title for part in result.outcomes] == ["Outcome one", "Outcome two"]


def even_odds(first: int, second: int) -> Edition:
    """Return a fixed form whose items everyone gets right by half: so many of each outcome."""
    shares = {"1.1": first, "2.1": second}
    names = tuple(f"E-{code}-{number}" for code, count in shares.items() for number in range(count))
    items = [make_item(name, criterion=name[2:5], rating=0.5) for name in names]
    outcomes = {"1": (first, first), "2": (second, second)}
    blueprint = make_blueprint(shares, outcomes=outcomes, tolerance=0)
    return make_edition(make_exam(form=names, blueprint=blueprint), items=items)


@pytest.mark.parametrize(
    ("of_each", "right", "level"),
    [
        # Half are expected, within half the root of the count.
        (4, 3, Level.AS),
        (9, 6, Level.AS),
        (16, 10, Level.AS),
        (4, 4, Level.ABOVE),
        (7, 5, Level.ABOVE),
        (14, 9, Level.ABOVE),
    ],
)
def test_a_part_stands_out_when_it_is_more_than_one_deviation_off(
    of_each: int, right: int, level: Level
) -> None:
    edition = even_odds(of_each, of_each)
    one = [True] * right + [False] * (of_each - right)
    choices: list[Choice] = [*one, *(not right for right in one)]
    made = make_created(length=2 * of_each, block_size=2)
    sitting = sit(choices, edition=edition, blocks=of_each, made=made)
    result = grade(edition, sitting)
    opposite = {Level.AS: Level.AS, Level.ABOVE: Level.BELOW}[level]
    assert [part.level for part in result.outcomes] == [level, opposite]
    assert [part.level for part in result.criteria] == [level, opposite]
    assert [part.expected for part in result.outcomes] == [of_each / 2, of_each / 2]
