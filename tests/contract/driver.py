"""What a candidate can do, whichever face they use, and the driver that does it over REST."""

from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol, Self

from httpx2 import Response
from starlette.testclient import TestClient

from tests.contract.world import World

ENDED = {"handed_in", "time_ended"}


class Refused(Exception):
    """The service said no; `kind` is the problem's slug in app/web/problems.py."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Seen:
    """A question as shown: paragraphs of the stem, and (id, text) of each option in order."""

    stem: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    chosen: str | None
    flagged: bool


@dataclass(frozen=True)
class Overview:
    """Where a sitting is: `positions` are the open ones; both counts are of the whole paper."""

    state: str
    block: int
    positions: tuple[int, ...]
    answered: int
    flagged: int
    remaining_seconds: int | None


class CandidateDriver(Protocol):
    """A candidate at one machine. Each method raises Refused when the service says no."""

    def sign_in(self, number: str, code: str) -> None: ...

    def start(self) -> None: ...

    def see(self, position: int) -> Seen: ...

    def answer(self, position: int, option: str | None, request: str | None = None) -> None:
        """Save an option (None clears it); the same `request` again is a repeat."""

    def flag(self, position: int, *, on: bool) -> None: ...

    def close_block(self) -> None: ...

    def finish(self) -> None: ...

    def state(self) -> Overview: ...

    def result(self) -> tuple[int, str] | None:
        """Return the mark and the band's code ("D", "M", "P", "F"); None before release."""

    def another_tab(self) -> Self:
        """Return a second tab of this browser: the same sign-in."""

    def other_machine(self) -> Self:
        """Return another machine, where nobody has signed in yet."""


class ApiCandidate:
    """A centre's program that puts one candidate's moves through the REST API."""

    def __init__(self, client: TestClient, world: World) -> None:
        self.client = client
        self.world = world
        self.sitting = ""
        self.session: int | None = None
        self.requests = count(1)

    def sign_in(self, number: str, code: str) -> None:
        body = {"booking": self.world.person(number).booking, "access_code": code}
        told = self._call("POST", "/sittings", body)
        self.sitting, self.session = told["id"], told["session"]

    def start(self) -> None:
        self._call("POST", f"{self._path}/start", {"session": self.session})

    def see(self, position: int) -> Seen:
        told = self._call("GET", f"{self._path}/items/{position}?session={self.session}")
        return Seen(
            stem=tuple(told["stem"]),
            options=tuple((option["id"], option["text"]) for option in told["options"]),
            chosen=told["chosen"],
            flagged=told["flagged"],
        )

    def answer(self, position: int, option: str | None, request: str | None = None) -> None:
        self._respond(position, {"option": option}, request)

    def flag(self, position: int, *, on: bool) -> None:
        self._respond(position, {"flagged": on}, None)

    def close_block(self) -> None:
        block = self.state().block
        self._call("POST", f"{self._path}/blocks/{block}/close", {"session": self.session})

    def finish(self) -> None:
        self._call("POST", f"{self._path}/submit", {"session": self.session})

    def state(self) -> Overview:
        told = self._call("GET", f"{self._path}?session={self.session}")
        return Overview(
            state=told["state"],
            block=told["block"],
            positions=tuple(one["number"] for one in told["positions"]),
            answered=told["answered"],
            flagged=told["flagged"],
            remaining_seconds=told["remaining_seconds"],
        )

    def result(self) -> tuple[int, str] | None:
        try:
            told = self._call("GET", f"/results/{self.sitting}")
        except Refused as no:
            if no.kind != "not-found":
                raise
            return None
        return told["mark"], told["band"]

    def another_tab(self) -> Self:
        tab = self.other_machine()
        tab.sitting, tab.session = self.sitting, self.session
        return tab

    def other_machine(self) -> Self:
        return type(self)(self.world.client(), self.world)

    @property
    def _path(self) -> str:
        return f"/sittings/{self.sitting}"

    def _respond(self, position: int, change: dict[str, Any], request: str | None) -> None:
        name = request or f"{id(self)}-{next(self.requests)}"
        body = {**change, "request": name, "session": self.session}
        self._call("PUT", f"{self._path}/responses/{position}", body)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.world.token}"}
        reply: Response = self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        told: dict[str, Any] = reply.json()
        if reply.is_error:
            raise Refused(told["type"].rpartition(":")[2])
        return told
