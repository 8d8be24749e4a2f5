"""Exams: what can be sat."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field

from app.exam.people.permissions import Act, Actor
from app.services.bank import exams
from app.services.bank.exams import ExamLine
from app.web.api.callers import may
from app.web.api.documents import Document, InPath, Page
from app.web.deps import Ctx

router = APIRouter(prefix="/exams", tags=["exams"])

Reader = Annotated[Actor, may(Act.SEE_EXAMS)]


class Band(Document):
    """A grade and the lowest mark that earns it."""

    code: Annotated[str, Field(examples=["D"])]
    name: Annotated[str, Field(examples=["Distinction"])]
    lowest: Annotated[int, Field(examples=[80])]


class Exam(Document):
    """A version of an exam."""

    code: Annotated[str, Field(examples=["cim-l6-smm"])]
    version: Annotated[int, Field(examples=[1])]
    title: Annotated[str, Field(examples=["Social Media Management"])]
    framework: Annotated[str, Field(examples=["cim-l6-smm"])]
    minutes: Annotated[int, Field(examples=[90])]
    length: Annotated[int, Field(examples=[45])]
    block_count: Annotated[int, Field(examples=[9])]
    credits: Annotated[int, Field(examples=[10])]
    threshold: Annotated[int, Field(examples=[60])]
    bands: Sequence[Band]
    provisional: Annotated[bool, Field(description="Its item parameters are judged ones.")]

    @classmethod
    def of(cls, line: ExamLine) -> Self:
        """Return an exam as told."""
        exam = line.exam
        same = {"code", "version", "title", "framework", "minutes", "credits"}
        return cls(
            **exam.model_dump(include=same),
            length=exam.length,
            block_count=exam.block_count,
            threshold=exam.scheme.threshold,
            bands=[
                Band(code=one.code, name=one.name, lowest=one.lowest)
                for one in exam.scheme.outcomes
            ],
            provisional=line.provisional,
        )


@router.get("", operation_id="list_exams")
def every(actor: Reader, context: Ctx) -> Page[Exam]:
    """List every version of every exam, on one page."""
    with context.database.read() as tx:
        return Page(items=[Exam.of(line) for line in exams.lines(tx, actor=actor)], next=None)


@router.get("/{exam}", operation_id="show_exam")
def one(exam: InPath, actor: Reader, context: Ctx) -> Exam:
    """Show the newest version of an exam."""
    with context.database.read() as tx:
        return Exam.of(exams.newest(tx, exam, actor=actor))
