"""Idempotency-Key: a POST that is sent again is done once, and gets its first reply again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, Request, Response, Security

from app.exam.people.permissions import Act, Actor, scope_of
from app.services.people import replies
from app.services.people.replies import Attempt
from app.web.api.callers import bearer
from app.web.api.documents import Document
from app.web.deps import Context, Ctx, Tx

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A name of your own for this request. Sent again with the same body, it "
        "changes nothing and gets its first reply again, with Idempotency-Replayed: true. "
        "A reply is kept for at least 7 days.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


@dataclass(frozen=True, slots=True)
class Done:
    """What a POST gave. `kept` is what a repeat is told, where the reply holds a secret."""

    document: Document
    status: int = 200
    kept: Document | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """A POST that its sender may repeat."""

    context: Context
    actor: Actor
    attempt: Attempt | None
    path: str

    def reply(self, work: Callable[[Tx], Done]) -> Response:
        """Do the work in one transaction with the keeping of its reply, unless it was done."""
        with self.context.database.begin() as tx:
            earlier = None if self.attempt is None else replies.replay(tx, self.attempt)
            if earlier is None:
                done = work(tx)
                if self.attempt is not None:
                    kept = (done.kept or done.document).model_dump_json()
                    replies.keep(tx, self.attempt, done.status, kept)
        if earlier is not None:
            return self._response(*earlier, {"Idempotency-Replayed": "true"})
        return self._response(done.status, done.document.model_dump_json(), {})

    def _response(self, status: int, body: str, headers: dict[str, str]) -> Response:
        if status == 201:
            headers["Location"] = f"{self.path}/{json.loads(body)['id']}"
        return Response(body, status, headers, media_type="application/json")


async def once(
    request: Request,
    context: Ctx,
    actor: Annotated[Actor, Security(bearer)],
    key: Key = None,
) -> Once:
    """Return the request as one that may be repeated, if it carries a key."""
    path = request.url.path
    if key is None:
        return Once(context, actor, None, path)
    asked = f"{request.method} {path}?{request.url.query}\n".encode() + await request.body()
    attempt = Attempt(actor.through.who, key, hashlib.sha256(asked).hexdigest(), context.at)
    return Once(context, actor, attempt, path)


def may_once(act: Act) -> Any:  # noqa: ANN401 - fastapi types its own parameter markers so
    """Return the dependency of a POST that is an act: its token carries the scope."""
    return Security(once, scopes=[str(scope_of(act))])
