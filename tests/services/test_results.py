"""Grading a window and releasing it by two people."""

import pytest

from app.errors import (
    AlreadyReleased,
    ExamNotRunnable,
    Forbidden,
    NotFound,
    NotGraded,
    ProvisionalScale,
    Refused,
    SamePerson,
    WindowBusy,
)
from app.exam.award.grading import Result
from app.exam.people.permissions import Role
from app.services.award import grade
from app.services.bank import exams, starter
from app.services.people import access
from app.services.sitting import views
from app.services.window import exam_windows
from app.store import audit
from app.store.bank import bank
from app.store.database import Database
from itembank.items.interaction import Option
from tests.factories import (
    anybody,
    asked_otherwise,
    at,
    make_bank,
    make_blueprint,
    make_exam,
    make_framework,
    make_item,
)
from tests.refusals import refuses
from tests.services.season import (
    CHAIRS,
    PASSWORD,
    SETTINGS,
    WINDOW,
    Season,
    at_random,
    first_option,
    make_season,
)


@pytest.fixture
def season(database: Database) -> Season:
    season = make_season(database, block_size=45)
    season.add_chairs()
    return season


def graded(season: Season) -> str:
    """Return a sitting that has been handed in and graded."""
    sitter = season.sitter()
    sitter.sit(first_option)
    season.close()
    season.grade()
    return sitter.sitting


def result(season: Season, sitting: str) -> Result:
    found = season.result(sitting)
    assert found is not None
    return found.result


def test_an_open_window_or_a_sitting_in_progress_is_not_graded(season: Season) -> None:
    sitter = season.sitter()
    sitter.start()
    with refuses(WindowBusy, match="still open"):
        season.grade()
    season.close()
    with refuses(WindowBusy, match="1 sitting is still in progress"):
        season.grade()
    sitter.hand_in()
    assert season.grade().graded == 1


def test_grading_again_gives_the_same_results(season: Season) -> None:
    sitters = [season.sitter() for _ in range(3)]
    for seed, sitter in enumerate(sitters):
        sitter.sit(at_random(seed))
    season.close()
    first = season.grade()
    before = [result(season, one.sitting) for one in sitters]
    assert season.grade() == first
    assert [result(season, one.sitting) for one in sitters] == before
    assert sum(first.outcomes.values()) == first.graded == 3
    assert first.provisional


def test_grading_shows_its_progress(season: Season) -> None:
    season.sitter().sit(first_option)
    season.close()
    seen: list[tuple[int, int]] = []
    with season.database.begin() as tx:
        grade.grade_window(
            tx, WINDOW, actor=season.actor(), progress=lambda done, of: seen.append((done, of))
        )
    assert seen == [(1, 1)]


def test_an_empty_window_is_graded_and_released_without_results(season: Season) -> None:
    season.close()
    assert season.grade() == grade.Summary(WINDOW, 0, {}, provisional=False)
    season.propose()
    season.confirm()


@pytest.mark.each_database
def test_a_window_is_released_by_two_people_and_then_seen_by_its_candidate(
    season: Season,
) -> None:
    sitter = season.sitter()
    sitter.sit(first_option)
    season.close()
    season.grade()
    with season.database.read() as tx:
        assert views.released_results(tx, sitter.sitting, caller=sitter.caller) == []
        assert grade.released_page(tx, WINDOW, actor=anybody()) == []
    season.propose()
    with season.database.read() as tx:
        assert views.released_results(tx, sitter.sitting, caller=sitter.caller) == []
    season.clock.minutes = 5
    season.confirm()
    with season.database.read() as tx:
        (told,) = views.released_results(tx, sitter.sitting, caller=sitter.caller)
        window = exam_windows.view(tx, WINDOW, actor=anybody(at=season.clock.now)).window
        assert [one.sitting for one in grade.released_page(tx, WINDOW, actor=anybody())] == [
            sitter.sitting
        ]
        entries = [(one.action, one.actor) for one in audit.about(tx, WINDOW)][-2:]
    assert told.result == result(season, sitter.sitting)
    assert (window.released_at, window.released_by) == (at(5), ", ".join(CHAIRS))
    assert entries == [("window.release_proposed", CHAIRS[0]), ("window.released", CHAIRS[1])]


@pytest.mark.each_database
def test_pages_of_results_follow_one_another(season: Season) -> None:
    sitters = [season.sitter() for _ in range(3)]
    for sitter in sitters:
        sitter.sit(first_option)
    season.close()
    season.grade()
    season.propose()
    season.confirm()
    with season.database.read() as tx:
        first = grade.released_page(tx, WINDOW, most=2, actor=anybody())
        second = grade.released_page(tx, WINDOW, after=first[-1].sitting, most=2, actor=anybody())
        assert len(grade.window_results(tx, WINDOW, actor=anybody())) == 3
    names = [one.sitting for one in [*first, *second]]
    assert names == sorted(one.sitting for one in sitters)


@pytest.mark.parametrize("again", [CHAIRS[0], CHAIRS[0].upper(), CHAIRS[0].title()])
def test_the_same_person_cannot_confirm_however_their_address_is_written(
    season: Season, again: str
) -> None:
    graded(season)
    season.propose(CHAIRS[0])
    with pytest.raises(SamePerson):
        season.confirm(again)


def test_nothing_is_confirmed_that_nobody_proposed(season: Season) -> None:
    graded(season)
    with pytest.raises(Refused):
        season.confirm()


def test_a_window_is_graded_before_its_release_and_released_once(season: Season) -> None:
    season.close()
    with pytest.raises(NotGraded):
        season.propose()
    season.grade()
    season.propose()
    season.confirm()
    for again in (season.propose, season.confirm, season.grade, season.close):
        with pytest.raises(AlreadyReleased):
            again()


def test_grading_again_takes_the_proposal_back(season: Season) -> None:
    graded(season)
    season.propose()
    season.grade()
    with pytest.raises(Refused):
        season.confirm()


def test_only_people_of_the_board_with_the_role_chair_release(season: Season) -> None:
    graded(season)
    with season.database.begin() as tx:
        access.add_staff(
            tx, "cat@example.org", PASSWORD, frozenset(Role) - {Role.CHAIR}, settings=SETTINGS
        )
    for name, error in (("cat@example.org", Forbidden), ("ghost@example.org", NotFound)):
        with pytest.raises(error):
            season.propose(name)
    season.propose()
    with refuses(Forbidden, match="needs the role chair"):
        season.confirm("cat@example.org")


def test_judged_parameters_need_the_exams_explicit_word(database: Database) -> None:
    season = make_season(database, block_size=45, provisional=False)
    season.add_chairs()
    graded(season)
    with refuses(ProvisionalScale, match="release_on_provisional"):
        season.propose()


def test_a_window_that_does_not_exist_is_not_found(season: Season) -> None:
    for call in (season.grade, season.close):
        with refuses(NotFound, match="window 'ghost'"):
            call(window="ghost")
    for release in (season.propose, season.confirm):
        with pytest.raises(NotFound):
            release(window="ghost")


def test_an_exam_that_cannot_be_run_is_not_saved_and_the_reasons_are_told(
    database: Database,
) -> None:
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_items(tx, make_bank())
    blueprint = make_blueprint(outcomes={"1": (1, 2), "2": (2, 3)})
    with refuses(ExamNotRunnable, match="cannot be met") as caught, database.begin() as tx:
        exams.save_exam(tx, make_exam(blueprint=blueprint))
    assert caught.value.reasons
    with database.read() as tx, pytest.raises(NotFound):
        exams.newest(tx, "small", actor=anybody())


def test_an_exam_rests_on_the_items_of_its_own_criteria_alone(database: Database) -> None:
    with database.begin() as tx:
        bank.add_framework(tx, make_framework())
        bank.add_items(tx, [*make_bank(), make_item("Z-9", criterion="9.9")])
        parameters = exams.save_exam(tx, make_exam()).parameters
        assert "Z-9" not in parameters.items
        assert exams.check_saved(tx, "small") == []


def test_items_and_starter_data_are_loaded_once(database: Database) -> None:
    with database.begin() as tx:
        assert not starter.load_starter(tx)
        assert bank.add_items(tx, starter.read_starter().items) == 0
        changed = make_item("SMM-1.1-01")
        assert bank.add_items(tx, [changed.model_copy(update={"version": 2})]) == 1
        latest = {item.id: item for item in bank.latest_items(tx)}
    assert latest["SMM-1.1-01"].version == 2
    assert isinstance(changed.interaction.options[0], Option)


def test_an_edition_keeps_the_item_versions_it_was_saved_with(season: Season) -> None:
    sitter = season.sitter()
    with season.database.begin() as tx:
        old = {item.id: item for item in bank.latest_items(tx)}
        newer = [
            asked_otherwise(item.model_copy(update={"version": 2}), key="p")
            for item in old.values()
        ]
        bank.add_items(tx, newer)
    sitter.sit(first_option)
    assert {place.version for place in sitter.now().places} == {1}


@pytest.mark.each_database
def test_an_edition_of_a_transaction_that_was_undone_is_forgotten(database: Database) -> None:
    """An exam saved, read and rolled back must not live on in memory under its name."""
    shipped = starter.read_starter().exam
    first = shipped.model_copy(update={"code": "new", "minutes": 10})

    def save_and_undo() -> None:
        with database.begin() as tx:
            exams.save_exam(tx, first)
            assert bank.load_edition(tx, "new", 1).exam.minutes == 10
            raise NotGraded("undone")

    with pytest.raises(NotGraded):
        save_and_undo()
    with database.begin() as tx:
        exams.save_exam(tx, first.model_copy(update={"minutes": 20}))
    with database.read() as tx:
        assert bank.load_edition(tx, "new", 1).exam.minutes == 20
