"""The reference: committed, complete, and true of the routes."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from fastapi.routing import APIRoute, iter_route_contexts

from app.exam.people.permissions import Scope
from app.web.api import documents, papers
from app.web.api.__main__ import PLACE, text
from app.web.api.openapi import document, operations
from app.web.problems import kinds
from tests.api.conftest import Program, add_client
from tests.contract.world import World

PUBLIC = {"/api/v1/token", "/api/v1/openapi.json", "/api/docs"}


def test_the_committed_document_is_the_one_that_is_served(small_world: World) -> None:
    assert PLACE.read_text(encoding="utf-8") == text(), "run: python -m app.web.api"
    served = small_world.client().get("/api/v1/openapi.json").json()
    assert served == json.loads(text())
    assert served["openapi"].startswith("3.1")


def routes(world: World) -> Iterator[tuple[str, str]]:
    for one in iter_route_contexts(world.app.routes):
        route = one.original_route
        if isinstance(route, APIRoute) and (one.path or "").startswith("/api"):
            for method in route.methods or ():
                yield method.lower(), str(one.path)


def test_every_route_declares_who_may_call_it(small_world: World) -> None:
    declared = {
        (method, path): operation.get("security", [])
        for method, path, operation in operations(document())
    }
    known = {str(scope) for scope in Scope}
    found = list(routes(small_world))
    assert len(found) > 25
    for method, path in found:
        if path in PUBLIC:
            assert not declared.get((method, path))
            continue
        [scheme] = declared[(method, path)]
        [scope] = scheme["client_credentials"]
        assert scope in known
        noun = path.split("/")[3]
        assert scope.split(":")[0] == noun, f"{method} {path} asks for {scope}"
        assert scope.endswith(":read") == (method == "get")


def test_every_route_refuses_a_token_without_its_scope(small_world: World) -> None:
    client = small_world.client()
    for method, path, operation in operations(document()):
        if "security" not in operation:
            continue
        [wanted] = operation["security"][0]["client_credentials"]
        others = frozenset(Scope) - {Scope(wanted)}
        name = f"all-but-{operation['operationId']}"
        secret = add_client(small_world, name, *others)
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        token = client.post("/api/v1/token", data=form).json()["access_token"]
        address = re.sub(r"\{\w+\}", "1", path).removeprefix("/api/v1")
        reply = Program(client, token).call(method, address, {} if method != "get" else None)
        assert reply.status_code == 403, f"{method} {path}"
        assert "insufficient_scope" in reply.headers["WWW-Authenticate"]
        assert wanted in reply.json()["detail"]


def test_every_operation_has_a_name_a_sentence_an_example_and_its_refusals() -> None:
    names = set()
    for method, path, operation in operations(document()):
        names.add(operation["operationId"])
        assert operation["description"], path
        assert operation["summary"], path
        contents = [
            content
            for holder in (operation.get("requestBody", {}), *operation["responses"].values())
            for content in holder.get("content", {}).values()
        ]
        assert contents
        assert all(content["example"] is not None for content in contents), f"{method} {path}"
        refusals = {status for status in operation["responses"] if status >= "4"}
        assert {"422", "503"} <= refusals
        assert not ("security" in operation and refusals.isdisjoint({"401", "403"}))
    assert len(names) == len(list(operations(document())))


def test_a_parameter_can_be_left_out_and_never_be_null() -> None:
    parameters = [
        parameter
        for _, _, operation in operations(document())
        for parameter in operation.get("parameters", [])
    ]
    assert {"Idempotency-Key", "session", "window"} <= {one["name"] for one in parameters}
    assert all("type" in one["schema"] for one in parameters)


def test_every_operation_that_takes_a_body_says_that_it_may_be_unreadable(
    small_world: World,
) -> None:
    headers = {"Authorization": f"Bearer {small_world.token}"}
    form = "multipart/form-data; boundary="
    for method, path, operation in operations(document()):
        for kind in operation.get("requestBody", {}).get("content", {}):
            headers["Content-Type"] = kind if kind == "application/json" else form
            address = re.sub(r"\{\w+\}", "1", path)
            reply = small_world.client().request(method, address, headers=headers, content=b"\xff")
            assert reply.status_code == 400, f"{method} {path}"
            told = operation["responses"]["400"]
            assert "$ref" in told or reply.headers["Content-Type"] in told["content"]


def test_every_example_of_a_body_is_one_that_is_accepted() -> None:
    models = {**vars(documents), **vars(papers)}
    checked = set()
    for _, path, operation in operations(document()):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            [name] = re.findall(r"schemas/(\w+)", json.dumps(content["schema"]))
            assert issubclass(models[name], documents.Sent), path
            models[name].model_validate(content["example"])
            checked.add(name)
    assert len(checked) >= 9


class Outline(HTMLParser):
    """What a page holds: its tags, its ids, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.ids += [found for found in [values.get("id")] if found]
        self.links += [found for found in [values.get("href")] if found]


def test_the_page_lists_every_operation_and_has_no_script(small_world: World) -> None:
    reply = small_world.client().get("/api/docs")
    assert reply.status_code == 200
    outline = Outline()
    outline.feed(reply.text)
    assert "script" not in outline.tags
    assert outline.tags.count("h1") == 1
    assert len(set(outline.ids)) == len(outline.ids)
    assert {operation["operationId"] for _, _, operation in operations(document())} <= set(
        outline.ids
    )
    assert {kind for _, kind, _ in kinds()} <= set(outline.ids)
    inner = {link[1:] for link in outline.links if link.startswith("#")}
    assert inner <= set(outline.ids)
