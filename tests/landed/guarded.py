"""Third chapter: exposure, items on trial, suspensions, cases, new versions and a pre-flight."""

from itertools import count

from app.services.bank import exams, suspend
from app.services.preflight import preflight
from app.services.preflight.run import PreflightRequest
from app.services.sitting import sit
from app.store.bank import bank
from app.store.database import Database
from itembank.blueprint.blueprint import Pretest
from itembank.exams import (
    EligibilityControl,
    ExamDefinition,
    ProgressiveControl,
    RandomesqueControl,
    RandomPaper,
)
from itembank.items.item import ItemId, Stimulus
from tests.factories import anybody
from tests.landed.sat import PSYCHOMETRICIAN, save_small
from tests.services.season import CHAIRS, SETTINGS, Season, at_random, first_option

TRIAL = ("SMM-1.1-01", "SMM-2.1-01", "SMM-3.1-01")
ENEMIES = (("SMM-1.1-06", "SMM-2.1-12"), ("SMM-1.2-07", "SMM-1.2-08"))
SUSPENDED, RESUMED = ItemId("SMM-1.1-04"), ItemId("SMM-2.1-03")
CASE = Stimulus(id="CASE-1", title="A bakery", text=("A bakery opens a page.",))


def fill(database: Database) -> None:
    """Write the chapter."""
    widen_the_bank(database)
    season = Season(database, save_guarded(database))
    season.numbers = count(3001)
    sit_first_windows(season)
    sit_while_items_are_suspended(season)
    save_by_name(season)
    asked = PreflightRequest(season.exam.code, 100, comparisons=False)
    preflight.run_preflight(database, asked, actor=season.actor(PSYCHOMETRICIAN))


def widen_the_bank(database: Database) -> None:
    """Add a second version of an item, and items that share a case and name their time."""
    with database.begin() as tx:
        items = {item.id: item for item in bank.latest_items(tx)}
        old = items["SMM-3.2-05"]
        newer = old.model_copy(update={"version": 2, "stem": (*old.stem[:-1], "Which is best?")})
        like = [items["SMM-1.1-02"], items["SMM-1.1-03"]]
        cases = [
            item.model_copy(update={"id": f"CASE-1-{number}", "stimulus": CASE, "seconds": 90})
            for number, item in enumerate(like, start=1)
        ]
        bank.add_items(tx, [newer, *cases])


def save_guarded(database: Database) -> ExamDefinition:
    """Save an exam with every control there is: random papers first, then adaptive ones."""
    pretest = Pretest(slots=2, items=TRIAL)
    with database.read() as tx:
        shipped = exams.newest(tx, "small", actor=anybody()).exam.blueprint
    blueprint = shipped.model_copy(update={"pretest": pretest, "enemies": ENEMIES})
    save_small(database, "drawn", paper=RandomPaper(block_size=14), blueprint=blueprint)
    save_small(database, "varied", exposure=RandomesqueControl(size=3))
    save_small(database, "fading", exposure=ProgressiveControl(strength=0.5))
    control = EligibilityControl(target=0.6, conditional=True)
    return save_small(database, "guarded", blueprint=blueprint, exposure=control)


def sit_first_windows(season: Season) -> None:
    """Sit random papers and varied ones, in windows of their own."""
    for code in ("drawn", "varied", "fading"):
        with season.database.read() as tx:
            exam = exams.newest(tx, code, actor=anybody()).exam
        other = Season(season.database, exam, season.clock, season.numbers)
        other.window(code)
        other.sitter(other.book(code)).sit(at_random(11))
        other.close(code)
        other.grade(code)


def sit_while_items_are_suspended(season: Season) -> None:
    """Suspend items while people sit; one block is found in no time at all."""
    season.window("guarded")
    before = season.sitter(season.book("guarded"))
    before.sit(first_option, blocks=1)
    chair = season.actor(CHAIRS[0])
    with season.database.begin() as tx:
        for item in (SUSPENDED, RESUMED):
            suspend.suspend_item(tx, item, reason="Seen on a forum.", actor=chair, force=True)
        suspend.resume_item(tx, RESUMED, reason="It was another item.", actor=chair)
    season.sitter(season.book("guarded")).sit(at_random(12))
    season.sitter(season.book("guarded")).sit(first_option, blocks=2)
    hurried = season.sitter(season.book("guarded"))
    with season.database.begin() as tx:
        settings = SETTINGS.model_copy(update={"assembly_seconds": 0.0})
        sit.start(tx, hurried.sitting, caller=hurried.caller, settings=settings)


def save_by_name(season: Season) -> None:
    """Save the next version of the exam for a reason."""
    exam = season.exam.model_copy(update={"version": 2, "minutes": 75})
    with season.database.begin() as tx:
        actor = season.actor(PSYCHOMETRICIAN)
        saving = exams.plan_exam(tx, exam)
        exams.keep_exam(tx, saving, actor=actor, reason="More time.")
