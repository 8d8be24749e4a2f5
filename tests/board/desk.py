"""A board around the small world: staff of every role at their browsers, and sat papers."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from app.exam.people.permissions import Role
from app.exam.sitting.sitting import Caller, Change, SittingId
from app.services.people import access
from app.services.people.keys import load_keys
from app.services.sitting import sit
from app.services.sitting.sit import Credentials
from app.services.window import exam_windows
from app.services.window.exam_windows import Plan
from app.settings import Settings
from app.store.calibration import calibrations
from app.store.database import connect
from app.store.tables import exams
from itembank.calibration import Acceptance, CalibrationRun
from tests.contract.world import EXAM, Let, World, fill_world
from tests.factories import anybody
from tests.pages.browser import Browser, Page, words

PASSWORD = "a long enough password"  # noqa: S105 - of invented people
CHAIR, SECOND = "first.chair@example.org", "second.chair@example.org"
PSYCHOMETRICIAN, INVIGILATOR = "psychometrician@example.org", "invigilator@example.org"
AUTHOR, REVIEWER = "author@example.org", "reviewer@example.org"
STAFF = {
    CHAIR: Role.CHAIR,
    SECOND: Role.CHAIR,
    PSYCHOMETRICIAN: Role.PSYCHOMETRICIAN,
    INVIGILATOR: Role.INVIGILATOR,
    AUTHOR: Role.AUTHOR,
    REVIEWER: Role.REVIEWER,
}


@dataclass
class Desk:
    """A member of staff at a browser that inspects each page."""

    client: TestClient
    browser: Browser

    def get(self, path: str) -> Page:
        return self.browser.get(path)

    def fill(self, path: str, label: str, **typed: str) -> Page:
        """Open a page, fill its form in, and press its button."""
        return self.browser.press(self.get(path), label, **typed)

    def token(self) -> str:
        return self.get("/board").pressed("Sign out")[1]["token"]


def fill_board(url: str, names: tuple[str, ...]) -> Let:
    """Put into an empty database the small world, staff of each role, and a second chair."""
    let, database = fill_world(url, names), connect(url)
    with database.begin() as tx:
        for email, role in STAFF.items():
            access.add_staff(tx, email, PASSWORD, frozenset({role}), settings=Settings())
    database.close()
    return let


def stranger(world: World) -> Desk:
    """Return a browser in which nobody has signed in."""
    client = world.client()
    return Desk(client, Browser(client))


def at_desk(world: World, email: str = CHAIR) -> Desk:
    """Return somebody who has signed in by the page."""
    desk = stranger(world)
    page = desk.fill("/board/sign-in", "Sign in", email=email, password=PASSWORD)
    assert page.heading == "Exam windows"
    return desk


def rows(page: Page, caption: str) -> list[dict[str, str]]:
    """Return the rows of the table whose caption begins so, by the heads of its columns."""
    for table in page.all("table"):
        if words(next(table.iter("caption"))).startswith(caption):
            heads = [words(one) for one in table.iter("th")]
            cells = [list(row.iter("td")) for row in table.iter("tr")]
            return [dict(zip(heads, map(words, row), strict=True)) for row in cells if row]
    return []


def sit_paper(world: World, number: str, *, parts: int = 9, hand_in: bool = True) -> SittingId:
    """Let a candidate answer so many parts through the services, always the first option shown."""
    person, at = world.person(number), world.clock.now()
    typed = Credentials(person.number, person.code)
    with world.database.begin() as tx:
        keys = load_keys(tx)
        signed = sit.sign_in(tx, typed, keys=keys, settings=world.settings, at=at)
    caller = Caller(at, signed.session)
    with world.database.begin() as tx:
        sitting = sit.start(tx, signed.sitting, caller=caller, settings=world.settings)
        for part in range(1, parts + 1):
            for place in sitting.open_positions():
                change = Change(sitting.places[place - 1].options[:1])
                sit.answer(tx, sitting.id, place, change, request=f"r{place}", caller=caller)
            if part < parts:
                sitting = sit.close_block(tx, sitting.id, part, caller=caller)
        if hand_in:
            sit.hand_in(tx, sitting.id, caller=caller)
    return signed.sitting


def keep_run(world: World, run: CalibrationRun) -> CalibrationRun:
    """Keep a calibration run, and plan its window if there is none."""
    at = world.clock.now()
    with world.database.begin() as tx:
        if run.window not in {
            one.window.id for one in exam_windows.views(tx, actor=anybody(at=at))
        }:
            plan = Plan(run.window, "A calibrated window", EXAM, at, at + timedelta(days=1))
            exam_windows.plan(tx, plan, actor=world.actor())
        calibrations.add(tx, run, at)
    return run


def accept_run(world: World, run: CalibrationRun) -> Acceptance:
    """Keep a decision that puts all items of a run but the last two in force."""
    names = [row.item for row in run.items]
    with world.database.begin() as tx:
        kept = tx.connection.execute(select(exams.c.parameters_id).filter_by(code=EXAM))
        decision = Acceptance(
            run=run.id,
            parameters=kept.scalar_one(),
            scale=1,
            accepted=tuple(names[:-2]),
            barred=(names[-1],),
            re_expressed=(names[-2],),
            by=CHAIR,
            reason="All keys were checked.",
            at="2027-01-21T15:30:00.000000Z",
        )
        calibrations.accept(tx, decision, run, world.clock.now())
    return decision
