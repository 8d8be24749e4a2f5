"""The pre-flight of an exam: simulated candidates sit it, and what that shows is kept."""

from app.errors import ExamNotRunnable, Invalid
from app.exam.people.permissions import Act, Actor, require
from app.exam.preflight.report import KeptReport
from app.progress import Progress, silent
from app.services.bank import exams
from app.services.preflight.run import PreflightRequest, simulate_exam
from app.store.bank import bank
from app.store.database import Database, Transaction
from app.store.preflight import preflights

FEWEST_CANDIDATES, MOST_CANDIDATES = 100, 200_000
LARGEST_SEED = 2**63 - 1
BOARD_CANDIDATES = 1_000


def run_preflight(
    database: Database, request: PreflightRequest, *, actor: Actor, progress: Progress = silent
) -> KeptReport:
    """Let simulated candidates sit the newest version of an exam, and keep the report.

    Raise ExamNotRunnable where no paper can be made. The progress is over blocks of papers.
    """
    require(actor, Act.RUN_PREFLIGHT)
    if not FEWEST_CANDIDATES <= request.candidates <= MOST_CANDIDATES:
        raise Invalid(
            "candidates",
            f"Give between {FEWEST_CANDIDATES} and {MOST_CANDIDATES:,} candidates, "
            f"not {request.candidates:,}.",
        )
    if not 0 <= request.seed <= LARGEST_SEED:
        raise Invalid("seed", f"Give a seed from 0 to {LARGEST_SEED}.")
    with database.read() as tx:
        version = bank.latest_version(tx, request.exam)
        problems = exams.check_saved(tx, request.exam, version)
        if problems:
            raise ExamNotRunnable([f"{one.field}: {one.reason}" for one in problems])
        edition = bank.load_edition(tx, request.exam, version)
    report = simulate_exam(edition, request, progress)
    with database.begin() as tx:
        number = preflights.add(tx, report, at=actor.at, by=actor.name)
    return KeptReport(number, report, actor.at, actor.name)


def newest_report(tx: Transaction, exam: str, *, actor: Actor) -> KeptReport | None:
    """Return the newest report of the newest version of an exam; raise NotFound for the exam."""
    require(actor, Act.SEE_PREFLIGHT)
    return preflights.newest(tx, exam, bank.latest_version(tx, exam))
