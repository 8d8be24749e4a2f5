"""What the choice of items takes of the requests of a paper: every answer, every block closed.

Whole papers are sat through the REST API in this process, on a database that is on disk. What
selection took is then measured by choosing every block of the record again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from app.exam.paper import delivery
from app.exam.people.permissions import EVERYTHING
from app.exam.sitting import sitting as machine
from app.exam.sitting.events import BlockDelivered
from app.services.sitting.sit import block_noise
from app.store.bank import bank
from app.store.database import Database
from app.store.sitting import sittings
from tests.contract.driver import ApiCandidate
from tests.contract.world import fill_world, open_world

PAPERS = 12
LENGTH = 45


@dataclass(frozen=True, slots=True)
class Share:
    """Milliseconds: the median of a saved answer and of a closed block, and of its choice."""

    answer: float
    block: float
    choice: float

    @property
    def of_block(self) -> float:
        """Return the share of a request that closes a block."""
        return self.choice / self.block

    def of_paper(self, answers: int, blocks: int) -> float:
        """Return the share of all requests of a paper that save an answer or close a block."""
        return blocks * self.choice / (answers * self.answer + blocks * self.block)


def measure(url: str, folder: Path) -> Share:
    """Return the medians over whole papers."""
    let = fill_world(url, tuple(f"Person {n}" for n in range(PAPERS)))
    world = open_world(url, folder, let)
    answers: list[float] = []
    blocks: list[float] = []
    choices: list[float] = []
    for person in world.people:
        candidate = ApiCandidate(world.client(), world)
        candidate.sign_in(person.number, person.code)
        candidate.start()
        _sit(candidate, answers, blocks)
        choices += _choices(world.database, candidate.sitting)
    world.close()
    return Share(median(answers), median(blocks), median(choices))


def _sit(candidate: ApiCandidate, answers: list[float], blocks: list[float]) -> None:
    """Sit a paper to its last block, and time what is saved and closed."""
    while True:
        now = candidate.state()
        for position in now.positions:
            option = candidate.see(position).options[position % 4][0]
            answers.append(_milliseconds(partial(candidate.answer, position, option)))
        if now.positions[-1] == LENGTH:
            return
        blocks.append(_milliseconds(candidate.close_block))


def _choices(database: Database, name: str) -> list[float]:
    """Return how long each block of a sitting but the first takes to choose again."""
    with database.read() as tx:
        record = sittings.record(tx, name)
        sitting = sittings.load(tx, name, reach=EVERYTHING).sitting
        edition = bank.edition_of(tx, sitting.made)
    state, _ = machine.created(sitting.id, sitting.made, record[0].at)
    found = []
    for event in record[1:]:
        if isinstance(event.body, BlockDelivered) and event.body.block > 1:
            noise = block_noise(state.made, edition, event.body.block)
            known = delivery.recorded_circumstances(edition, event.body)
            found.append(
                _milliseconds(partial(delivery.choose_block, edition, state, noise, known))
            )
        state = machine.evolve(state, event)
    return found


def _milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def report(urls: dict[str, str], folder: Path) -> None:
    """Print the table."""
    print(f"\nSelection's share of the requests of a paper (REST in this process, {PAPERS} papers)")
    print(
        f"{'database':>12} {'answer ms':>10} {'block ms':>10} {'choice ms':>10} "
        f"{'of a block':>11} {'of a paper':>11}"
    )
    for name, url in urls.items():
        found = measure(url, folder)
        print(
            f"{name:>12} {found.answer:10.2f} {found.block:10.2f} {found.choice:10.2f} "
            f"{found.of_block:11.1%} {found.of_paper(LENGTH, 8):11.1%}"
        )
