"""Whether the process lives, and whether it can serve."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.errors import StoreError
from app.services.upkeep.health import health
from app.web.deps import Ctx
from app.web.words.errors import sentence_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
def ready(context: Ctx) -> JSONResponse:
    """Say whether the database answers and has the schema this version needs."""
    try:
        found = health(context.database)
    except StoreError as error:
        return JSONResponse({"status": "not ready", "reason": sentence_of(error)}, status_code=503)
    status = 200 if found.is_ready else 503
    state = "ready" if found.is_ready else "not migrated"
    return JSONResponse({"status": state, "schema": found.found}, status_code=status)
