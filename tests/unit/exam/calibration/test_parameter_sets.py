"""An exam's next version keeps what is calibrated, and judges only what is new."""

import pytest

from app.exam.calibration.acceptance import CLEAR, choose, decide
from app.exam.calibration.parameter_sets import extended
from itembank.calibration import Flag
from itembank.items.item import ItemVersion
from itembank.parameters import Calibrated, ParameterSet, Prior, provisional_parameters
from tests.factories import make_bank, make_blueprint, make_exam, make_item
from tests.unit.exam.calibration.test_acceptance import EDITION, NAMES, RUN, with_flag

EXAM = make_exam()
NARROW = make_exam(blueprint=make_blueprint({"1.1": 8}, outcomes={}))
BANK = make_bank()


def make_set(
    items: tuple[ItemVersion, ...] = BANK,
    *,
    slope: float = 2.0,
    judged: tuple[str, ...] = (),
    barred: tuple[str, ...] = (),
) -> ParameterSet:
    """Return a set on scale 1 whose difficulties lie on a line over those of the ratings."""
    rated = provisional_parameters(items).items
    return ParameterSet(
        provisional=False,
        scale=1,
        run="cal-1-w",
        prior=Prior(mean=0.0, sd=1.1),
        barred=barred,
        items={
            name: Calibrated(
                version=one.version, a=1.2, b=slope * one.b + 0.5, c=0.0, judged=name in judged
            )
            for name, one in rated.items()
        },
    )


def newer(item: ItemVersion, **changes: object) -> ItemVersion:
    return item.model_copy(update={"version": item.version + 1, **changes})


def test_a_set_that_covers_the_bank_is_kept_as_it_is() -> None:
    kept = make_set()
    made = extended(kept, BANK, EXAM)
    assert made.parameters is kept
    assert (made.judged, made.renewed, made.freed) == ((), (), ())


def test_fewer_criteria_take_nothing_away_so_that_one_can_come_back() -> None:
    kept = make_set()
    assert extended(kept, BANK, NARROW).parameters is kept


def test_a_new_item_rests_on_its_rating_on_the_scale_of_the_set() -> None:
    kept, item = make_set(), make_item("I-1.1-99", rating=0.3)
    made = extended(kept, [*BANK, item], EXAM)
    one, rated = made.parameters.items[item.id], provisional_parameters([item]).items[item.id].b
    assert made.judged == (item.id,)
    assert one.judged
    assert one.b == pytest.approx(2.0 * rated + 0.5, abs=1e-5)
    assert one.a == pytest.approx(1.2)
    assert {name: made.parameters.items[name] for name in kept.items} == kept.items
    same = ("provisional", "scale", "run", "prior", "barred")
    assert all(getattr(made.parameters, name) == getattr(kept, name) for name in same)


def test_an_item_of_another_criterion_needs_no_parameters() -> None:
    kept, item = make_set(), make_item("I-9.9-01", criterion="9.9")
    assert extended(kept, [*BANK, item], EXAM).parameters is kept


def test_judged_items_do_not_bend_the_line_that_judges_others() -> None:
    straight = make_set()
    odd = BANK[0].id
    bent = straight.model_copy(
        update={
            "items": {
                **straight.items,
                odd: straight.items[odd].model_copy(update={"b": 9.0, "judged": True}),
            }
        }
    )
    item = make_item("I-1.1-99", rating=0.3)
    found = [extended(one, [*BANK, item], EXAM).parameters.items for one in (straight, bent)]
    assert found[0][item.id] == found[1][item.id]
    assert found[1][odd].b == 9.0


def test_a_newer_version_of_an_item_is_judged_anew_and_no_longer_barred() -> None:
    kept = make_set(barred=(BANK[0].id, BANK[1].id))
    bank = [newer(BANK[0]), *BANK[1:]]
    made = extended(kept, bank, EXAM)
    assert made.renewed == made.freed == (BANK[0].id,)
    assert made.judged == ()
    assert made.parameters.barred == (BANK[1].id,)
    assert made.parameters.items[BANK[0].id].version == 2
    assert made.parameters.items[BANK[0].id].judged


def test_ratings_that_say_nothing_put_new_items_at_the_mean() -> None:
    kept, item = make_set(slope=-1.0), make_item("I-1.1-99", rating=0.9)
    made = extended(kept, [*BANK, item], EXAM).parameters
    mean = sum(one.b for one in kept.items.values()) / len(kept.items)
    assert made.items[item.id].b == pytest.approx(mean, abs=1e-5)


def test_provisional_parameters_are_those_of_the_ratings_of_the_pool() -> None:
    kept = provisional_parameters(BANK)
    item = make_item("I-1.1-99", rating=0.3)
    bank = [*BANK, item]
    assert extended(kept, bank, EXAM).parameters == provisional_parameters(bank)
    assert set(
        extended(
            kept, bank, make_exam(blueprint=make_blueprint({"2.1": 8}, outcomes={}))
        ).parameters.items
    ) == {one.id for one in BANK if one.tags[0].code == "2.1"}


def test_an_item_judged_here_is_what_an_acceptance_would_have_made_of_it() -> None:
    run = with_flag(RUN, NAMES[0], Flag.FIT)
    made = decide(run, choose(run, [CLEAR], []), EDITION, None).parameters
    without = made.model_copy(
        update={"items": {name: one for name, one in made.items.items() if name != NAMES[0]}}
    )
    again = extended(without, EDITION.items, EXAM)
    assert again.judged == (NAMES[0],)
    assert again.parameters.items[NAMES[0]] == made.items[NAMES[0]]
    assert again.parameters.content_hash() == made.content_hash()


def test_a_pool_without_a_criterion_does_not_lose_what_was_accepted_of_it() -> None:
    kept, item = make_set(), make_item("I-1.1-99")
    narrow = [one for one in (*BANK, item) if one.tags[0].code == "1.1"]
    made = extended(kept, narrow, NARROW).parameters
    assert {name: made.items[name] for name in kept.items} == kept.items
    assert made.items[item.id].judged
