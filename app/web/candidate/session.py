"""Who holds a browser: the signed cookie of a sitting, and the tokens of its forms."""

from dataclasses import dataclass

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeSerializer

from app import ambient
from app.errors import NotFound, NotSignedIn, StaleForm
from app.exam.sitting.sitting import SittingId
from app.services.people.keys import Keys, same
from app.web.deps import Context

SITTING_COOKIE = "adept_sitting"
DOOR_COOKIE = "adept_form"
SAVED_COOKIE = "adept_saved"


@dataclass(frozen=True, slots=True)
class Holder:
    """The sitting that a browser holds, and the sign-in it was given."""

    sitting: SittingId
    session: int


@dataclass(frozen=True, slots=True)
class Door:
    """The token of a form that needs no sign-in, bound to a cookie of this browser."""

    cookie: str
    token: str


def holder_of(request: Request, keys: Keys) -> Holder | None:
    """Return who holds the browser; None without a cookie, or with one that is not ours."""
    try:
        match _signer(keys).loads(request.cookies.get(SITTING_COOKIE, "")):
            case [str(sitting), int(session)]:
                return Holder(SittingId(sitting), session)
            case _:
                return None
    except BadData:
        return None


def require_holder(request: Request, context: Context, sitting: str) -> Holder:
    """Return the holder of a sitting; another's sitting is as unknown as one that is not there."""
    holder = holder_of(request, context.keys)
    if holder is None:
        raise NotSignedIn
    if holder.sitting != sitting:
        raise NotFound("exam", sitting[:40])
    return holder


def require_sender(request: Request, context: Context, sitting: str, token: str) -> Holder:
    """Return the holder whose own page sent this form; raise StaleForm for any other form."""
    holder = require_holder(request, context, sitting)
    if not same(token, token_of(context.keys, holder)):
        raise StaleForm
    return holder


def token_of(keys: Keys, holder: Holder) -> str:
    """Return what every form of this sign-in carries."""
    return keys.mac("csrf", f"{holder.sitting}:{holder.session}")


def door_of(request: Request, keys: Keys) -> Door:
    """Return the browser's token for forms before the sign-in."""
    cookie = request.cookies.get(DOOR_COOKIE, "") or ambient.fresh_id()
    return Door(cookie, keys.mac("door", cookie))


def require_door(request: Request, keys: Keys, token: str) -> None:
    """Raise StaleForm unless the form was made for this browser."""
    cookie = request.cookies.get(DOOR_COOKIE, "")
    if not cookie or not same(token, keys.mac("door", cookie)):
        raise StaleForm


def remember(response: Response, name: str, value: str, context: Context) -> None:
    """Set a cookie for as long as the browser runs: a sign-in outlives its sitting."""
    response.set_cookie(
        name,
        value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=context.settings.is_secure(),
    )


def let_in(response: Response, holder: Holder, context: Context) -> None:
    """Give the browser to a holder."""
    signed = _signer(context.keys).dumps([holder.sitting, holder.session])
    remember(response, SITTING_COOKIE, str(signed), context)


def let_out(response: Response) -> None:
    """Take the browser from its holder."""
    response.delete_cookie(SITTING_COOKIE, path="/", httponly=True, samesite="lax")


def _signer(keys: Keys) -> URLSafeSerializer:
    return URLSafeSerializer(keys.mac("cookie", SITTING_COOKIE))
