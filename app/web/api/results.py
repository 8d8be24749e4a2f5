"""Results: none before release, through any call."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.exam.people.permissions import Act, Actor
from app.services.award import grade
from app.web.api.callers import may
from app.web.api.documents import InPath, Page, Result
from app.web.api.paging import Asked
from app.web.deps import Ctx
from itembank.text import NAME

router = APIRouter(prefix="/results", tags=["results"])

Reader = Annotated[Actor, may(Act.SEE_RELEASED)]


@router.get("", operation_id="list_results")
def every(
    window: Annotated[str, Query(pattern=f"^{NAME}$", examples=["2027-01"])],
    actor: Reader,
    context: Ctx,
    asked: Asked,
) -> Page[Result]:
    """List a window's results: empty until they are released."""
    with context.database.read() as tx:
        found = grade.released_page(tx, window, actor=actor, after=asked.after, most=asked.most)
    shown, following = asked.cut(found, lambda one: one.sitting)
    return Page(items=[Result.of(one) for one in shown], next=following)


@router.get("/{sitting}", operation_id="show_result")
def one(sitting: InPath, actor: Reader, context: Ctx) -> Result:
    """Show a sitting's result; 404 until it is released."""
    with context.database.read() as tx:
        return Result.of(grade.released_result(tx, sitting, actor=actor))
