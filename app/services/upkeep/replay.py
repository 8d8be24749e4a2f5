"""Proof: a sitting derived again from its record, and every chain verified."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from app.errors import ExamError
from app.exam.award.grading import Result, grade
from app.exam.award.record import record_of
from app.exam.paper import delivery
from app.exam.paper.edition import Edition
from app.exam.paper.feasible_block import faults
from app.exam.people.permissions import EVERYTHING, Act, Actor, require
from app.exam.sitting import sitting as machine
from app.exam.sitting.chain import Break, first_break
from app.exam.sitting.events import BlockDelivered, Created, Event
from app.exam.sitting.sitting import ENDED, Sitting
from app.progress import Progress, silent
from app.services.sitting.sit import block_noise
from app.store.award import results
from app.store.bank import bank
from app.store.calibration import calibrations
from app.store.database import Transaction
from app.store.sitting import sittings
from app.store.sitting.writes import Stored
from app.store.window import windows

# A block that was proven best in the time of a sitting is proven so again, on any machine.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the record and what follows from it part."""

    where: str
    recorded: str
    derived: str


@dataclass(frozen=True, slots=True)
class DerivedBlock:
    """A block as it was chosen again.

    One whose search was cut off by time is not chosen again: it is as recorded, and checked to
    meet the blueprint, but not to be the best there was (`is_proven_best`).
    """

    block: int
    items: tuple[str, ...]
    theta: float
    sem: float
    is_proven_best: bool = True
    ineligible: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying a sitting gave; `differences` is empty when all agrees."""

    sitting: str
    events: int
    state: str
    blocks: tuple[DerivedBlock, ...]
    result: Result | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying every chain gave."""

    sittings: int
    events: int
    breaks: tuple[Break, ...]


def replay(tx: Transaction, sitting: str, *, actor: Actor) -> Replay:
    """Derive every choice, theta and mark again from the record, and compare."""
    require(actor, Act.REPLAY_SITTING)
    head, length = sittings.tail(tx, sitting, reach=actor.reach)
    chain = sittings.links(tx, sitting)
    broken = first_break(sitting, chain, head=head, length=length)
    found = [] if broken is None else [Difference("chain", broken.reason, "an intact chain")]
    try:
        followed = _follow(
            tx, sittings.load(tx, sitting, reach=EVERYTHING), sittings.record(tx, sitting)
        )
    except (ExamError, ValueError, LookupError, TypeError) as error:
        # Only a record that was changed after it was written cannot be followed.
        found.append(Difference("record", f"{type(error).__name__}: {error}", "can be followed"))
        return Replay(sitting, len(chain), "unknown", (), None, tuple(found))
    differences = (*found, *followed.differences)
    return replace(followed, events=len(chain), differences=differences)


def replay_window(
    tx: Transaction, window: str, *, actor: Actor, progress: Progress = silent
) -> list[Replay]:
    """Replay every sitting of a window."""
    require(actor, Act.REPLAY_SITTING)
    windows.load(tx, window, reach=actor.reach)
    names, found = sittings.of_window(tx, window, reach=actor.reach), []
    for done, name in enumerate(names, start=1):
        found.append(replay(tx, name, actor=actor))
        progress(done, len(names))
    return found


def _follow(tx: Transaction, stored: Stored, record: list[Event]) -> Replay:
    kept = stored.sitting
    made = kept.made
    edition = bank.edition_of(tx, made)
    blocks: list[DerivedBlock] = []
    differences: list[Difference] = []
    for before, event in _steps(kept, record):
        if isinstance(event.body, BlockDelivered):
            derived, found = _again(edition, before, event.body)
            blocks.append(_block(derived))
            differences += found
    final = machine.replayed(kept.id, record)
    differences += _differences("sitting", kept, final)
    result = None
    if final.state in ENDED:
        credited = [one.item for one in calibrations.credits_of(tx, stored.window)]
        result = grade(_marked_with(tx, stored), final, credited)
        differences += _result_differences(tx, stored, result)
    return Replay(kept.id, len(record), str(final.state), tuple(blocks), result, tuple(differences))


def _again(
    edition: Edition, before: Sitting, recorded: BlockDelivered
) -> tuple[BlockDelivered, list[Difference]]:
    """Return a block chosen again in its recorded circumstances, and where the two differ."""
    where = f"block {recorded.block}"
    if not recorded.is_proven_best:
        found = faults(edition, before, recorded)
        return recorded, [Difference(f"{where}: {name}", *both) for name, *both in found]
    noise = block_noise(before.made, edition, recorded.block)
    known = replace(delivery.recorded_circumstances(edition, recorded), seconds=PATIENCE)
    derived = delivery.choose_block(edition, before, noise, known)
    # Which of the exact solvers found the best paper is no part of what was chosen.
    same = replace(derived, solver=recorded.solver) if derived.is_proven_best else derived
    return derived, list(_differences(where, recorded, same))


def _marked_with(tx: Transaction, stored: Stored) -> Edition:
    """Return the edition the sitting's window was graded with, or its own before any grading."""
    made = stored.sitting.made
    window = windows.load(tx, stored.window, reach=EVERYTHING)
    return bank.load_edition(
        tx, made.exam, made.exam_version, window.graded_with or made.parameters
    )


def _result_differences(tx: Transaction, stored: Stored, derived: Result) -> Iterator[Difference]:
    graded = results.of_sitting(tx, stored.sitting.id, reach=EVERYTHING)
    if graded is None:
        if windows.load(tx, stored.window, reach=EVERYTHING).released_at is not None:
            yield Difference("result", "none, though the window is released", derived.award.figure)
        return
    yield from _unlike("result", record_of(graded.result), record_of(derived))
    beside = results.columns_of(tx, stored.sitting.id)
    expected = (derived.award.mark, derived.award.outcome)
    if beside != expected:
        yield Difference("result: mark and band columns", str(beside), str(expected))


def verify(tx: Transaction, *, progress: Progress = silent) -> Verification:
    """Check the chain of every sitting, and name the first broken link of each."""
    names, breaks, events = list(sittings.every(tx)), [], 0
    for done, name in enumerate(names, start=1):
        head, length = sittings.tail(tx, name, reach=EVERYTHING)
        links = sittings.links(tx, name)
        events += len(links)
        found = first_break(name, links, head=head, length=length)
        if found is not None:
            breaks.append(found)
        progress(done, len(names))
    return Verification(len(names), events, tuple(breaks))


def _steps(sitting: Sitting, record: list[Event]) -> Iterator[tuple[Sitting, Event]]:
    """Yield each event after the first with the sitting as it stood before it."""
    first = record[0]
    made = first.body if isinstance(first.body, Created) else sitting.made
    state, _ = machine.created(sitting.id, made, first.at)
    for event in record[1:]:
        yield state, event
        state = machine.evolve(state, event)


def _differences(where: str, recorded: object, derived: object) -> Iterator[Difference]:
    left, right = asdict(recorded), asdict(derived)  # type: ignore[call-overload]  # dataclasses both
    yield from _unlike(where, left, right)


def _unlike(
    where: str, left: Mapping[str, object], right: Mapping[str, object]
) -> Iterator[Difference]:
    for name in left:
        if left[name] != right[name]:
            yield Difference(f"{where}: {name}", str(left[name]), str(right[name]))


def _block(chosen: BlockDelivered) -> DerivedBlock:
    return DerivedBlock(
        block=chosen.block,
        items=tuple(place.item for place in chosen.places),
        theta=chosen.theta,
        sem=chosen.sem,
        is_proven_best=chosen.is_proven_best,
        ineligible=chosen.ineligible,
        suspended=chosen.suspended,
    )
