"""The errors of the exam service: each keeps the facts, and app.web.words says them.

ExamError
├── NotFound                  nothing has this id
├── Forbidden                 you may not do this
│   ├── NotSignedIn           sign in first
│   ├── WrongCode             number and code do not belong together
│   ├── UnknownClient         no program has this id and secret
│   ├── ScopeNotAllowed       the program may not have this scope
│   ├── TooManyAttempts       wait before the next attempt
│   ├── Superseded            a newer sign-in has taken over
│   └── StaleForm             the page's token is missing or old
├── Refused                   not now, or not like this
│   ├── WindowNotOpen         before or after the window
│   │   ├── NotOpenYet        come back when it has opened
│   │   └── OpenNoMore        it has closed
│   ├── NotStarted            the sitting has no clock yet
│   ├── DeadlinePassed        the answer came too late (recorded)
│   ├── SittingEnded          handed in, or ended by time
│   ├── BlockClosed           the question's block is closed
│   ├── BlockNotReached       an earlier block is still open
│   ├── PaperNotComplete      blocks are still to come
│   ├── NotExtendable         this sitting cannot get more time
│   │   ├── ClockNotStarted   none of its time has passed
│   │   ├── HandedInAlready   its candidate has ended it
│   │   ├── ExtensionTooShort   less than a second
│   │   └── NewEndPast        the new end would be past
│   ├── WindowBusy            sittings are still in progress
│   │   ├── WindowStillOpen   close it first
│   │   ├── SittingsInProgress   wait until the last has ended
│   │   └── NotAllGraded      grade it again
│   ├── NothingToExtend       nobody has started in the window
│   ├── WindowClosed          it has closed already
│   ├── NotGraded             grade before release
│   ├── NotProposed           one person proposes, another confirms
│   ├── ParametersSuperseded  grade again: other parameters are in force
│   ├── NotConverged          a calibration that stopped early puts nothing in force
│   ├── ItemsUndecided        flagged items are neither accepted nor barred
│   ├── NotCalibratable       its responses cannot be measured with
│   ├── EnginesNotComparable  the other engine cannot take the data
│   ├── SelectedAdaptively    girth is wrong for such data
│   ├── TooFewCommonItems     too few items of the scale were seen
│   ├── TooManyDrifted        too few items are left to anchor on
│   ├── DecidedTwice          an item is named to accept and to bar
│   ├── NothingAccepted       no item is accepted
│   ├── NotAnchored           the run is not on the exam's reporting scale
│   ├── RatingsUnrelated      ratings do not rise with difficulties
│   ├── AlreadyReleased       results are out
│   ├── SamePerson            release needs two people
│   ├── ProvisionalScale      the exam does not allow release on judged parameters
│   ├── ExamNotRunnable       the definition fails its checks
│   ├── ItemNeeded            no paper can be made without the item
│   ├── Duplicate             it exists already
│   │   └── NumberTaken       it is written in another way
│   ├── ContentDiffers        it exists already, and says something else
│   └── Overtaken             somebody did the same at the same moment
├── Invalid                   the input is not what it should be
│   ├── UnknownPosition       the paper has no such question (yet)
│   ├── UnknownOption         the question has no such option
│   ├── NumberMissing         no membership number was typed
│   ├── NumberUnreadable      the number holds what nobody types
│   ├── CodeMissing           no access code was typed
│   ├── CodeUnreadable        the code holds what nobody types
│   ├── UnknownButton         a button that the page does not have
│   ├── UnknownPlace          a place that the paper does not have
│   ├── PartNotNamed          which part to close is not said
│   ├── Unstorable            the database cannot keep it
│   ├── TimeWithoutZone       the time has no offset
│   ├── YearOutOfRange        a year of no calendar of ours
│   ├── ClosesTooEarly        a window that ends before it begins
│   ├── ClosingTimePast       the window could not be opened until then
│   ├── ExtensionOutOfRange   more or less time than can be given
│   ├── UnknownLanguage       there is no catalogue of it
│   └── KeyReused             the idempotency key belongs to another request
└── StoreError
    ├── StoreUnavailable      it does not answer
    ├── StoreInUse            another server holds this SQLite file
    ├── StoreNotMigrated      run `adept migrate`
    ├── StoreNotEmpty         it holds what a restore would replace
    ├── BackupDamaged         the file is not a whole backup
    └── SchemaBroken          a change of the schema would lose rows
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class ExamError(Exception):
    """Root of all errors of the service; what a class below it annotates are its facts.

    `recorded` says that refusing left a trace that must be kept: the transaction commits.
    """

    recorded: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Give the class what a dataclass has."""
        dataclass(eq=False)(cls)

    def __str__(self) -> str:
        """Return the facts, as a log or a traceback shows them."""
        return ", ".join(f"{name}={fact!r}" for name, fact in vars(self).items())


class NotFound(ExamError):
    """Nothing has this id."""

    what: str
    name: str


class Forbidden(ExamError):
    """The caller may not do this; raised itself where a sentence has no class."""

    def __init__(self, sentence: str = "You are not allowed to do this.") -> None:
        self.sentence = sentence


class NotSignedIn(Forbidden):
    """No valid sign-in came with the request."""


class WrongCode(Forbidden):
    """The sign-in does not match."""

    recorded: ClassVar[bool] = True


class UnknownClient(Forbidden):
    """No program has this id and this secret."""


class ScopeNotAllowed(Forbidden):
    """A program asks for more than it was given."""

    scopes: Sequence[str]


class TooManyAttempts(Forbidden):
    """Too many wrong attempts for one number."""

    seconds: int


class Superseded(Forbidden):
    """A newer sign-in has taken over the sitting."""


class StaleForm(Forbidden):
    """The form's token is missing or old."""


class Refused(ExamError):
    """It cannot be done now, or not like this; raised itself where a sentence has no class."""

    def __init__(self, sentence: str = "This is not possible now.") -> None:
        self.sentence = sentence


class WindowNotOpen(Refused):
    """The window does not admit a start at this instant."""

    opens_at: datetime
    closes_at: datetime


class NotOpenYet(WindowNotOpen):
    """The window has not opened."""


class OpenNoMore(WindowNotOpen):
    """The window has closed."""


class NotStarted(Refused):
    """The sitting has not been started."""


class DeadlinePassed(Refused):
    """The request came after the deadline and its grace; it is recorded as refused."""

    recorded: ClassVar[bool] = True
    deadline: datetime


class SittingEnded(Refused):
    """The sitting is over."""


class BlockClosed(Refused):
    """The question belongs to a closed block."""

    position: int


class BlockNotReached(Refused):
    """The block is not the open one."""

    block: int
    current: int


class PaperNotComplete(Refused):
    """Blocks are still to come."""

    remaining: int


class NotExtendable(Refused):
    """The sitting cannot be given this time."""


class ClockNotStarted(NotExtendable):
    """None of the sitting's time has passed."""


class HandedInAlready(NotExtendable):
    """Its candidate has handed it in."""


class ExtensionTooShort(NotExtendable):
    """The time to be given is less than a second."""


class NewEndPast(NotExtendable):
    """Even with it the sitting's time would be over."""

    minutes: int


class WindowBusy(Refused):
    """The window is open, or has sittings in progress."""


class WindowStillOpen(WindowBusy):
    """Exams can still be started in it."""


class SittingsInProgress(WindowBusy):
    """Sittings that were started have not ended."""

    sittings: int


class NotAllGraded(WindowBusy):
    """Sittings have ended since the window was graded."""

    ended: int
    graded: int


class NothingToExtend(Refused):
    """No exam of the window has been started."""


class WindowClosed(Refused):
    """The window has closed already."""


class NotGraded(Refused):
    """There is nothing to release."""

    window: str


class NotProposed(Refused):
    """Nobody has proposed the release."""


class ParametersSuperseded(Refused):
    """Parameters were accepted after the window was graded."""

    window: str


class NotConverged(Refused):
    """The calibration stopped before it had converged."""

    run: str


class ItemsUndecided(Refused):
    """Flagged items were neither accepted nor barred."""

    items: Sequence[str]


class NotCalibratable(Refused):
    """The window's responses cannot be calibrated like this."""

    reason: str


class EnginesNotComparable(Refused):
    """The engines of calibration cannot be compared on these data."""

    reason: str


class SelectedAdaptively(Refused):
    """Papers were selected by earlier answers, which a cross-check cannot allow for."""


class TooFewCommonItems(Refused):
    """Too few items of the reporting scale were seen in the window."""

    common: int
    scale: int
    fewest: int


class TooManyDrifted(Refused):
    """Too few items are left to anchor on."""

    drifted: int
    common: int
    scale: int


class DecidedTwice(Refused):
    """An item is named to accept and to bar."""

    item: str


class NothingAccepted(Refused):
    """No item is accepted."""


class NotAnchored(Refused):
    """The run is not anchored on the exam's reporting scale."""

    run: str


class RatingsUnrelated(Refused):
    """Ratings do not rise with calibrated difficulties, so none can be put on the scale."""


class AlreadyReleased(Refused):
    """The results are out."""

    window: str


class SamePerson(Refused):
    """Two people are needed."""


class ProvisionalScale(Refused):
    """The parameters are judged, and the exam does not allow release on them."""

    exam: str


class ExamNotRunnable(Refused):
    """The exam's definition fails its checks."""

    reasons: Sequence[str]


class ItemNeeded(Refused):
    """No paper of an exam in use can be made without the item."""

    item: str
    reasons: Sequence[str]


class Duplicate(Refused):
    """It exists already."""

    what: str
    name: str


class ContentDiffers(Refused):
    """What never changes exists already under this name, and says something else."""

    what: str
    name: str


class NumberTaken(Duplicate):
    """Another candidate has a membership number that is compared as the same."""

    kept: str


class Overtaken(Refused):
    """Two requests did the same at the same moment; the other one won."""


class Invalid(ExamError):
    """The input is not what it should be; `field` is what to correct."""

    def __init__(self, field: str = "input", sentence: str = "Please correct it.") -> None:
        self.field = field
        self.sentence = sentence


class UnknownPosition(Invalid):
    """The paper has no such question, or it has not been reached."""

    field = "position"
    position: int


class UnknownOption(Invalid):
    """The question has no such option."""

    field = "option"
    option: str


class NumberMissing(Invalid):
    """No membership number was typed."""

    field = "number"


class NumberUnreadable(Invalid):
    """The membership number holds what nobody types."""

    field = "number"


class CodeMissing(Invalid):
    """No access code was typed."""

    field = "code"


class CodeUnreadable(Invalid):
    """The access code holds what nobody types."""

    field = "code"


class UnknownButton(Invalid):
    """The form names a button that its page does not have."""

    field = "flag"


class UnknownPlace(Invalid):
    """The form names a place that the paper does not have."""

    field = "go"


class PartNotNamed(Invalid):
    """The form does not say which part to close."""

    field = "block"


class Unstorable(Invalid):
    """The database cannot keep what was entered."""

    field = "input"


class TimeWithoutZone(Invalid):
    """The time has no zone."""

    field: str


class YearOutOfRange(Invalid):
    """The year is not one that windows can lie in."""

    field: str
    first: int
    last: int


class ClosesTooEarly(Invalid):
    """The window would close before it opens."""

    field = "closes_at"


class ClosingTimePast(Invalid):
    """The window's closing time is past."""

    field = "until"


class ExtensionOutOfRange(Invalid):
    """The minutes are less or more than can be given."""

    field = "minutes"


class UnknownLanguage(Invalid):
    """There is no catalogue of the language."""

    field = "language"
    code: str
    known: Sequence[str]


class KeyReused(Invalid):
    """The idempotency key came with another request before."""

    field = "Idempotency-Key"
    key: str


class StoreError(ExamError):
    """The database cannot be used."""


class StoreUnavailable(StoreError):
    """The database does not answer."""


class StoreInUse(StoreError):
    """Another server process holds this SQLite file."""

    path: str


class StoreNotMigrated(StoreError):
    """The schema is not the one this version needs."""

    found: str | None
    wanted: str


class StoreNotEmpty(StoreError):
    """The database holds what a restore would replace."""

    name: str
    rows: int


class BackupDamaged(StoreError):
    """The file is not a whole backup."""

    reason: str


class SchemaBroken(StoreError):
    """A change of the schema would leave rows that refer to nothing."""

    table: str
    parent: str
