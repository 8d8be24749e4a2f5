"""The errors of the exam service: each says what happened and what to do.

ExamError
├── NotFound               nothing has this id
├── Forbidden              you may not do this
│   ├── NotSignedIn        sign in first
│   ├── WrongCode          number and code do not belong together
│   ├── UnknownClient      no program has this id and secret
│   ├── ScopeNotAllowed    the program may not have this scope
│   ├── TooManyAttempts    wait before the next attempt
│   ├── Superseded         a newer sign-in has taken over
│   └── StaleForm          the page's token is missing or old
├── Refused                not now, or not like this
│   ├── WindowNotOpen      before or after the window
│   ├── NotStarted         the sitting has no clock yet
│   ├── DeadlinePassed     the answer came too late (recorded)
│   ├── SittingEnded       handed in, or ended by time
│   ├── BlockClosed        the question's block is closed
│   ├── BlockNotReached    an earlier block is still open
│   ├── PaperNotComplete   blocks are still to come
│   ├── NotExtendable      this sitting cannot get more time
│   ├── WindowBusy         sittings are still in progress
│   ├── NotGraded          grade before release
│   ├── ParametersSuperseded   grade again: other parameters are in force
│   ├── NotConverged       a calibration that stopped early puts nothing in force
│   ├── ItemsUndecided     flagged items are neither accepted nor barred
│   ├── AlreadyReleased    results are out
│   ├── SamePerson         release needs two people
│   ├── ProvisionalScale   the exam does not allow release on judged parameters
│   ├── ExamNotRunnable    the definition fails its checks
│   ├── ItemNeeded         no paper can be made without the item
│   ├── Duplicate          it exists already
│   │   └── NumberTaken    another candidate has this membership number
│   └── Overtaken          somebody did the same at the same moment
├── Invalid                the input is not what it should be
│   ├── UnknownPosition    the paper has no such question (yet)
│   ├── UnknownOption      the question has no such option
│   └── KeyReused          the idempotency key belongs to another request
└── StoreError
    ├── StoreUnavailable   it does not answer
    ├── StoreInUse         another server holds this SQLite file
    ├── StoreNotMigrated   run `adept migrate`
    ├── StoreNotEmpty      it holds what a restore would replace
    ├── BackupDamaged      the file is not a whole backup
    └── SchemaBroken       a change of the schema would lose rows
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar


class ExamError(Exception):
    """Root of all errors of the service.

    `recorded` says that refusing left a trace that must be kept: the transaction commits.
    """

    recorded: ClassVar[bool] = False


class NotFound(ExamError):
    """Nothing has this id."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is no {what} '{name}'. Check the id and try again.")
        self.what = what
        self.name = name


class Forbidden(ExamError):
    """The caller may not do this."""

    def __init__(self, reason: str = "You are not allowed to do this.") -> None:
        super().__init__(reason)


class NotSignedIn(Forbidden):
    """No valid sign-in came with the request."""

    def __init__(self) -> None:
        super().__init__("You are not signed in, or your sign-in has ended. Please sign in again.")


class WrongCode(Forbidden):
    """The sign-in does not match."""

    recorded: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__(
            "The membership number and the access code do not belong together. "
            "Check both and try again; your centre can issue a new code."
        )


class UnknownClient(Forbidden):
    """No program has this id and this secret."""

    def __init__(self) -> None:
        super().__init__("The client id and the client secret do not belong together.")


class ScopeNotAllowed(Forbidden):
    """A program asks for more than it was given."""

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__(f"This client may not have: {', '.join(sorted(scopes))}.")


class TooManyAttempts(Forbidden):
    """Too many wrong attempts for one number."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"There were too many wrong attempts. Please wait {seconds} seconds and try again. "
            "The exam clock, once started, is not stopped by this; tell your invigilator."
        )
        self.seconds = seconds


class Superseded(Forbidden):
    """A newer sign-in has taken over the sitting."""

    def __init__(self) -> None:
        super().__init__(
            "You have signed in again somewhere else, and that page has taken over. "
            "Everything that was saved is kept. To go on here, sign in again here."
        )


class StaleForm(Forbidden):
    """The form's token is missing or old."""

    def __init__(self) -> None:
        super().__init__(
            "This page was out of date, so nothing was changed. "
            "Please look at it and send it again."
        )


class Refused(ExamError):
    """It cannot be done now, or not like this."""


class WindowNotOpen(Refused):
    """The window does not admit a start at this instant."""

    def __init__(self, opens_at: datetime, closes_at: datetime, *, too_early: bool) -> None:
        span = f"from {_words(opens_at)} to {_words(closes_at)}"
        said = "is not open yet" if too_early else "has closed"
        super().__init__(f"The exam window {said}: exams can be started {span}.")
        self.opens_at = opens_at
        self.closes_at = closes_at


class NotStarted(Refused):
    """The sitting has not been started."""

    def __init__(self) -> None:
        super().__init__("The exam has not been started yet. Read the instructions and start it.")


class DeadlinePassed(Refused):
    """The request came after the deadline and its grace; it is recorded as refused."""

    recorded: ClassVar[bool] = True

    def __init__(self, deadline: datetime) -> None:
        super().__init__(
            f"Time ended at {_words(deadline)}, so this was not accepted. "
            "Everything saved before then is kept and will be marked."
        )
        self.deadline = deadline


class SittingEnded(Refused):
    """The sitting is over."""

    def __init__(self) -> None:
        super().__init__(
            "This exam has ended, so nothing more can be changed. "
            "Everything that was saved is kept and will be marked."
        )


class BlockClosed(Refused):
    """The question belongs to a closed block."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"Question {position} belongs to a part that you have closed. "
            "Your saved answer is kept; please go on with the open questions."
        )
        self.position = position


class BlockNotReached(Refused):
    """The block is not the open one."""

    def __init__(self, block: int, current: int) -> None:
        super().__init__(f"Block {block} cannot be closed now: the open block is {current}.")
        self.block = block
        self.current = current


class PaperNotComplete(Refused):
    """Blocks are still to come."""

    def __init__(self, remaining: int) -> None:
        super().__init__(
            f"There are still {remaining} questions to come. Close this part to see the next "
            "questions; you can hand in from the last part."
        )
        self.remaining = remaining


class NotExtendable(Refused):
    """The sitting cannot be given this time."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This sitting cannot be extended: {reason}.")


class WindowBusy(Refused):
    """The window is open, or has sittings in progress."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The window is not finished: {reason}.")


class NotGraded(Refused):
    """There is nothing to release."""

    def __init__(self, window: str) -> None:
        super().__init__(f"Window '{window}' has not been graded. Grade it, then release it.")


class ParametersSuperseded(Refused):
    """Parameters were accepted after the window was graded."""

    def __init__(self, window: str) -> None:
        super().__init__(
            f"Other item parameters have been put in force since window '{window}' was graded. "
            "Grade it again, then release it."
        )
        self.window = window


class NotConverged(Refused):
    """The calibration stopped before it had converged."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"Calibration run '{run}' has not converged, so nothing of it can be accepted. "
            "Calibrate again with more iterations."
        )


class ItemsUndecided(Refused):
    """Flagged items were neither accepted nor barred."""

    def __init__(self, items: Sequence[str]) -> None:
        super().__init__(
            f"The key of these items is in doubt: {', '.join(items)}. Name each among those to "
            "accept or to bar."
        )


class AlreadyReleased(Refused):
    """The results are out."""

    def __init__(self, window: str) -> None:
        super().__init__(f"The results of window '{window}' have been released already.")


class SamePerson(Refused):
    """Two people are needed."""

    def __init__(self) -> None:
        super().__init__(
            "Release needs two different people: somebody else must confirm what you proposed."
        )


class ProvisionalScale(Refused):
    """The parameters are judged, and the exam does not allow release on them."""

    def __init__(self, exam: str) -> None:
        super().__init__(
            f"The marks of exam '{exam}' rest on provisional (judged) parameters. Calibrate the "
            "items first, or set release_on_provisional in a new version of the exam."
        )


class ExamNotRunnable(Refused):
    """The exam's definition fails its checks."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("The exam cannot be run as it is defined: " + "; ".join(reasons) + ".")
        self.reasons = tuple(reasons)


class ItemNeeded(Refused):
    """No paper of an exam in use can be made without the item."""

    def __init__(self, item: str, reasons: Sequence[str]) -> None:
        super().__init__(
            f"Item '{item}' is needed: {'; '.join(reasons)}. Nothing was changed. Close the "
            "windows named first, or suspend the item all the same: then it is given only where "
            "no paper can be made without it, and the record of the sitting says so."
        )
        self.reasons = tuple(reasons)


class Duplicate(Refused):
    """It exists already."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is already a {what} '{name}'.")
        self.what = what
        self.name = name


class NumberTaken(Duplicate):
    """Another candidate has this membership number, or one that is compared as the same."""

    def __init__(self, number: str, kept: str) -> None:
        super().__init__("candidate with membership number", number)
        self.kept = kept
        if kept != number:
            self.args = (
                f"{self} It is written '{kept}': case, spaces, dashes and letters of another "
                "alphabet that look the same make no other number.",
            )


class Overtaken(Refused):
    """Two requests did the same at the same moment; the other one won."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody did the same at the same moment. Nothing of yours was changed; try again."
        )


class Invalid(ExamError):
    """The input is not what it should be."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class UnknownPosition(Invalid):
    """The paper has no such question, or it has not been reached."""

    def __init__(self, position: int) -> None:
        super().__init__(
            "position", f"There is no question {position} that you can see. Nothing was changed."
        )


class UnknownOption(Invalid):
    """The question has no such option."""

    def __init__(self, option: str) -> None:
        super().__init__(
            "option",
            f"'{option[:40]}' is not one of this question's options. "
            "Nothing was changed; choose one.",
        )


class KeyReused(Invalid):
    """The idempotency key came with another request before."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "Idempotency-Key",
            f"The idempotency key '{key}' was used for another request, so nothing was changed. "
            "Use a new key for a new request.",
        )


class StoreError(ExamError):
    """The database cannot be used."""


class StoreUnavailable(StoreError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The service cannot reach its database just now, so nothing was changed. "
            "Everything saved earlier is kept. Please try again in a moment."
        )


class StoreInUse(StoreError):
    """Another server process holds this SQLite file."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Another Adept server is using {path}. SQLite serves one server process: stop the "
            "other one, or move to PostgreSQL (ADEPT_DATABASE_URL)."
        )


class StoreNotMigrated(StoreError):
    """The schema is not the one this version needs."""

    def __init__(self, found: str | None, wanted: str) -> None:
        super().__init__(
            f"The database is at version {found or 'none'}, this Adept needs {wanted}. "
            "Run `adept migrate`; sittings in progress are kept."
        )


class StoreNotEmpty(StoreError):
    """The database holds what a restore would replace."""

    def __init__(self, name: str, rows: int) -> None:
        super().__init__(
            f"The database '{name}' is in use: it holds {rows} rows of candidates, windows and "
            f"their record. Restore into an empty one, or replace all of it with: --replace {name}"
        )
        self.name = name
        self.rows = rows


class BackupDamaged(StoreError):
    """The file is not a whole backup."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The file is not a whole Adept backup: {reason}. The database was not changed. "
            "Take an earlier backup, or another copy of this one."
        )


class SchemaBroken(StoreError):
    """A change of the schema would leave rows that refer to nothing."""

    def __init__(self, table: str, parent: str) -> None:
        super().__init__(
            f"The change would leave rows of '{table}' without their row of '{parent}', so "
            "nothing was changed. Report this with the version you upgrade from."
        )


def _words(instant: datetime) -> str:
    return f"{instant:%H:%M} UTC on {instant.day} {instant:%B %Y}"
