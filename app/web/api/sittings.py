"""Sittings: take one, start, see and answer, close a block, hand in, give time."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.exam.people.permissions import Act, Actor
from app.exam.sitting.sitting import Caller
from app.services.sitting import sit, views
from app.services.sitting.sit import BookingCode
from app.services.window import exam_windows
from app.web.api.callers import may
from app.web.api.documents import Extension, InPath
from app.web.api.once import Done, Once, may_once
from app.web.api.papers import Held, Item, NewResponse, Saved, Sitting, TakeSitting
from app.web.deps import Context, Ctx, Tx

router = APIRouter(prefix="/sittings", tags=["sittings"])

# Numbers past this are refused before a database meets them; no paper comes near it.
MOST = 10_000

Reader = Annotated[Actor, may(Act.SEE_SITTING)]
Answerer = Annotated[Actor, may(Act.TAKE_SITTING)]
Writer = Annotated[Once, may_once(Act.TAKE_SITTING)]
Number = Annotated[int, Path(ge=1, le=MOST)]
Session = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**31 - 1,
        description="The sign-in that asks; an older one is refused as superseded.",
    ),
]


@router.post(
    "",
    status_code=201,
    operation_id="take_sitting",
    response_model=Sitting,
    responses={200: {"model": Sitting, "description": "The same sitting, with a new sign-in"}},
)
def take(sent: TakeSitting, once: Writer, context: Ctx) -> Response:
    """Take a booking's sitting: 201 the first time, then 200. The newest sign-in holds it."""

    def work(tx: Tx) -> Done:
        taken = _taken(tx, sent, context, once.actor)
        told = _told(tx, taken.sitting, Caller(context.at, taken.session))
        return Done(told, 201 if taken.is_new else 200)

    return once.reply(work)


@router.get("/{sitting}", operation_id="show_sitting")
def one(sitting: InPath, _: Reader, context: Ctx, session: Session = None) -> Sitting:
    """Show where a sitting is, and its time."""
    with context.database.read() as tx:
        return _told(tx, sitting, Caller(context.at, session))


@router.post("/{sitting}/start", operation_id="start_sitting", response_model=Sitting)
def start(sitting: InPath, once: Writer, context: Ctx, sent: Held | None = None) -> Response:
    """Start the clock and hand out the first block; again: the same."""

    def work(tx: Tx) -> Done:
        caller = _caller(context, sent)
        sit.start(tx, sitting, caller=caller, settings=context.settings)
        return Done(_told(tx, sitting, caller))

    return once.reply(work)


@router.get("/{sitting}/items/{position}", operation_id="show_item")
def item(
    sitting: InPath, position: Number, _: Reader, context: Ctx, session: Session = None
) -> Item:
    """Show a question of the open block, options in the order of this sitting."""
    with context.database.read() as tx:
        caller = Caller(context.at, session)
        return Item.of(views.item_view(tx, sitting, position, caller=caller))


@router.put("/{sitting}/responses/{position}", operation_id="save_response")
def respond(
    sitting: InPath, position: Number, sent: NewResponse, _: Answerer, context: Ctx
) -> Saved:
    """Save an answer or a flag. A repeat of the same request gets the same receipt."""
    caller = Caller(context.at, sent.session)
    with context.database.begin() as tx:
        receipt = sit.answer(
            tx, sitting, position, sent.change(), request=sent.request, caller=caller
        )
    return Saved.of(receipt)


@router.post("/{sitting}/blocks/{block}/close", operation_id="close_block", response_model=Sitting)
def close_block(
    sitting: InPath, block: Number, once: Writer, context: Ctx, sent: Held | None = None
) -> Response:
    """Close the open block and get the next; again: the same."""

    def work(tx: Tx) -> Done:
        caller = _caller(context, sent)
        sit.close_block(
            tx, sitting, block, caller=caller, seconds=context.settings.assembly_seconds
        )
        return Done(_told(tx, sitting, caller))

    return once.reply(work)


@router.post("/{sitting}/submit", operation_id="submit_sitting", response_model=Sitting)
def submit(sitting: InPath, once: Writer, context: Ctx, sent: Held | None = None) -> Response:
    """Hand the paper in; again: the same."""

    def work(tx: Tx) -> Done:
        caller = _caller(context, sent)
        sit.hand_in(tx, sitting, caller=caller)
        return Done(_told(tx, sitting, caller))

    return once.reply(work)


@router.post("/{sitting}/extensions", operation_id="extend_sitting", response_model=Sitting)
def extend(
    sitting: InPath,
    sent: Extension,
    once: Annotated[Once, may_once(Act.EXTEND_SITTING)],
    context: Ctx,
) -> Response:
    """Give a sitting more time, for a reason; one that time had ended opens again."""

    def work(tx: Tx) -> Done:
        exam_windows.extend_sitting(
            tx, sitting, minutes=sent.minutes, reason=sent.reason, actor=once.actor
        )
        return Done(_told(tx, sitting, Caller(context.at)))

    return once.reply(work)


def _taken(tx: Tx, sent: TakeSitting, context: Context, actor: Actor) -> sit.SignIn:
    if sent.access_code is None:
        return sit.take_over(tx, sent.booking, actor=actor)
    typed = BookingCode(sent.booking, sent.access_code)
    return sit.sign_in_to(tx, typed, keys=context.keys, settings=context.settings, at=context.at)


def _caller(context: Context, sent: Held | None) -> Caller:
    return Caller(context.at, None if sent is None else sent.session)


def _told(tx: Tx, sitting: str, caller: Caller) -> Sitting:
    return Sitting.of(views.sitting_view(tx, sitting, caller=caller), caller.at)
