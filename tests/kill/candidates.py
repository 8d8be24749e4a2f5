"""Candidates who sit through the API and write down everything that was acknowledged."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer that the server said it had saved."""

    position: int
    option: str
    receipt: str


@dataclass
class Candidate:
    """One candidate in a thread of their own; a lost connection makes them send the same again."""

    base_url: str
    token: str
    booking: str
    seed: int
    stop: threading.Event
    sitting: str = ""
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def sit(self) -> None:
        """Answer, change and close blocks until told to stop or the last block is open."""
        chance = random.Random(self.seed)  # noqa: S311 - a candidate's whims
        with httpx2.Client(
            base_url=f"{self.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=10,
        ) as client:
            self.sitting = self._send(client, "POST", "/sittings", {"booking": self.booking})["id"]
            view = self._send(client, "POST", f"/sittings/{self.sitting}/start", {})
            while not self.stop.is_set():
                view = self._work_on_block(client, view, chance)

    def _work_on_block(
        self, client: httpx2.Client, view: dict[str, Any], chance: random.Random
    ) -> dict[str, Any]:
        rounds = 1 if not view["is_last_block"] else 3
        for _ in range(rounds):
            for position in view["positions"]:
                if self.stop.is_set():
                    return view
                self._answer(client, position["number"], chance)
        if view["is_last_block"]:
            return view
        path = f"/sittings/{self.sitting}/blocks/{view['block']}/close"
        return self._send(client, "POST", path, {})

    def _answer(self, client: httpx2.Client, position: int, chance: random.Random) -> None:
        path = f"/sittings/{self.sitting}/items/{position}"
        item = self._send(client, "GET", path, None)
        option = chance.choice(item["options"])["id"]
        body = {"option": option, "request": f"{self.seed}-{chance.getrandbits(60):x}"}
        saved = self._send(client, "PUT", f"/sittings/{self.sitting}/responses/{position}", body)
        if "receipt" in saved:
            self.acknowledged.append(Acknowledged(position, option, saved["receipt"]))

    def _send(
        self, client: httpx2.Client, method: str, path: str, body: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Send until there is an answer: what a page or a program does when a connection breaks."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                reply = client.request(method, path, json=body)
            except httpx2.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
                continue
            if reply.status_code >= 400:
                self.refusals.append(f"{method} {path}: {reply.status_code} {reply.text[:200]}")
                self.stop.set()
            found: dict[str, Any] = reply.json()
            return found


@contextmanager
def sitting_at_once(candidates: list[Candidate], stop: threading.Event) -> Iterator[None]:
    """Let all candidates sit while the block runs, then stop them."""
    threads = [threading.Thread(target=one.sit, daemon=True) for one in candidates]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=PATIENCE + 15)
