"""The one place where an error of ours becomes an HTTP status and a title."""

from dataclasses import dataclass

from app import errors
from app.errors import ExamError
from app.web.words.errors import sentence_of
from app.web.words.language import ENGLISH, Language, translatable


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as both faces report it (RFC 9457): status, a stable type, a title, the words.

    `fields` holds each refused field with its reason; `retry_after` is in seconds.
    """

    status: int
    kind: str
    title: str
    detail: str
    fields: tuple[tuple[str, str], ...] = ()
    retry_after: int | None = None


_KINDS: dict[type[ExamError], tuple[int, str, str]] = {
    errors.NotFound: (404, "not-found", translatable("Not found")),
    errors.NotSignedIn: (401, "not-signed-in", translatable("Please sign in")),
    errors.WrongCode: (401, "wrong-code", translatable("That did not match")),
    errors.TooManyAttempts: (429, "too-many-attempts", translatable("Please wait a little")),
    errors.Superseded: (409, "superseded", translatable("You are signed in somewhere else")),
    errors.UnknownClient: (401, "unknown-client", "No such client"),
    errors.ScopeNotAllowed: (403, "scope-not-allowed", "Not allowed"),
    errors.StaleForm: (403, "stale-form", translatable("This page was out of date")),
    errors.Forbidden: (403, "forbidden", "Not allowed"),
    errors.WindowNotOpen: (409, "window-not-open", translatable("The exam window is not open")),
    errors.NotStarted: (409, "not-started", translatable("The exam has not been started")),
    errors.DeadlinePassed: (409, "deadline-passed", translatable("Time is up")),
    errors.SittingEnded: (409, "sitting-ended", translatable("This exam has ended")),
    errors.BlockClosed: (409, "block-closed", translatable("This part is closed")),
    errors.BlockNotReached: (
        409,
        "block-not-reached",
        translatable("This part cannot be closed yet"),
    ),
    errors.PaperNotComplete: (409, "paper-not-complete", translatable("There are more questions")),
    errors.NotExtendable: (409, "not-extendable", "No extension possible"),
    errors.WindowBusy: (409, "window-busy", "Not possible yet"),
    errors.NotGraded: (409, "not-graded", "Not graded yet"),
    errors.ParametersSuperseded: (409, "parameters-superseded", "Grade the window again"),
    errors.NotConverged: (409, "not-converged", "The calibration has not converged"),
    errors.ItemsUndecided: (409, "items-undecided", "Flagged items need a decision"),
    errors.AlreadyReleased: (409, "already-released", "Released already"),
    errors.SamePerson: (409, "same-person", "A second person is needed"),
    errors.ProvisionalScale: (409, "provisional-scale", "The scale is provisional"),
    errors.ExamNotRunnable: (422, "exam-not-runnable", "The exam cannot be run"),
    errors.ItemNeeded: (409, "item-needed", "Papers need this item"),
    errors.Duplicate: (409, "duplicate", "It exists already"),
    errors.Overtaken: (409, "overtaken", translatable("Please try again")),
    errors.Refused: (409, "refused", "Not possible now"),
    errors.UnknownPosition: (404, "unknown-position", translatable("No such question")),
    errors.UnknownOption: (422, "unknown-option", translatable("No such option")),
    errors.KeyReused: (422, "key-reused", "This key was used before"),
    errors.Invalid: (422, "invalid", translatable("Please check what you entered")),
    errors.StoreUnavailable: (
        503,
        "store-unavailable",
        translatable("Please try again in a moment"),
    ),
    errors.StoreInUse: (503, "store-in-use", "The database is in use"),
    errors.StoreNotMigrated: (503, "store-not-migrated", "The database needs an upgrade"),
    errors.StoreNotEmpty: (409, "store-not-empty", "The database is not empty"),
    errors.BackupDamaged: (422, "backup-damaged", "The backup cannot be used"),
    errors.SchemaBroken: (503, "schema-broken", "The database cannot be upgraded"),
    errors.StoreError: (503, "store", "The database cannot be used"),
    errors.ExamError: (400, "error", "Not possible"),
}

# Refusals that no error of ours makes; app.web.faults words them.
UNREADABLE = (400, "unreadable", translatable("Not understood"))
HTTP = (400, "http", translatable("Not possible"))
METHOD_NOT_ALLOWED = (405, "method-not-allowed", translatable("Not possible"))
TOO_LARGE = (413, "too-large", translatable("Too large"))
MALFORMED = (422, "malformed", translatable("Please check what you sent"))
UNEXPECTED = (500, "unexpected", translatable("Something went wrong"))
_OTHERS = (UNREADABLE, HTTP, METHOD_NOT_ALLOWED, TOO_LARGE, MALFORMED, UNEXPECTED)


def problem(error: ExamError, language: Language = ENGLISH) -> Problem:
    """Return how an error is reported, by the nearest class that has a kind."""
    for known in type(error).__mro__:
        if known in _KINDS:
            status, kind, title = _KINDS[known]
            detail = sentence_of(error, language)
            fields = ((error.field, detail),) if isinstance(error, errors.Invalid) else ()
            return Problem(status, kind, language.text(title), detail, fields, _wait(error))
    raise error


def kinds() -> list[tuple[int, str, str]]:
    """Return the status, the kind and the title of every problem, for the documentation."""
    return sorted([*_KINDS.values(), *_OTHERS])


def _wait(error: ExamError) -> int | None:
    return error.seconds if isinstance(error, errors.TooManyAttempts) else None
