"""What a handler is given: the database, the settings, the keys, and the instant of arrival."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.services.people.keys import Keys
from app.settings import Settings
from app.store.database import Database, Transaction
from app.web.words.language import Language

Tx = Transaction


@dataclass(frozen=True, slots=True)
class Service:
    """What one server process serves with; `clock` is replaced in tests alone.

    `language` is that of the candidate's pages; the board and the API speak English.
    """

    database: Database
    settings: Settings
    keys: Keys
    clock: Callable[[], datetime]
    language: Language


@dataclass(frozen=True, slots=True)
class Context:
    """One request's view of the service.

    Handlers open their transaction with `with context.database.begin() as tx:`, so that it is
    committed before the reply is made: what is acknowledged is on disk.
    """

    service: Service
    at: datetime

    @property
    def database(self) -> Database:
        """Return the database."""
        return self.service.database

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.service.settings

    @property
    def keys(self) -> Keys:
        """Return the service's keys."""
        return self.service.keys

    @property
    def language(self) -> Language:
        """Return the language of the candidate's pages."""
        return self.service.language


async def context(request: Request) -> Context:
    """Return the request's context, with the instant taken before any queue or lock."""
    return Context(service=request.app.state.service, at=request.state.at)


Ctx = Annotated[Context, Depends(context)]
