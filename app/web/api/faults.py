"""Problems of the API: RFC 9457 documents, with the headers their status asks for."""

from fastapi import Request, Response

from app.web.api.documents import FieldError, ProblemDocument
from app.web.problems import Problem, kinds

MEDIA_TYPE = "application/problem+json"
REALM = 'Bearer realm="adept"'

# Words that are right for a page and would mislead a program.
_WORDS = {
    "not-signed-in": (
        "No valid token",
        "No valid bearer token came with the request. Ask for one at /api/v1/token.",
    ),
    "too-large": (
        "Too large",
        "The body is too large, so it was not read and nothing was changed. Send a smaller one.",
    ),
    "unexpected": (
        "Something went wrong",
        "Something went wrong on our side; it is in the server's log. Send the request again, a "
        "POST with its Idempotency-Key, and tell whoever runs this server if it happens again.",
    ),
}
_CHALLENGES = {
    "not-signed-in": f'{REALM}, error="invalid_token"',
    "forbidden": f'{REALM}, error="insufficient_scope"',
}


def listed() -> list[tuple[int, str, str]]:
    """Return the status, the kind and the title of every problem, as the API tells them."""
    return [(status, kind, _WORDS.get(kind, (title,))[0]) for status, kind, title in kinds()]


def render(request: Request, problem: Problem) -> Response:
    """Return a problem as a document."""
    title, detail = _WORDS.get(problem.kind, (problem.title, problem.detail))
    document = ProblemDocument(
        type=f"urn:adept:problem:{problem.kind}",
        title=title,
        status=problem.status,
        detail=detail,
        instance=request.url.path,
        errors=tuple(FieldError(field=name, reason=reason) for name, reason in problem.fields),
    )
    body = document.model_dump_json(exclude_defaults=True)
    return Response(body, problem.status, _headers(problem), media_type=MEDIA_TYPE)


def _headers(problem: Problem) -> dict[str, str]:
    headers: dict[str, str] = {}
    if problem.status == 401 or problem.kind == "forbidden":
        headers["WWW-Authenticate"] = _CHALLENGES.get(problem.kind, REALM)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return headers
