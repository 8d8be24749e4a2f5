"""A real server in a thread, over a small world, with a clock that ticks and can be turned."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

import uvicorn

from app.main import create_app
from tests.contract.world import Fill, World, fill_world, make_world
from tests.databases import SqlitePlace


@dataclass
class TickingClock:
    """A clock that runs as fast as any, from an instant of ours; a test may turn it on."""

    start: datetime
    begun: float = field(default_factory=monotonic)
    turned: timedelta = timedelta()

    def now(self) -> datetime:
        return self.start + self.turned + timedelta(seconds=monotonic() - self.begun)

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.turned += timedelta(minutes=minutes, seconds=seconds)


@dataclass(frozen=True)
class Live:
    """Where the server is, its world, and its clock."""

    url: str
    world: World
    clock: TickingClock


@contextmanager
def live_server(
    place: SqlitePlace, *, names: tuple[str, ...], fill: Fill = fill_world
) -> Iterator[Live]:
    """Serve a fresh world on a free port until the block ends."""
    world = make_world(place, place.folder, names=names, fill=fill)
    clock = TickingClock(world.clock.now())
    app = create_app(world.settings, clock=clock.now)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="live", daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Live(f"http://127.0.0.1:{port}", world, clock)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        world.close()
