"""The page of an exam's pre-flight: the newest kept report, and a way to make one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.exam.people.permissions import Act
from app.exam.preflight.report import KeptReport
from app.services.bank import exams
from app.services.preflight import preflight as preflights
from app.services.preflight.cohorts import processes_here
from app.services.preflight.preflight import BOARD_CANDIDATES
from app.services.preflight.run import PreflightRequest
from app.web.board.desk.frames import EXAMS, exam_address, frame
from app.web.board.desk.pages import Frame, Link
from app.web.board.desk.session import Acting, Asked, Desk, Name, Seeing, see_other
from app.web.board.desk.words import instant
from app.web.board.preflight.body import Body, report_body
from app.web.rendering import render
from itembank.exams import ExamDefinition

PLACE = "preflight"
router = APIRouter(prefix=f"/exams/{{exam}}/{PLACE}")


@dataclass(frozen=True, slots=True)
class PreflightPage:
    """A pre-flight page: the newest report, if there is one, and the form that makes another."""

    frame: Frame
    lede: str
    target: str
    submit: str
    hint: str
    command: str
    body: Body | None


@router.get("")
def see_preflight(
    exam: Name, desk: Annotated[Desk, Depends(Seeing(Act.SEE_PREFLIGHT))], said: Asked = ""
) -> Response:
    """Show the newest pre-flight report of an exam."""
    with desk.context.database.read() as tx:
        found = exams.newest(tx, exam, actor=desk.actor).exam
        kept = preflights.newest_report(tx, exam, actor=desk.actor)
    return render(desk.request, "board/preflight.html", _page(desk, found, kept, said))


@router.post("")
def run_preflight(
    exam: Name, desk: Annotated[Desk, Depends(Acting(Act.RUN_PREFLIGHT))]
) -> Response:
    """Simulate candidates, and keep the report."""
    # In processes of their own, so that nobody's sitting waits for them.
    request = PreflightRequest(
        exam, BOARD_CANDIDATES, comparisons=False, processes=processes_here()
    )
    preflights.run_preflight(desk.context.database, request, actor=desk.actor)
    return see_other(f"{exam_address(exam, PLACE)}?said=simulated")


def _page(desk: Desk, exam: ExamDefinition, kept: KeptReport | None, said: str) -> PreflightPage:
    here = Link(exam.title, exam_address(exam.code))
    return PreflightPage(
        frame=frame(desk, f"Pre-flight of {exam.title}", EXAMS, here, said=said),
        lede=_lede(exam, kept),
        target=exam_address(exam.code, PLACE),
        submit=f"Simulate {BOARD_CANDIDATES:,} candidates",
        hint="This takes some seconds. The report is kept, and changes nothing in the exam.",
        command=f"adept simulate --exam {exam.code} --candidates 10000",
        body=None if kept is None else report_body(kept.report),
    )


def _lede(exam: ExamDefinition, kept: KeptReport | None) -> str:
    if kept is None:
        return (
            f"Version {exam.version} of this exam has not been simulated yet. Simulated candidates "
            "show how precise its marks and grades are, how often items are seen and where the "
            "bank is thin, before anybody sits it."
        )
    return (
        f"Version {exam.version}, simulated with {kept.report.candidates:,} candidates on "
        f"{instant(kept.made_at)} UTC by {kept.made_by}."
    )
