"""What each error says: those a candidate can meet in every language, the others in English.

A fact of the error stands in braces; an instant is written out, and a sequence is joined by what
follows the colon.
"""

from dataclasses import dataclass

from app import errors
from app.errors import ExamError
from app.web.words.language import translatable


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence with a form for one and a form for many; `fact` is the number."""

    one: str
    many: str
    fact: str


def counted(one: str, many: str, fact: str) -> Counted:
    """Return a counted sentence as it is: this marks its forms for the catalogue."""
    return Counted(one, many, fact)


Sentence = str | Counted

CANDIDATE: dict[type[ExamError], Sentence] = {
    errors.NotSignedIn: translatable(
        "You are not signed in, or your sign-in has ended. Please sign in again."
    ),
    errors.WrongCode: translatable(
        "The membership number and the access code do not belong together. "
        "Check both and try again; your centre can issue a new code."
    ),
    errors.TooManyAttempts: counted(
        "There were too many wrong attempts. Please wait {seconds} second and try again. "
        "The exam clock, once started, is not stopped by this; tell your invigilator.",
        "There were too many wrong attempts. Please wait {seconds} seconds and try again. "
        "The exam clock, once started, is not stopped by this; tell your invigilator.",
        "seconds",
    ),
    errors.Superseded: translatable(
        "You have signed in again somewhere else, and that page has taken over. "
        "Everything that was saved is kept. To go on here, sign in again here."
    ),
    errors.StaleForm: translatable(
        "This page was out of date, so nothing was changed. Please look at it and send it again."
    ),
    errors.WindowNotOpen: translatable("Exams can be started from {opens_at} to {closes_at}."),
    errors.NotOpenYet: translatable(
        "The exam window is not open yet: exams can be started from {opens_at} to {closes_at}."
    ),
    errors.OpenNoMore: translatable(
        "The exam window has closed: exams can be started from {opens_at} to {closes_at}."
    ),
    errors.NotStarted: translatable(
        "The exam has not been started yet. Read the instructions and start it."
    ),
    errors.DeadlinePassed: translatable(
        "Time ended at {deadline}, so this was not accepted. "
        "Everything saved before then is kept and will be marked."
    ),
    errors.SittingEnded: translatable(
        "This exam has ended, so nothing more can be changed. "
        "Everything that was saved is kept and will be marked."
    ),
    errors.BlockClosed: translatable(
        "Question {position} belongs to a part that you have closed. "
        "Your saved answer is kept; please go on with the open questions."
    ),
    errors.BlockNotReached: translatable(
        "Block {block} cannot be closed now: the open block is {current}."
    ),
    errors.PaperNotComplete: counted(
        "There is still {remaining} question to come. Close this part to see the next "
        "questions; you can hand in from the last part.",
        "There are still {remaining} questions to come. Close this part to see the next "
        "questions; you can hand in from the last part.",
        "remaining",
    ),
    errors.Overtaken: translatable(
        "Somebody did the same at the same moment. Nothing of yours was changed; try again."
    ),
    errors.UnknownPosition: translatable(
        "There is no question {position} that you can see. Nothing was changed."
    ),
    errors.UnknownOption: translatable(
        "'{option:.40}' is not one of this question's options. Nothing was changed; choose one."
    ),
    errors.NumberMissing: translatable("Enter your membership number."),
    errors.NumberUnreadable: translatable(
        "Check your membership number: it has signs in it that cannot be right."
    ),
    errors.CodeMissing: translatable("Enter your access code."),
    errors.CodeUnreadable: translatable(
        "Check your access code: it has signs in it that cannot be right."
    ),
    errors.UnknownButton: translatable(
        "That button is not one of this page's. Nothing was changed."
    ),
    errors.UnknownPlace: translatable("That is not a place on this paper. Nothing was changed."),
    errors.PartNotNamed: translatable(
        "The form did not say which part to close. Nothing was changed."
    ),
    errors.Unstorable: translatable(
        "Something you entered is too long, too large, or holds a character that cannot be kept. "
        "Nothing was changed; correct it and send it again."
    ),
    errors.StoreUnavailable: translatable(
        "The service cannot reach its database just now, so nothing was changed. "
        "Everything saved earlier is kept. Please try again in a moment."
    ),
}

STAFF: dict[type[ExamError], Sentence] = {
    errors.ExamError: "This is not possible.",
    errors.NotFound: "There is no {what} '{name}'. Check the id and try again.",
    errors.Forbidden: "{sentence}",
    errors.UnknownClient: "The client id and the client secret do not belong together.",
    errors.ScopeNotAllowed: "This client may not have: {scopes:, }.",
    errors.Refused: "{sentence}",
    errors.NotExtendable: "This sitting cannot be extended.",
    errors.ClockNotStarted: (
        "This sitting cannot be extended: it has not started, so none of its time has passed."
    ),
    errors.HandedInAlready: "This sitting cannot be extended: it has been handed in.",
    errors.ExtensionTooShort: (
        "This sitting cannot be extended: an extension is at least one second."
    ),
    errors.NewEndPast: (
        "This sitting cannot be extended: its new end would already be past; give {minutes} "
        "minutes more."
    ),
    errors.WindowBusy: "The window is not finished.",
    errors.WindowStillOpen: "The window is not finished: it is still open; close it first.",
    errors.SittingsInProgress: Counted(
        "The window is not finished: {sittings} sitting is still in progress; wait until it is "
        "handed in or its time is over.",
        "The window is not finished: {sittings} sittings are still in progress; wait until they "
        "are handed in or their time is over.",
        "sittings",
    ),
    errors.NotAllGraded: (
        "The window is not finished: {ended} sittings have ended and {graded} are graded; grade "
        "it again."
    ),
    errors.NothingToExtend: "No exam of this window has been started, so none can be extended.",
    errors.WindowClosed: "The window has closed already.",
    errors.NotGraded: "Window '{window}' has not been graded. Grade it, then release it.",
    errors.NotProposed: "Nobody has proposed this release: one person proposes, another confirms.",
    errors.ParametersSuperseded: (
        "Other item parameters have been put in force since window '{window}' was graded. "
        "Grade it again, then release it."
    ),
    errors.NotConverged: (
        "Calibration run '{run}' has not converged, so nothing of it can be accepted. "
        "Calibrate again with more iterations."
    ),
    errors.ItemsUndecided: (
        "The key of these items is in doubt: {items:, }. Name each among those to accept or to bar."
    ),
    errors.NotCalibratable: "The window cannot be calibrated like this: {reason}",
    errors.EnginesNotComparable: "The engines cannot be compared: {reason}",
    errors.SelectedAdaptively: (
        "Papers of this window were selected by earlier answers, and girth gives wrong "
        "parameters for such data. The cross-check is for windows of a fixed form, or of "
        "papers drawn at random."
    ),
    errors.TooFewCommonItems: (
        "Only {common} items of reporting scale {scale} were seen in this window, and {fewest} are "
        "needed to anchor it. Calibrate with anchors free to look at it."
    ),
    errors.TooManyDrifted: (
        "{drifted} of {common} common items have drifted from reporting scale {scale}: too few are "
        "left to anchor on. Look for what they have in common."
    ),
    errors.DecidedTwice: "Item {item} is named to accept and to bar. Decide which.",
    errors.NothingAccepted: "No item is accepted by this. Name items, or say clear or all.",
    errors.NotAnchored: (
        "Run '{run}' is not anchored on the exam's reporting scale. Calibrate the window again, "
        "with anchors on the scale."
    ),
    errors.RatingsUnrelated: (
        "The ratings of the accepted items do not rise with their calibrated difficulties, so "
        "items without a calibration cannot be put on the new scale. Accept or bar them all."
    ),
    errors.AlreadyReleased: "The results of window '{window}' have been released already.",
    errors.SamePerson: (
        "Release needs two different people: somebody else must confirm what you proposed."
    ),
    errors.ProvisionalScale: (
        "The marks of exam '{exam}' rest on provisional (judged) parameters. Calibrate the items "
        "first, or set release_on_provisional in a new version of the exam."
    ),
    errors.ExamNotRunnable: "The exam cannot be run as it is defined: {reasons:; }.",
    errors.ItemNeeded: (
        "Item '{item}' is needed: {reasons:; }. Nothing was changed. Close the windows named "
        "first, or suspend the item all the same: then it is given only where no paper can be made "
        "without it, and the record of the sitting says so."
    ),
    errors.Duplicate: "There is already a {what} '{name}'.",
    errors.NumberTaken: (
        "There is already a {what} '{name}'. It is written '{kept}': case, spaces, dashes and "
        "letters of another alphabet that look the same make no other number."
    ),
    errors.ContentDiffers: (
        "There is already a {what} '{name}', and it says something else. What has been kept "
        "never changes: give the new one another version or name. Nothing was changed."
    ),
    errors.Invalid: "{sentence}",
    errors.TimeWithoutZone: "Give the time with its zone, for example 2027-01-11T09:00:00Z.",
    errors.YearOutOfRange: "Give a year from {first} to {last}.",
    errors.ClosesTooEarly: "A window must close after it opens. Give a later closing time.",
    errors.ClosingTimePast: "The window's closing time is past. Say until when it is open.",
    errors.ExtensionOutOfRange: "Give between 1 minute and 24 hours.",
    errors.UnknownLanguage: (
        "ADEPT_LANGUAGE cannot be used: there are no words in '{code}'. Write one of: {known:, }."
    ),
    errors.KeyReused: (
        "The idempotency key '{key}' was used for another request, so nothing was changed. Use a "
        "new key for a new request."
    ),
    errors.StoreError: "The database cannot be used.",
    errors.StoreInUse: (
        "Another Adept server is using {path}. SQLite serves one server process: stop the other "
        "one, or move to PostgreSQL (ADEPT_DATABASE_URL)."
    ),
    errors.StoreNotMigrated: (
        "The database is at version {found}, this Adept needs {wanted}. Run `adept migrate`; "
        "sittings in progress are kept."
    ),
    errors.StoreNotEmpty: (
        "The database '{name}' is in use: it holds {rows} rows of candidates, windows and their "
        "record. Restore into an empty one, or replace all of it with: --replace {name}"
    ),
    errors.BackupDamaged: (
        "The file is not a whole Adept backup: {reason}. The database was not changed. Take an "
        "earlier backup, or another copy of this one."
    ),
    errors.SchemaBroken: (
        "The change would leave rows of '{table}' without their row of '{parent}', so nothing was "
        "changed. Report this with the version you upgrade from."
    ),
}

SENTENCES = CANDIDATE | STAFF
