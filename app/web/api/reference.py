"""The reference: the OpenAPI document, and a page that lists it for people, without script."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.web.api.faults import listed
from app.web.api.openapi import ABOUT, document, operations
from app.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the path, the query or a header."""

    name: str
    place: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as the page lists it."""

    name: str
    noun: str
    method: str
    path: str
    words: str
    scope: str
    parameters: tuple[Parameter, ...]
    sent: str
    told: str
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """What the page shows."""

    about: str
    scopes: tuple[tuple[str, str], ...]
    nouns: tuple[tuple[str, tuple[Operation, ...]], ...]
    problems: tuple[tuple[int, str, str], ...]


@router.get("/v1/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    return JSONResponse(document())


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Return the page that lists the API."""
    return render(request, "api/docs.html", _page())


def _page() -> ReferencePage:
    made = document()
    found = [_operation(*one) for one in operations(made)]
    nouns = dict.fromkeys(one.noun for one in found)
    flows = made["components"]["securitySchemes"]["client_credentials"]["flows"]
    return ReferencePage(
        about=ABOUT,
        scopes=tuple(flows["clientCredentials"]["scopes"].items()),
        nouns=tuple((noun, tuple(one for one in found if one.noun == noun)) for noun in nouns),
        problems=tuple(listed()),
    )


def _operation(method: str, path: str, made: dict[str, Any]) -> Operation:
    responses = made["responses"]
    asked = made.get("security", [{}])[0]
    return Operation(
        name=made["operationId"],
        noun=made["tags"][0],
        method=method.upper(),
        path=path,
        words=made["description"],
        scope=" ".join(scope for scopes in asked.values() for scope in scopes),
        parameters=tuple(_parameter(one) for one in made.get("parameters", [])),
        sent=_example(made.get("requestBody", {})),
        told=next(_example(one) for status, one in responses.items() if status < "3"),
        statuses=tuple(
            f"{status} {HTTPStatus(int(status)).phrase}" for status in sorted(responses)
        ),
    )


def _parameter(made: dict[str, Any]) -> Parameter:
    words = made.get("description", "")
    return Parameter(made["name"], made["in"], made.get("required", False), words)


def _example(made: dict[str, Any]) -> str:
    for kind, content in made.get("content", {}).items():
        if kind == "application/json":
            return json.dumps(content["example"], indent=2, ensure_ascii=False)
        return "&".join(f"{name}={value}" for name, value in content["example"].items() if value)
    return ""
