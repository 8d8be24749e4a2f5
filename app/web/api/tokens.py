"""POST /token: OAuth 2 client credentials (RFC 6749, section 4.4)."""

from base64 import b64decode
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Header, Response

from app.errors import ScopeNotAllowed, UnknownClient
from app.services.people.access import issue_token
from app.web.api.documents import Token, TokenRefused
from app.web.deps import Ctx
from app.web.words.errors import sentence_of

router = APIRouter(tags=["token"])

Field = Annotated[str, Form(max_length=2000)]
UNKNOWN_GRANT = "The only grant here is grant_type=client_credentials, in a form."


@router.post(
    "/token",
    operation_id="issue_token",
    summary="Ask for a bearer token",
    response_model=Token,
    responses={400: {"model": TokenRefused}, 401: {"model": TokenRefused}},
)
def token(  # noqa: PLR0913 - RFC 6749 names these fields
    context: Ctx,
    grant_type: Annotated[Field, Form(examples=["client_credentials"])] = "",
    client_id: Annotated[Field, Form(examples=["centre"])] = "",
    client_secret: Annotated[Field, Form(examples=["the secret you were given"])] = "",
    scope: Annotated[Field, Form(examples=["sittings:read sittings:write"])] = "",
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Give a token to a program: id and secret by HTTP Basic or in the form."""
    if not grant_type:
        return _refused(400, "invalid_request", UNKNOWN_GRANT)
    if grant_type != "client_credentials":
        return _refused(400, "unsupported_grant_type", UNKNOWN_GRANT)
    credentials = _basic(authorization) or (client_id, client_secret)
    try:
        if not "".join(credentials).isprintable():
            raise UnknownClient
        with context.database.begin() as tx:
            issued, granted = issue_token(
                tx,
                credentials,
                frozenset(scope.split()),
                settings=context.settings,
                at=context.at,
            )
    except UnknownClient as error:
        return _refused(401, "invalid_client", sentence_of(error))
    except ScopeNotAllowed as error:
        return _refused(400, "invalid_scope", sentence_of(error))
    told = Token(
        access_token=issued,
        token_type="Bearer",  # noqa: S106 - the kind of token, not a secret
        expires_in=context.settings.token_minutes * 60,
        scope=" ".join(sorted(granted)),
    )
    return Response(told.model_dump_json(), media_type="application/json")


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(rest.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refused(status: int, error: str, words: str) -> Response:
    headers = {"WWW-Authenticate": 'Basic realm="adept"'} if status == 401 else None
    body = TokenRefused(error=error, error_description=words).model_dump_json()
    return Response(body, status, headers, media_type="application/json")
