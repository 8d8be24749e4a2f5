"""An item suspended in the middle of a window: nobody new gets it, who holds it goes on."""

from collections.abc import Sequence

import pytest

from app.errors import (
    Duplicate,
    ExamNotRunnable,
    Forbidden,
    Invalid,
    ItemNeeded,
    NotFound,
)
from app.exam.people.permissions import Role
from app.exam.sitting.events import BlockDelivered
from app.exam.sitting.sitting import State
from app.services.bank import suspend
from app.services.people import access
from app.services.upkeep import doctor, replay
from app.store import audit
from app.store.bank import bank
from app.store.bank.suspensions import Suspension
from app.store.database import Database
from app.store.sitting import sittings
from app.web.words.errors import sentence_of
from itembank.blueprint.blueprint import Pretest
from itembank.exams import RandomPaper
from tests.factories import anybody
from tests.refusals import refuses
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    Season,
    Sitter,
    first_option,
    keys_of,
    make_season,
    shipped_blueprint,
    shipped_form,
)

ANN = CHAIRS[0]
REASON = "Seen on a forum."


@pytest.fixture
def season(database: Database) -> Season:
    season = make_season(database, block_size=15)
    season.add_chairs()
    return season


def suspended(season: Season, item: str, *, force: bool = False, by: str = ANN) -> Suspension:
    with season.database.begin() as tx:
        actor = season.actor(by)
        return suspend.suspend_item(tx, item, reason=REASON, actor=actor, force=force)


def resumed(season: Season, item: str) -> Suspension:
    with season.database.begin() as tx:
        return suspend.resume_item(tx, item, reason="It was another.", actor=season.actor(ANN))


def items_of(sitter: Sitter) -> list[str]:
    return [place.item for place in sitter.now().places]


def blocks_of(sitter: Sitter) -> list[BlockDelivered]:
    with sitter.season.database.read() as tx:
        events = sittings.record(tx, sitter.sitting)
    return [event.body for event in events if isinstance(event.body, BlockDelivered)]


def criterion(season: Season, code: str) -> Sequence[str]:
    """Return the items of a criterion."""
    with season.database.read() as tx:
        return [item.id for item in bank.latest_items(tx) if item.tags[0].code == code]


def replays(sitter: Sitter) -> bool:
    with sitter.season.database.read() as tx:
        return replay.replay(tx, sitter.sitting, actor=anybody()).differences == ()


@pytest.mark.each_database
def test_nobody_new_gets_it_and_the_record_says_that_it_was_held_back(season: Season) -> None:
    first = season.sitter()
    item = first.start().places[0].item
    suspended(season, item)
    for _ in range(3):
        sitter = season.sitter()
        sitter.sit(first_option)
        assert item not in items_of(sitter)
        assert [block.suspended for block in blocks_of(sitter)] == [(item,)] * 3
        assert sitter.meets_its_blueprint()
        assert replays(sitter)


def test_who_was_given_it_goes_on_and_it_is_scored_as_before(season: Season) -> None:
    keys = keys_of(season)
    sitter = season.sitter()
    item = sitter.start().places[0].item
    suspended(season, item)
    with season.database.read() as tx:
        assert suspend.holders(tx, item) == 1
    sitting = sitter.sit(lambda position, _: keys[sitter.now().places[position - 1].item])
    assert sitting.state is State.HANDED_IN
    assert items_of(sitter).count(item) == 1
    assert [block.suspended for block in blocks_of(sitter)] == [(), (), ()]
    season.close()
    season.grade()
    graded = season.result(sitter.sitting)
    assert graded is not None
    assert sum(part.right for part in graded.result.outcomes) == 45
    assert replays(sitter)


def test_an_item_that_was_only_planned_for_a_sitting_is_replaced(season: Season) -> None:
    sitter = season.sitter()
    item, _ = sitter.start().remaining[0]
    suspended(season, item)
    sitter.sit(first_option)
    assert item not in items_of(sitter)
    assert [block.suspended for block in blocks_of(sitter)] == [(), (item,), (item,)]
    assert sitter.meets_its_blueprint()
    assert replays(sitter)


def test_a_resumed_item_is_given_again(season: Season) -> None:
    item = season.sitter().start().places[0].item
    suspended(season, item)
    lifted = resumed(season, item)
    assert (lifted.lifted_by, lifted.lift_reason) == (ANN, "It was another.")
    sitters = [season.sitter() for _ in range(4)]
    for sitter in sitters:
        sitter.sit(first_option)
        assert [block.suspended for block in blocks_of(sitter)] == [(), (), ()]
    assert any(item in items_of(sitter) for sitter in sitters)


def test_a_second_suspension_follows_the_first_in_the_list(season: Season) -> None:
    suspended(season, "SMM-1.1-01")
    resumed(season, "SMM-1.1-01")
    again = suspended(season, "SMM-1.1-01")
    with season.database.read() as tx:
        found = suspend.suspensions(tx, actor=anybody())
    assert [one.lifted_at is None for one in found] == [True, False]
    assert found[0] == again


def test_both_acts_are_in_the_audit_log_with_who_and_why(season: Season) -> None:
    season.sitter().start()
    suspended(season, "SMM-1.1-01", by="Ann@Example.org")
    resumed(season, "SMM-1.1-01")
    with season.database.read() as tx:
        entries = audit.about(tx, "SMM-1.1-01")
    assert [(one.action, one.actor) for one in entries] == [
        ("item.suspended", ANN),
        ("item.resumed", ANN),
    ]
    assert entries[0].detail["reason"] == REASON


def test_what_cannot_be_done_is_refused(season: Season) -> None:
    suspended(season, "SMM-1.1-01")
    with refuses(Duplicate, match="suspension in force of item"):
        suspended(season, "SMM-1.1-01")
    with refuses(NotFound, match="item 'SMM-9'"):
        suspended(season, "SMM-9")
    with refuses(NotFound, match="suspension in force of item"):
        resumed(season, "SMM-1.1-02")
    with refuses(NotFound, match="member of staff 'eve"):
        suspended(season, "SMM-1.1-02", by="eve@example.org")
    with refuses(Invalid, match="Give the reason"), season.database.begin() as tx:
        suspend.suspend_item(tx, "SMM-1.1-02", reason="  ", actor=season.actor(ANN))


def test_an_author_may_not_suspend(season: Season) -> None:
    with season.database.begin() as tx:
        access.add_staff(
            tx, "author@example.org", PASSWORD, frozenset({Role.AUTHOR}), settings=SETTINGS
        )
    with refuses(Forbidden, match="may not suspend items: that needs the role chair"):
        suspended(season, "SMM-1.1-01", by="author@example.org")


def test_an_item_that_papers_need_is_refused_with_the_exam_and_what_to_do(season: Season) -> None:
    names = criterion(season, "1.1")
    least = season.exam.blueprint.limits("1.1")[0]
    for name in names[:-least]:
        suspended(season, name)
    with pytest.raises(ItemNeeded) as refusal:
        suspended(season, names[-1])
    said = sentence_of(refusal.value)
    assert "exam 'demo' (window w1): " in said
    assert "1.1" in said
    assert "Close the windows named first, or suspend the item all the same" in said
    with season.database.read() as tx:
        kept = suspend.suspensions(tx, actor=anybody())
    assert len(kept) == len(names) - least
    sitter = season.sitter()
    sitter.sit(first_option)
    assert sitter.meets_its_blueprint()
    assert not {one.item for one in kept} & set(items_of(sitter))


def test_forced_it_is_the_last_resort_of_a_paper_and_the_record_shows_it(season: Season) -> None:
    names = criterion(season, "1.1")
    for name in names:
        suspended(season, name, force=True)
    sitter = season.sitter()
    sitter.sit(first_option)
    assert sitter.meets_its_blueprint()
    given = [item for item in items_of(sitter) if item in names]
    share = season.exam.blueprint.criteria["1.1"] - season.exam.blueprint.tolerance
    # No more of them than the blueprint asks for, at the least.
    assert len(given) == share
    assert set(given) <= set().union(*(block.suspended for block in blocks_of(sitter)))
    assert replays(sitter)
    with season.database.read() as tx:
        found = next(one for one in audit.about(tx, names[-1]) if one.action == "item.suspended")
    assert "exam 'demo'" in str(found.detail["needed"])


def test_a_window_is_not_planned_on_papers_that_cannot_be_made(season: Season) -> None:
    for name in criterion(season, "1.1"):
        suspended(season, name, force=True)
    with refuses(ExamNotRunnable, match="without the suspended items"):
        season.window("w2")


def test_a_window_that_is_over_needs_no_items(season: Season) -> None:
    season.close()
    for name in criterion(season, "1.1"):
        suspended(season, name)
    with season.database.read() as tx:
        assert len(suspend.suspensions(tx, actor=anybody())) == 16


def test_an_item_of_a_fixed_form_is_needed(database: Database) -> None:
    form = shipped_form()
    season = make_season(database, form=form)
    season.add_chairs()
    with refuses(ItemNeeded, match=f"every paper has {form[3]}"):
        suspended(season, form[3])
    suspended(season, form[3], force=True)
    sitter = season.sitter()
    sitter.sit(first_option)
    assert form[3] in items_of(sitter)
    assert blocks_of(sitter)[0].suspended == (form[3],)
    assert replays(sitter)


def test_items_on_trial_are_suspended_while_enough_are_left(database: Database) -> None:
    trial = ("SMM-1.1-01", "SMM-2.1-01", "SMM-3.1-01")
    blueprint = shipped_blueprint(pretest=Pretest(slots=2, items=trial))
    season = make_season(
        database, more={"blueprint": blueprint, "paper": RandomPaper(block_size=47)}
    )
    season.add_chairs()
    suspended(season, trial[1])
    for _ in range(4):
        sitter = season.sitter()
        sitter.start()
        assert trial[0] in items_of(sitter)
        assert trial[2] in items_of(sitter)
        assert replays(sitter)
    with refuses(ItemNeeded, match="2 items on trial, and only 1 would be left"):
        suspended(season, trial[0])


def test_the_doctor_says_which_papers_cannot_do_without_a_suspended_item(season: Season) -> None:
    def look() -> tuple[str, str]:
        checks = doctor.examine(season.database, SETTINGS, season.clock.now)
        [found] = [one for one in checks if one.name == "suspended items"]
        return str(found.status), found.found

    suspended(season, "SMM-1.1-01")
    assert look() == ("ok", "1, which papers can do without")
    for name in criterion(season, "1.1")[1:]:
        suspended(season, name, force=True)
    status, words = look()
    assert status == "warn"
    assert "exam 'demo' (window w1)" in words
