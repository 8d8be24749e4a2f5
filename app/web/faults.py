"""What is answered when a request fails: each face says it in its own form."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.errors import ExamError
from app.web.api import faults as api
from app.web.board.desk import faults as board
from app.web.candidate import faults as candidate
from app.web.deps import Service
from app.web.middleware import TOO_LARGE
from app.web.problems import (
    HTTP,
    MALFORMED,
    METHOD_NOT_ALLOWED,
    UNEXPECTED,
    UNREADABLE,
    Problem,
    problem,
)
from app.web.problems import TOO_LARGE as TOO_LARGE_KIND
from app.web.words.language import ENGLISH, Language, translatable

log = structlog.get_logger()

_WORDS = {
    400: (*UNREADABLE[1:], translatable("The request could not be read; nothing was changed.")),
    404: (
        "not-found",
        translatable("Not found"),
        translatable("There is nothing at this address. Check it and try again."),
    ),
    405: (*METHOD_NOT_ALLOWED[1:], translatable("This address cannot be used in this way.")),
    413: (*TOO_LARGE_KIND[1:], TOO_LARGE),
}
_NO_OBJECT = "send a JSON object, with the header Content-Type: application/json"


def install(app: FastAPI) -> None:
    """Give the application its answers to errors."""
    app.add_exception_handler(ExamError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _render(request: Request, found: Problem) -> Response:
    path = request.url.path
    if path.startswith("/api"):
        return api.render(request, found)
    if path.startswith("/board"):
        return board.render(request, found)
    return candidate.render(request, found)


def _language(request: Request) -> Language:
    """Return the language of the face that is asked: the API and the board speak English."""
    if request.url.path.startswith(("/api", "/board")):
        return ENGLISH
    service: Service = request.app.state.service
    return service.language


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ExamError)  # noqa: S101 - the handler is registered for no other
    return _render(request, problem(error, _language(request)))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    places = {_place(one["loc"]): _reason(one) for one in error.errors()}
    language, (status, kind, title) = _language(request), MALFORMED
    said = "; ".join(f"{place}: {reason}" for place, reason in places.items())
    detail = language.text(
        "The request was not understood, so nothing was changed. {reasons}.", reasons=said
    )
    fields = tuple(places.items())
    return _render(request, Problem(status, kind, language.text(title), detail, fields))


def _reason(one: Mapping[str, Any]) -> str:
    """Return why a field is refused, in plain words where those of pydantic are not."""
    match one:
        case {"loc": ("body",), "type": "missing" | "model_type" | "model_attributes_type"}:
            return _NO_OBJECT
        case {"type": "too_short" | "string_too_short", "ctx": {"min_length": least}}:
            return f"give at least {least} character{'s' * (least != 1)}"
        case {"type": "too_long" | "string_too_long", "ctx": {"max_length": most}}:
            return f"give at most {most} character{'s' * (most != 1)}"
        case _:
            return str(one["msg"]).removeprefix("Value error, ")


def _place(location: tuple[str | int, ...]) -> str:
    """Return the field's name; unreadable JSON has no field, only an offset into the body."""
    inner = location[1:]
    if not inner or (len(inner) == 1 and isinstance(inner[0], int)):
        return str(location[0])
    return ".".join(str(part) for part in inner)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    kind, title, words = _WORDS.get(error.status_code, (*HTTP[1:], str(error.detail)))
    language = _language(request)
    told = Problem(error.status_code, kind, language.text(title), language.text(words))
    answer = _render(request, told)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Return the methods of all routes at the path; what is mounted can be read only."""
    found: set[str] = set()
    for one in iter_route_contexts(request.app.routes):
        if one.methods and compile_path(one.path or "")[0].match(request.url.path):
            found |= one.methods
    return found | {"HEAD"} if "GET" in found else found or {"GET", "HEAD"}


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    language, (status, kind, title) = _language(request), UNEXPECTED
    words = language.text(
        "Something went wrong on our side. Everything saved before is kept. "
        "Please go back and try again; tell your invigilator if it happens again."
    )
    return _render(request, Problem(status, kind, language.text(title), words))
