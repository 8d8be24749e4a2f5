"""What is answered when a request fails: each face says it in its own form."""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import ExamError
from app.web.api import faults as api
from app.web.board import faults as board
from app.web.candidate import faults as candidate
from app.web.middleware import TOO_LARGE
from app.web.problems import Problem, problem

log = structlog.get_logger()

_WORDS = {
    404: ("not-found", "Not found", "There is nothing at this address. Check it and try again."),
    405: ("method-not-allowed", "Not possible", "This address cannot be used in this way."),
    400: ("unreadable", "Not understood", "The request could not be read; nothing was changed."),
    413: ("too-large", "Too large", TOO_LARGE),
}


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


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ExamError)  # noqa: S101 - the handler is registered for no other
    return _render(request, problem(error))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    places = {
        _place(one["loc"]): one["msg"].removeprefix("Value error, ") for one in error.errors()
    }
    said = "; ".join(f"{place}: {message}" for place, message in places.items())
    detail = f"The request was not understood, so nothing was changed. {said}."
    fields = tuple(places.items())
    return _render(request, Problem(422, "malformed", "Please check what you sent", detail, fields))


def _place(location: tuple[str | int, ...]) -> str:
    """Return the field's name; unreadable JSON has no field, only an offset into the body."""
    inner = location[1:]
    if not inner or (len(inner) == 1 and isinstance(inner[0], int)):
        return str(location[0])
    return ".".join(str(part) for part in inner)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    kind, title, words = _WORDS.get(error.status_code, ("http", "Not possible", str(error.detail)))
    answer = _render(request, Problem(error.status_code, kind, title, words))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    words = (
        "Something went wrong on our side. Everything saved before is kept. "
        "Please go back and try again; tell your invigilator if it happens again."
    )
    return _render(request, Problem(500, "unexpected", "Something went wrong", words))
