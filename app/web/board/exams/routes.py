"""The board's routes about exams and their blueprints."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.errors import ExamError, Invalid, Refused
from app.exam.people.permissions import Act
from app.services.bank import exam_file, exams
from app.services.bank.exams import Saving
from app.web.board.desk.frames import exam_address
from app.web.board.desk.pages import Field
from app.web.board.desk.session import (
    Acting,
    Asked,
    Desk,
    Name,
    Seeing,
    Typed,
    Written,
    see_other,
)
from app.web.board.desk.tables import View
from app.web.board.exams import blueprint_form, blueprint_page
from app.web.board.exams.blueprint_names import Stock
from app.web.board.exams.drafts import packed, unpacked
from app.web.board.exams.exams import exam_page, exams_page, items_page
from app.web.problems import problem
from app.web.rendering import render
from app.web.words.errors import sentence_of
from itembank.exams import ExamDefinition
from itembank.text import storable

router = APIRouter(prefix="/exams")

Reader = Annotated[Desk, Depends(Seeing(Act.SEE_EXAMS))]
Marker = Annotated[Desk, Depends(Seeing(Act.SEE_ITEMS))]
Changer = Annotated[Desk, Depends(Acting(Act.SAVE_EXAM))]
WRONG = 422
HIDDEN = ("token", "version")


async def sheet(request: Request) -> dict[str, str]:
    """Return what was typed into a form whose fields depend on the bank."""
    form = await request.form()
    return {name: storable(text) for name, text in form.items() if isinstance(text, str)}


@router.get("")
def see_exams(desk: Reader) -> Response:
    """Show every exam."""
    with desk.context.database.read() as tx:
        found = exams.lines(tx, actor=desk.actor)
    return render(desk.request, "board/exams.html", exams_page(desk, found))


@router.get("/{exam}")
def see_exam(exam: Name, desk: Reader, said: Asked = "") -> Response:
    """Show an exam's newest version with its blueprint in plain words."""
    with desk.context.database.read() as tx:
        file = exam_file.exam_file(tx, exam, actor=desk.actor)
    return render(desk.request, "board/exam.html", exam_page(desk, file, said))


@router.get("/{exam}/items")
def see_items(
    exam: Name, desk: Marker, state: Asked = "", sort: Asked = "", page: Asked = ""
) -> Response:
    """Show the items of an exam's newest version."""
    with desk.context.database.read() as tx:
        file = exam_file.exam_file(tx, exam, actor=desk.actor)
    view = View(exam_address(exam, "items"), state, sort, page)
    return render(desk.request, "board/exam_items.html", items_page(desk, file, view))


@router.get("/{exam}/blueprint")
def see_blueprint(exam: Name, desk: Marker, draft: Asked = "") -> Response:
    """Show the form of an exam's blueprint, or go on with a draft."""
    offer = _offer(desk, exam)
    typed = blueprint_form.filled(unpacked(draft).on(offer.exam) if draft else offer.exam)
    return _form(desk, offer, typed)


@router.post("/{exam}/blueprint")
def change_blueprint(
    exam: Name, desk: Changer, typed: Annotated[dict[str, str], Depends(sheet)]
) -> Response:
    """Check what was typed, and go to what it would change."""
    offer = _offer(desk, exam)
    fields = {name: text for name, text in typed.items() if name not in HIDDEN}
    if typed.get("version") != str(offer.exam.version):
        return _form(desk, offer, typed, refusal=blueprint_page.outdated(offer.exam))
    reading = blueprint_form.read(offer, fields)
    if reading.exam is None:
        return _form(desk, offer, typed, wrong=reading.wrong)
    try:
        draft = packed(reading.exam)
        with desk.context.database.read() as tx:
            exams.plan_exam(tx, reading.exam)
    except Refused as refusal:
        return _form(desk, offer, typed, refusal=refusal)
    return see_other(f"{exam_address(exam, 'blueprint', 'confirm')}?draft={draft}")


@router.get("/{exam}/blueprint/confirm")
def see_changes(exam: Name, desk: Marker, draft: Asked = "") -> Response:
    """Show what a draft would change, before it is saved."""
    made = unpacked(draft).on(_offer(desk, exam).exam)
    try:
        with desk.context.database.read() as tx:
            found: Saving | ExamError = exams.plan_exam(tx, made)
    except Refused as refusal:
        found = refusal
    return _confirmation(desk, made, found, draft)


@router.post("/{exam}/blueprint/save")
def save_blueprint(exam: Name, desk: Changer, draft: Typed = "", reason: Written = "") -> Response:
    """Save the next version of an exam."""
    made = unpacked(draft).on(_offer(desk, exam).exam)
    try:
        with desk.context.database.read() as tx:
            saving = exams.plan_exam(tx, made)
        with desk.context.database.begin() as tx:
            exams.keep_exam(tx, saving, actor=desk.actor, reason=reason)
    except Invalid as wrong:
        field = replace(blueprint_page.REASON, value=storable(reason), error=sentence_of(wrong))
        return _confirmation(desk, made, saving, draft, field)
    except Refused as refusal:
        field = replace(blueprint_page.REASON, value=storable(reason))
        return _confirmation(desk, made, refusal, draft, field)
    return see_other(f"{exam_address(exam)}?said=exam-saved")


def _offer(desk: Desk, exam: str) -> Stock:
    with desk.context.database.read() as tx:
        found = exam_file.blueprint_desk(tx, exam, actor=desk.actor)
    return Stock(found.exam, found.framework, {item.id: item for item in found.items})


def _form(
    desk: Desk,
    offer: Stock,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    refusal: ExamError | None = None,
) -> Response:
    page = blueprint_page.blueprint_page(desk, offer, typed, wrong=wrong, refusal=refusal)
    status = 200
    if wrong or refusal:
        status = WRONG if refusal is None else problem(refusal).status
    return render(desk.request, "board/blueprint.html", page, status=status)


def _confirmation(
    desk: Desk,
    made: ExamDefinition,
    found: Saving | ExamError,
    draft: str,
    reason: Field = blueprint_page.REASON,
) -> Response:
    page = blueprint_page.confirm_page(desk, made, found, draft=draft, reason=reason)
    status = WRONG if reason.error else 200
    if isinstance(found, ExamError):
        status = problem(found).status
    return render(desk.request, "board/confirm.html", page, status=status)
