"""People in the middle of their papers, made through the services."""

from dataclasses import dataclass
from datetime import timedelta

from app import ambient
from app.demo import demo
from app.exam.people.permissions import EVERYTHING, system
from app.exam.sitting.sitting import Caller, Change, Sitting
from app.services.bank import exams, starter
from app.services.people import bookings
from app.services.people.keys import load_keys
from app.services.sitting import sit, views
from app.services.sitting.sit import Credentials
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.settings import Settings
from app.store import migrate
from app.store.database import Database, connect
from app.store.sitting import sittings
from itembank.exams import ExposureControl
from tests.factories import anybody

WINDOW = "autumn"
SETTINGS = Settings()


@dataclass(frozen=True)
class Sitter:
    """A candidate at a paper, with what they need to go on."""

    number: str
    code: str
    sitting: str
    session: int


def make_database(url: str, *, exposure: ExposureControl | None = None) -> Database:
    """Return a migrated database with the demo exam, or a like one, and one open window."""
    database = connect(url)
    migrate.upgrade(database)
    now = ambient.now()
    with database.begin() as tx:
        starter.load_starter(tx)
        span = (now - timedelta(hours=1), now + timedelta(days=1))
        code = demo.ensure_exam(tx)
        if exposure is not None:
            like = exams.newest(tx, code, actor=anybody()).exam
            code = "like-the-demo"
            exams.save_exam(tx, like.model_copy(update={"code": code, "exposure": exposure}))
        plan = Plan(WINDOW, "Autumn", code, *span)
        exam_windows.plan(tx, plan, actor=system("board", now))
    return database


def fill_autumn(url: str) -> None:
    """Put into an empty database the demo exam and one open window."""
    make_database(url).close()


def fill_half_way(url: str) -> Sitter:
    """Put in two people who sit, too; return the one who has answered a block."""
    database = make_database(url)
    sitter, _ = seat(database, "M1"), seat(database, "M2")
    with database.read() as tx:
        started = sittings.load(tx, sitter.sitting, reach=EVERYTHING).sitting
    answer_block(database, sitter, started)
    database.close()
    return sitter


def seat(database: Database, number: str) -> Sitter:
    """Book a candidate, sign them in and start their paper."""
    actor = system("board", ambient.now())
    with database.begin() as tx:
        keys = load_keys(tx)
        who = bookings.add_candidate(tx, number, f"Candidate {number}", actor=actor)
        issued = bookings.book(tx, who.id, WINDOW, keys=keys, actor=actor)
        typed = Credentials(number, issued.access_code)
        signed = sit.sign_in(tx, typed, keys=keys, settings=SETTINGS, at=ambient.now())
        caller = Caller(ambient.now(), signed.session)
        sit.start(tx, signed.sitting, caller=caller, settings=SETTINGS)
    return Sitter(number, issued.access_code, signed.sitting, signed.session)


def answer_block(database: Database, sitter: Sitter, sitting: Sitting) -> None:
    """Answer every question of the open block with its first option."""
    for position in sitting.open_positions():
        caller = Caller(ambient.now(), sitter.session)
        with database.begin() as tx:
            item = views.item_view(tx, sitter.sitting, position, caller=caller).item
            change = Change((item.options[0].id,))
            sit.answer(tx, sitter.sitting, position, change, request=f"r{position}", caller=caller)


def finish(database: Database, sitter: Sitter, sitting: Sitting) -> Sitting:
    """Go on from the open block to the end, and hand in."""
    while True:
        answer_block(database, sitter, sitting)
        caller = Caller(ambient.now(), sitter.session)
        with database.begin() as tx:
            if sitting.is_last_block():
                return sit.hand_in(tx, sitter.sitting, caller=caller)
            sitting = sit.close_block(tx, sitter.sitting, sitting.block, caller=caller)
