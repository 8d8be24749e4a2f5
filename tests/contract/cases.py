"""A window of an exam with a case and items on trial, beside the demo window of a world."""

from datetime import timedelta

from app.services.bank import exams
from app.services.people import bookings
from app.services.people.keys import load_keys
from app.services.window import exam_windows
from app.store.bank import bank
from itembank.blueprint.blueprint import Pretest
from itembank.exams import AdaptivePaper, FixedForm, NoControl
from itembank.items.item import Stimulus
from tests.contract.world import Person, World
from tests.factories import anybody
from tests.services.season import shipped_form

STIMULUS = Stimulus(
    id="case-of-the-bakery",
    title="A bakery opens a second shop",
    text=(
        "A bakery has sold bread in one town for twenty years.",
        "Its second shop opens in May, in a town where nobody knows it.",
    ),
)


def open_window_with_a_case(world: World) -> Person:
    """Book the first person to a fixed form whose first two items share a stimulus."""
    form = shipped_form()
    with world.database.begin() as tx:
        items = {item.id: item for item in bank.latest_items(tx)}
        changed = [
            items[name].model_copy(update={"version": 2, "stimulus": STIMULUS}) for name in form[:2]
        ]
        bank.add_items(tx, changed)
    return _open(
        world, "case", {"paper": FixedForm(items=form, block_size=5), "exposure": NoControl()}
    )


def open_window_with_trial_items(world: World, *, slots: int = 2) -> Person:
    """Book the first person to papers of 45 scored items and some slots for items on trial."""
    with world.database.read() as tx:
        blueprint = exams.newest(tx, "cim-l6-smm", actor=anybody()).exam.blueprint
        hostile = {name for enemies in blueprint.enemies for name in enemies}
        spare = [
            item.id
            for item in bank.latest_items(tx)
            if item.tags[0].code == "1.1" and item.id not in hostile
        ][:slots]
    pretest = Pretest(slots=slots, items=tuple(spare))
    tried = blueprint.model_copy(update={"pretest": pretest})
    return _open(world, "tried", {"paper": AdaptivePaper(block_size=5), "blueprint": tried})


def _open(world: World, code: str, changes: dict[str, object]) -> Person:
    actor, first = world.actor(), world.people[0]
    with world.database.begin() as tx:
        shipped = exams.newest(tx, "cim-l6-smm", actor=anybody()).exam
        update = {"code": code, "release_on_provisional": True, **changes}
        exams.save_exam(tx, shipped.model_copy(update=update))
        opens = world.clock.now() - timedelta(hours=1)
        closes = world.clock.now() + timedelta(days=5)
        exam_windows.plan(
            tx, exam_windows.Plan(code, "A window beside", code, opens, closes), actor=actor
        )
        issued = bookings.book(tx, first.candidate, code, keys=load_keys(tx), actor=actor)
    return Person(first.name, first.number, issued.access_code, first.candidate, issued.booking.id)
