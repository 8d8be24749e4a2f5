"""Exams: what can be sat."""

from typing import Annotated

from fastapi import APIRouter

from app.services import item_bank
from app.services.access import Bearer, Scope
from app.web.api.callers import may
from app.web.api.documents import Exam, InPath, Page
from app.web.deps import Ctx

router = APIRouter(prefix="/exams", tags=["exams"])

Reader = Annotated[Bearer, may(Scope.EXAMS_READ)]


@router.get("", operation_id="list_exams")
def every(_: Reader, context: Ctx) -> Page[Exam]:
    """List every version of every exam, on one page."""
    with context.database.read() as tx:
        return Page(items=[Exam.of(line) for line in item_bank.exams(tx)], next=None)


@router.get("/{exam}", operation_id="show_exam")
def one(exam: InPath, _: Reader, context: Ctx) -> Exam:
    """Show the newest version of an exam."""
    with context.database.read() as tx:
        return Exam.of(item_bank.exam(tx, exam))
