"""Candidates: register, list, show."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.exam.people.permissions import Act, Actor
from app.services.people import bookings
from app.web.api.callers import may
from app.web.api.documents import Candidate, InPath, NewCandidate, Page
from app.web.api.once import Done, Once, may_once
from app.web.api.paging import Asked
from app.web.deps import Ctx, Tx

router = APIRouter(prefix="/candidates", tags=["candidates"])

Reader = Annotated[Actor, may(Act.SEE_CANDIDATES)]
Writer = Annotated[Once, may_once(Act.ADD_CANDIDATE)]


@router.post("", status_code=201, operation_id="add_candidate", response_model=Candidate)
def add(sent: NewCandidate, once: Writer) -> Response:
    """Register a candidate under a membership number of their own."""

    def work(tx: Tx) -> Done:
        number, name = sent.membership_number, sent.name
        made = bookings.add_candidate(tx, number, name, actor=once.actor)
        return Done(Candidate.of(made), 201)

    return once.reply(work)


@router.get("", operation_id="list_candidates")
def every(actor: Reader, context: Ctx, asked: Asked) -> Page[Candidate]:
    """List candidates."""
    with context.database.read() as tx:
        found = bookings.candidates(tx, actor=actor, after=asked.after, most=asked.most)
    shown, following = asked.cut(found, lambda one: one.id)
    return Page(items=[Candidate.of(one) for one in shown], next=following)


@router.get("/{candidate}", operation_id="show_candidate")
def one(candidate: InPath, actor: Reader, context: Ctx) -> Candidate:
    """Show a candidate."""
    with context.database.read() as tx:
        return Candidate.of(bookings.candidate(tx, candidate, actor=actor))
