"""The web application: built from settings, with a sweep that ends overdue sittings."""

import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import structlog
from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from app import ambient
from app.errors import ExamError
from app.services.people.keys import load_keys
from app.services.sitting import sit
from app.settings import Settings
from app.store import schema
from app.store.database import connect
from app.web import faults, health
from app.web.api import routes as api
from app.web.board import routes as board
from app.web.candidate import routes as candidate
from app.web.deps import Service
from app.web.middleware import Boundary
from app.web.words.language import load_language

STATIC = Path(__file__).parent / "web" / "static"
log = structlog.get_logger()


def create_app(settings: Settings, *, clock: Callable[[], datetime] = ambient.now) -> FastAPI:
    """Return the application; raise StoreNotMigrated if the schema is not this version's."""
    database = connect(settings.url(), pool_size=settings.pool_size)
    schema.require_newest(database)
    with database.begin() as tx:
        keys = load_keys(tx)
    service = Service(
        database=database,
        settings=settings,
        keys=keys,
        clock=clock,
        language=load_language(settings.language),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Many threads only fight for Python's one lock: with 40, PostgreSQL answers cost 40 % more.
        to_thread.current_default_thread_limiter().total_tokens = settings.threads
        stop = threading.Event()
        sweeper = threading.Thread(target=_sweep, args=(service, stop), name="sweep", daemon=True)
        sweeper.start()
        yield
        stop.set()
        sweeper.join(timeout=10)
        database.close()

    app = FastAPI(
        title="Adept",
        version="1",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    # Routes are tried in order, and most requests are the candidates'.
    app.include_router(candidate.router)
    app.include_router(health.router)
    app.include_router(api.router, prefix="/api")
    app.include_router(board.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.install(app)
    app.add_middleware(
        Boundary, clock=clock, most=settings.max_body_bytes, secure=settings.is_secure()
    )
    return app


def from_environment() -> FastAPI:
    """Return the application for `uvicorn --factory`, with its log as JSON lines on stderr."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return create_app(Settings())


def _sweep(service: Service, stop: threading.Event) -> None:
    while not stop.wait(service.settings.sweep_seconds):
        try:
            with service.database.begin() as tx:
                ended = sit.end_overdue(tx, service.clock())
        except ExamError:
            log.exception("sweep.failed")
            continue
        if ended:
            log.info("sweep.ended", sittings=ended)
