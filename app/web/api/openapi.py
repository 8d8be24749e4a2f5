"""The OpenAPI document: what fastapi reads off the handlers, with our problems and examples."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from app.web.api import nouns
from app.web.api.documents import FieldError, ProblemDocument
from app.web.api.faults import MEDIA_TYPE, listed

Json = dict[str, Any]

ABOUT = (
    "Adept's REST API. Ask for a bearer token at /api/v1/token, then call. Refusals are problem "
    "documents (RFC 9457). Times are UTC; the clock of a sitting is the server's. A POST with an "
    "Idempotency-Key can be sent again safely. Results exist once they are released."
)
_REFUSALS = {
    400: ("Unreadable", "unreadable", "The body could not be read as what it says it is."),
    401: ("NotSignedIn", "not-signed-in", "No valid bearer token, or a wrong access code."),
    403: ("Forbidden", "forbidden", "The token does not carry the scope that this needs."),
    404: ("NotFound", "not-found", "Nothing has this id."),
    409: ("Conflict", "sitting-ended", "Not now, or not like this; `type` says why."),
    413: ("TooLarge", "too-large", "The body is too large; it was not read."),
    422: ("Invalid", "invalid", "A field is not what it should be; `errors` lists them."),
    429: ("TooManyAttempts", "too-many-attempts", "Too many wrong codes; see `Retry-After`."),
    503: ("Unavailable", "store-unavailable", "The database does not answer; try again."),
}


@cache
def document() -> Json:
    """Return the document of version 1."""
    made: Json = get_openapi(
        title="Adept",
        version="1",
        openapi_version="3.1.0",
        description=ABOUT,
        routes=_placed().routes,
        separate_input_output_schemas=False,
    )
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= _problem_schemas()
    made["components"]["responses"] = {
        name: _refusal(status, kind, words) for status, (name, kind, words) in _REFUSALS.items()
    }
    for method, path, operation in operations(made):
        _finish(method, path, operation)
        _exemplify(operation, schemas)
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _as_text(parameter["schema"])
    return made


def operations(made: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield the method, the path and the description of each operation."""
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def example(schema: Json, schemas: Mapping[str, Json]) -> Any:  # noqa: ANN401 - any JSON value
    """Return an example of a schema, put together from those of its fields."""
    values = schema.get("examples") or schema.get("enum")
    if values:
        return values[0]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {}).items()
            return {name: example(field, schemas) for name, field in fields}
        case "array":
            return [example(schema["items"], schemas)]
        case "boolean":
            return False
        case _:
            return schema.get("default")


def _placed() -> APIRouter:
    placed = APIRouter()
    for noun in nouns.ROUTERS:
        placed.include_router(noun, prefix="/api/v1")
    return placed


def _problem_schemas() -> dict[str, Json]:
    template = "#/components/schemas/{model}"
    problem = ProblemDocument.model_json_schema(ref_template=template)
    problem.pop("$defs")
    names = [f"urn:adept:problem:{kind}" for _, kind, _ in listed()]
    problem["properties"]["type"] |= {"enum": names, "description": "What kind of refusal it is."}
    return {"ProblemDocument": problem, "FieldError": FieldError.model_json_schema()}


def _refusal(status: int, kind: str, words: str) -> Json:
    titles = {name: title for _, name, title in listed()}
    told = {
        "type": f"urn:adept:problem:{kind}",
        "title": titles[kind],
        "status": status,
        "detail": words,
        "instance": "/api/v1/...",
    }
    content = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "example": told}
    return {"description": words, "content": {MEDIA_TYPE: content}}


def _finish(method: str, path: str, operation: Json) -> None:
    """Say in a sentence what an operation does, and how it can be refused."""
    operation["summary"] = operation["description"].split(".")[0].split(";")[0].split(":")[0]
    statuses = {422, 503}
    if "security" in operation:
        statuses |= {401, 403, 404}
        statuses |= {409} if method != "get" or "/sittings/" in path else set()
    if method != "get":
        statuses.add(413)
    if "requestBody" in operation:
        statuses.add(400)
    if operation["operationId"] == "take_sitting":
        statuses.add(429)
    if operation["operationId"] == "issue_token":
        # RFC 6749 has a form of its own for a refusal; a form that cannot be read is a problem.
        operation["responses"]["400"]["content"] |= _refusal(400, *_REFUSALS[400][1:])["content"]
        statuses.remove(400)
    for status in sorted(statuses):
        name = _REFUSALS[status][0]
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}


def _as_text(schema: Json) -> Json:
    """Return the schema of a query's or a header's value: it can be left out, never be null."""
    others = {name: value for name, value in schema.items() if name != "anyOf"}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return {**others, **kinds[0]} if len(kinds) == 1 else schema


def _exemplify(operation: Json, schemas: Mapping[str, Json]) -> None:
    holders = [operation.get("requestBody", {}), *operation["responses"].values()]
    for holder in holders:
        for content in holder.get("content", {}).values():
            content.setdefault("example", example(content["schema"], schemas))
