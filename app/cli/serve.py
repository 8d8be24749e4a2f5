"""`adept serve`: the web server, and the demo that `make run` shows."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, NoReturn

import typer
import uvicorn
from rich.table import Table
from uvicorn.supervisors import Multiprocess

from app.cli.command import command
from app.cli.output import Output, line, table
from app.cli.station import Station, actor, opened
from app.demo.demo import FILE, SignIns, make_demo
from app.errors import Refused
from app.settings import Settings
from app.store import migrate
from app.store.server_lock import served
from app.web.words.language import load_language

single = typer.Typer()

APP = "app.main:from_environment"
BACKLOG = 4096
SECONDS_TO_FINISH = 15
# A worker that is still importing, on a busy machine, is not hung.
SECONDS_TO_ANSWER = 60


@command(single)
def serve(
    out: Output,
    *,
    workers: Annotated[int, typer.Option(min=1, help="Processes; SQLite serves one.")] = 1,
    demo: Annotated[
        bool, typer.Option("--demo", help="Migrate, make a demo exam and print its sign-ins.")
    ] = False,
) -> None:
    """Serve the candidates' pages, the board's and the API; Ctrl-C or SIGTERM stops it cleanly.

    It listens on ADEPT_HOST and ADEPT_PORT. What is acknowledged is on disk: a stop loses nothing.

    Example: `ADEPT_PORT=8080 adept serve --workers 2`
    """
    with _stopping_cleanly(), opened(migrated=not demo) as here:
        if workers > 1 and here.database.is_sqlite:
            raise Refused(
                "SQLite serves one process. Leave --workers out, or move to PostgreSQL "
                "(ADEPT_DATABASE_URL) with `adept backup` and `adept restore`."
            )
        load_language(here.settings.language)  # refused here, and not by each process on its own
        with served(here.database), _listening(here.settings) as listener:
            if demo:
                _show(out, here)
            else:
                value = {"base_url": here.settings.origin(), "workers": workers}
                out.report(value, line(f"Serving on {here.settings.origin()} (Ctrl-C stops it)."))
            _run(here.settings, workers, listener)
    out.note("Stopped. Everything that was saved is on disk.")


def _show(out: Output, here: Station) -> None:
    migrate.upgrade(here.database)
    made = make_demo(here.database, here.settings, actor=actor())
    out.report(
        made,
        line(f"Candidates, at {made.base_url}/"),
        table(
            ("name", "membership number", "access code"),
            [(one.name, one.membership_number, one.access_code) for one in made.candidates],
        ),
        line(f"\nThe board, at {made.base_url}/board/"),
        table(
            ("email", "password", "roles"),
            [(one.email, one.password, ", ".join(one.roles)) for one in made.staff],
        ),
        line(f"\nPrograms, at {made.base_url}/api/v1 (docs at {made.base_url}/api/docs)"),
        _programs(made),
        line(f"\nThe same is in {here.settings.data_dir / FILE}. Ctrl-C stops the server."),
        line(f"Serving on {made.base_url}"),
    )


def _programs(made: SignIns) -> Table:
    rows = [(one.client_id, one.client_secret) for one in made.api_clients]
    return table(("client id", "client secret"), rows)


def _listening(settings: Settings) -> socket.socket:
    """Take the port before anything is made, so that a port in use is said in plain words."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as exc:
        listener.close()
        raise Refused(
            f"Cannot listen on {settings.host} port {settings.port}: {exc.strerror}. "
            "Stop what uses it, or set ADEPT_PORT or ADEPT_HOST."
        ) from exc
    listener.set_inheritable(True)
    return listener


def _run(settings: Settings, workers: int, listener: socket.socket) -> None:
    config = uvicorn.Config(
        APP,
        factory=True,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        backlog=BACKLOG,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        timeout_worker_healthcheck=SECONDS_TO_ANSWER,
    )
    server = uvicorn.Server(config)
    try:
        if workers > 1:
            Multiprocess(config, sockets=[listener]).run()
        else:
            server.run(sockets=[listener])
    except KeyboardInterrupt:
        return  # uvicorn has stopped cleanly, and raises the signal once more
    if workers == 1 and not server.started:
        raise Refused("The server could not start; the lines above say why.")


@contextmanager
def _stopping_cleanly() -> Iterator[None]:
    """Leave with exit code 0 when uvicorn, having stopped, raises SIGTERM once more."""
    before = signal.signal(signal.SIGTERM, _stopped)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
