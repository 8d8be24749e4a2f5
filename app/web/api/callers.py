"""Who may call: each operation names the scope that its bearer token must carry."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes

from app.exam.people.permissions import Act, Actor, Scope, scope_of
from app.services.people.access import bearer_of
from app.web.deps import Ctx

TOKEN_PATH = "/api/v1/token"  # noqa: S105 - an address, not a secret

_WORDS: Mapping[Scope, str] = {
    Scope.EXAMS_READ: "See the exams that can be sat.",
    Scope.CANDIDATES_READ: "See candidates.",
    Scope.CANDIDATES_WRITE: "Register candidates.",
    Scope.WINDOWS_READ: "See exam windows and their counts.",
    Scope.WINDOWS_WRITE: "Plan, open, close, extend and grade exam windows.",
    Scope.BOOKINGS_READ: "See bookings; never an access code.",
    Scope.BOOKINGS_WRITE: "Book candidates and issue access codes.",
    Scope.SITTINGS_READ: "See sittings and the questions of their open block.",
    Scope.SITTINGS_WRITE: "Sit papers for candidates, and extend sittings.",
    Scope.RESULTS_READ: "See results once they are released.",
    Scope.CALIBRATIONS_READ: "See calibration runs with their item parameters; never a key.",
}

scheme = OAuth2(
    scheme_name="client_credentials",
    description="A bearer token, obtained with a client id and a client secret.",
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl=TOKEN_PATH, scopes={str(scope): words for scope, words in _WORDS.items()}
        )
    ),
    auto_error=False,
)


def bearer(
    wanted: SecurityScopes,
    context: Ctx,
    authorization: Annotated[str | None, Security(scheme)],
) -> Actor:
    """Return the program that calls; raise NotSignedIn, or Forbidden without the scope."""
    kind, _, token = (authorization or "").partition(" ")
    shown = token.strip() if kind.lower() == "bearer" else ""
    with context.database.read() as tx:
        return bearer_of(tx, shown, Scope(wanted.scopes[0]), context.at)


def may(act: Act) -> Any:  # noqa: ANN401 - fastapi types its own parameter markers so
    """Return the dependency of an operation that is an act: its token carries the scope."""
    return Security(bearer, scopes=[str(scope_of(act))])
