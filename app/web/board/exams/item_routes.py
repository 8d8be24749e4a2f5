"""The board's routes about items of the bank."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.errors import ExamError, Invalid, Refused
from app.exam.people.permissions import Act
from app.services.bank import exam_file, suspend
from app.web.board.desk.frames import bank_item_address
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
from app.web.board.exams.items import item_page
from app.web.problems import problem
from app.web.rendering import render

router = APIRouter(prefix="/items/{item}")


@router.get("")
def see_item(
    item: Name, desk: Annotated[Desk, Depends(Seeing(Act.SEE_ITEMS))], said: Asked = ""
) -> Response:
    """Show an item in its newest version, and whether it is suspended."""
    return _page(desk, item, said=said)


@router.post("/suspend")
def suspend_item(
    item: Name,
    desk: Annotated[Desk, Depends(Acting(Act.SUSPEND_ITEM))],
    reason: Written = "",
    force: Typed = "",
) -> Response:
    """Hold an item back from whoever has not met it yet."""
    try:
        with desk.context.database.begin() as tx:
            suspend.suspend_item(tx, item, reason=reason, actor=desk.actor, force=force == "yes")
    except (Invalid, Refused) as error:
        return _page(desk, item, reason=reason, error=error)
    return see_other(f"{bank_item_address(item)}?said=suspended")


@router.post("/resume")
def resume_item(
    item: Name, desk: Annotated[Desk, Depends(Acting(Act.RESUME_ITEM))], reason: Written = ""
) -> Response:
    """Let papers hold an item again."""
    try:
        with desk.context.database.begin() as tx:
            suspend.resume_item(tx, item, reason=reason, actor=desk.actor)
    except (Invalid, Refused) as error:
        return _page(desk, item, reason=reason, error=error)
    return see_other(f"{bank_item_address(item)}?said=resumed")


def _page(
    desk: Desk, item: str, *, reason: str = "", error: ExamError | None = None, said: str = ""
) -> Response:
    with desk.context.database.read() as tx:
        file = exam_file.item_file(tx, item, actor=desk.actor)
    page = item_page(desk, file, reason=reason, error=error, said=said)
    status = 200 if error is None else problem(error).status
    return render(desk.request, "board/item.html", page, status=status)
