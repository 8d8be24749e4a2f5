"""Windows: plan, open, close, extend after an outage, and what the board sees of them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import Duplicate, Invalid, NotExtendable
from app.exam.people import typed
from app.exam.people.permissions import EVERYTHING, Act, Actor, require
from app.exam.seeing.line import SittingLine, line
from app.exam.sitting.deadline import deadline, require_extension
from app.exam.sitting.events import Extended
from app.exam.sitting.sitting import ENDED, IN_PROGRESS, Sitting, SittingId, State
from app.exam.window import window as machine
from app.exam.window.window import Phase, Tally, Window, phase, require_span
from app.services.bank import suspend
from app.services.sitting import sit
from app.store import audit
from app.store.award import results
from app.store.bank import bank
from app.store.database import Transaction
from app.store.people import people
from app.store.sitting import sittings
from app.store.window import windows
from itembank.text import NAME


@dataclass(frozen=True, slots=True)
class Plan:
    """A window to be made. No version means the exam's newest."""

    id: str
    title: str
    exam: str
    opens_at: datetime
    closes_at: datetime
    exam_version: int | None = None


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window with its counts, for the board."""

    window: Window
    phase: Phase
    booked: int
    states: dict[State, int]
    outcomes: dict[str, int]
    provisional: bool

    @property
    def in_progress(self) -> int:
        """Return how many sittings are running."""
        return sum(count for state, count in self.states.items() if state in IN_PROGRESS)

    @property
    def ended(self) -> int:
        """Return how many sittings are over."""
        return sum(count for state, count in self.states.items() if state in ENDED)

    @property
    def tally(self) -> Tally:
        """Return how many sittings are running, are over, and have a result."""
        return Tally(self.in_progress, self.ended, graded=sum(self.outcomes.values()))


def plan(tx: Transaction, plan: Plan, *, actor: Actor) -> Window:
    """Make a window."""
    require(actor, Act.PLAN_WINDOW)
    require_span(plan.opens_at, plan.closes_at)
    if not re.fullmatch(NAME, plan.id):
        raise Invalid("id", "Give an id of 1 to 64 letters, digits, dots, dashes or underscores.")
    title = typed.label(plan.title)
    if windows.find(tx, plan.id, reach=EVERYTHING) is not None:
        raise Duplicate("window", plan.id)
    version = plan.exam_version or bank.latest_version(tx, plan.exam)
    suspend.require_papers(tx, plan.exam, version)
    window = Window(
        id=plan.id,
        title=title,
        exam=plan.exam,
        exam_version=version,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
    )
    windows.add(tx, window)
    span = {"opens_at": plan.opens_at.isoformat(), "closes_at": plan.closes_at.isoformat()}
    audit.note(
        tx, actor, "window.planned", window.id, {"exam": plan.exam, "version": version, **span}
    )
    return window


def open_now(
    tx: Transaction,
    window: str,
    *,
    until: datetime | None = None,
    reason: str = "",
    actor: Actor,
) -> Window:
    """Open a window now, or open a closed one again until a later instant."""
    require(actor, Act.OPEN_WINDOW)
    opened = machine.opened(windows.lock(tx, window, reach=actor.reach), actor.at, until)
    detail: dict[str, object] = {"until": opened.closes.isoformat()}
    return _save(tx, opened, actor, "window.opened", {**detail, **_because(reason)})


def close_now(tx: Transaction, window: str, *, reason: str = "", actor: Actor) -> Window:
    """Stop starts now; sittings in progress keep their time."""
    require(actor, Act.CLOSE_WINDOW)
    closed = machine.closed(windows.lock(tx, window, reach=actor.reach), actor.at)
    return _save(tx, closed, actor, "window.closed", _because(reason))


def extend_sitting(
    tx: Transaction, sitting: str, *, minutes: float, reason: str, actor: Actor
) -> Sitting:
    """Give one sitting more time, for a reason."""
    require(actor, Act.EXTEND_SITTING)
    _ungrade(tx, sittings.load(tx, sitting, reach=actor.reach).window, actor)
    more = _extension(minutes, reason, actor)
    extended = sit.extend(tx, sitting, more, at=actor.at)
    audit.note(tx, actor, "sitting.extended", sitting, {"minutes": minutes, "reason": more.reason})
    return extended


def extend_window(
    tx: Transaction,
    window: str,
    *,
    minutes: float,
    reason: str,
    since: datetime | None = None,
    actor: Actor,
) -> list[SittingId]:
    """Give time to all sittings of a window that an outage cut into; return which they were.

    Sittings in progress get it, and those whose time ended at or after `since` (by default as
    many minutes ago as are given); sittings handed in, or ended earlier, are left alone.
    """
    require(actor, Act.EXTEND_WINDOW)
    _ungrade(tx, window, actor)
    more = _extension(minutes, reason, actor)
    start = since or actor.at - timedelta(minutes=minutes)
    extended = []
    for name in sittings.of_window(tx, window, reach=actor.reach):
        if _was_cut(sittings.load(tx, name, reach=actor.reach).sitting, start):
            try:
                sit.extend(tx, name, more, at=actor.at)
            except NotExtendable:
                continue  # ended or handed in since, or its new end would be past already
            extended.append(name)
    detail = {"minutes": minutes, "reason": more.reason, "sittings": len(extended)}
    audit.note(tx, actor, "window.extended", window, detail)
    return extended


def view(tx: Transaction, window: str, *, actor: Actor) -> WindowView:
    """Return a window with its counts."""
    require(actor, Act.SEE_WINDOWS)
    return counted(tx, windows.load(tx, window, reach=actor.reach), actor.at)


def views(tx: Transaction, *, actor: Actor, after: str = "", most: int = 1000) -> list[WindowView]:
    """Return windows with their counts, by id, from the one after `after`."""
    require(actor, Act.SEE_WINDOWS)
    found = windows.page(tx, reach=actor.reach, after=after, most=most)
    return [counted(tx, window, actor.at) for window in found]


def lines(tx: Transaction, window: str, *, actor: Actor) -> list[SittingLine]:
    """Return a line for each sitting of a window."""
    require(actor, Act.SEE_WINDOW)
    return [
        line(one.sitting, one.candidate, one.membership_number, actor.at)
        for one in sittings.progress(tx, window, reach=actor.reach)
    ]


def counted(tx: Transaction, window: Window, at: datetime) -> WindowView:
    """Return a window with its counts, for whoever may have it."""
    edition = bank.load_edition(tx, window.exam, window.exam_version, window.graded_with)
    return WindowView(
        window=window,
        phase=phase(window, at),
        booked=people.booked(tx, window.id),
        states=sittings.states(tx, window.id),
        outcomes=results.outcomes(tx, window.id),
        provisional=edition.parameters.provisional,
    )


def _was_cut(sitting: Sitting, since: datetime) -> bool:
    if sitting.clock is None or sitting.state is State.HANDED_IN:
        return False
    return sitting.state in IN_PROGRESS or deadline(sitting.clock) >= since


def _extension(minutes: float, reason: str, actor: Actor) -> Extended:
    require_extension(minutes)
    return Extended(seconds=round(minutes * 60), reason=typed.reason(reason), by=actor.name)


def _because(reason: str) -> dict[str, object]:
    because = typed.optional_reason(reason)
    return {} if because is None else {"reason": because}


def _ungrade(tx: Transaction, window: str, actor: Actor) -> None:
    """Take back a window's grading, since more time can change its marks; never after release."""
    found = windows.lock(tx, window, reach=actor.reach)
    windows.save(tx, machine.ungraded(found))


def _save(
    tx: Transaction, window: Window, actor: Actor, action: str, detail: dict[str, object]
) -> Window:
    windows.save(tx, window)
    audit.note(tx, actor, action, window.id, detail)
    return window
