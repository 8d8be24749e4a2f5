"""Second chapter: a calibration that is in force, one that waits for a decision, and a credit."""

from collections import Counter
from itertools import count

from app.exam.calibration.calibration import CalibrationRequest
from app.exam.people.permissions import EVERYTHING
from app.services.award import grade
from app.services.calibration import calibrate
from app.services.calibration.accept import Wish, accept
from app.store.database import Database
from app.store.sitting import sittings
from itembank.calibration import CalibrationRun
from tests.landed.sat import PSYCHOMETRICIAN, save_small
from tests.services.season import CHAIRS, Season, at_random

PEOPLE = 5
FIRST, SECOND = "measured-1", "measured-2"


def fill(database: Database) -> None:
    """Write the chapter."""
    exam = save_small(database, "measured", release_on_provisional=False)
    season = Season(database, exam)
    season.numbers = count(1001)
    run = sit_and_calibrate(season, FIRST)
    credit_an_item(season)
    accept_all(season, run)
    season.grade(FIRST)
    season.propose(window=FIRST)
    season.confirm(window=FIRST)
    sit_and_calibrate(season, SECOND)
    season.window("measured-3")
    season.sitter(season.book("measured-3")).sit(at_random(9), blocks=2)


def sit_and_calibrate(season: Season, window: str) -> CalibrationRun:
    """Let a few people sit a window to its end, and calibrate it."""
    season.window(window)
    for seed in range(PEOPLE):
        season.sitter(season.book(window)).sit(at_random(seed))
    season.clock.minutes += 60
    season.close(window)
    return calibrate.calibrate_window(
        season.database, window, CalibrationRequest(), actor=season.actor(PSYCHOMETRICIAN)
    )


def accept_all(season: Season, run: CalibrationRun) -> None:
    """Put a run in force but for one item, which is barred."""
    with season.database.begin() as tx:
        wish = Wish(items=["all"], bar=[run.items[0].item], reason="Board of 3 February")
        accept(tx, run.id, wish, actor=season.actor(PSYCHOMETRICIAN))


def credit_an_item(season: Season) -> None:
    """Credit everyone with the item that most have met."""
    with season.database.begin() as tx:
        names = sittings.of_window(tx, FIRST, reach=EVERYTHING)
        sat = [sittings.load(tx, name, reach=EVERYTHING).sitting for name in names]
        met = Counter(place.item for sitting in sat for place in sitting.places)
        item = max(sorted(met), key=lambda name: met[name])
        reason = "Two options were right"
        grade.credit(tx, FIRST, item, reason, actor=season.actor(CHAIRS[0]))
