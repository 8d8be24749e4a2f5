"""A program that calls the API in-process, over a world on either database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.exam.people.permissions import Scope
from app.services.people import access
from tests.contract.world import World, make_world
from tests.databases import Place, SqlitePlace


@dataclass
class Program:
    """An API client with its token."""

    client: TestClient
    token: str

    def call(
        self, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is None:
            return self.client.request(method, f"/api/v1{path}", headers=headers)
        headers["Content-Type"] = "application/json"
        sent = json.dumps(body)  # httpx would refuse to send half a surrogate pair
        return self.client.request(method, f"/api/v1{path}", headers=headers, content=sent)

    def send(self, path: str, body: bytes | Iterator[bytes], kind: str) -> Response:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        return self.client.post(f"/api/v1{path}", headers=headers, content=body)

    def get(self, path: str) -> dict[str, Any]:
        reply = self.call("GET", path)
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()
        return told


@pytest.fixture
def world(any_place: Place, tmp_path: Path) -> Iterator[World]:
    """Give a world on each kind of database."""
    made = make_world(any_place, tmp_path)
    yield made
    made.close()


@pytest.fixture
def small_world(sqlite_place: SqlitePlace, tmp_path: Path) -> Iterator[World]:
    """Give a world on SQLite, for what no database can change."""
    made = make_world(sqlite_place, tmp_path)
    yield made
    made.close()


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.client(), world.token)


@pytest.fixture
def small_program(small_world: World) -> Program:
    return Program(small_world.client(), small_world.token)


def add_client(world: World, name: str, *scopes: Scope) -> str:
    """Register a program; return its secret."""
    with world.database.begin() as tx:
        return access.add_client(tx, name, frozenset(scopes))
