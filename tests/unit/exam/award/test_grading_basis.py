"""Barred items do not count, credited ones can only help, and a mark says what it rests on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.award.grading import grade
from app.exam.paper.edition import Edition, edition
from app.exam.sitting.sitting import Answer, Sitting
from itembank.exams import Scoring
from itembank.items.response import BLANK, OptionId
from itembank.parameters import Calibrated, LinkingConstants, ParameterSet, Prior
from itembank.scale import FrozenScale, ScaleItem
from psychometrics import estimate_ability
from tests.factories import make_edition, make_exam, make_form, make_framework
from tests.simulated import make_truth, sit_paper

EDITION = make_edition()
TRUTH = make_truth(EDITION)


def paper(edition: Edition, seed: int, theta: float = 0.5) -> Sitting:
    chance = np.random.Generator(np.random.PCG64(seed))
    return sit_paper(edition, TRUTH, f"paper-{seed}", chance, theta=theta, blank=0.1)


def calibrated(
    *,
    barred: tuple[str, ...] = (),
    judged: tuple[str, ...] = (),
    drawn: Sequence[tuple[float, float]] = (),
) -> Edition:
    """Return the small exam on a calibrated set and its reporting scale.

    `drawn` has each item's a and b, where they are not those of the truth.
    """
    pairs = drawn or [(a, b - 0.5) for a, b in zip(TRUTH.a, TRUTH.b, strict=True)]
    parameters = ParameterSet(
        provisional=False,
        items={
            item.id: Calibrated(
                version=1,
                a=float(a),
                b=float(b),
                c=0.0,
                judged=item.id in judged,
            )
            for item, (a, b) in zip(EDITION.items, pairs, strict=True)
        },
        scale=1,
        run="cal-1-w",
        prior=Prior(mean=0.0, sd=1.0),
        linking=LinkingConstants(
            method="regression", slope=1.0, intercept=-0.5, slope_error=0.1, intercept_error=0.1
        ),
        barred=barred,
    )
    scale = FrozenScale(
        exam="small",
        number=1,
        run="cal-1-w",
        items={
            item.id: ScaleItem(
                version=1,
                criterion=item.tags[0].code,
                a=parameters.items[item.id].a,
                b=parameters.items[item.id].b,
                c=0.0,
            )
            for item in EDITION.items
        },
        weights=EDITION.exam.blueprint.weights(),
        points=((0.0, 0.0), (0.6, 60.0), (1.0, 100.0)),
    )
    return edition(EDITION.exam, make_framework(), EDITION.items, parameters, scale)


@settings(max_examples=60)
@given(seed=st.integers(1, 10_000), place=st.integers(0, 7))
def test_a_credit_never_lowers_a_mark(seed: int, place: int) -> None:
    sitting = paper(EDITION, seed)
    item = sitting.places[place].item

    plain, credited = grade(EDITION, sitting), grade(EDITION, sitting, [item])

    assert credited.exact_mark >= plain.exact_mark
    assert credited.basis is not None
    assert credited.basis.credited == (item,)


# From hopeless to trivial, and from flat to steep: where taking an item out may lower an ability.
parameters = st.lists(
    st.tuples(st.sampled_from([0.3, 1.0, 3.0]), st.sampled_from([-5.0, -1.0, 0.0, 1.0, 5.0])),
    min_size=18,
    max_size=18,
)


@settings(max_examples=100)
@given(drawn=parameters, right=st.lists(st.booleans(), min_size=8, max_size=8), data=st.data())
def test_no_credits_lower_a_mark_whatever_the_items_are(
    drawn: list[tuple[float, float]], right: list[bool], data: st.DataObject
) -> None:
    sitting = answered(paper(EDITION, 1), right)
    names = [place.item for place in sitting.places]
    credited = data.draw(st.sets(st.sampled_from(names)))
    made = calibrated(drawn=drawn)
    assert grade(made, sitting, credited).exact_mark >= grade(made, sitting).exact_mark


def answered(sitting: Sitting, right: list[bool]) -> Sitting:
    """Return the paper with its items answered rightly or left blank."""
    keys = [OptionId(EDITION.item(place.item).interaction.key) for place in sitting.places]
    answers = [Answer((key,) if good else BLANK) for key, good in zip(keys, right, strict=True)]
    return replace(sitting, answers=tuple(answers))


def test_a_credit_that_would_lower_the_ability_is_not_taken() -> None:
    """An item far above everybody, in a paper that is otherwise right, says little but "able"."""
    sitting = answered(paper(EDITION, 1), [True] * 7 + [False])
    hard = sitting.places[-1].item
    drawn = [(1.0, 5.0 if item.id == hard else -0.5) for item in EDITION.items]
    made = calibrated(drawn=drawn)
    plain, credited = grade(made, sitting), grade(made, sitting, [hard])
    without = estimate_ability(
        [[1] * 7], made.parameters.arrays([EDITION.items[0].id] * 7), method="wle"
    )
    assert float(without.theta[0]) < plain.theta
    assert (credited.theta, credited.exact_mark) == (plain.theta, plain.exact_mark)


def test_crediting_what_was_answered_wrongly_raises_the_mark() -> None:
    sitting = paper(EDITION, 3)
    wrong = [
        place.item
        for place, answer in zip(sitting.places, sitting.answers, strict=True)
        if answer.response != (EDITION.item(place.item).interaction.key,)
    ]
    assert wrong
    assert grade(EDITION, sitting, wrong).exact_mark > grade(EDITION, sitting).exact_mark


def test_crediting_every_item_of_a_paper_leaves_its_mark() -> None:
    sitting = paper(EDITION, 4, theta=-3.0)
    names = [place.item for place in sitting.places]
    assert grade(EDITION, sitting, names).exact_mark >= grade(EDITION, sitting).exact_mark


def test_a_credit_of_an_item_that_was_not_met_changes_nothing() -> None:
    sitting = paper(EDITION, 5)
    absent = next(
        item.id for item in EDITION.items if item.id not in {p.item for p in sitting.places}
    )
    assert grade(EDITION, sitting, [absent]) == grade(EDITION, sitting)


def test_a_barred_item_does_not_count_however_it_was_answered() -> None:
    sitting = paper(EDITION, 6)
    item = sitting.places[0].item
    without = calibrated(barred=(item,))

    result = grade(without, sitting)

    assert result.basis is not None
    assert result.basis.barred == (item,)
    assert sum(part.items for part in result.criteria) == 7
    first, *others = sitting.answers
    key = OptionId(EDITION.item(item).interaction.key)
    other = replace(first, response=BLANK if first.response == (key,) else (key,))
    again = grade(without, replace(sitting, answers=(other, *others)))
    assert again.exact_mark == result.exact_mark


def test_a_calibrated_mark_is_not_provisional_and_says_what_it_rests_on() -> None:
    made = calibrated(judged=(EDITION.items[0].id,))
    sitting = paper(EDITION, 7)

    result = grade(made, sitting)

    assert not result.provisional
    assert result.basis is not None
    assert result.basis.parameters == made.parameters_id
    assert result.basis.scale == 1
    met = {place.item for place in sitting.places}
    assert result.basis.judged == int(EDITION.items[0].id in met)


def test_a_mark_on_the_set_it_was_sat_on_has_no_basis() -> None:
    assert grade(EDITION, paper(EDITION, 8)).basis is None


def test_number_correct_credits_too() -> None:
    counted = make_edition(
        make_exam(form=make_form(), reference=make_form(), scoring=Scoring.NUMBER_CORRECT)
    )
    sitting = paper(counted, 9)
    wrong = [
        place.item
        for place, answer in zip(sitting.places, sitting.answers, strict=True)
        if answer.response != (counted.item(place.item).interaction.key,)
    ]
    assert wrong
    assert grade(counted, sitting, wrong[:1]).exact_mark > grade(counted, sitting).exact_mark
