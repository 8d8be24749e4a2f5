"""What sittings count for, and the report of a window: pure figures on a small bank."""

import pytest

from app.exam.paper.delivery import Circumstances, choose_block
from app.exam.paper.edition import Edition
from app.exam.paper.exposure import dump, holding, is_counted, load, no_counts
from app.exam.paper.exposure_report import SeenPaper, exposure
from app.exam.sitting.events import BlockDelivered, Event
from app.exam.sitting.sitting import Sitting, evolve
from itembank.blueprint.blueprint import Pretest
from itembank.exams import EligibilityControl
from itembank.items.item import ItemId
from psychometrics import record
from tests.factories import (
    AT,
    make_bank,
    make_blueprint,
    make_created,
    make_edition,
    make_exam,
    make_sitting,
    make_started,
    still,
)


def controlled(target: float = 0.5, *, conditional: bool = True) -> Edition:
    control = EligibilityControl(target=target, conditional=conditional)
    return make_edition(make_exam().model_copy(update={"exposure": control}))


def started(
    edition: Edition, *, ineligible: tuple[str, ...] = ()
) -> tuple[Sitting, BlockDelivered]:
    sitting = make_sitting(Event(AT, make_started()), made=make_created())
    known = Circumstances(ineligible=tuple(map(ItemId, ineligible)))
    block = choose_block(edition, sitting, still(edition), known)
    return evolve(sitting, Event(AT, block)), block


def test_only_exams_that_rest_on_other_sittings_are_counted() -> None:
    pretest = Pretest(slots=1, items=("I-1.1-05",))
    blueprint = make_blueprint().model_copy(update={"pretest": pretest})
    assert not is_counted(make_edition())
    assert is_counted(controlled())
    assert is_counted(make_edition(make_exam(blueprint=blueprint)))


def test_a_sitting_counts_for_its_whole_paper_given_and_planned() -> None:
    edition = controlled()
    sitting, block = started(edition)
    held = holding(edition, sitting, block)
    named = {place.item for place in sitting.places} | {name for name, _ in sitting.remaining}
    assert {edition.items[at].id for at in held.paper} == named
    assert len(held.paper) == 8
    assert held.group == sum(block.theta >= bound for bound in edition.bounds)
    assert not held.ineligible.any()


def test_what_a_paper_holds_was_eligible_for_it() -> None:
    edition = controlled()
    # With four of six kept back, a criterion that needs two at the least has to take some.
    names = tuple(item.id for item in edition.items if item.tags[0].code == "1.1")[:5]
    sitting, block = started(edition, ineligible=names)
    held = holding(edition, sitting, block)
    forced = {edition.items[at].id for at in held.paper} & set(names)
    assert forced
    counts = record(no_counts(edition), held)
    out = {edition.items[at].id for at in (counts.eligible[held.group] == 0).nonzero()[0]}
    assert out == set(names) - forced


def test_counts_come_back_from_their_document_as_they_were() -> None:
    edition = controlled()
    sitting, block = started(edition)
    counts = record(no_counts(edition), holding(edition, sitting, block))
    again = load(edition, dump(edition, counts))
    assert (again.held == counts.held).all()
    assert (again.eligible == counts.eligible).all()
    assert again.held.sum() == 8
    assert again.eligible.sum() == len(edition.items)
    assert again.held.shape == (5, 18)


def test_counts_of_other_items_are_not_taken_for_an_exams() -> None:
    edition = controlled()
    other = make_edition(edition.exam, items=make_bank(7))
    with pytest.raises(ValueError, match="other items"):
        load(other, dump(edition, no_counts(edition)))


def paper(edition: Edition, start: int, count: int = 8, theta: float = 0.0) -> SeenPaper:
    """Return a paper of neighbours in the bank, as if it had been given."""
    chosen = [edition.items[(start + step) % len(edition.items)] for step in range(count)]
    return SeenPaper(tuple(ItemId(item.id) for item in chosen), theta)


def test_shares_are_of_those_who_have_begun() -> None:
    edition = make_edition()
    found = exposure(edition, [paper(edition, 0), paper(edition, 0), paper(edition, 4)])
    seen = {one.item: one for one in found.items}
    assert found.sittings == 3
    assert [seen[ItemId(edition.items[at].id)].seen for at in (0, 4, 8, 12)] == [2, 3, 1, 0]
    assert seen[ItemId(edition.items[0].id)].rate == pytest.approx(2 / 3, abs=1e-4)
    assert found.largest == 1.0
    assert found.mean == pytest.approx(8 / 18, abs=1e-4)
    assert found.never_seen == tuple(item.id for item in edition.items[12:])


def test_overlap_is_what_two_papers_share_on_average() -> None:
    edition = make_edition()
    papers = [paper(edition, 0), paper(edition, 0), paper(edition, 4)]
    # The pairs share 8, 4 and 4 of 8 items.
    assert exposure(edition, papers).overlap == pytest.approx((1 + 0.5 + 0.5) / 3, abs=1e-4)
    assert exposure(edition, papers[:1]).overlap is None
    assert exposure(edition, []).overlap is None


def test_papers_that_are_still_being_sat_count_with_what_has_been_met() -> None:
    edition = make_edition()
    found = exposure(edition, [paper(edition, 0, 2), paper(edition, 0, 4)])
    assert [one.seen for one in found.items[:5]] == [2, 2, 1, 1, 0]
    # One pair shares two items; a paper has three so far.
    assert found.overlap == pytest.approx(2 / 3, abs=1e-4)


def test_every_group_of_ability_has_its_own_shares() -> None:
    edition = make_edition()
    papers = [
        paper(edition, 0, theta=-3.0),
        paper(edition, 4, theta=-3.0),
        paper(edition, 0, theta=3.0),
    ]
    found = exposure(edition, papers)
    first = found.items[0]
    assert first.by_group == (0.5, None, None, None, 1.0)
    assert [one.sittings for one in found.groups] == [2, 0, 0, 0, 1]
    assert [one.largest for one in found.groups] == [1.0, None, None, None, 1.0]
    assert [one.overlap for one in found.groups] == [0.5, None, None, None, None]
    ends = [(one.low, one.high) for one in found.groups]
    assert (ends[0][0], ends[-1][1]) == (None, None)
    assert ends[2] == (0.246653, 0.753347)


def test_an_item_is_over_target_when_more_met_it_than_its_share_rounded_up() -> None:
    edition = controlled(0.5)
    two_of_three = exposure(edition, [paper(edition, 0), paper(edition, 0), paper(edition, 8)])
    assert two_of_three.over_target == ()
    three_of_four = exposure(edition, [paper(edition, at) for at in (0, 0, 0, 9)])
    assert three_of_four.over_target == tuple(item.id for item in edition.items[:8])
    assert exposure(make_edition(), [paper(edition, 0)] * 4).over_target == ()


def test_items_on_trial_are_listed_but_are_no_part_of_the_figures() -> None:
    pretest = Pretest(slots=1, items=("I-1.1-00", "I-1.1-01"))
    blueprint = make_blueprint().model_copy(update={"pretest": pretest})
    edition = make_edition(make_exam(blueprint=blueprint))
    found = exposure(edition, [paper(edition, 1), paper(edition, 1)], suspended={"I-1.1-03"})
    assert [one.item for one in found.items if one.is_on_trial] == ["I-1.1-00", "I-1.1-01"]
    assert [one.item for one in found.items if one.is_suspended] == ["I-1.1-03"]
    assert found.mean == pytest.approx(7 / 16, abs=1e-4)
    assert found.overlap == 1.0


def test_a_window_that_nobody_has_begun_has_no_exposure() -> None:
    found = exposure(controlled(), [])
    assert (found.sittings, found.largest, found.mean, found.overlap) == (0, 0.0, 0.0, None)
    assert len(found.never_seen) == 18
    assert found.over_target == ()
