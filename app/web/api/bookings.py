"""Bookings: a candidate's place in a window, and its access code."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.exam.people.permissions import Act, Actor
from app.services.people import bookings
from app.web.api.callers import may
from app.web.api.documents import Booking, InPath, IssuedBooking, NewBooking, NewCode, Page
from app.web.api.once import Done, Once, may_once
from app.web.api.paging import Asked
from app.web.deps import Ctx, Tx
from itembank.text import NAME

router = APIRouter(prefix="/bookings", tags=["bookings"])

Reader = Annotated[Actor, may(Act.SEE_BOOKINGS)]


@router.post("", status_code=201, operation_id="add_booking", response_model=IssuedBooking)
def add(
    sent: NewBooking, once: Annotated[Once, may_once(Act.ADD_BOOKING)], context: Ctx
) -> Response:
    """Book a candidate into a window. The access code is told in this reply and never again."""

    def work(tx: Tx) -> Done:
        issued = bookings.book(
            tx,
            sent.candidate,
            sent.window,
            extra_time=sent.adjustments.extra_time,
            keys=context.keys,
            actor=once.actor,
        )
        return Done(IssuedBooking.told(issued), 201, kept=IssuedBooking.kept(issued))

    return once.reply(work)


@router.get("", operation_id="list_bookings")
def every(
    actor: Reader,
    context: Ctx,
    asked: Asked,
    window: Annotated[str | None, Query(pattern=f"^{NAME}$")] = None,
) -> Page[Booking]:
    """List bookings, of one window or of all."""
    with context.database.read() as tx:
        found = bookings.bookings(tx, window, actor=actor, after=asked.after, most=asked.most)
    shown, following = asked.cut(found, lambda one: one.id)
    return Page(items=[Booking.of(one) for one in shown], next=following)


@router.get("/{booking}", operation_id="show_booking")
def one(booking: InPath, actor: Reader, context: Ctx) -> Booking:
    """Show a booking."""
    with context.database.read() as tx:
        return Booking.of(bookings.booking(tx, booking, actor=actor))


@router.post(
    "/{booking}/access-code", operation_id="reissue_access_code", response_model=IssuedBooking
)
def reissue(
    booking: InPath, sent: NewCode, once: Annotated[Once, may_once(Act.REISSUE_CODE)], context: Ctx
) -> Response:
    """Issue a new access code for a reason; the old one ends at once."""

    def work(tx: Tx) -> Done:
        issued = bookings.reissue_code(
            tx, booking, sent.reason, keys=context.keys, actor=once.actor
        )
        return Done(IssuedBooking.told(issued), kept=IssuedBooking.kept(issued))

    return once.reply(work)
