"""Who may do what, said once: acts, the roles and scopes that allow them, and who is acting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.errors import Forbidden


class Role(StrEnum):
    """What a member of staff is to the board."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PSYCHOMETRICIAN = "psychometrician"
    CHAIR = "chair"
    INVIGILATOR = "invigilator"


class Scope(StrEnum):
    """What a program may do, a noun and a verb."""

    EXAMS_READ = "exams:read"
    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    WINDOWS_READ = "windows:read"
    WINDOWS_WRITE = "windows:write"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    SITTINGS_READ = "sittings:read"
    SITTINGS_WRITE = "sittings:write"
    RESULTS_READ = "results:read"
    CALIBRATIONS_READ = "calibrations:read"


# What a person's role or a program's scope is to an act: the ground on which it is allowed.
Grant = Role | Scope


class Act(StrEnum):
    """What can be done or seen, as it is said of somebody who may not."""

    SEE_EXAMS = "see exams"
    SEE_ITEMS = "see items"
    SAVE_EXAM = "save exams"
    SUSPEND_ITEM = "suspend items"
    RESUME_ITEM = "resume items"
    SET_ITEM_STATE = "change the state of items"
    SEE_PREFLIGHT = "see pre-flights"
    RUN_PREFLIGHT = "simulate exams"
    SEE_CANDIDATES = "see candidates"
    ADD_CANDIDATE = "register candidates"
    SEE_BOOKINGS = "see bookings"
    ADD_BOOKING = "book candidates"
    REISSUE_CODE = "issue access codes"
    SEE_WINDOWS = "see windows"
    SEE_WINDOW = "see a window's sittings"
    PLAN_WINDOW = "plan windows"
    OPEN_WINDOW = "open windows"
    CLOSE_WINDOW = "close windows"
    EXTEND_WINDOW = "extend windows"
    SEE_EXPOSURE = "see exposure"
    RECOUNT_EXPOSURE = "recount exposure"
    SEE_CLOCK = "see a sitting's clock"
    SEE_SITTING = "see sittings"
    EXTEND_SITTING = "extend sittings"
    REPLAY_SITTING = "replay sittings"
    TAKE_SITTING = "sit papers for candidates"
    GRADE_WINDOW = "grade windows"
    CREDIT_ITEM = "credit items"
    SEE_RESULTS = "see results before their release"
    SEE_RELEASED = "see released results"
    PROPOSE_RELEASE = "propose a release"
    CONFIRM_RELEASE = "confirm a release"
    CALIBRATE = "calibrate windows"
    SEE_CALIBRATIONS = "see calibrations"
    ACCEPT_CALIBRATION = "accept calibrations"


_STAFF: Final = frozenset(Role)
_WATCHERS: Final = frozenset({Role.CHAIR, Role.PSYCHOMETRICIAN, Role.INVIGILATOR})
_EXTENDERS: Final = frozenset({Role.CHAIR, Role.INVIGILATOR})
_MARKERS: Final = frozenset({Role.CHAIR, Role.PSYCHOMETRICIAN})
_CHAIRS: Final = frozenset({Role.CHAIR})

MAY: Final[Mapping[Act, frozenset[Grant]]] = {
    Act.SEE_EXAMS: _STAFF | {Scope.EXAMS_READ},
    Act.SEE_ITEMS: _MARKERS,
    Act.SAVE_EXAM: _MARKERS,
    Act.SUSPEND_ITEM: _MARKERS,
    Act.RESUME_ITEM: _MARKERS,
    Act.SET_ITEM_STATE: _MARKERS,
    Act.SEE_PREFLIGHT: _MARKERS,
    Act.RUN_PREFLIGHT: _MARKERS,
    Act.SEE_CANDIDATES: _CHAIRS | {Scope.CANDIDATES_READ},
    Act.ADD_CANDIDATE: _CHAIRS | {Scope.CANDIDATES_WRITE},
    Act.SEE_BOOKINGS: _CHAIRS | {Scope.BOOKINGS_READ},
    Act.ADD_BOOKING: _CHAIRS | {Scope.BOOKINGS_WRITE},
    Act.REISSUE_CODE: _CHAIRS | {Scope.BOOKINGS_WRITE},
    Act.SEE_WINDOWS: _STAFF | {Scope.WINDOWS_READ, Scope.WINDOWS_WRITE},
    Act.SEE_WINDOW: _WATCHERS,
    Act.PLAN_WINDOW: _CHAIRS | {Scope.WINDOWS_WRITE},
    Act.OPEN_WINDOW: _CHAIRS | {Scope.WINDOWS_WRITE},
    Act.CLOSE_WINDOW: _CHAIRS | {Scope.WINDOWS_WRITE},
    Act.EXTEND_WINDOW: _EXTENDERS | {Scope.WINDOWS_WRITE},
    Act.SEE_EXPOSURE: _MARKERS | {Scope.WINDOWS_READ},
    Act.RECOUNT_EXPOSURE: _MARKERS,
    Act.SEE_CLOCK: _WATCHERS,
    Act.SEE_SITTING: _MARKERS | {Scope.SITTINGS_READ},
    Act.EXTEND_SITTING: _EXTENDERS | {Scope.SITTINGS_WRITE},
    Act.REPLAY_SITTING: _MARKERS,
    Act.TAKE_SITTING: frozenset({Scope.SITTINGS_WRITE}),
    Act.GRADE_WINDOW: _MARKERS | {Scope.WINDOWS_WRITE},
    Act.CREDIT_ITEM: _MARKERS,
    Act.SEE_RESULTS: _MARKERS,
    Act.SEE_RELEASED: _MARKERS | {Scope.RESULTS_READ},
    Act.PROPOSE_RELEASE: _CHAIRS,
    Act.CONFIRM_RELEASE: _CHAIRS,
    Act.CALIBRATE: _MARKERS,
    Act.SEE_CALIBRATIONS: _MARKERS | {Scope.CALIBRATIONS_READ},
    Act.ACCEPT_CALIBRATION: _MARKERS,
}


@dataclass(frozen=True, slots=True)
class Everything:
    """The reach of who may see every candidate, booking, window, sitting and result."""


# What one may see. An organisation and its centres are members of this union once they exist.
Reach = Everything
EVERYTHING: Final = Everything()


class Face(StrEnum):
    """The way by which somebody acts."""

    PAGES = "pages"
    API = "api"
    COMMAND_LINE = "command line"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Through:
    """By which face one acts, and who is at it: an address, a program, a user of the machine.

    A claimed name was typed by whoever is at the face; a proved one came with a sign-in.
    """

    face: Face
    who: str
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, when, on which grounds, within which reach, and through what."""

    name: str
    at: datetime
    roles: frozenset[Grant]
    reach: Reach
    through: Through


def system(name: str, at: datetime) -> Actor:
    """Return the machine itself as the one who acts: it may do everything."""
    return Actor(name, at, frozenset(Role), EVERYTHING, Through(Face.SYSTEM, name))


def may(actor: Actor, act: Act) -> bool:
    """Say whether somebody may do it."""
    return not actor.roles.isdisjoint(MAY[act])


def require(actor: Actor, act: Act) -> None:
    """Raise Forbidden unless the actor may do it."""
    if not may(actor, act):
        raise Forbidden(_refusal(actor, act))


def scope_of(act: Act) -> Scope:
    """Return the scope that a program's operation asks for; an act has one at most to write."""
    scopes = sorted(grant for grant in MAY[act] if isinstance(grant, Scope))
    return scopes[0]


def _refusal(actor: Actor, act: Act) -> str:
    roles = [str(role) for role in sorted(MAY[act]) if isinstance(role, Role)]
    needed = " or ".join(roles)
    match actor.through.face:
        case Face.PAGES:
            return f"This needs the role {needed}; you are signed in as {actor.name}."
        case Face.API:
            return f"The token does not carry the scope {scope_of(act)}."
        case Face.COMMAND_LINE | Face.SYSTEM:
            return f"{actor.name} may not {act}: that needs the role {needed}."
